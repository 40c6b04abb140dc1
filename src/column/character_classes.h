// Classes of bytes, one bit each: what a Stamp knows of the texts of a column.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace logpond::column {

inline constexpr std::array<std::uint16_t, 256> kCharacterClasses = [] {
  std::array<std::uint16_t, 256> classes{};
  const auto fill = [&](unsigned first, unsigned last, unsigned bit) {
    for (unsigned c = first; c <= last; ++c) classes[c] = static_cast<std::uint16_t>(1U << bit);
  };
  fill(0x21, 0x7E, 14);  // punctuation, but for what follows
  fill('0', '4', 0);
  fill('5', '9', 1);
  fill('a', 'f', 2);
  fill('g', 'l', 3);
  fill('m', 'r', 4);
  fill('s', 'z', 5);
  fill('A', 'F', 6);
  fill('G', 'Z', 7);
  fill('_', '_', 8);
  fill('.', '.', 9);
  fill('-', '-', 10);
  fill(':', ':', 11);
  fill('/', '/', 12);
  fill(' ', ' ', 13);
  fill(0x00, 0x1F, 15);
  fill(0x7F, 0xFF, 15);
  return classes;
}();

inline std::uint16_t character_class(char c) {
  return kCharacterClasses[static_cast<unsigned char>(c)];
}

/// Classes that occur in `text`.
inline std::uint16_t character_classes(std::string_view text) {
  unsigned classes = 0;
  for (const char c : text) classes |= character_class(c);
  return static_cast<std::uint16_t>(classes);
}

}  // namespace logpond::column
