// The vector forms differ in how many bytes a register holds and in nothing else: compare, gather
// one bit a byte, put the pieces of a block together. `x | 0x20` makes one range of the letters,
// and one pair of the brackets: `[` and `]` become `{` and `}`, and no other byte does.
#include "message/char_class.h"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#define LOGPOND_SSE2 __attribute__((always_inline)) inline
#define LOGPOND_AVX2 __attribute__((target("avx2")))
#define LOGPOND_AVX512 __attribute__((target("avx512f,avx512bw")))
#endif

namespace logpond::message {

namespace {

enum ClassBit : std::uint16_t {
  kWord = 1 << 0,
  kDigit = 1 << 1,
  kEquals = 1 << 2,
  kDot = 1 << 3,
  kQuote = 1 << 4,
  kBackslash = 1 << 5,
  kJsonMark = 1 << 6,
  kLogfmtMark = 1 << 7,
  kControl = 1 << 8,
};

constexpr std::uint16_t bits_of(unsigned char c) {
  const bool digit = c >= '0' && c <= '9';
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  unsigned bits = 0;
  if (digit || letter || c == '_') bits |= kWord;
  if (digit) bits |= kDigit;
  if (c == '=') bits |= kEquals | kLogfmtMark;
  if (c == ' ') bits |= kLogfmtMark;
  if (c == '.') bits |= kDot;
  if (c == '"') bits |= kQuote;
  if (c == '\\') bits |= kBackslash;
  if (c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ',') bits |= kJsonMark;
  if (c < 0x20) bits |= kControl;
  return static_cast<std::uint16_t>(bits);
}

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = bits_of(static_cast<unsigned char>(c));
  return table;
}
constexpr std::array<std::uint16_t, 256> kTable = make_table();

std::uint64_t mask_of(const char* block, ClassBit bit) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    const bool is = (kTable[static_cast<unsigned char>(block[i])] & bit) != 0;
    mask |= static_cast<std::uint64_t>(is) << i;
  }
  return mask;
}

void flat_scalar(const char* text, std::size_t blocks, FlatClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    classes[i] = {mask_of(text, kWord), mask_of(text, kDigit), mask_of(text, kEquals),
                  mask_of(text, kDot)};
  }
}

void document_scalar(const char* text, std::size_t blocks, ClassBit mark,
                     DocumentClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    classes[i] = {mask_of(text, kQuote), mask_of(text, kBackslash), mask_of(text, mark),
                  mask_of(text, kControl)};
  }
}

void json_scalar(const char* text, std::size_t blocks, DocumentClasses* classes) {
  document_scalar(text, blocks, kJsonMark, classes);
}
void logfmt_scalar(const char* text, std::size_t blocks, DocumentClasses* classes) {
  document_scalar(text, blocks, kLogfmtMark, classes);
}

constexpr Classifier kScalarForm = {flat_scalar, json_scalar, logfmt_scalar};

#if defined(__x86_64__)

// ---- SSE2: four registers to a block; every x86-64 has it ----

struct Block128 {
  __m128i part[4];
};

LOGPOND_SSE2 Block128 load128(const char* text) {
  const auto* from = reinterpret_cast<const __m128i*>(text);
  return {{_mm_loadu_si128(from), _mm_loadu_si128(from + 1), _mm_loadu_si128(from + 2),
           _mm_loadu_si128(from + 3)}};
}
LOGPOND_SSE2 Block128 lower128(const Block128& x) {
  const __m128i bit = _mm_set1_epi8(0x20);
  return {{_mm_or_si128(x.part[0], bit), _mm_or_si128(x.part[1], bit), _mm_or_si128(x.part[2], bit),
           _mm_or_si128(x.part[3], bit)}};
}
LOGPOND_SSE2 std::uint64_t gather128(__m128i a, __m128i b, __m128i c, __m128i d) {
  const auto bits = [](__m128i x) { return static_cast<std::uint64_t>(_mm_movemask_epi8(x)); };
  return bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48;
}
LOGPOND_SSE2 std::uint64_t equal128(const Block128& x, char value) {
  const __m128i v = _mm_set1_epi8(value);
  return gather128(_mm_cmpeq_epi8(x.part[0], v), _mm_cmpeq_epi8(x.part[1], v),
                   _mm_cmpeq_epi8(x.part[2], v), _mm_cmpeq_epi8(x.part[3], v));
}
/// Bytes from `first` on, `count` of them.
LOGPOND_SSE2 std::uint64_t range128(const Block128& x, char first, char count) {
  const __m128i low = _mm_set1_epi8(first);
  const __m128i most = _mm_set1_epi8(static_cast<char>(count - 1));
  const auto in = [&](__m128i part) {
    const __m128i distance = _mm_sub_epi8(part, low);
    return _mm_cmpeq_epi8(_mm_min_epu8(distance, most), distance);
  };
  return gather128(in(x.part[0]), in(x.part[1]), in(x.part[2]), in(x.part[3]));
}

void flat_sse2(const char* text, std::size_t blocks, FlatClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const Block128 x = load128(text);
    const std::uint64_t digit = range128(x, '0', 10);
    classes[i] = {range128(lower128(x), 'a', 26) | digit | equal128(x, '_'), digit,
                  equal128(x, '='), equal128(x, '.')};
  }
}
void json_sse2(const char* text, std::size_t blocks, DocumentClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const Block128 x = load128(text);
    const Block128 lower = lower128(x);
    classes[i] = {equal128(x, '"'), equal128(x, '\\'),
                  equal128(lower, '{') | equal128(lower, '}') | equal128(x, ':') | equal128(x, ','),
                  range128(x, 0, 0x20)};
  }
}
void logfmt_sse2(const char* text, std::size_t blocks, DocumentClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const Block128 x = load128(text);
    classes[i] = {equal128(x, '"'), equal128(x, '\\'), equal128(x, '=') | equal128(x, ' '),
                  range128(x, 0, 0x20)};
  }
}

