// Which bytes of a text are digits, quotes, colons: 64 of them to a word, a bit a byte.
// Everything that splits text works on such words, not on the text.
//
// The vector forms differ in how many bytes a register holds and in nothing else: compare, gather
// one bit a byte, put the pieces of a block together. `x | 0x20` makes one range of the letters,
// and one pair of the brackets: `[` and `]` become `{` and `}`, and no other byte does.
//
// A form is a type, so that code written once for any form is compiled for each of them. Such code
// is a template marked LOGPOND_INLINE, and a function marked with the form's LOGPOND_… target calls
// it: there, and only there, masks are counted and searched with that processor's instructions.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define LOGPOND_INLINE __attribute__((always_inline)) inline
#if defined(__x86_64__)
#define LOGPOND_AVX2 __attribute__((target("avx2,bmi,bmi2,pclmul,popcnt")))
#define LOGPOND_AVX512 __attribute__((target("avx512f,avx512bw,avx2,bmi,bmi2,pclmul,popcnt")))
#endif

namespace logpond::message {

/// Bytes to a block, and bits to a mask. Bit i stands for byte i of the block.
inline constexpr std::size_t kBlockBytes = 64;

/// What the flat splitter looks at.
struct FlatClasses {
  std::uint64_t word = 0;   ///< [A-Za-z0-9_]
  std::uint64_t digit = 0;  ///< [0-9]
  std::uint64_t equals = 0;
  std::uint64_t dot = 0;
  bool operator==(const FlatClasses&) const = default;

  /// Without what is not in `valid`.
  FlatClasses within(std::uint64_t valid) const {
    return {word & valid, digit & valid, equals & valid, dot & valid};
  }
};

/// What the document splitters look at.
struct DocumentClasses {
  std::uint64_t quote = 0;  ///< The double one.
  std::uint64_t backslash = 0;
  std::uint64_t mark = 0;     ///< JSON: `{ } [ ] : ,`. logfmt: `=` and the space.
  std::uint64_t control = 0;  ///< Bytes below 0x20.
  bool operator==(const DocumentClasses&) const = default;

  DocumentClasses within(std::uint64_t valid) const {
    return {quote & valid, backslash & valid, mark & valid, control & valid};
  }
};

/// The bits of a text's last block that are in the text; `size` is not 0.
inline std::uint64_t last_block_mask(std::size_t size) {
  return ~std::uint64_t{0} >> ((kBlockBytes - size % kBlockBytes) % kBlockBytes);
}

/// Bit i: whether the number of bits up to and with i is odd. Of quotes: what is inside of strings.
LOGPOND_INLINE std::uint64_t parity_by_shifts(std::uint64_t bits) {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  bits ^= bits << 32;
  return bits;
}

enum class Form : std::uint8_t { kScalar, kSse2, kAvx2, kAvx512 };

/// True when this processor can run the form. kScalar always runs.
bool has_form(Form form);
/// The fastest that this processor runs.
Form best_form();

/// Any processor, a table lookup for each byte. What the other forms are held against.
struct ScalarForm {
  static FlatClasses flat(const char* block);
  static DocumentClasses json(const char* block);
  static DocumentClasses logfmt(const char* block);
  static std::uint64_t parity(std::uint64_t bits) { return parity_by_shifts(bits); }
};

#if defined(__x86_64__)

/// Four registers to a block. Every x86-64 has it.
struct Sse2Form {
  struct Block {
    __m128i part[4];
  };
  LOGPOND_INLINE static Block load(const char* text) {
    const auto* from = reinterpret_cast<const __m128i*>(text);
    return {{_mm_loadu_si128(from), _mm_loadu_si128(from + 1), _mm_loadu_si128(from + 2),
             _mm_loadu_si128(from + 3)}};
  }
  LOGPOND_INLINE static Block lower(const Block& x) {
    const __m128i bit = _mm_set1_epi8(0x20);
    return {{_mm_or_si128(x.part[0], bit), _mm_or_si128(x.part[1], bit),
             _mm_or_si128(x.part[2], bit), _mm_or_si128(x.part[3], bit)}};
  }
  LOGPOND_INLINE static std::uint64_t gather(__m128i a, __m128i b, __m128i c, __m128i d) {
    const auto bits = [](__m128i x) { return static_cast<std::uint64_t>(_mm_movemask_epi8(x)); };
    return bits(a) | bits(b) << 16 | bits(c) << 32 | bits(d) << 48;
  }
  LOGPOND_INLINE static std::uint64_t equal(const Block& x, char value) {
    const __m128i v = _mm_set1_epi8(value);
    return gather(_mm_cmpeq_epi8(x.part[0], v), _mm_cmpeq_epi8(x.part[1], v),
                  _mm_cmpeq_epi8(x.part[2], v), _mm_cmpeq_epi8(x.part[3], v));
  }
  /// Bytes from `first` on, `count` of them.
  LOGPOND_INLINE static std::uint64_t range(const Block& x, char first, char count) {
    const __m128i low = _mm_set1_epi8(first);
    const __m128i most = _mm_set1_epi8(static_cast<char>(count - 1));
    const auto in = [&](__m128i part) {
      const __m128i distance = _mm_sub_epi8(part, low);
      return _mm_cmpeq_epi8(_mm_min_epu8(distance, most), distance);
    };
    return gather(in(x.part[0]), in(x.part[1]), in(x.part[2]), in(x.part[3]));
  }

