#include "api/jsonline/arguments.h"

#include "core/limits.h"

namespace logpond::api::jsonline {
namespace {

/// Fields of each list; a longer list is a mistake or an attack.
constexpr std::size_t kListMax = 256;

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

class Source {
 public:
  Source(const net::Parameters& query, const net::Headers& headers)
      : query_(query), headers_(headers) {}
  /// The query wins over the header.
  std::string_view text(std::string_view parameter, std::string_view header) const {
    const auto value = query_.get(parameter);
    return value && !value->empty() ? *value : headers_.get(header);
  }
  std::vector<std::string> list(std::string_view parameter, std::string_view header) const {
    return split_list(text(parameter, header));
  }

 private:
  const net::Parameters& query_;
  const net::Headers& headers_;
};

}  // namespace

Result<Arguments> read_arguments(const net::Parameters& query, const net::Headers& headers) {
  const Source source(query, headers);
  Arguments arguments;
  if (auto list = source.list("_msg_field", "VL-Msg-Field"); !list.empty()) {
    arguments.message_fields = std::move(list);
  }
  if (auto list = source.list("_time_field", "VL-Time-Field"); !list.empty()) {
    arguments.time_fields = std::move(list);
  }
  arguments.stream_fields = source.list("_stream_fields", "VL-Stream-Fields");
  arguments.ignore_fields = source.list("ignore_fields", "VL-Ignore-Fields");
  arguments.decolorize_fields = source.list("decolorize_fields", "VL-Decolorize-Fields");
  for (const std::string& pair : source.list("extra_fields", "VL-Extra-Fields")) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::kInvalidArgument,
                  "extra_fields must be name=value pairs, not \"" + pair + "\"");
    }
    arguments.extra_fields.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  const std::string_view debug = source.text("debug", "VL-Debug");
  arguments.debug = debug == "1" || debug == "true";
  for (const auto* list : {&arguments.message_fields, &arguments.time_fields,
                           &arguments.ignore_fields, &arguments.decolorize_fields}) {
    if (list->size() > kListMax) {
      return fail(ErrorCode::kInvalidArgument, "a list of fields has " +
                                                   std::to_string(list->size()) + " names; limit " +
                                                   std::to_string(kListMax));
    }
  }
  if (arguments.stream_fields.size() > kLabelsMax || arguments.extra_fields.size() > kLabelsMax) {
    return fail(ErrorCode::kInvalidArgument, "_stream_fields and extra_fields take at most " +
                                                 std::to_string(kLabelsMax) + " names each");
  }
  return arguments;
}

}  // namespace logpond::api::jsonline
