#include "logql/lexer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "codec/go_string.h"
#include "codec/regex.h"
#include "codec/utf8.h"
#include "core/time.h"
#include "logql/quantity.h"

namespace logpond::logql {
namespace {

struct Word {
  std::string_view text;
  TokenKind kind;
};

constexpr std::array kOperators = {
    Word{"|=", TokenKind::kPipeExact},
    Word{"|~", TokenKind::kPipeMatch},
    Word{"|>", TokenKind::kPipePattern},
    Word{"!=", TokenKind::kNotEqual},
    Word{"!~", TokenKind::kRegexNotMatch},
    Word{"!>", TokenKind::kPatternNotMatch},
    Word{"=~", TokenKind::kRegexMatch},
    Word{"==", TokenKind::kEqualEqual},
    Word{">=", TokenKind::kGreaterEqual},
    Word{"<=", TokenKind::kLessEqual},
    Word{"=", TokenKind::kEqual},
    Word{"{", TokenKind::kOpenBrace},
    Word{"}", TokenKind::kCloseBrace},
    Word{",", TokenKind::kComma},
    Word{".", TokenKind::kDot},
    Word{"(", TokenKind::kOpenParen},
    Word{")", TokenKind::kCloseParen},
    Word{"|", TokenKind::kPipe},
    Word{"<", TokenKind::kLess},
    Word{">", TokenKind::kGreater},
    Word{"+", TokenKind::kPlus},
    Word{"-", TokenKind::kMinus},
    Word{"*", TokenKind::kStar},
    Word{"/", TokenKind::kSlash},
    Word{"%", TokenKind::kPercent},
    Word{"^", TokenKind::kCaret},
};

/// Reserved wherever they stand.
constexpr std::array kKeywords = {
    Word{"by", TokenKind::kBy},
    Word{"without", TokenKind::kWithout},
    Word{"bool", TokenKind::kBool},
    Word{"json", TokenKind::kJson},
    Word{"regexp", TokenKind::kRegexp},
    Word{"logfmt", TokenKind::kLogfmt},
    Word{"line_format", TokenKind::kLineFormat},
    Word{"label_format", TokenKind::kLabelFormat},
    Word{"unwrap", TokenKind::kUnwrap},
    Word{"unpack", TokenKind::kUnpack},
    Word{"offset", TokenKind::kOffset},
    Word{"pattern", TokenKind::kPattern},
    Word{"on", TokenKind::kOn},
    Word{"ignoring", TokenKind::kIgnoring},
    Word{"group_left", TokenKind::kGroupLeft},
    Word{"group_right", TokenKind::kGroupRight},
    Word{"decolorize", TokenKind::kDecolorize},
    Word{"drop", TokenKind::kDrop},
    Word{"keep", TokenKind::kKeep},
    Word{"or", TokenKind::kOr},
    Word{"and", TokenKind::kAnd},
    Word{"unless", TokenKind::kUnless},
};

/// Functions only before `(`, `by (` and `without (`; identifiers elsewhere.
constexpr std::array kFunctions = {
    Word{"rate", TokenKind::kRangeFunction},
    Word{"rate_counter", TokenKind::kRangeFunction},
    Word{"count_over_time", TokenKind::kRangeFunction},
    Word{"bytes_rate", TokenKind::kRangeFunction},
    Word{"bytes_over_time", TokenKind::kRangeFunction},
    Word{"avg_over_time", TokenKind::kRangeFunction},
    Word{"sum_over_time", TokenKind::kRangeFunction},
    Word{"min_over_time", TokenKind::kRangeFunction},
    Word{"max_over_time", TokenKind::kRangeFunction},
    Word{"stdvar_over_time", TokenKind::kRangeFunction},
    Word{"stddev_over_time", TokenKind::kRangeFunction},
    Word{"quantile_over_time", TokenKind::kRangeFunction},
    Word{"first_over_time", TokenKind::kRangeFunction},
    Word{"last_over_time", TokenKind::kRangeFunction},
    Word{"absent_over_time", TokenKind::kRangeFunction},
    Word{"sum", TokenKind::kVectorFunction},
    Word{"avg", TokenKind::kVectorFunction},
    Word{"count", TokenKind::kVectorFunction},
    Word{"max", TokenKind::kVectorFunction},
    Word{"min", TokenKind::kVectorFunction},
    Word{"stddev", TokenKind::kVectorFunction},
    Word{"stdvar", TokenKind::kVectorFunction},
    Word{"topk", TokenKind::kVectorFunction},
    Word{"bottomk", TokenKind::kVectorFunction},
    Word{"sort", TokenKind::kVectorFunction},
    Word{"sort_desc", TokenKind::kVectorFunction},
    Word{"approx_topk", TokenKind::kVectorFunction},
    Word{"bytes", TokenKind::kBytesFunction},
    Word{"duration", TokenKind::kDurationFunction},
    Word{"duration_seconds", TokenKind::kDurationSecondsFunction},
    Word{"vector", TokenKind::kVector},
    Word{"label_replace", TokenKind::kLabelReplace},
    Word{"ip", TokenKind::kIp},
};

template <std::size_t N>
const Word* find_word(const std::array<Word, N>& words, std::string_view text) {
  const auto at =
      std::find_if(words.begin(), words.end(), [&](const Word& w) { return w.text == text; });
  return at == words.end() ? nullptr : &*at;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_ascii_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Bytes of the character that begins `text`; broken UTF-8 counts byte by byte.
std::size_t character_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return size <= text.size() && codec::is_valid_utf8(text.substr(0, size)) ? size : 1;
}

const codec::Regex& unicode_class(const char* pattern) {
  // Both patterns are constants that compile.
  static const codec::Regex letter = *codec::Regex::compile("\\pL", codec::Regex::Form::kAnchored);
  static const codec::Regex digit =
      *codec::Regex::compile("\\p{Nd}", codec::Regex::Form::kAnchored);
  return pattern[0] == 'L' ? letter : digit;
}

/// Bytes of the identifier that `text` begins with; 0 when it begins with none.
std::size_t identifier_bytes(std::string_view text) {
  std::size_t used = 0;
  while (used < text.size()) {
    const char c = text[used];
    if (is_ascii_letter(c) || c == '_' || (used > 0 && is_digit(c))) {
      ++used;
      continue;
    }
    if (is_ascii(c)) break;
    const std::size_t size = character_bytes(text.substr(used));
    const std::string_view character = text.substr(used, size);
    if (size == 1) break;
    if (!unicode_class("L").matches(character) &&
        !(used > 0 && unicode_class("N").matches(character))) {
      break;
    }
    used += size;
  }
  return used;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    do {
      tokens.push_back(next());
    } while (tokens.back().kind != TokenKind::kEnd && tokens.back().kind != TokenKind::kBad);
    return tokens;
  }

