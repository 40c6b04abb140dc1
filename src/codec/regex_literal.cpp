// A small reader of RE2's syntax. It follows one sequence of atoms, collects runs of plain
// characters that must stand side by side in every match, and keeps the longest run. Example: `GET
// /a+pi\.v[12]x` has the runs `GET /a`, `pi.v` and `x`, of which `GET /a` is the answer. `|` joins
// what its sides say: `timeout|refused` needs one of two. A group that must occur offers what it
// says; of what is offered the one is kept whose shortest text is longest.
//
// Behind `(?i)` at the very beginning a run stands for all its spellings. Of those that a piece of
// it has each is a text of its own, so the piece is the longest one that has few: `(?i)refused`
// needs one of the 16 spellings of `refu`.
#include "codec/regex_literal.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace logpond::codec {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_plain_escape(char c) {
  return static_cast<unsigned char>(c) < 0x80 && !is_digit(c) && !is_letter(c);
}

/// More texts are no help: each is searched for.
constexpr std::size_t kLiteralsMax = 16;

/// The spellings of a character without regard to case. Two letters have one outside of ASCII.
std::vector<std::string_view> spellings_of(char c) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const std::size_t place = kLetters.find(c);
  if (place == std::string_view::npos) return {};
  std::vector<std::string_view> spellings = {kLetters.substr(place % 26, 1),
                                             kLetters.substr(place % 26 + 26, 1)};
  if (c == 'k' || c == 'K') spellings.emplace_back("\u212A");  // KELVIN SIGN
  if (c == 's' || c == 'S') spellings.emplace_back("\u017F");  // LATIN SMALL LETTER LONG S
  return spellings;
}

/// All spellings of the longest piece of `run` that has at most kLiteralsMax of them.
std::vector<std::string> spellings_of_piece(std::string_view run) {
  std::size_t best_begin = 0;
  std::size_t best_size = 0;
  for (std::size_t begin = 0; begin < run.size(); ++begin) {
    std::size_t count = 1;
    std::size_t end = begin;
    while (end < run.size()) {
      count *= std::max<std::size_t>(spellings_of(run[end]).size(), 1);
      if (count > kLiteralsMax) break;
      ++end;
    }
    if (end - begin > best_size) {
      best_begin = begin;
      best_size = end - begin;
    }
  }
  std::vector<std::string> texts = {""};
  for (const char c : run.substr(best_begin, best_size)) {
    std::vector<std::string_view> spellings = spellings_of(c);
    if (spellings.empty()) spellings.emplace_back(&c, 1);
    std::vector<std::string> longer;
    for (const std::string& text : texts) {
      for (const std::string_view spelling : spellings)
        longer.push_back(text + std::string(spelling));
    }
    texts = std::move(longer);
  }
  return texts;
}

/// How often an atom may occur.
struct Repeat {
  bool present = false;
  bool may_be_absent = false;
};

class Reader {
 public:
  explicit Reader(std::string_view pattern) : pattern_(pattern) {}

  PatternLiterals read() {
    constexpr std::string_view kFoldsCase = "(?i)";
    folds_case_ = pattern_.starts_with(kFoldsCase);
    if (folds_case_) place_ = kFoldsCase.size();
    std::optional<Sequence> top = read_alternatives(0);
    if (!top || place_ != pattern_.size()) return {};
    PatternLiterals read{std::move(top->best), top->only_characters && !folds_case_};
    if (read.is_whole_pattern && read.any_of.empty()) read.any_of.emplace_back();
    return read;
  }

 private:
  /// What one sequence of atoms has given.
  struct Sequence {
    std::vector<std::string> best;  ///< One of these must occur; empty: not known.
    std::string run;                ///< The run being collected.
    bool only_characters = true;    ///< No other atom, no repeat, no alternative so far.

