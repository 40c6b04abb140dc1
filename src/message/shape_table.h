// The shapes of one row group while it is built, by text and owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "message/shape.h"

namespace logpond::message {

/// Owns the texts. Threads: one at a time.
class ShapeTable {
 public:
  static constexpr std::uint32_t kNoLane = 0xFFFF'FFFF;
  struct Shape {
    std::uint64_t hash = 0;
    std::uint64_t owner = 0;  ///< Shapes of different owners are different, whatever their text.
    std::uint32_t text_offset = 0;
    std::uint32_t text_size = 0;
    std::uint32_t first_hole = 0;  ///< Into the encoder's list of holes.
    std::uint32_t hole_count = 0;
    std::uint32_t count = 0;  ///< Occurrences so far.
    /// Of a nested shape: the one lane that refers to it.
    std::uint32_t referrer = kNoLane;
    bool is_nested = false;  ///< Met through references only; never a whole message.
    ShapeKind kind = ShapeKind::kFlat;
  };
  /// Where a text is, or would be put.
  struct Place {
    std::uint64_t hash = 0;
    std::size_t slot = 0;
    std::uint32_t shape = kNoShape;
  };

  ShapeTable() { clear(); }
  void clear();
  Place find(std::string_view text, std::uint64_t owner) const;
  /// Adds what find() did not find; returns its number. Other places are void afterwards.
  std::uint32_t add(const Place& place, std::string_view text, std::uint64_t owner, ShapeKind kind);

  Shape& operator[](std::uint32_t i) { return shapes_[i]; }
  const Shape& operator[](std::uint32_t i) const { return shapes_[i]; }
  std::string_view text(std::uint32_t i) const {
    return std::string_view(texts_).substr(shapes_[i].text_offset, shapes_[i].text_size);
  }
  std::size_t size() const { return shapes_.size(); }
  std::size_t size_bytes() const {
    return shapes_.size() * sizeof(Shape) + texts_.size() + slots_.size() * sizeof(Slot);
  }

 private:
  void grow_slots();

  std::string texts_;
  std::vector<Shape> shapes_;
  /// A shape's number, with bits of its hash beside it so that other shapes are passed by.
  struct Slot {
    std::uint32_t shape = kNoShape;
    std::uint32_t tag = 0;
  };
  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
};

}  // namespace logpond::message