 private:
  std::string_view rest() const { return text_.substr(offset_); }
  bool at_end() const { return offset_ == text_.size(); }
  char peek(std::size_t ahead = 0) const {
    return offset_ + ahead < text_.size() ? text_[offset_ + ahead] : '\0';
  }

  void advance(std::size_t bytes) {
    const std::size_t end = offset_ + bytes;
    while (offset_ < end) {
      if (text_[offset_] == '\n') {
        ++line_;
        column_ = 1;
        ++offset_;
      } else {
        offset_ += character_bytes(rest());
        ++column_;
      }
    }
  }

  /// Skips blanks and comments. False when a comment does not end.
  bool skip_blanks(Position& comment_at) {
    while (!at_end()) {
      if (is_space(peek())) {
        advance(1);
      } else if (peek() == '#' || rest().starts_with("//")) {
        const std::size_t end = text_.find('\n', offset_);
        advance((end == std::string_view::npos ? text_.size() : end) - offset_);
      } else if (rest().starts_with("/*")) {
        comment_at = here();
        const std::size_t end = text_.find("*/", offset_ + 2);
        if (end == std::string_view::npos) return false;
        advance(end + 2 - offset_);
      } else {
        return true;
      }
    }
    return true;
  }

  Position here() const { return {line_, column_, line_}; }

  Token bad(Position at, std::string message) const {
    return {TokenKind::kBad, at, std::move(message)};
  }

  /// A token whose end was read past the scanner's own words: see Position.
  Token by_hand(TokenKind kind, Position at, std::string text) const {
    at.line = 0;
    return {kind, at, std::move(text)};
  }

  Token next() {
    Position at;
    if (!skip_blanks(at)) return bad(at, "comment not terminated");
    at = here();
    if (at_end()) {
      if (text_.empty()) at = {};  // Loki gives the empty text no place
      return {TokenKind::kEnd, at, ""};
    }
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(at);
    if (c == '"') return quoted(at);
    if (c == '`') return raw(at);
    if (c == '\'') return bad(at, "invalid char literal");
    if (c == '[') return range(at);
    if (c == '-') {
      if (auto token = flag(at)) return *std::move(token);
      if (auto token = negative_duration(at)) return *std::move(token);
    }
    if (const std::size_t size = identifier_bytes(rest()); size > 0) return word(at, size);
    return sign(at);
  }