    void end_run(bool folds_case) {
      if (folds_case && !run.empty()) {
        offer(spellings_of_piece(run));
      } else if (run.size() > shortest(best)) {
        best.assign(1, run);
      }
      run.clear();
    }
    void offer(std::vector<std::string> texts) {
      if (shortest(texts) > shortest(best)) best = std::move(texts);
    }
    static std::size_t shortest(const std::vector<std::string>& texts) {
      std::size_t size = texts.empty() ? 0 : texts.front().size();
      for (const std::string& text : texts) size = std::min(size, text.size());
      return size;
    }
  };

  bool at_end() const { return place_ >= pattern_.size(); }
  char peek() const { return pattern_[place_]; }
  bool next_is(std::string_view text) const { return pattern_.substr(place_).starts_with(text); }

  /// Up to the end or the `)` that closes the group. Nothing: not understood.
  std::optional<Sequence> read_alternatives(int depth) {
    constexpr int kDepthMax = 100;
    if (depth > kDepthMax) return std::nullopt;
    std::optional<Sequence> all;
    while (true) {
      std::optional<Sequence> one = read_sequence(depth);
      if (!one) return std::nullopt;
      if (all) {
        join(*all, *one);
      } else {
        all = std::move(one);
      }
      if (at_end() || peek() == ')') return all;
      ++place_;  // the `|`
    }
  }

  /// `all` becomes what both alternatives say together: nothing when one says nothing.
  static void join(Sequence& all, Sequence& other) {
    all.only_characters = false;
    if (all.best.empty() || other.best.empty() ||
        all.best.size() + other.best.size() > kLiteralsMax) {
      all.best.clear();
      other.best.clear();
      return;
    }
    for (std::string& text : other.best) {
      if (std::find(all.best.begin(), all.best.end(), text) == all.best.end())
        all.best.push_back(std::move(text));
    }
  }

  std::optional<Sequence> read_sequence(int depth) {
    Sequence sequence;
    while (!at_end() && peek() != '|' && peek() != ')') {
      if (!read_atom(sequence, depth)) return std::nullopt;
    }
    sequence.end_run(folds_case_);
    return sequence;
  }

  bool read_atom(Sequence& sequence, int depth) {
    switch (peek()) {
      case '(':
        return read_group(sequence, depth);
      case '[':
        if (!skip_class()) return false;
        return end_unknown_atom(sequence);
      case '.':
      case '^':
      case '$':
        ++place_;
        return end_unknown_atom(sequence);
      case '\\':
        return read_escape(sequence);
      case '*':
      case '+':
      case '?':
        return false;  // RE2 refuses it, so that we misread something
      default:
        return read_character(sequence);
    }
  }

  bool read_character(Sequence& sequence) {
    const std::size_t begin = place_;
    ++place_;
    while (!at_end() && (static_cast<unsigned char>(peek()) & 0xC0) == 0x80) ++place_;
    return add_character(sequence, pattern_.substr(begin, place_ - begin));
  }

  bool read_escape(Sequence& sequence) {
    ++place_;
    if (at_end()) return false;
    const char c = peek();
    ++place_;
    if (is_plain_escape(c)) return add_character(sequence, std::string_view(&c, 1));
    constexpr std::string_view kOneLetter = "dDwWsSbBAzafnrtv";
    if (kOneLetter.find(c) == std::string_view::npos) return false;
    return end_unknown_atom(sequence);
  }

  bool add_character(Sequence& sequence, std::string_view character) {
    // Of other letters than ASCII's the spellings are not known here.
    if (folds_case_ && static_cast<unsigned char>(character.front()) >= 0x80) {
      return end_unknown_atom(sequence);
    }
    const std::optional<Repeat> repeat = read_repeat();
    if (!repeat) return false;
    if (!repeat->may_be_absent) sequence.run += character;
    if (repeat->present) {
      sequence.end_run(folds_case_);
      sequence.only_characters = false;
    }
    return true;
  }

  bool end_unknown_atom(Sequence& sequence) {
    sequence.end_run(folds_case_);
    sequence.only_characters = false;
    return read_repeat().has_value();
  }

