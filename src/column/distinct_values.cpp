#include "column/distinct_values.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace logpond::column {

namespace {

constexpr std::uint32_t kFree = ~0U;

std::uint64_t spread(std::uint64_t bits) {
  const std::uint64_t product = bits * 0x9E3779B97F4A7C15ULL;
  return product ^ (product >> 32);
}

std::size_t text_size(const Value& value) {
  return value.kind == ValueKind::kLongText ? value.bits : value.size;
}

}  // namespace

template <typename Hash>
void DistinctValues::grow(Hash hash) {
  const std::size_t slots = (mask_ + 1) * 2;
  mask_ = slots - 1;
  if (slots_.size() < slots) slots_.resize(slots);
  std::fill(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(slots), kFree);
  for (std::uint32_t code = 0; code < firsts_.size(); ++code) {
    std::size_t slot = hash(firsts_[code]) & mask_;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask_;
    slots_[slot] = code;
  }
}

template <typename Hash, typename Equal>
bool DistinctValues::find(std::size_t size, DictionaryCost cost, Hash hash, Equal equal) {
  constexpr std::size_t kFirstSlots = 64;
  codes_.resize(size);
  firsts_.clear();
  mask_ = kFirstSlots / 2 - 1;
  grow(hash);
  const auto pays = [&] {
    const auto count = static_cast<double>(firsts_.size());
    const auto width = static_cast<double>(std::bit_width(firsts_.size() - 1));
    const double saved = cost.is_sorted ? width - 2 : 0;
    return count * std::max(cost.distinct_bits - saved, 2.0) + static_cast<double>(size) * width <
           cost.plain_bits;
  };
  // Values made to collide are not worth a dictionary.
  std::size_t steps_left = size * 4 + 1024;
  for (std::size_t i = 0; i < size; ++i) {
    std::size_t slot = hash(i) & mask_;
    std::uint32_t code = slots_[slot];
    while (code != kFree && !equal(firsts_[code], i)) {
      if (--steps_left == 0) return false;
      slot = (slot + 1) & mask_;
      code = slots_[slot];
    }
    if (code == kFree) {
      code = static_cast<std::uint32_t>(firsts_.size());
      slots_[slot] = code;
      firsts_.push_back(static_cast<std::uint32_t>(i));
      if (firsts_.size() * 2 > mask_ + 1) {
        if (!pays()) return false;
        grow(hash);
      }
    }
    codes_[i] = code;
    if (i == 1023 && firsts_.size() > 1000) return false;
  }
  return pays();
}

bool DistinctValues::find_numbers(std::span<const std::uint64_t> numbers, DictionaryCost cost) {
  return find(
      numbers.size(), cost, [&](std::size_t i) { return spread(numbers[i]); },
      [&](std::size_t a, std::size_t b) { return numbers[a] == numbers[b]; });
}

bool DistinctValues::find_texts(std::span<const Value> values, const char* base,
                                DictionaryCost cost) {
  return find(
      values.size(), cost, [&](std::size_t i) { return spread(values[i].bits); },
      [&](std::size_t a, std::size_t b) {
        const std::size_t size = text_size(values[a]);
        return values[a].bits == values[b].bits && size == text_size(values[b]) &&
               std::memcmp(base + values[a].offset, base + values[b].offset, size) == 0;
      });
}

}  // namespace logpond::column
