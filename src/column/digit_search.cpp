#include "column/digit_search.h"

#include "codec/literal_search.h"
#include "column/digit_search_kernel.h"

namespace logpond::column {

DigitPattern::DigitPattern(std::string_view text)
    : size(static_cast<unsigned>(text.size())), has_first_zero(text[0] == '0') {
  for (const char c : text) digits = digits << 4 | static_cast<std::uint64_t>(c - '0');
}

void find_digits_baseline(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                          std::uint8_t* hits) {
  DigitKernel<16>::find(numbers, count, pattern, hits);
}

void find_digits(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                 std::uint8_t* hits) {
  return codec::has_avx2() ? find_digits_avx2(numbers, count, pattern, hits)
                           : find_digits_baseline(numbers, count, pattern, hits);
}

}  // namespace logpond::column
