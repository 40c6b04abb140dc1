// One pass over the line looks for two letters in a row that are rare elsewhere and that a keyword
// cannot do without: tr-ac-e, de-bu-g, fa-tal, cr-itical, e-rr, wa-rn, i-nf-o. Only where such a
// pair stands is the text compared with the keyword. The vector forms mark the pairs of 32 places
// at once.
#include "parse/level_keywords.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace logpond::parse {

namespace {

constexpr std::size_t kBlock = 32;
/// Lines are marked in pieces of this many blocks.
constexpr std::size_t kBlocksPerPiece = 64;

/// Writes to bits[i] which of the 32 places from text + 32 * i hold a pair. Reads 32 * count + 1
/// bytes.
using MarkPairs = void (*)(const char* text, std::size_t count, std::uint32_t* bits);

constexpr char kPairs[][2] = {{'a', 'c'}, {'b', 'u'}, {'f', 'a'}, {'c', 'r'},
                              {'r', 'r'}, {'w', 'a'}, {'n', 'f'}};

#if defined(__x86_64__)

__attribute__((target("avx2"))) void mark_pairs_avx2(const char* text, std::size_t count,
                                                     std::uint32_t* bits) {
  const __m256i lower = _mm256_set1_epi8(0x20);
  for (std::size_t i = 0; i < count; ++i, text += kBlock) {
    const __m256i here =
        _mm256_or_si256(lower, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text)));
    const __m256i next =
        _mm256_or_si256(lower, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 1)));
    __m256i found = _mm256_setzero_si256();
    for (const auto& pair : kPairs) {
      const __m256i both = _mm256_and_si256(_mm256_cmpeq_epi8(here, _mm256_set1_epi8(pair[0])),
                                            _mm256_cmpeq_epi8(next, _mm256_set1_epi8(pair[1])));
      found = _mm256_or_si256(found, both);
    }
    bits[i] = static_cast<std::uint32_t>(_mm256_movemask_epi8(found));
  }
}

void mark_pairs_sse2(const char* text, std::size_t count, std::uint32_t* bits) {
  const __m128i lower = _mm_set1_epi8(0x20);
  const auto half = [&](const char* place) {
    const __m128i here =
        _mm_or_si128(lower, _mm_loadu_si128(reinterpret_cast<const __m128i*>(place)));
    const __m128i next =
        _mm_or_si128(lower, _mm_loadu_si128(reinterpret_cast<const __m128i*>(place + 1)));
    __m128i found = _mm_setzero_si128();
    for (const auto& pair : kPairs) {
      const __m128i both = _mm_and_si128(_mm_cmpeq_epi8(here, _mm_set1_epi8(pair[0])),
                                         _mm_cmpeq_epi8(next, _mm_set1_epi8(pair[1])));
      found = _mm_or_si128(found, both);
    }
    return static_cast<std::uint32_t>(_mm_movemask_epi8(found));
  };
  for (std::size_t i = 0; i < count; ++i, text += kBlock) {
    bits[i] = half(text) | half(text + 16) << 16;
  }
}

MarkPairs best_mark_pairs() {
  return __builtin_cpu_supports("avx2") ? mark_pairs_avx2 : mark_pairs_sse2;
}

#else

void mark_pairs_plain(const char* text, std::size_t count, std::uint32_t* bits) {
  for (std::size_t i = 0; i < count; ++i) {
    bits[i] = 0;
    for (std::size_t j = 0; j < kBlock; ++j, ++text) {
      for (const auto& pair : kPairs) {
        if ((text[0] | 0x20) == pair[0] && (text[1] | 0x20) == pair[1]) bits[i] |= 1u << j;
      }
    }
  }
}

MarkPairs best_mark_pairs() {
  return mark_pairs_plain;
}

#endif

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

/// Where the first place of each keyword is, and what has won so far.
struct Search {
  std::string_view line;
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
    default:
      candidates = {1, 8, kNone};
      break;
  }
  if (pair < candidates.before) return;
  try_keyword(search, candidates.first, pair - candidates.before);
  if (candidates.second != kNone) try_keyword(search, candidates.second, pair - candidates.before);
}

void try_marked(Search& search, std::size_t begin, const std::uint32_t* bits, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    for (std::uint32_t left = bits[i]; left != 0; left &= left - 1) {
      try_pair(search, begin + i * kBlock + static_cast<std::size_t>(std::countr_zero(left)));
    }
  }
}

}  // namespace

DetectedLevel find_level_keyword(std::string_view line) {
  static const MarkPairs mark_pairs = best_mark_pairs();
  Search search{.line = line};
  std::array<std::uint32_t, kBlocksPerPiece> bits;
  std::size_t place = 0;
  while (line.size() - place > kBlock) {
    const std::size_t count = std::min((line.size() - place - 1) / kBlock, kBlocksPerPiece);
    mark_pairs(line.data() + place, count, bits.data());
    try_marked(search, place, bits.data(), count);
    place += count * kBlock;
    if (search.best == 0) break;
  }
  if (place < line.size() && search.best != 0) {
    // The rest is too short to read a block from where it stands. Zeros complete no pair.
    std::array<char, kBlock + 1> rest{};
    std::memcpy(rest.data(), line.data() + place, line.size() - place);
    mark_pairs(rest.data(), 1, bits.data());
    try_marked(search, place, bits.data(), 1);
  }
  if (search.best == kKeywordCount) return {};
  const Keyword& keyword = kKeywords[search.best];
  return {keyword.severity, line.substr(search.best_place, keyword.word.size())};
}

}  // namespace logpond::parse