  LOGPOND_INLINE static FlatClasses flat(const char* block) {
    const Block x = load(block);
    const std::uint64_t digit = range(x, '0', 10);
    return {range(lower(x), 'a', 26) | digit | equal(x, '_'), digit, equal(x, '='), equal(x, '.')};
  }
  LOGPOND_INLINE static DocumentClasses json(const char* block) {
    const Block x = load(block);
    const Block low = lower(x);
    return {equal(x, '"'), equal(x, '\\'),
            equal(low, '{') | equal(low, '}') | equal(x, ':') | equal(x, ','), range(x, 0, 0x20)};
  }
  LOGPOND_INLINE static DocumentClasses logfmt(const char* block) {
    const Block x = load(block);
    return {equal(x, '"'), equal(x, '\\'), equal(x, '=') | equal(x, ' '), range(x, 0, 0x20)};
  }
  LOGPOND_INLINE static std::uint64_t parity(std::uint64_t bits) { return parity_by_shifts(bits); }
};

/// Two registers to a block.
struct Avx2Form {
  struct Block {
    __m256i low;
    __m256i high;
  };
  LOGPOND_AVX2 inline static Block load(const char* text) {
    const auto* from = reinterpret_cast<const __m256i*>(text);
    return {_mm256_loadu_si256(from), _mm256_loadu_si256(from + 1)};
  }
  LOGPOND_AVX2 inline static Block lower(const Block& x) {
    const __m256i bit = _mm256_set1_epi8(0x20);
    return {_mm256_or_si256(x.low, bit), _mm256_or_si256(x.high, bit)};
  }
  LOGPOND_AVX2 inline static std::uint64_t gather(__m256i low, __m256i high) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
           std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(high))} << 32;
  }
  LOGPOND_AVX2 inline static std::uint64_t equal(const Block& x, char value) {
    const __m256i v = _mm256_set1_epi8(value);
    return gather(_mm256_cmpeq_epi8(x.low, v), _mm256_cmpeq_epi8(x.high, v));
  }
  LOGPOND_AVX2 inline static __m256i in(__m256i part, __m256i first, __m256i most) {
    const __m256i distance = _mm256_sub_epi8(part, first);
    return _mm256_cmpeq_epi8(_mm256_min_epu8(distance, most), distance);
  }
  LOGPOND_AVX2 inline static std::uint64_t range(const Block& x, char first, char count) {
    const __m256i low = _mm256_set1_epi8(first);
    const __m256i most = _mm256_set1_epi8(static_cast<char>(count - 1));
    return gather(in(x.low, low, most), in(x.high, low, most));
  }

  LOGPOND_AVX2 inline static FlatClasses flat(const char* block) {
    const Block x = load(block);
    const std::uint64_t digit = range(x, '0', 10);
    return {range(lower(x), 'a', 26) | digit | equal(x, '_'), digit, equal(x, '='), equal(x, '.')};
  }
  LOGPOND_AVX2 inline static DocumentClasses json(const char* block) {
    const Block x = load(block);
    const Block low = lower(x);
    return {equal(x, '"'), equal(x, '\\'),
            equal(low, '{') | equal(low, '}') | equal(x, ':') | equal(x, ','), range(x, 0, 0x20)};
  }
  LOGPOND_AVX2 inline static DocumentClasses logfmt(const char* block) {
    const Block x = load(block);
    return {equal(x, '"'), equal(x, '\\'), equal(x, '=') | equal(x, ' '), range(x, 0, 0x20)};
  }
  /// Multiplied by all ones without carries.
  LOGPOND_AVX2 inline static std::uint64_t parity(std::uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<std::int64_t>(bits)),
                                                 _mm_set1_epi8(-1), 0);
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
  }
};

/// A block is a register, and a comparison is a mask.
struct Avx512Form {
  LOGPOND_AVX512 inline static std::uint64_t equal(__m512i x, char value) {
    return _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8(value));
  }
  LOGPOND_AVX512 inline static std::uint64_t range(__m512i x, char first, char count) {
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(x, _mm512_set1_epi8(first)),
                                  _mm512_set1_epi8(count));
  }

  LOGPOND_AVX512 inline static FlatClasses flat(const char* block) {
    const __m512i x = _mm512_loadu_si512(block);
    const __m512i low = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
    const std::uint64_t digit = range(x, '0', 10);
    return {range(low, 'a', 26) | digit | equal(x, '_'), digit, equal(x, '='), equal(x, '.')};
  }
  LOGPOND_AVX512 inline static DocumentClasses json(const char* block) {
    const __m512i x = _mm512_loadu_si512(block);
    const __m512i low = _mm512_or_si512(x, _mm512_set1_epi8(0x20));
    return {equal(x, '"'), equal(x, '\\'),
            equal(low, '{') | equal(low, '}') | equal(x, ':') | equal(x, ','), range(x, 0, 0x20)};
  }
  LOGPOND_AVX512 inline static DocumentClasses logfmt(const char* block) {
    const __m512i x = _mm512_loadu_si512(block);
    return {equal(x, '"'), equal(x, '\\'), equal(x, '=') | equal(x, ' '), range(x, 0, 0x20)};
  }
  /// Multiplied by all ones without carries.
  LOGPOND_AVX512 inline static std::uint64_t parity(std::uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<std::int64_t>(bits)),
                                                 _mm_set1_epi8(-1), 0);
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(product));
  }
};

#endif

}  // namespace logpond::message
