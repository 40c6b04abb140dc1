// Reading packed columns. Nothing here trusts the bytes: what a block says of itself is checked
// before it is believed, and before memory is taken for it.
#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "codec/compression.h"
#include "column/column_impl.h"
#include "column/digits.h"
#include "column/value_text.h"

namespace logpond::column {

namespace {

tl::unexpected<Error> broken(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("column: ") + what);
}

/// Whether text can be made of each number.
bool numbers_fit(const Numbers& numbers, ColumnType type) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  switch (type.family) {
    case TypeFamily::kInteger:
    case TypeFamily::kShortest:
    case TypeFamily::kDecimal:
      return numbers.all_within(-kMax, kMax);
    case TypeFamily::kPadded:
      return numbers.all_within(0, static_cast<std::int64_t>(kPowers10[type.aux]) - 1);
    case TypeFamily::kIpv4:
      return numbers.all_within(0, 0xFFFFFFFF);
    case TypeFamily::kTime:
      return numbers.all_within(
          0, static_cast<std::int64_t>(kTimeSecondsEnd *
                                       kPowers10[TimeSpelling::of(type.aux).digits]) -
                 1);
    case TypeFamily::kReference:
      return numbers.all_within(0, kMax);
    default:
      return true;
  }
}

Status read_texts(codec::Reader& reader, TypedValues& values) {
  LOGPOND_TRY(const Numbers sizes, Numbers::read(reader, values.count));
  // More than a group has; a batch, of which groups are made, has no more either.
  constexpr std::uint64_t kMax = std::uint64_t{1} << 30;
  if (!sizes.all_within(0, kMax)) return broken("size of a text");
  const std::uint64_t frame_size = reader.varint();
  values.offsets.resize(values.count + std::size_t{1});
  std::uint64_t end = 0;
  for (std::uint32_t i = 0; i < values.count; ++i) {
    values.offsets[i] = static_cast<std::uint32_t>(end);
    end += sizes[i];
    values.longest = std::max(values.longest, static_cast<std::uint32_t>(sizes[i]));
    if (end > kMax) return broken("size of the texts");
  }
  values.offsets[values.count] = static_cast<std::uint32_t>(end);
  const std::string_view bytes = reader.bytes(frame_size == 0 ? end : frame_size);
  if (!reader.ok()) return broken("texts cut short");
  if (frame_size == 0) {
    values.bytes.reserve(bytes.size() + kBytesPadding);
    values.bytes.assign(bytes);
  } else {
    LOGPOND_CHECK_OK(codec::zstd_check_size(bytes, end));
    values.bytes.resize(end + kBytesPadding);
    LOGPOND_CHECK_OK(codec::zstd_decompress_into(bytes, {values.bytes.data(), end}));
  }
  values.bytes.resize(end + kBytesPadding);
  return {};
}

Status read_values(codec::Reader& reader, TypedValues& values) {
  if (values.type.is_number()) {
    LOGPOND_TRY(values.numbers, Numbers::read(reader, values.count));
    if (!numbers_fit(values.numbers, values.type)) return broken("number out of range");
    return {};
  }
  if (values.type.family == TypeFamily::kText) return read_texts(reader, values);
  const std::uint64_t each =
      values.type.family == TypeFamily::kUuid ? kUuidBytes : values.type.aux / 2U;
  const std::string_view bytes = reader.bytes(each * values.count);
  if (!reader.ok()) return broken("digits cut short");
  values.bytes.reserve(bytes.size() + kBytesPadding);
  values.bytes.assign(bytes);
  values.bytes.resize(bytes.size() + kBytesPadding);
  return {};
}

Status read_part(codec::Reader& reader, std::uint32_t count, ColumnPart& part) {
  auto code = reader.fixed<std::uint8_t>();
  part.count = count;
  part.has_dictionary = code == static_cast<std::uint8_t>(ColumnForm::kDictionary);
  if (part.has_dictionary) code = reader.fixed<std::uint8_t>();
  const std::optional<ColumnType> type = ColumnType::of(code);
  if (!reader.ok() || !type) return broken("no such type");
  part.values.type = *type;
  part.values.count = count;
  if (part.has_dictionary) {
    const std::uint64_t distinct = reader.varint();
    if (distinct == 0 || distinct > count) return broken("number of distinct values");
    part.values.count = static_cast<std::uint32_t>(distinct);
    LOGPOND_TRY(part.codes, Numbers::read(reader, count));
    if (!part.codes.all_within(0, static_cast<std::int64_t>(distinct) - 1)) return broken("code");
  }
  return read_values(reader, part.values);
}

