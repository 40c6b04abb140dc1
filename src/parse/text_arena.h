// Scratch text that stays where it is until the next line.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace logpond::parse {

/// Hands out pieces of memory that never move, and takes all of them back at once. After a few
/// lines it allocates no more.
class TextArena {
 public:
  /// Memory for `size` bytes, valid until reset().
  char* allocate(std::size_t size);
  /// Gives back the end of the last allocation: `used` of its `size` bytes stay.
  void shrink_last(std::size_t size, std::size_t used) {
    left_ += size - used;
    next_ -= size - used;
  }
  std::string_view copy(std::string_view text);
  /// Takes everything back; keeps the largest block, unless it is far larger than lines need.
  void reset();

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace logpond::parse
