// Columns of numbers alone: row shapes, timestamps, ids.
#include <array>
#include <limits>

#include "codec/varint.h"
#include "column/column.h"
#include "column/column_type.h"
#include "column/number_block.h"
#include "column/number_packer.h"

namespace logpond::column {

namespace {

tl::unexpected<Error> broken(const char* what) {
  return fail(ErrorCode::kCorruption, std::string("numbers: ") + what);
}

/// Packers of the thread, which keep their memory.
NumberPacker& packer_of_thread(int zstd_level) {
  thread_local NumberPacker packer(zstd_level);
  if (packer.zstd_level() != zstd_level) packer = NumberPacker(zstd_level);
  return packer;
}
std::vector<std::uint64_t>& numbers_of_thread() {
  thread_local std::vector<std::uint64_t> numbers;
  return numbers;
}

Result<Numbers> read_block(std::string_view bytes, std::uint32_t size) {
  if (size > kColumnValuesMax) return broken("too many");
  if (size == 0) {
    if (!bytes.empty()) return broken("more bytes than numbers");
    return Numbers();
  }
  codec::Reader reader(bytes);
  LOGPOND_TRY(Numbers numbers, Numbers::read(reader, size));
  if (!reader.at_end()) return broken("more bytes than numbers");
  return numbers;
}

/// Units of timestamps, by the byte that says which.
constexpr std::array<std::int64_t, 4> kUnits = {1, 1'000, 1'000'000, 1'000'000'000};

/// Written out for each unit: dividing by a constant is a multiplication.
template <std::int64_t kUnit>
bool is_unit_of(std::span<const std::int64_t> values) {
  for (const std::int64_t value : values) {
    if (value % kUnit != 0) return false;
  }
  return true;
}

std::uint8_t unit_of(std::span<const std::int64_t> values) {
  if (is_unit_of<kUnits[3]>(values)) return 3;
  if (is_unit_of<kUnits[2]>(values)) return 2;
  return is_unit_of<kUnits[1]>(values) ? 1 : 0;
}

}  // namespace

void write_numbers(std::span<const std::uint32_t> values, int zstd_level, std::string& out) {
  if (values.empty()) return;
  std::vector<std::uint64_t>& numbers = numbers_of_thread();
  numbers.assign(values.begin(), values.end());
  packer_of_thread(zstd_level).write(numbers, out);
}

Status read_numbers(std::string_view bytes, std::uint32_t size, std::uint64_t limit,
                    std::vector<std::uint32_t>& values) {
  LOGPOND_TRY(const Numbers numbers, read_block(bytes, size));
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  const auto last = static_cast<std::int64_t>(std::min(limit, kMax + 1)) - 1;
  if (size > 0 && !numbers.all_within(0, last)) return broken("one is too large");
  values.resize(size);
  for (std::uint32_t i = 0; i < size; ++i) values[i] = static_cast<std::uint32_t>(numbers[i]);
  return {};
}

void write_series(std::span<const std::int64_t> values, int zstd_level, std::string& out) {
  if (values.empty()) return;
  const std::uint8_t unit = unit_of(values);
  std::vector<std::uint64_t>& numbers = numbers_of_thread();
  numbers.resize(values.size());
  const auto divide = [&]<std::int64_t kUnit>() {
    for (std::size_t i = 0; i < values.size(); ++i) {
      numbers[i] = static_cast<std::uint64_t>(values[i] / kUnit);
    }
  };
  switch (unit) {
    case 3:
      divide.operator()<kUnits[3]>();
      break;
    case 2:
      divide.operator()<kUnits[2]>();
      break;
    case 1:
      divide.operator()<kUnits[1]>();
      break;
    default:
      divide.operator()<1>();
  }
  out.push_back(static_cast<char>(unit));
  packer_of_thread(zstd_level).write(numbers, out);
}

Status read_series(std::string_view bytes, std::uint32_t size, std::vector<std::int64_t>& values) {
  values.clear();
  if (size == 0) return bytes.empty() ? Status() : broken("more bytes than numbers");
  if (bytes.empty() || static_cast<unsigned char>(bytes[0]) >= kUnits.size()) {
    return broken("no such unit");
  }
  const auto unit = static_cast<std::uint64_t>(kUnits[static_cast<unsigned char>(bytes[0])]);
  LOGPOND_TRY(const Numbers numbers, read_block(bytes.substr(1), size));
  values.resize(size);
  // Numbers too large for their unit wrap around: what was written never has them.
  for (std::uint32_t i = 0; i < size; ++i) {
    values[i] = static_cast<std::int64_t>(numbers[i] * unit);
  }
  return {};
}

}  // namespace logpond::column
