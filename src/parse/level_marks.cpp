// Each kind of pair has a bit. Four tables of 16 entries say which kinds a byte may begin, by its
// lower and by its upper half, and which it may end; all four agree only where a pair stands (or,
// for level names, something like one: `d=` looks like `t=` to tables that know halves only).
#include "parse/level_marks.h"

#include <array>
#include <iterator>
#include <string_view>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "codec/literal_search.h"

namespace logpond::parse {

namespace {

struct PairKind {
  std::string_view first;   ///< Any of these ...
  std::string_view second;  ///< ... followed by any of these. Letters in any case.
};
constexpr PairKind kPairKinds[] = {{"a", "c"}, {"b", "u"}, {"f", "a"}, {"c", "r"},
                                   {"r", "r"}, {"w", "a"}, {"n", "f"}, {"lyt", "=\""}};
static_assert(std::size(kPairKinds) == 8, "one bit of a byte each");

#if defined(__x86_64__)

/// Kinds of pair that a byte may be part of, by its lower and its upper four bits.
struct HalfTables {
  alignas(16) std::array<std::uint8_t, 16> lower{};
  alignas(16) std::array<std::uint8_t, 16> upper{};
};

constexpr HalfTables make_tables(std::string_view PairKind::* part) {
  HalfTables tables;
  for (std::size_t kind = 0; kind < std::size(kPairKinds); ++kind) {
    for (const char c : kPairKinds[kind].*part) {
      const auto byte = static_cast<unsigned>(c);
      const auto bit = static_cast<std::uint8_t>(1u << kind);
      tables.lower[byte & 0x0F] |= bit;
      tables.upper[byte >> 4] |= bit;
      if (c >= 'a' && c <= 'z') tables.upper[(byte - 0x20) >> 4] |= bit;
    }
  }
  return tables;
}
constexpr HalfTables kFirstTables = make_tables(&PairKind::first);
constexpr HalfTables kSecondTables = make_tables(&PairKind::second);

__attribute__((target("avx2"))) inline __m256i kinds_of(__m256i bytes, __m256i lower,
                                                        __m256i upper) {
  const __m256i half = _mm256_set1_epi8(0x0F);
  return _mm256_and_si256(
      _mm256_shuffle_epi8(lower, _mm256_and_si256(bytes, half)),
      _mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

__attribute__((target("avx2"))) inline __m256i load_table(
    const std::array<std::uint8_t, 16>& table) {
  return _mm256_broadcastsi128_si256(
      _mm_load_si128(reinterpret_cast<const __m128i*>(table.data())));
}

#endif

/// For processors without AVX2: a table lookup for each byte.
struct ByteTables {
  std::array<std::uint8_t, 256> first{};
  std::array<std::uint8_t, 256> second{};
};
constexpr ByteTables make_byte_tables() {
  ByteTables tables;
  for (std::size_t kind = 0; kind < std::size(kPairKinds); ++kind) {
    const auto bit = static_cast<std::uint8_t>(1u << kind);
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte + 0x20 : byte);
      if (kPairKinds[kind].first.find(c) != std::string_view::npos) tables.first[byte] |= bit;
      if (kPairKinds[kind].second.find(c) != std::string_view::npos) tables.second[byte] |= bit;
    }
  }
  return tables;
}
constexpr ByteTables kByteTables = make_byte_tables();

}  // namespace

void mark_level_pairs_plain(const char* text, std::size_t count, std::uint32_t* bits) {
  for (std::size_t i = 0; i < count; ++i) {
    bits[i] = 0;
    for (std::size_t j = 0; j < kMarkBlock; ++j, ++text) {
      const auto here = static_cast<unsigned char>(text[0]);
      const auto next = static_cast<unsigned char>(text[1]);
      if ((kByteTables.first[here] & kByteTables.second[next]) != 0) bits[i] |= 1u << j;
    }
  }
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) void mark_level_pairs_avx2(const char* text, std::size_t count,
                                                           std::uint32_t* bits) {
  const __m256i first_lower = load_table(kFirstTables.lower);
  const __m256i first_upper = load_table(kFirstTables.upper);
  const __m256i second_lower = load_table(kSecondTables.lower);
  const __m256i second_upper = load_table(kSecondTables.upper);
  for (std::size_t i = 0; i < count; ++i, text += kMarkBlock) {
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i next = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 1));
    const __m256i both = _mm256_and_si256(kinds_of(here, first_lower, first_upper),
                                          kinds_of(next, second_lower, second_upper));
    const __m256i none = _mm256_cmpeq_epi8(both, _mm256_setzero_si256());
    bits[i] = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(none));
  }
}

#else

void mark_level_pairs_avx2(const char* text, std::size_t count, std::uint32_t* bits) {
  mark_level_pairs_plain(text, count, bits);
}

#endif

void mark_level_pairs(const char* text, std::size_t count, std::uint32_t* bits) {
  static const auto best = codec::has_avx2() ? mark_level_pairs_avx2 : mark_level_pairs_plain;
  best(text, count, bits);
}

}  // namespace logpond::parse