  bool read_group(Sequence& sequence, int depth) {
    ++place_;
    if (next_is("?")) {
      const bool understood = next_is("?:") || next_is("?P<") || next_is("?<");
      if (!understood) return read_flags(sequence);
      place_ = next_is("?:") ? place_ + 2 : pattern_.find('>', place_) + 1;
      if (place_ == 0) return false;
    }
    sequence.end_run(folds_case_);
    sequence.only_characters = false;
    std::optional<Sequence> inner = read_alternatives(depth + 1);
    if (!inner || at_end()) return false;
    ++place_;  // the `)`
    const std::optional<Repeat> repeat = read_repeat();
    if (!repeat) return false;
    if (!repeat->may_be_absent) sequence.offer(std::move(inner->best));
    return true;
  }

  /// `(?s)` and its like change nothing about which characters must occur; `(?i)` and the form that
  /// opens a group, `(?s:`, are left alone.
  bool read_flags(Sequence& sequence) {
    ++place_;
    while (!at_end() && (peek() == 's' || peek() == 'm' || peek() == 'U' || peek() == '-'))
      ++place_;
    if (at_end() || peek() != ')') return false;
    ++place_;
    sequence.end_run(folds_case_);
    sequence.only_characters = false;
    // Flags are no atom: in `a(?s){0}` it is the `a` that is repeated.
    const std::optional<Repeat> repeat = read_repeat();
    return repeat && !repeat->present;
  }

  bool skip_class() {
    ++place_;
    if (next_is("^")) ++place_;
    bool first = true;
    while (!at_end()) {
      if (peek() == ']' && !first) {
        ++place_;
        return true;
      }
      first = false;
      if (next_is("[:")) {
        const std::size_t end = pattern_.find(":]", place_ + 2);
        place_ = end == std::string_view::npos ? place_ + 1 : end + 2;
      } else {
        place_ += peek() == '\\' ? 2 : 1;
      }
    }
    return false;
  }

  /// The `*`, `+?`, `{2,}` after an atom, if any. Nothing: not understood.
  std::optional<Repeat> read_repeat() {
    Repeat repeat;
    if (at_end()) return repeat;
    if (peek() == '*' || peek() == '?' || peek() == '+') {
      repeat = {.present = true, .may_be_absent = peek() != '+'};
      ++place_;
    } else if (peek() == '{') {
      const std::size_t end = counted_repeat_end();
      if (end == 0) return repeat;  // a `{` that stands for itself
      const std::string_view count = pattern_.substr(place_ + 1, end - place_ - 2);
      const std::size_t minimum_end = std::min(count.find(','), count.size());
      repeat.present = true;
      repeat.may_be_absent =
          count.substr(0, minimum_end).find_first_not_of('0') == std::string_view::npos;
      place_ = end;
    } else {
      return repeat;
    }
    if (next_is("?")) ++place_;
    if (!at_end() && (peek() == '*' || peek() == '?' || peek() == '+')) return std::nullopt;
    if (!at_end() && peek() == '{' && counted_repeat_end() != 0) return std::nullopt;
    return repeat;
  }

  /// Place after `{n}`, `{n,}` or `{n,m}`; 0 when the brace is not such a count.
  std::size_t counted_repeat_end() const {
    std::size_t place = place_ + 1;
    const auto skip_digits = [&] {
      const std::size_t begin = place;
      while (place < pattern_.size() && is_digit(pattern_[place])) ++place;
      return place > begin;
    };
    if (!skip_digits()) return 0;
    if (place < pattern_.size() && pattern_[place] == ',') {
      ++place;
      skip_digits();
    }
    return place < pattern_.size() && pattern_[place] == '}' ? place + 1 : 0;
  }

  std::string_view pattern_;
  std::size_t place_ = 0;
  bool folds_case_ = false;
};

}  // namespace

PatternLiterals required_literals_of(std::string_view pattern) {
  return Reader(pattern).read();
}

}  // namespace logpond::codec
