// Compiled for AVX2: nothing of the standard library may be used here.
#include "column/digit_search_kernel.h"

namespace logpond::column {

#if defined(__AVX2__)
void find_digits_avx2(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                      std::uint8_t* hits) {
  DigitKernel<32>::find(numbers, count, pattern, hits);
}
#else
void find_digits_avx2(const DigitBlock& numbers, DigitCount count, const DigitPattern& pattern,
                      std::uint8_t* hits) {
  find_digits_baseline(numbers, count, pattern, hits);
}
#endif

}  // namespace logpond::column
