// Short texts compared and hashed by two loads each, for values that come again line after line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace logpond::api::jsonline {

/// First and last bytes of a text, overlapping when it is short. Texts of equal size, kShortMax or
/// less, are equal when their ends are.
struct TextEnds {
  static constexpr std::size_t kShortMax = 16;
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  bool operator==(const TextEnds&) const = default;
};

template <typename Word>
inline std::uint64_t load_word(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

inline TextEnds ends_of(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  if (text.size() >= 8) {
    return {load_word<std::uint64_t>(begin), load_word<std::uint64_t>(end - 8)};
  }
  if (text.size() >= 4) {
    return {load_word<std::uint32_t>(begin), load_word<std::uint32_t>(end - 4)};
  }
  if (text.size() >= 2) {
    return {load_word<std::uint16_t>(begin), load_word<std::uint16_t>(end - 2)};
  }
  return {text.empty() ? 0 : load_word<std::uint8_t>(begin), 0};
}

inline bool is_same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() <= TextEnds::kShortMax) return ends_of(a) == ends_of(b);
  return std::memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Good enough to choose a place in a small table; says nothing about bytes in the middle.
inline std::uint64_t mix_text(std::uint64_t hash, std::string_view text) {
  const TextEnds ends = ends_of(text);
  hash = (hash ^ ends.head ^ text.size()) * 0x9E37'79B9'7F4A'7C15U;
  hash = ((hash ^ (hash >> 32)) ^ ends.tail) * 0xD6E8'FEB8'6659'FD93U;
  return hash ^ (hash >> 32);
}

}  // namespace logpond::api::jsonline
