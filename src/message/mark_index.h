// The places in a document where its grammar happens: marks outside of strings.
#pragma once

#include <cstddef>
#include <cstdint>

#include "message/char_class.h"
#include "message/scratch.h"

namespace logpond::message {

/// How strings and the text between them are written.
struct MarkRules {
  void (*classify)(const char* text, std::size_t blocks, DocumentClasses* classes);
  /// JSON: control characters and backslashes may stand between strings as far as the index cares;
  /// its walker sees the former, and refuses the latter here. logfmt: the other way round.
  bool is_json;
};

/// Finds strings and marks. Quotes are no marks: a walker that finds each string between two marks
/// needs only their number to know that no other string stands there.
class MarkIndex {
 public:
  /// Behind the last mark stand this many places with the text's size.
  static constexpr std::size_t kSentinels = 4;

  /// False for an open string, a control character or an unknown escape in a string, and what the
  /// rules say; the index means nothing then.
  bool build(const char* text, std::size_t size, const MarkRules& rules);

  const std::uint32_t* begin() { return places_.data(); }
  const std::uint32_t* end() const { return end_; }
  /// Number of strings.
  std::size_t strings() const { return strings_; }

 private:
  Scratch<DocumentClasses> classes_;
  Scratch<std::uint32_t> places_;
  const std::uint32_t* end_ = nullptr;
  std::size_t strings_ = 0;
};

}  // namespace logpond::message
