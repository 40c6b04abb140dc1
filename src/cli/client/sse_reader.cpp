#include "cli/client/sse_reader.h"

namespace logpond::cli {

bool SseReader::feed(std::string_view bytes, const std::function<bool(const SseEvent&)>& take) {
  for (const char c : bytes) {
    if (c == '\n' && skip_line_feed_) {  // the second half of a CR LF
      skip_line_feed_ = false;
      continue;
    }
    skip_line_feed_ = c == '\r';
    if (c != '\n' && c != '\r') {
      if (line_.size() < kEventBytesMax) line_ += c;
      continue;
    }
    if (!end_line(take)) return false;
  }
  return true;
}

bool SseReader::end_line(const std::function<bool(const SseEvent&)>& take) {
  if (line_.empty()) {
    bool goes_on = true;
    last_id_ = id_;
    if (has_data_)
      goes_on = take({type_.empty() ? "message" : std::string_view(type_), data_, last_id_});
    type_.clear();
    data_.clear();
    has_data_ = false;
    return goes_on;
  }
  const std::string_view line = line_;
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value =
      colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (has_data_) data_ += '\n';
    if (data_.size() + value.size() <= kEventBytesMax) data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  }
  line_.clear();
  return true;
}

void SseReader::restart() {
  line_.clear();
  type_.clear();
  data_.clear();
  id_ = last_id_;
  has_data_ = false;
  skip_line_feed_ = false;
}

}  // namespace logpond::cli