  Token sign(Position at) {
    for (const Word& op : kOperators) {
      if (!rest().starts_with(op.text)) continue;
      advance(op.text.size());
      if (op.text.size() == 1) return {op.kind, at, std::string(op.text)};
      return by_hand(op.kind, at, std::string(op.text));
    }
    const std::size_t size = character_bytes(rest());
    if (size == 1 && !is_ascii(peek())) return bad(at, "invalid UTF-8 encoding");
    std::string text(rest().substr(0, size));
    advance(size);
    return {TokenKind::kStray, at, std::move(text)};
  }

  Token word(Position at, std::size_t size) {
    std::string text(rest().substr(0, size));
    advance(size);
    const std::string lower = to_lower(text);
    if (const Word* function = find_word(kFunctions, lower)) {
      if (calls_follow()) return {function->kind, at, lower};
      return {TokenKind::kIdentifier, at, std::move(text)};
    }
    if (const Word* keyword = find_word(kKeywords, lower)) return {keyword->kind, at, lower};
    return {TokenKind::kIdentifier, at, std::move(text)};
  }

  /// True when what follows makes the word before it a function.
  bool calls_follow() const {
    std::string_view ahead = rest();
    const auto trim = [&ahead] {
      while (!ahead.empty() && is_space(ahead.front())) ahead.remove_prefix(1);
    };
    trim();
    if (ahead.starts_with('(')) return true;
    for (const std::string_view grouping : {std::string_view("by"), std::string_view("without")}) {
      if (to_lower(ahead.substr(0, grouping.size())) == grouping) {
        ahead.remove_prefix(grouping.size());
        trim();
        return ahead.starts_with('(');
      }
    }
    return false;
  }

  std::optional<Token> flag(Position at) {
    if (!rest().starts_with("--")) return std::nullopt;
    std::size_t size = 2;
    while (offset_ + size < text_.size() && (is_ascii_letter(peek(size)) || peek(size) == '-')) {
      ++size;
    }
    const std::string text(rest().substr(0, size));
    if (text != "--strict" && text != "--keep-empty") return std::nullopt;
    advance(size);
    return by_hand(TokenKind::kFlag, at, text);
  }

  std::optional<Token> negative_duration(Position at) {
    const std::size_t size = quantity_bytes(1, "nusmhdwy");
    const std::string text(rest().substr(0, size));
    // `-0` is a number: a duration needs its unit here.
    if (size < 3 || !is_ascii_letter(text.back()) || !parse_duration_literal(text)) {
      return std::nullopt;
    }
    advance(size);
    return by_hand(TokenKind::kDuration, at, text);
  }

  /// End of the run of digits, points and `letters` (and micro signs) from `start` on.
  std::size_t quantity_bytes(std::size_t start, std::string_view letters) const {
    std::size_t size = start;
    while (offset_ + size < text_.size()) {
      const char c = peek(size);
      if (is_digit(c) || c == '.' || letters.find(c) != std::string_view::npos) {
        ++size;
      } else if (rest().substr(size).starts_with("\u00B5") && letters.front() == 'n') {
        size += 2;
      } else {
        break;
      }
    }
    return size;
  }

  Token number(Position at) {
    std::size_t size = 0;
    if (const char* message = scan_number(size)) return bad(at, message);
    const std::size_t duration = quantity_bytes(size, "nusmhdwy");
    if (duration > size && parse_duration_literal(rest().substr(0, duration))) {
      std::string text(rest().substr(0, duration));
      advance(duration);
      return by_hand(TokenKind::kDuration, at, std::move(text));
    }
    const std::size_t bytes = quantity_bytes(size, "BikKMGTP");
    if (bytes > size && parse_bytes(rest().substr(0, bytes))) {
      std::string text(rest().substr(0, bytes));
      advance(bytes);
      return by_hand(TokenKind::kBytes, at, std::move(text));
    }
    std::string text(rest().substr(0, size));
    advance(size);
    return {TokenKind::kNumber, at, std::move(text)};
  }

