// A column: values of one place of many records, packed by what they have in common.
// Layout: docs/formats/column.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "column/value.h"
#include "core/result.h"

namespace logpond::column {

/// How a literal must lie in a value.
enum class Place : std::uint8_t { kEqual, kPrefix, kSuffix, kContains };

/// What any value of a column can be, in four bytes: enough to skip a column without reading it.
struct Stamp {
  std::uint8_t size_min = 0;
  std::uint8_t size_max = 255;        ///< 255: that or more.
  std::uint16_t characters = 0xFFFF;  ///< One bit a class of bytes that occurs; see column.md.

  /// Widens the stamp to cover one more text.
  void include(std::string_view text);
  /// False when no value can hold `literal` at `place`.
  bool may_match(Place place, std::string_view literal) const;
};

/// Packs columns. Keeps its memory from one column to the next.
///
/// Threads: one at a time.
class ColumnWriter {
 public:
  explicit ColumnWriter(int zstd_level);
  ColumnWriter(ColumnWriter&&) noexcept;
  ~ColumnWriter();

  /// Appends the packed `values` (at least one; changed while packing) to `out`, whose texts lie at
  /// `base + offset` with kTextPadding readable bytes behind each. Returns the column's stamp.
  Stamp write(std::span<Value> values, const char* base, std::string& out);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A column unpacked for reading: random access, matching on packed values.
///
/// Owns all of its memory. Threads: safe to read from any.
class Column {
 public:
  /// Reads a column of `size` values that takes all of `bytes`. Never trusts the bytes.
  /// Errors: kCorruption.
  static Result<Column> read(std::string_view bytes, std::uint32_t size);
  Column(Column&&) noexcept;
  Column& operator=(Column&&) noexcept;
  ~Column();

  std::uint32_t size() const;
  std::size_t memory_bytes() const;

  /// Appends the text of value `i`; nothing for a reference.
  void append_text(std::uint32_t i, std::string& out) const;
  /// Bytes of that text, without making it.
  std::uint32_t text_size(std::uint32_t i) const;
  /// No text is longer than that.
  std::uint32_t text_size_max() const;
  /// The number of a reference; -1 where value `i` is text.
  std::int64_t reference(std::uint32_t i) const;
  /// True when any value is a reference, or any is not.
  bool has_references() const;
  bool has_texts() const;

  /// Number of distinct values when the column is a constant or a dictionary with one code a value
  /// (kinds not mixed), else 0. Then code(i) < distinct(), and append_code_text gives the text.
  std::uint32_t distinct() const;
  std::uint32_t code(std::uint32_t i) const;
  void append_code_text(std::uint32_t code, std::string& out) const;

  /// Appends, ascending, the places of all values (text ones) that hold `literal` at `place`.
  /// Compares packed values where it can: integers as integers, dictionaries once a distinct value.
  void match(Place place, std::string_view literal, std::vector<std::uint32_t>& places) const;
  /// Appends, ascending, the places of values for which `keeps` holds; called once a distinct value
  /// where there is a dictionary. `keeps(context, text)`.
  using TextTest = bool (*)(const void* context, std::string_view text);
  void match(TextTest keeps, const void* context, std::vector<std::uint32_t>& places) const;
  /// References: appends all places, and their numbers, in order.
  void append_references(std::vector<std::uint32_t>& numbers) const;

 private:
  struct Impl;
  explicit Column(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

/// Packs `values` (each below 2^32) for their number alone: row shapes, stream places, counts.
/// Byte planes with zstd where it pays, else bit packing. read_numbers() needs the same count.
void write_numbers(std::span<const std::uint32_t> values, int zstd_level, std::string& out);
/// Errors: kCorruption. `limit`: every value is below it.
Status read_numbers(std::string_view bytes, std::uint32_t size, std::uint64_t limit,
                    std::vector<std::uint32_t>& values);
/// The same for signed 64-bit numbers that run on (timestamps, ids): a common unit is taken out,
/// then differences are packed. Consecutive numbers cost nothing.
void write_series(std::span<const std::int64_t> values, int zstd_level, std::string& out);
Status read_series(std::string_view bytes, std::uint32_t size, std::vector<std::int64_t>& values);

}  // namespace logpond::column
