#include "column/digit_search.h"

#include "codec/literal_search.h"
#include "column/digit_search_kernel.h"

namespace logpond::column {

DigitPattern::DigitPattern(std::string_view text) : size(static_cast<unsigned>(text.size())) {
  for (unsigned i = 0; i < size; ++i) {
    digits |= static_cast<std::uint64_t>(text[i] - '0') << (8 * i);
  }
  mask = ~0ULL >> (64 - 8 * size);
}

void find_digits_baseline(const DigitGroups& numbers, unsigned groups, const DigitPattern& pattern,
                          std::uint8_t* hits) {
  DigitKernel<16>::find(numbers, groups, pattern, hits);
}

void find_digits(const DigitGroups& numbers, unsigned groups, const DigitPattern& pattern,
                 std::uint8_t* hits) {
  return codec::has_avx2() ? find_digits_avx2(numbers, groups, pattern, hits)
                           : find_digits_baseline(numbers, groups, pattern, hits);
}

}  // namespace logpond::column