Status read_mixed(codec::Reader& reader, ColumnData& column) {
  const std::uint64_t count = reader.varint();
  constexpr std::uint64_t kPartsMax = 256;
  if (count < 2 || count > kPartsMax || count > column.size) return broken("number of types");
  LOGPOND_TRY(const Numbers places, Numbers::read(reader, column.size));
  if (!places.all_within(0, static_cast<std::int64_t>(count) - 1)) return broken("type of a value");
  std::array<std::uint32_t, kPartsMax> counts{};
  column.plane.resize(column.size);
  column.ranks.resize(column.size);
  for (std::uint32_t i = 0; i < column.size; ++i) {
    const auto place = static_cast<std::uint8_t>(places[i]);
    column.plane[i] = place;
    column.ranks[i] = counts[place]++;
  }
  column.parts.resize(count);
  for (std::size_t place = 0; place < count; ++place) {
    if (counts[place] == 0) return broken("type without values");
    LOGPOND_CHECK_OK(read_part(reader, counts[place], column.parts[place]));
  }
  return {};
}

/// A dictionary of one value, for all.
TypedValues& make_constant(ColumnData& column, ColumnType type) {
  column.parts.resize(1);
  ColumnPart& part = column.parts[0];
  part.has_dictionary = true;
  part.count = column.size;
  part.codes = Numbers::constant(0, column.size);
  part.values.type = type;
  part.values.count = 1;
  return part.values;
}

Status set_number(TypedValues& values, std::uint64_t number) {
  values.numbers = Numbers::constant(number, 1);
  if (!numbers_fit(values.numbers, values.type)) return broken("number out of range");
  return {};
}

Status set_texts(TypedValues& values, std::span<const std::string_view> texts) {
  for (const std::string_view text : texts) {
    values.offsets.push_back(static_cast<std::uint32_t>(values.bytes.size()));
    values.bytes.append(text);
    values.longest = std::max(values.longest, static_cast<std::uint32_t>(text.size()));
  }
  if (values.bytes.size() > std::numeric_limits<std::uint32_t>::max()) return broken("text size");
  values.offsets.push_back(static_cast<std::uint32_t>(values.bytes.size()));
  values.bytes.resize(values.bytes.size() + kBytesPadding);
  return {};
}

Status read_short(codec::Reader& reader, ColumnData& column) {
  if (column.size >= kShortColumn) return broken("too many values of a short one");
  column.parts.resize(1);
  ColumnPart& part = column.parts[0];
  part.count = column.size;
  part.values.count = column.size;
  std::array<std::string_view, kShortColumn> texts;
  for (std::uint32_t i = 0; i < column.size; ++i) texts[i] = reader.sized_bytes();
  return set_texts(part.values, std::span(texts).first(column.size));
}

Status read_column(codec::Reader& reader, ColumnData& column) {
  if (reader.at_end()) return broken("empty");
  const auto code = static_cast<unsigned char>(reader.rest().front());
  if (code == static_cast<unsigned char>(ColumnForm::kDictionary) || ColumnType::of(code)) {
    column.parts.resize(1);
    return read_part(reader, column.size, column.parts[0]);
  }
  switch (static_cast<ColumnForm>(reader.fixed<std::uint8_t>())) {
    case ColumnForm::kConstantText: {
      const std::string_view text = reader.bytes(reader.rest().size());
      return set_texts(make_constant(column, {TypeFamily::kText, 0}), {&text, 1});
    }
    case ColumnForm::kConstantInteger: {
      const auto number = static_cast<std::uint64_t>(codec::unzigzag(reader.varint()));
      return set_number(make_constant(column, {TypeFamily::kInteger, 0}), number);
    }
    case ColumnForm::kConstantReference:
      return set_number(make_constant(column, {TypeFamily::kReference, 0}), reader.varint());
    case ColumnForm::kShort:
      return read_short(reader, column);
    case ColumnForm::kMixed:
      return read_mixed(reader, column);
    default:
      return broken("no such form");
  }
}

}  // namespace

Result<Column> Column::read(std::string_view bytes, std::uint32_t size) {
  if (size == 0 || size > kColumnValuesMax) return broken("number of values");
  codec::Reader reader(bytes);
  ColumnData data;
  data.size = size;
  LOGPOND_CHECK_OK(read_column(reader, data));
  if (!reader.ok()) return broken("cut short");
  if (!reader.at_end()) return broken("more bytes than values");
  return Column(std::make_unique<const Impl>(std::move(data)));
}

}  // namespace logpond::column