  /// Measures a number as Go writes them; the answer is an error's text or null.
  const char* scan_number(std::size_t& size) const {
    const char prefix = static_cast<char>(peek() == '0' ? peek(1) | 0x20 : 0);
    if (prefix == 'x' || prefix == 'b' || prefix == 'o') {
      size = 2;
      bool digits = false;
      while (peek(size) == '_' || (prefix == 'x' ? is_hex(peek(size)) : is_digit(peek(size)))) {
        digits = digits || peek(size) != '_';
        ++size;
      }
      if (digits) return nullptr;
      return prefix == 'x'   ? "hexadecimal literal has no digits"
             : prefix == 'b' ? "binary literal has no digits"
                             : "octal literal has no digits";
    }
    const auto digits = [&] {
      const std::size_t before = size;
      while (is_digit(peek(size)) || peek(size) == '_') ++size;
      return size > before;
    };
    digits();
    bool whole = true;
    if (peek(size) == '.') {
      whole = false;
      ++size;
      digits();
    }
    if (peek(size) == 'e' || peek(size) == 'E') {
      whole = false;
      ++size;
      if (peek(size) == '+' || peek(size) == '-') ++size;
      if (!digits()) return "exponent has no digits";
    }
    return check_digits(rest().substr(0, size), whole);
  }

  static const char* check_digits(std::string_view text, bool whole) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '_') continue;
      if (i == 0 || !is_digit(text[i - 1]) || i + 1 == text.size() || !is_digit(text[i + 1])) {
        return "'_' must separate successive digits";
      }
    }
    if (whole && text.size() > 1 && text.front() == '0') {
      if (text.find('8') != std::string_view::npos) return "invalid digit '8' in octal literal";
      if (text.find('9') != std::string_view::npos) return "invalid digit '9' in octal literal";
    }
    return nullptr;
  }

  Token quoted(Position at) {
    std::size_t size = 1;
    while (true) {
      if (offset_ + size >= text_.size() || peek(size) == '\n') {
        return bad(at, "literal not terminated");
      }
      if (peek(size) == '"') break;
      size += peek(size) == '\\' && offset_ + size + 1 < text_.size() ? 2U : 1U;
    }
    return literal(at, size + 1);
  }

  Token raw(Position at) {
    const std::size_t end = text_.find('`', offset_ + 1);
    if (end == std::string_view::npos) return bad(at, "literal not terminated");
    return literal(at, end + 1 - offset_);
  }

  Token literal(Position at, std::size_t size) {
    const std::string_view source = rest().substr(0, size);
    if (!codec::is_valid_utf8(source)) return bad(at, "invalid UTF-8 rune");
    auto value = codec::unquote_go(source);
    if (!value) return bad(at, "invalid char escape");
    advance(size);
    return {TokenKind::kString, at, *std::move(value)};
  }

  Token range(Position at) {
    const std::size_t end = text_.find(']', offset_);
    at.line = 0;
    if (end == std::string_view::npos) return bad(at, "missing closing ']' in duration");
    std::string text(text_.substr(offset_ + 1, end - offset_ - 1));
    if (auto problem = range_duration_error(text); !problem.empty()) return bad(at, problem);
    advance(end + 1 - offset_);
    return by_hand(TokenKind::kRange, at, std::move(text));
  }

  std::string_view text_;
  std::size_t offset_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  return Lexer(text).run();
}

bool is_identifier(std::string_view text) {
  return !text.empty() && identifier_bytes(text) == text.size() &&
         find_word(kKeywords, to_lower(text)) == nullptr;
}

std::string_view token_kind_name(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
      return "$end";
    case TokenKind::kBytes:
      return "BYTES";
    case TokenKind::kIdentifier:
    case TokenKind::kStray:
      return "IDENTIFIER";
    case TokenKind::kString:
      return "STRING";
    case TokenKind::kNumber:
      return "NUMBER";
    case TokenKind::kFlag:
      return "FUNCTION_FLAG";
    case TokenKind::kDuration:
      return "DURATION";
    case TokenKind::kRange:
      return "RANGE";
    default:
      break;
  }
  for (const Word& w : kOperators) {
    if (w.kind == kind) return w.text;
  }
  for (const Word& w : kKeywords) {
    if (w.kind == kind) return w.text;
  }
  for (const Word& w : kFunctions) {
    if (w.kind == kind) return w.text;
  }
  return "";
}

std::string_view token_name(const Token& token) {
  const bool is_function =
      token.kind == TokenKind::kRangeFunction || token.kind == TokenKind::kVectorFunction;
  return is_function ? std::string_view(token.text) : token_kind_name(token.kind);
}

}  // namespace logpond::logql
