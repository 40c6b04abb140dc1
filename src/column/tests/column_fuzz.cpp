// Any bytes as a column: reading gives values or an error, never a crash, and what is read can be
// written again. The first two bytes are the number of values.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "column/column.h"

namespace {

using namespace logpond::column;  // NOLINT: a fuzz target is one file

/// Packs what a column holds and compares.
void write_again(const Column& column) {
  std::string texts;
  std::vector<Value> values;
  std::vector<std::uint32_t> ends;
  for (std::uint32_t i = 0; i < column.size(); ++i) {
    column.append_text(i, texts);
    ends.push_back(static_cast<std::uint32_t>(texts.size()));
  }
  texts.append(kTextPadding, '\0');
  for (std::uint32_t i = 0, begin = 0; i < column.size(); begin = ends[i++]) {
    if (column.text_size(i) != ends[i] - begin) std::abort();
    if (column.reference(i) >= 0) {
      Value value;
      value.kind = ValueKind::kReference;
      value.bits = static_cast<std::uint64_t>(column.reference(i));
      values.push_back(value);
    } else {
      values.push_back(type_value(texts.data(), begin, ends[i] - begin));
    }
  }
  std::string bytes;
  ColumnWriter(1).write(values, texts.data(), bytes);
  const auto again = Column::read(bytes, column.size());
  if (!again) std::abort();
  std::string text;
  std::uint32_t begin = 0;
  for (std::uint32_t i = 0; i < column.size(); ++i) {
    text.clear();
    again->append_text(i, text);
    if (texts.compare(begin, ends[i] - begin, text) != 0) std::abort();
    if (again->reference(i) != column.reference(i)) std::abort();
    begin = ends[i];
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint32_t count = (data[0] | static_cast<std::uint32_t>(data[1]) << 8) % 300;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  std::vector<std::uint32_t> numbers;
  std::vector<std::int64_t> series;
  (void)read_numbers(bytes, count, 1000, numbers).has_value();
  (void)read_series(bytes, count, series).has_value();
  const auto column = Column::read(bytes, count);
  if (!column) return 0;
  std::vector<std::uint32_t> places;
  for (const Place place : {Place::kEqual, Place::kPrefix, Place::kSuffix, Place::kContains}) {
    for (const char* const literal : {"", "0", "12", "-1", "a", "1.", "10.0.0.1", "123456789012"}) {
      places.clear();
      column->match(place, literal, places);
      std::string text;
      std::size_t found = 0;
      for (std::uint32_t i = 0; i < column->size(); ++i) {
        if (column->reference(i) >= 0) continue;
        text.clear();
        column->append_text(i, text);
        const bool is_hit = place == Place::kEqual    ? text == literal
                            : place == Place::kPrefix ? text.starts_with(literal)
                            : place == Place::kSuffix ? text.ends_with(literal)
                                                      : text.find(literal) != std::string::npos;
        if (!is_hit) continue;
        if (found >= places.size() || places[found++] != i) std::abort();
      }
      if (found != places.size()) std::abort();
    }
  }
  write_again(*column);
  return 0;
}
