#include "core/labels.h"

#include <algorithm>
#include <cstdio>

namespace logpond {
namespace {

void append_varint(std::string& out, std::size_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

/// Reads one length-prefixed piece from the front of `rest`.
bool take_piece(std::string_view& rest, std::string_view& piece) {
  std::size_t size = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    if (rest.empty()) return false;
    const auto byte = static_cast<unsigned char>(rest.front());
    rest.remove_prefix(1);
    size |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if (byte < 0x80) {
      if (size > rest.size()) return false;
      piece = rest.substr(0, size);
      rest.remove_prefix(size);
      return true;
    }
  }
  return false;
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '\t') {
      out.append("\\t");
    } else if (c == '\r') {
      out.append("\\r");
    } else if (byte < 0x20 || byte == 0x7F) {
      char buffer[5];
      std::snprintf(buffer, sizeof buffer, "\\x%02x", byte);
      out.append(buffer);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

Labels::Labels(std::vector<Label> labels) : labels_(std::move(labels)) {
  std::stable_sort(labels_.begin(), labels_.end(),
                   [](const Label& a, const Label& b) { return a.name < b.name; });
  // Of equal names the last given wins: it stands last in its run after a stable sort.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const bool is_last = i + 1 == labels_.size() || labels_[i + 1].name != labels_[i].name;
    if (!is_last || labels_[i].value.empty()) continue;
    if (kept != i) labels_[kept] = std::move(labels_[i]);
    ++kept;
  }
  labels_.resize(kept);
}

std::string_view Labels::get(std::string_view name) const {
  const auto at = std::lower_bound(labels_.begin(), labels_.end(), name,
                                   [](const Label& a, std::string_view n) { return a.name < n; });
  return at != labels_.end() && at->name == name ? std::string_view(at->value) : std::string_view();
}

bool Labels::has(std::string_view name) const {
  return !get(name).empty();
}

std::string Labels::to_text() const {
  std::string out = "{";
  for (const Label& label : labels_) {
    if (out.size() > 1) out.append(", ");
    out.append(label.name).push_back('=');
    append_quoted(out, label.value);
  }
  out.push_back('}');
  return out;
}

std::string Labels::encode() const {
  std::string out;
  for (const Label& label : labels_) {
    append_varint(out, label.name.size());
    out.append(label.name);
    append_varint(out, label.value.size());
    out.append(label.value);
  }
  return out;
}

Result<Labels> Labels::decode(std::string_view bytes) {
  std::vector<Label> labels;
  while (!bytes.empty()) {
    std::string_view name;
    std::string_view value;
    if (!take_piece(bytes, name) || !take_piece(bytes, value)) {
      return fail(ErrorCode::kCorruption, "label set is cut short");
    }
    labels.push_back({std::string(name), std::string(value)});
  }
  return Labels(std::move(labels));
}

std::string sanitize_label_name(std::string_view name) {
  std::string out;
  out.reserve(name.size() + 1);
  if (!name.empty() && name.front() >= '0' && name.front() <= '9') out.push_back('_');
  for (const char c : name) {
    const bool is_word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    const bool is_continuation = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (is_word) {
      out.push_back(c);
    } else if (!is_continuation) {  // one `_` per character, not per byte
      out.push_back('_');
    }
  }
  return out;
}

}  // namespace logpond
