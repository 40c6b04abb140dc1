// One pass over the line looks for two letters in a row that are rare elsewhere and that a keyword
// cannot do without: tr-ac-e, de-bu-g, fa-tal, cr-itical, e-rr, wa-rn, i-nf-o; and for the last
// letter of a level name, l, y or t, with `=` or a quote behind it. Only where such a pair stands
// is the text compared with the words.
#include "parse/level_keywords.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>

#include "parse/level_marks.h"

namespace logpond::parse {

namespace {

/// Lines are marked in pieces of this many blocks.
constexpr std::size_t kBlocksPerPiece = 64;

struct Keyword {
  std::string_view word;
  Severity severity;
};
/// In Loki's order: an earlier one wins.
constexpr Keyword kKeywords[] = {
    {"trace", Severity::kTrace},       {"debug", Severity::kDebug}, {"fatal", Severity::kFatal},
    {"critical", Severity::kCritical}, {"error", Severity::kError}, {"err", Severity::kError},
    {"warning", Severity::kWarn},      {"warn", Severity::kWarn},   {"info", Severity::kInfo}};
constexpr std::size_t kKeywordCount = std::size(kKeywords);
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// What of the line has been seen, and what has won so far.
struct Search {
  std::string_view line;
  MemberLevel member_level;  ///< Null once it has been asked.
  DetectedLevel member;      ///< What it answered.
  std::array<bool, kKeywordCount> seen{};
  std::size_t best = kKeywordCount;
  std::size_t best_place = 0;
};

/// Go's letters and digits among the first 256 code points, and `_`: Loki looks at single bytes.
constexpr std::array<bool, 256> make_word_bytes() {
  std::array<bool, 256> table{};
  for (std::size_t c = '0'; c <= '9'; ++c) table[c] = true;
  for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (std::size_t c = 0xC0; c <= 0xFF; ++c) table[c] = c != 0xD7 && c != 0xF7;
  for (const std::size_t c :
       {std::size_t{'_'}, std::size_t{0xAA}, std::size_t{0xB5}, std::size_t{0xBA}}) {
    table[c] = true;
  }
  return table;
}
constexpr std::array<bool, 256> kWordBytes = make_word_bytes();

bool is_bounded(std::string_view line, std::size_t begin, std::size_t end) {
  const auto in_word = [line](std::size_t i) {
    return kWordBytes[static_cast<unsigned char>(line[i])];
  };
  return (begin == 0 || !in_word(begin - 1)) && (end == line.size() || !in_word(end));
}

bool equals_folded(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char c, char small) {
           return (c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) == small;
         });
}

bool stands_at(std::string_view line, std::size_t place, std::string_view word) {
  if (line.size() - place < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if ((line[place + i] | 0x20) != word[i]) return false;
  }
  return true;
}

void try_keyword(Search& search, std::size_t keyword, std::size_t place) {
  const std::string_view word = kKeywords[keyword].word;
  if (search.seen[keyword] || !stands_at(search.line, place, word)) return;
  search.seen[keyword] = true;
  if (keyword < search.best && is_bounded(search.line, place, place + word.size())) {
    search.best = keyword;
    search.best_place = place;
  }
}

/// True when a level name ends at `end` and is a key of its own: a blank, a quote or nothing before
/// it.
bool ends_level_name(std::string_view line, std::size_t end) {
  for (const std::string_view name : kFoldedLevelNames) {
    if (end < name.size()) continue;
    const std::size_t begin = end - name.size();
    const bool key_begins =
        begin == 0 || static_cast<unsigned char>(line[begin - 1]) <= ' ' || line[begin - 1] == '"';
    if (key_begins && equals_folded(line.substr(begin, name.size()), name)) return true;
  }
  return false;
}

/// The last letter of what may be a level name is at `last`.
void try_member(Search& search, std::size_t last) {
  if (search.member_level == nullptr || !ends_level_name(search.line, last + 1)) return;
  search.member = search.member_level(search.line);
  search.member_level = nullptr;
}

/// A pair was found at `pair`: tries the keywords it may belong to.
void try_pair(Search& search, std::size_t pair) {
  struct Candidates {
    std::size_t before;  ///< Letters of the keyword before the pair.
    std::size_t first;   ///< Numbers in kKeywords.
    std::size_t second;
  };
  Candidates candidates{};
  switch (search.line[pair] | 0x20) {
    case 'a':
      candidates = {2, 0, kNone};
      break;
    case 'b':
      candidates = {2, 1, kNone};
      break;
    case 'f':
      candidates = {0, 2, kNone};
      break;
    case 'c':
      candidates = {0, 3, kNone};
      break;
    case 'r':
      candidates = {1, 4, 5};
      break;
    case 'w':
      candidates = {0, 6, 7};
      break;
    case 'n':
      candidates = {1, 8, kNone};
      break;
    default:
      try_member(search, pair);
      return;
  }
  if (pair < candidates.before) return;
  try_keyword(search, candidates.first, pair - candidates.before);
  if (candidates.second != kNone) try_keyword(search, candidates.second, pair - candidates.before);
}

/// Tries the marked places; false when the answer is known.
bool try_marked(Search& search, std::size_t begin, const std::uint32_t* bits, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::uint32_t left = bits[i]; left != 0; left &= left - 1) {
      try_pair(search, begin + i * kMarkBlock + static_cast<std::size_t>(std::countr_zero(left)));
      if (search.member.severity != Severity::kUnknown) return false;
    }
  }
  return true;
}

/// Marks and tries the whole line, piece by piece.
void run(Search& search) {
  const std::string_view line = search.line;
  std::array<std::uint32_t, kBlocksPerPiece> bits;
  std::size_t place = 0;
  while (line.size() - place > kMarkBlock) {
    const std::size_t count = std::min((line.size() - place - 1) / kMarkBlock, kBlocksPerPiece);
    mark_level_pairs(line.data() + place, count, bits.data());
    if (!try_marked(search, place, bits.data(), count)) return;
    place += count * kMarkBlock;
  }
  if (place == line.size()) return;
  // The rest is too short to read a block from where it stands. Zeros complete no pair.
  std::array<char, kMarkBlock + 1> rest{};
  std::memcpy(rest.data(), line.data() + place, line.size() - place);
  mark_level_pairs(rest.data(), 1, bits.data());
  try_marked(search, place, bits.data(), 1);
}

}  // namespace

DetectedLevel find_level(std::string_view line, MemberLevel member_level) {
  Search search{.line = line, .member_level = member_level};
  run(search);
  if (search.member.severity != Severity::kUnknown) return search.member;
  if (search.best == kKeywordCount) return {};
  const Keyword& keyword = kKeywords[search.best];
  return {keyword.severity, line.substr(search.best_place, keyword.word.size())};
}

}  // namespace logpond::parse
