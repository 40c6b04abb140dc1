// Slow and obvious twins of the splitters, and their opposite: holes filled again.
#pragma once

#include <cstddef>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "message/structure.h"

namespace logpond::message::testing {

/// Text with exactly the padding that splitters ask for, so that sanitizers see any step beyond it.
/// The padding is hostile: it looks like text that goes on.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text, char padding)
      : bytes_(std::make_unique<char[]>(text.size() + kSplitPadding)), size_(text.size()) {
    if (size_ != 0) std::memcpy(bytes_.get(), text.data(), size_);
    std::memset(bytes_.get() + size_, padding, kSplitPadding);
  }
  const char* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

/// Bytes that would change the answer if a splitter took the padding for text.
inline constexpr char kHostilePadding[] = {'\0', ' ', '1', '.', '"', '}', ',', '=', '\\', 'a'};
/// Large texts take their time: two paddings must do.
inline std::span<const char> paddings_for(std::string_view text) {
  return std::span(kHostilePadding).first(text.size() < 5000 ? std::size(kHostilePadding) : 2);
}

inline std::string fill(const FlatSplit& split, const char* text) {
  std::string filled;
  std::size_t next = 0;
  for (const char c : split.skeleton) {
    if (c == kHole && next < split.variables.size()) {
      filled.append(text + split.variables[next].offset, split.variables[next].size);
      ++next;
    } else {
      filled += c;
    }
  }
  return next == split.variables.size() ? filled : "variables left over";
}

inline std::string fill(const Document& document, const Node& node, const char* text) {
  std::string filled;
  std::size_t next = node.hole_begin;
  const std::size_t end = node.hole_begin + node.hole_count;
  for (const char c : document.skeleton(node)) {
    if (c != kHole) {
      filled += c;
    } else if (next == end) {
      return "hole without a value";
    } else if (const Hole& hole = document.holes[next++]; hole.kind == HoleKind::kDocument) {
      filled += fill(document, document.nodes[hole.offset], text);
    } else {
      filled.append(text + hole.offset, hole.size);
    }
  }
  return next == end ? filled : "values left over";
}

/// The rules of flat text, a character after the other. Skeleton and variables in one string, each
/// variable in angle brackets.
std::string naive_flat(std::string_view text);

/// The same form of what the splitter found.
std::string marked(const FlatSplit& split, const char* text);

/// `path=value` for each value, in the text's order; nothing when the text is no JSON object by
/// RFC 8259 (or is nested too deeply). Strings keep their quotes, objects and arrays without values
/// are `{}` and `[]`; a path is made of `.key` and `[]`.
std::optional<std::vector<std::string>> naive_json(std::string_view text);

/// `key=value` for each pair, strings with their quotes; nothing when the text is no logfmt.
std::optional<std::vector<std::string>> naive_logfmt(std::string_view text);

/// The same forms of what a splitter found.
std::vector<std::string> values_of(const Document& document, const char* text);

/// What is wrong with the order, the numbers or the paths in a document; empty when nothing.
std::string faults_of(const Document& document, const char* text, std::size_t size);

}  // namespace logpond::message::testing
