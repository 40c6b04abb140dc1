#include "message/shape_table.h"

#include "codec/checksum.h"

namespace logpond::message {
namespace {

constexpr std::size_t kSlotsMin = 4096;

}  // namespace

void ShapeTable::clear() {
  texts_.clear();
  shapes_.clear();
  slots_.assign(kSlotsMin, kNoShape);
}

ShapeTable::Place ShapeTable::find(std::string_view text, std::uint64_t owner) const {
  Place place;
  place.hash = codec::checksum(text, owner);
  const std::size_t mask = slots_.size() - 1;
  for (place.slot = place.hash & mask; slots_[place.slot] != kNoShape;
       place.slot = (place.slot + 1) & mask) {
    const std::uint32_t candidate = slots_[place.slot];
    const Shape& shape = shapes_[candidate];
    if (shape.hash == place.hash && shape.owner == owner && this->text(candidate) == text) {
      place.shape = candidate;
      return place;
    }
  }
  return place;
}

std::uint32_t ShapeTable::add(const Place& place, std::string_view text, std::uint64_t owner,
                              ShapeKind kind) {
  const auto number = static_cast<std::uint32_t>(shapes_.size());
  Shape shape;
  shape.hash = place.hash;
  shape.owner = owner;
  shape.text_offset = static_cast<std::uint32_t>(texts_.size());
  shape.text_size = static_cast<std::uint32_t>(text.size());
  shape.kind = kind;
  texts_.append(text);
  shapes_.push_back(shape);
  slots_[place.slot] = number;
  if (shapes_.size() * 2 > slots_.size()) grow_slots();
  return number;
}

void ShapeTable::grow_slots() {
  slots_.assign(slots_.size() * 2, kNoShape);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t i = 0; i < shapes_.size(); ++i) {
    std::size_t slot = shapes_[i].hash & mask;
    while (slots_[slot] != kNoShape) slot = (slot + 1) & mask;
    slots_[slot] = i;
  }
}

}  // namespace logpond::message