constexpr Classifier kSse2Form = {flat_sse2, json_sse2, logfmt_sse2};

// ---- AVX2: two registers to a block ----

struct Block256 {
  __m256i low;
  __m256i high;
};

LOGPOND_AVX2 inline Block256 load256(const char* text) {
  const auto* from = reinterpret_cast<const __m256i*>(text);
  return {_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)};
}
LOGPOND_AVX2 inline Block256 lower256(const Block256& x) {
  const __m256i bit = _mm256_set1_epi8(0x20);
  return {_mm256_or_si256(x.low, bit), _mm256_or_si256(x.high, bit)};
}
LOGPOND_AVX2 inline std::uint64_t gather256(__m256i low, __m256i high) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
         std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32;
}
LOGPOND_AVX2 inline std::uint64_t equal256(const Block256& x, char value) {
  const __m256i v = _mm256_set1_epi8(value);
  return gather256(_mm256_cmpeq_epi8(x.low, v), _mm256_cmpeq_epi8(x.high, v));
}
LOGPOND_AVX2 inline __m256i in_range256(__m256i part, __m256i low, __m256i most) {
  const __m256i distance = _mm256_sub_epi8(part, low);
  return _mm256_cmpeq_epi8(_mm256_min_epu8(distance, most), distance);
}
LOGPOND_AVX2 inline std::uint64_t range256(const Block256& x, char first, char count) {
  const __m256i low = _mm256_set1_epi8(first);
  const __m256i most = _mm256_set1_epi8(static_cast<char>(count - 1));
  return gather256(in_range256(x.low, low, most), in_range256(x.high, low, most));
}

LOGPOND_AVX2 void flat_avx2(const char* text, std::size_t blocks, FlatClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const Block256 x = load256(text);
    const std::uint64_t digit = range256(x, '0', 10);
    classes[i] = {range256(lower256(x), 'a', 26) | digit | equal256(x, '_'), digit,
                  equal256(x, '='), equal256(x, '.')};
  }
}
LOGPOND_AVX2 void json_avx2(const char* text, std::size_t blocks, DocumentClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const Block256 x = load256(text);
    const Block256 lower = lower256(x);
    classes[i] = {equal256(x, '"'), equal256(x, '\\'),
                  equal256(lower, '{') | equal256(lower, '}') | equal256(x, ':') | equal256(x, ','),
                  range256(x, 0, 0x20)};
  }
}
LOGPOND_AVX2 void logfmt_avx2(const char* text, std::size_t blocks, DocumentClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const Block256 x = load256(text);
    classes[i] = {equal256(x, '"'), equal256(x, '\\'), equal256(x, '=') | equal256(x, ' '),
                  range256(x, 0, 0x20)};
  }
}

constexpr Classifier kAvx2Form = {flat_avx2, json_avx2, logfmt_avx2};

// ---- AVX-512BW: a block is a register, and a comparison is a mask ----

LOGPOND_AVX512 inline std::uint64_t equal512(__m512i x, char value) {
  return _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(value));
}
LOGPOND_AVX512 inline std::uint64_t range512(__m512i x, char first, char count) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(x, _mm512_set1_epi8(first)),
                                _mm512_set1_epi8(count));
}

LOGPOND_AVX512 void flat_avx512(const char* text, std::size_t blocks, FlatClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const __m512i x = _mm512_loadu_si512(text);
    const __m512i lower = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
    const std::uint64_t digit = range512(x, '0', 10);
    classes[i] = {range512(lower, 'a', 26) | digit | equal512(x, '_'), digit, equal512(x, '='),
                  equal512(x, '.')};
  }
}
LOGPOND_AVX512 void json_avx512(const char* text, std::size_t blocks, DocumentClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const __m512i x = _mm512_loadu_si512(text);
    const __m512i lower = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
    classes[i] = {equal512(x, '"'), equal512(x, '\\'),
                  equal512(lower, '{') | equal512(lower, '}') | equal512(x, ':') | equal512(x, ','),
                  range512(x, 0, 0x20)};
  }
}
LOGPOND_AVX512 void logfmt_avx512(const char* text, std::size_t blocks, DocumentClasses* classes) {
  for (std::size_t i = 0; i < blocks; ++i, text += kBlockBytes) {
    const __m512i x = _mm512_loadu_si512(text);
    classes[i] = {equal512(x, '"'), equal512(x, '\\'), equal512(x, '=') | equal512(x, ' '),
                  range512(x, 0, 0x20)};
  }
}

constexpr Classifier kAvx512Form = {flat_avx512, json_avx512, logfmt_avx512};

#endif

const Classifier& choose() {
  for (const auto form : {ClassifierForm::kAvx512, ClassifierForm::kAvx2, ClassifierForm::kSse2}) {
    if (const Classifier* found = classifier(form); found != nullptr) return *found;
  }
  return kScalarForm;
}

}  // namespace

const Classifier* classifier(ClassifierForm form) {
#if defined(__x86_64__)
  switch (form) {
    case ClassifierForm::kScalar:
      return &kScalarForm;
    case ClassifierForm::kSse2:
      return &kSse2Form;
    case ClassifierForm::kAvx2:
      return __builtin_cpu_supports("avx2") ? &kAvx2Form : nullptr;
    case ClassifierForm::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") ? &kAvx512Form
                                                                                     : nullptr;
  }
  return nullptr;
#else
  return form == ClassifierForm::kScalar ? &kScalarForm : nullptr;
#endif
}

const Classifier& best_classifier() {
  static const Classifier& best = choose();
  return best;
}

}  // namespace logpond::message
