// The words of a LogQL text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logpond::logql {

/// In the order in which error messages list them.
enum class TokenKind : std::uint8_t {
  kEnd,    ///< `$end`
  kBytes,  ///< `5KiB`
  kIdentifier,
  kString,
  kNumber,
  kFlag,        ///< `--strict`, `--keep-empty`
  kDuration,    ///< `1h30m`
  kRange,       ///< `[5m]`
  kEqual,       ///< `=`
  kRegexMatch,  ///< `=~`
  kRegexNotMatch,
  kPatternNotMatch,  ///< `!>`
  kOpenBrace,
  kCloseBrace,
  kComma,
  kDot,
  kPipeMatch,    ///< `|~`
  kPipeExact,    ///< `|=`
  kPipePattern,  ///< `|>`
  kOpenParen,
  kCloseParen,
  kBy,
  kWithout,
  kRangeFunction,   ///< `rate`, `count_over_time`, ...: the text says which.
  kVectorFunction,  ///< `sum`, `topk`, ...: the text says which.
  kBool,
  kJson,
  kRegexp,
  kLogfmt,
  kPipe,
  kLineFormat,
  kLabelFormat,
  kUnwrap,
  kBytesFunction,
  kDurationFunction,
  kDurationSecondsFunction,
  kVector,
  kLabelReplace,
  kUnpack,
  kOffset,
  kPattern,
  kIp,
  kOn,
  kIgnoring,
  kGroupLeft,
  kGroupRight,
  kDecolorize,
  kDrop,
  kKeep,
  kOr,
  kAnd,
  kUnless,
  kEqualEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kCaret,
  kStray,  ///< A character that begins no word; messages call it IDENTIFIER.
  kBad,    ///< A lexical error: the text is the message. Always the last token.
};

/// Where a token begins. `line` and `column` count from 1, columns in characters.
///
/// Clients meet the numbers in error texts, so they follow Loki's: after a token that its scanner
/// reads by hand (`[5m]`, `5m`, `|=`), the reported line is 0.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t true_line = 0;  ///< The line a reader would count, for messages of our own.
  /// Places are no part of what a node means: nodes are equal wherever they stand.
  friend bool operator==(const Position&, const Position&) { return true; }
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Position at;
  /// Identifier, number or keyword as written (functions in lower case), string without its quotes,
  /// range without its brackets, or the message of kBad.
  std::string text;
};

/// How messages name a token: `{`, `json`, `IDENTIFIER`, `$end`.
std::string_view token_name(const Token& token);
/// The same for a kind that is always written alike; class names for the rest.
std::string_view token_kind_name(TokenKind kind);

}  // namespace logpond::logql
