// Searching one text in much text.
//
// A place can only match when two chosen bytes of the needle stand at their distances from it. The
// vector form compares 32 places at once against both bytes, and only the few places where both
// agree are compared in full. Which two bytes matters: in `error=` the pair (e, =) is met far less
// often than (e, r), so that long texts pay for a look at a table of how common bytes are in logs.
//
// A hostile pair (needle `aaaa...ab` in a text of `a`) makes every place a candidate. The search
// counts the bytes such candidates cost, and hands the rest to memmem, which is linear, when they
// are out of proportion.
#include "codec/literal_search.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "codec/line_filter.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define LOGPOND_AVX2 __attribute__((target("avx2,bmi")))
#endif

namespace logpond::codec {

namespace {

constexpr std::size_t kNotFound = std::string_view::npos;

}  // namespace

std::size_t find_literal_scalar(std::string_view text, std::string_view needle, std::size_t from) {
  if (from > text.size()) return kNotFound;
  if (needle.empty()) return from;
  if (needle.size() > text.size() - from) return kNotFound;
  const char* const begin = text.data() + from;
  const std::size_t size = text.size() - from;
  const void* const found = needle.size() == 1
                                ? std::memchr(begin, needle.front(), size)
                                : ::memmem(begin, size, needle.data(), needle.size());
  if (found == nullptr) return kNotFound;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

#if defined(__x86_64__)

bool has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
  return has;
}

namespace {

/// Texts at least this long pay for choosing the two rarest bytes of the needle.
constexpr std::size_t kLongText = 512;

/// How common a byte is in logs, 0 the rarest. Only the order matters.
constexpr std::array<std::uint8_t, 256> make_commonness() {
  std::array<std::uint8_t, 256> commonness{};
  for (std::size_t byte = 0; byte < 256; ++byte) commonness[byte] = byte < 0x20 ? 5 : 20;
  for (std::size_t byte = 'A'; byte <= 'Z'; ++byte) commonness[byte] = 60;
  for (std::size_t byte = 'a'; byte <= 'z'; ++byte) commonness[byte] = 120;
  constexpr std::string_view kSeldom = "wbvykgfhjxqz";
  std::uint8_t rank = 100;
  for (const char c : kSeldom) commonness[static_cast<unsigned char>(c)] = rank--;
  constexpr std::string_view kByFrequency = " 0e1t2a3o\"5i4n6r7s89-.:ldcu/=,pm_";
  rank = 255;
  for (const char c : kByFrequency) commonness[static_cast<unsigned char>(c)] = rank--;
  return commonness;
}
constexpr std::array<std::uint8_t, 256> kCommonness = make_commonness();

/// Offsets of the two bytes of the needle to look for; first < second.
struct Probes {
  std::size_t first;
  std::size_t second;
};

Probes choose_probes(std::string_view needle) {
  // Far into a long needle nothing better is to be expected than in its begin.
  const std::size_t end = std::min<std::size_t>(needle.size(), 64);
  const auto commonness = [&](std::size_t i) {
    return kCommonness[static_cast<unsigned char>(needle[i])];
  };
  std::size_t best = 0;
  for (std::size_t i = 1; i < end; ++i) {
    if (commonness(i) < commonness(best)) best = i;
  }
  std::size_t next = best == 0 ? 1 : 0;
  for (std::size_t i = 0; i < end; ++i) {
    // A second copy of the best byte says less than another one.
    if (i == best || needle[i] == needle[best]) continue;
    if (needle[next] == needle[best] || commonness(i) < commonness(next)) next = i;
  }
  return best < next ? Probes{best, next} : Probes{next, best};
}

/// State of one vector search; the needle has two bytes or more.
struct VectorSearch {
  const char* place;  ///< Next place where the needle may begin.
  const char* last;   ///< Last place where it still fits.
  std::string_view needle;
  Probes probes;
  std::size_t budget;  ///< Bytes that false candidates may still cost.
  bool gave_up = false;
};

LOGPOND_AVX2 inline std::uint32_t candidates(const char* place, const Probes& probes, __m256i first,
                                             __m256i second) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(place + probes.first));
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(place + probes.second));
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(
      _mm256_and_si256(_mm256_cmpeq_epi8(a, first), _mm256_cmpeq_epi8(b, second))));
}

/// The first real match among the candidates of one block, or null.
LOGPOND_AVX2 inline const char* check_block(VectorSearch& search, const char* block,
                                            std::uint32_t mask) {
  for (; mask != 0; mask = _blsr_u32(mask)) {
    const char* const place = block + _tzcnt_u32(mask);
    if (std::memcmp(place, search.needle.data(), search.needle.size()) == 0) return place;
    if (search.budget < search.needle.size()) {
      search.gave_up = true;
      search.place = place + 1;
      return nullptr;
    }
    search.budget -= search.needle.size();
  }
  return nullptr;
}

/// Searches every place from search.place to search.last. Requires: there are at least 32 of them.
LOGPOND_AVX2 const char* run(VectorSearch& search) {
  const __m256i first = _mm256_set1_epi8(search.needle[search.probes.first]);
  const __m256i second = _mm256_set1_epi8(search.needle[search.probes.second]);
  const char* place = search.place;
  // Places [place, place + 64) all fit, so that every load is inside the text.
  for (; search.last - place >= 63; place += 64) {
    const std::uint32_t low = candidates(place, search.probes, first, second);
    const std::uint32_t high = candidates(place + 32, search.probes, first, second);
    if ((low | high) == 0) continue;
    if (const char* found = check_block(search, place, low); found != nullptr || search.gave_up) {
      return found;
    }
    if (const char* found = check_block(search, place + 32, high);
        found != nullptr || search.gave_up) {
      return found;
    }
  }
  for (; search.last - place >= 31; place += 32) {
    const std::uint32_t mask = candidates(place, search.probes, first, second);
    const char* const found = check_block(search, place, mask);
    if (found != nullptr || search.gave_up) return found;
  }
  if (place > search.last) return nullptr;
  // The last block reaches back over places already seen, which do not match.
  const char* const block = search.last - 31;
  const std::uint32_t mask = candidates(block, search.probes, first, second);
  return check_block(search, block, mask);
}

}  // namespace

std::size_t find_literal_avx2(std::string_view text, std::string_view needle, std::size_t from) {
  constexpr std::size_t kPlacesMin = 32;
  if (needle.size() < 2 || from > text.size() ||
      text.size() - from < needle.size() + kPlacesMin - 1) {
    return find_literal_scalar(text, needle, from);
  }
  const std::size_t size = text.size() - from;
  VectorSearch search{
      .place = text.data() + from,
      .last = text.data() + text.size() - needle.size(),
      .needle = needle,
      .probes = size >= kLongText ? choose_probes(needle) : Probes{0, needle.size() - 1},
      .budget = size * 4 + 4096};
  const char* const found = run(search);
  if (found != nullptr) return static_cast<std::size_t>(found - text.data());
  if (!search.gave_up) return kNotFound;
  return find_literal_scalar(text, needle, static_cast<std::size_t>(search.place - text.data()));
}

#else

bool has_avx2() {
  return false;
}
std::size_t find_literal_avx2(std::string_view text, std::string_view needle, std::size_t from) {
  return find_literal_scalar(text, needle, from);
}

#endif

std::size_t find_literal(std::string_view text, std::string_view needle, std::size_t from) {
  return has_avx2() ? find_literal_avx2(text, needle, from)
                    : find_literal_scalar(text, needle, from);
}

}  // namespace logpond::codec
