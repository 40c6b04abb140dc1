// Random access to the values of a column in memory.
#include "column/column.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "column/character_classes.h"
#include "column/column_impl.h"
#include "column/value_text.h"

namespace logpond::column {

void Stamp::include(std::string_view text) {
  const auto size = static_cast<std::uint8_t>(std::min<std::size_t>(text.size(), 255));
  size_min = std::min(size_min, size);
  size_max = std::max(size_max, size);
  characters = static_cast<std::uint16_t>(characters | character_classes(text));
}

namespace {

/// kInteger and kReference have an aux of 0, and kShortest is none of them.
ValueKind kind_of(TypeFamily family) {
  switch (family) {
    case TypeFamily::kDecimal:
      return ValueKind::kDecimal;
    case TypeFamily::kPadded:
      return ValueKind::kPadded;
    case TypeFamily::kIpv4:
      return ValueKind::kIpv4;
    case TypeFamily::kTime:
      return ValueKind::kTime;
    default:
      return ValueKind::kInteger;
  }
}

}  // namespace

char* write_typed_text(const TypedValues& values, std::uint32_t i, char* at) {
  const ColumnType type = values.type;
  switch (type.family) {
    case TypeFamily::kUuid:
      write_uuid(values.bytes.data() + std::size_t{i} * kUuidBytes, at);
      return at + kUuidTextSize;
    case TypeFamily::kHex:
      write_hex(values.bytes.data() + std::size_t{i} * (type.aux / 2U), type.aux, at);
      return at + type.aux;
    case TypeFamily::kShortest:
      return write_shortest(at, static_cast<std::int64_t>(values.numbers[i]), type.aux);
    default:
      return write_number(at, kind_of(type.family), values.numbers[i], type.aux);
  }
}

void TypedValues::append_text(std::uint32_t i, std::string& out) const {
  if (type.family == TypeFamily::kText) {
    out.append(text(i));
  } else if (type.family != TypeFamily::kReference) {
    char buffer[kTypedTextMax];
    const char* const end = write_typed_text(*this, i, buffer);
    out.append(buffer, static_cast<std::size_t>(end - buffer));
  }
}

std::uint32_t TypedValues::text_size(std::uint32_t i) const {
  switch (type.family) {
    case TypeFamily::kText:
      return offsets[i + 1] - offsets[i];
    case TypeFamily::kReference:
      return 0;
    case TypeFamily::kUuid:
      return kUuidTextSize;
    case TypeFamily::kHex:
      return type.aux;
    case TypeFamily::kShortest:
      return shortest_text_size(static_cast<std::int64_t>(numbers[i]), type.aux);
    default:
      return number_text_size(kind_of(type.family), numbers[i], type.aux);
  }
}

std::size_t TypedValues::memory_bytes() const {
  return numbers.memory_bytes() + bytes.capacity() + offsets.capacity() * sizeof(offsets[0]);
}

Column::Column(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Column::Column(Column&&) noexcept = default;
Column& Column::operator=(Column&&) noexcept = default;
Column::~Column() = default;

std::uint32_t Column::size() const {
  return impl_->size;
}

std::size_t Column::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + sizeof(Impl) + impl_->plane.capacity() +
                      impl_->ranks.capacity() * sizeof(impl_->ranks[0]);
  for (const ColumnPart& part : impl_->parts) {
    bytes += sizeof part + part.codes.memory_bytes() + part.values.memory_bytes();
  }
  return bytes;
}

void Column::append_text(std::uint32_t i, std::string& out) const {
  const ColumnData::Spot spot = impl_->spot(i);
  spot.values.append_text(spot.index, out);
}

std::uint32_t Column::text_size(std::uint32_t i) const {
  const ColumnData::Spot spot = impl_->spot(i);
  return spot.values.text_size(spot.index);
}

std::int64_t Column::reference(std::uint32_t i) const {
  const ColumnData::Spot spot = impl_->spot(i);
  if (spot.values.type.family != TypeFamily::kReference) return -1;
  return static_cast<std::int64_t>(spot.values.numbers[spot.index]);
}

bool Column::has_references() const {
  for (const ColumnPart& part : impl_->parts) {
    if (part.values.type.family == TypeFamily::kReference) return true;
  }
  return false;
}

std::uint32_t Column::text_size_max() const {
  std::uint32_t longest = 0;
  for (const ColumnPart& part : impl_->parts) {
    const TypeFamily family = part.values.type.family;
    if (family == TypeFamily::kReference) continue;
    longest = std::max(longest, family == TypeFamily::kText ? part.values.longest : kTypedTextMax);
  }
  return longest;
}

bool Column::has_texts() const {
  return impl_->parts.size() > 1 || impl_->parts[0].values.type.family != TypeFamily::kReference;
}

std::uint32_t Column::distinct() const {
  const ColumnPart& part = impl_->parts[0];
  return impl_->parts.size() == 1 && part.has_dictionary &&
                 part.values.type.family != TypeFamily::kReference
             ? part.values.count
             : 0;
}

std::uint32_t Column::code(std::uint32_t i) const {
  return impl_->parts[0].index(i);
}

void Column::append_code_text(std::uint32_t code, std::string& out) const {
  impl_->parts[0].values.append_text(code, out);
}

void Column::append_references(std::vector<std::uint32_t>& numbers) const {
  for (std::uint32_t i = 0; i < impl_->size; ++i) {
    const std::int64_t number = reference(i);
    if (number >= 0) numbers.push_back(static_cast<std::uint32_t>(number));
  }
}

}  // namespace logpond::column
