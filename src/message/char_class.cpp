#include "message/char_class.h"

#include <array>

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

Form choose() {
  for (const Form form : {Form::kAvx512, Form::kAvx2, Form::kSse2}) {
    if (has_form(form)) return form;
  }
  return Form::kScalar;
}

}  // namespace

bool has_form(Form form) {
#if defined(__x86_64__)
  const auto has_avx2 = [] {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul") &&
           __builtin_cpu_supports("popcnt");
  };
  switch (form) {
    case Form::kScalar:
    case Form::kSse2:
      return true;
    case Form::kAvx2:
      return has_avx2();
    case Form::kAvx512:
      return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
  }
#endif
  return form == Form::kScalar;
}

Form best_form() {
  static const Form best = choose();
  return best;
}

FlatClasses ScalarForm::flat(const char* block) {
  return {mask_of(block, kWord), mask_of(block, kDigit), mask_of(block, kEquals),
          mask_of(block, kDot)};
}

DocumentClasses ScalarForm::json(const char* block) {
  return {mask_of(block, kQuote), mask_of(block, kBackslash), mask_of(block, kJsonMark),
          mask_of(block, kControl)};
}

DocumentClasses ScalarForm::logfmt(const char* block) {
  return {mask_of(block, kQuote), mask_of(block, kBackslash), mask_of(block, kLogfmtMark),
          mask_of(block, kControl)};
}

}  // namespace logpond::message
