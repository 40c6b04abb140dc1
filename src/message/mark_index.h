// The places in a document where its grammar happens: marks outside of strings.
#pragma once

#include <cstddef>
#include <cstdint>

#include "message/char_class.h"
#include "message/scratch.h"

namespace logpond::message {

/// The documents whose marks are sought. The rules differ in what may stand between strings: in
/// JSON control characters (a walker sees them) and no backslash, in logfmt the other way round.
enum class Grammar : std::uint8_t { kJson, kLogfmt };

/// Finds strings and marks. Quotes are no marks: a walker that finds each string between two marks
/// needs only their number to know that no other string stands there.
class MarkIndex {
 public:
  /// Requires: has_form(form).
  MarkIndex(Grammar grammar, Form form);

  /// Behind the last mark stand this many places with the text's size.
  static constexpr std::size_t kSentinels = 4;

  /// False for an open string, a control character or an unknown escape in a string, and what the
  /// grammar forbids between them; the index means nothing then.
  bool build(const char* text, std::size_t size);

  const std::uint32_t* begin() { return places_.data(); }
  const std::uint32_t* end() const { return end_; }
  /// Number of strings.
  std::size_t strings() const { return strings_; }

 private:
  /// What one look at a text finds.
  struct Found {
    std::uint32_t* end = nullptr;
    std::size_t strings = 0;
    bool sound = false;
  };
  struct Forms;
  using Find = Found (*)(const char* text, std::size_t size, std::uint32_t* places);
  static Find find_for(Grammar grammar, Form form);

  const Find find_;
  Scratch<std::uint32_t> places_;
  const std::uint32_t* end_ = nullptr;
  std::size_t strings_ = 0;
};

}  // namespace logpond::message
