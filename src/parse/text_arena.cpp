#include "parse/text_arena.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace logpond::parse {

namespace {

constexpr std::size_t kBlockBytesMin = 4096;
/// One monstrous line must not keep its memory for ever.
constexpr std::size_t kKeptBytesMax = std::size_t{1} << 20;

}  // namespace

char* TextArena::allocate(std::size_t size) {
  if (size > left_) {
    const std::size_t grown = blocks_.empty() ? kBlockBytesMin : blocks_.back().size * 2;
    const std::size_t block_size = std::max(size, std::min(grown, kKeptBytesMax));
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block_size), block_size});
    next_ = blocks_.back().bytes.get();
    left_ = block_size;
  }
  char* const piece = next_;
  next_ += size;
  left_ -= size;
  return piece;
}

std::string_view TextArena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* const piece = allocate(text.size());
  std::memcpy(piece, text.data(), text.size());
  return {piece, text.size()};
}

void TextArena::reset() {
  if (blocks_.empty()) return;
  if (blocks_.size() > 1) {
    std::swap(blocks_.front(), blocks_.back());
    blocks_.resize(1);
  }
  if (blocks_.front().size > kKeptBytesMax) blocks_.clear();
  next_ = blocks_.empty() ? nullptr : blocks_.front().bytes.get();
  left_ = blocks_.empty() ? 0 : blocks_.front().size;
}

}  // namespace logpond::parse
