#include "column/column.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

#include "column/column_type.h"
#include "column/tests/text_samples.h"

namespace logpond::column {
namespace {

using testing::TextStore;

struct Packed {
  std::string bytes;
  Stamp stamp;
};

/// A text, or a reference when `reference` is not negative.
struct Cell {
  std::string text;
  std::int64_t reference = -1;
};

Packed pack(ColumnWriter& writer, const std::vector<Cell>& cells) {
  std::vector<std::string> texts;
  for (const Cell& cell : cells) texts.push_back(cell.text);
  const TextStore store(texts);
  std::vector<Value> values;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].reference >= 0) {
      Value value;
      value.kind = ValueKind::kReference;
      value.bits = static_cast<std::uint64_t>(cells[i].reference);
      values.push_back(value);
    } else {
      values.push_back(type_value(store.base(), store.offset(i),
                                  static_cast<std::uint32_t>(cells[i].text.size())));
    }
  }
  Packed packed;
  packed.bytes = "before";
  packed.stamp = writer.write(values, store.base(), packed.bytes);
  EXPECT_EQ(packed.bytes.substr(0, 6), "before");
  packed.bytes.erase(0, 6);
  return packed;
}

Packed pack(const std::vector<Cell>& cells) {
  ColumnWriter writer(1);
  return pack(writer, cells);
}

std::vector<Cell> cells_of(const std::vector<std::string>& texts) {
  std::vector<Cell> cells;
  for (const std::string& text : texts) cells.push_back({text});
  return cells;
}

Column read_back(const Packed& packed, std::size_t size) {
  auto column = Column::read(packed.bytes, static_cast<std::uint32_t>(size));
  if (!column) throw std::runtime_error(column.error().message);
  return std::move(*column);
}

/// Empty when the column gives every cell back, else what is wrong.
std::string difference(const Column& column, const std::vector<Cell>& cells) {
  if (column.size() != cells.size()) return "size";
  bool has_references = false;
  bool has_texts = false;
  for (std::uint32_t i = 0; i < cells.size(); ++i) {
    std::string text = "before";
    column.append_text(i, text);
    if (text != "before" + cells[i].text) return "text " + text + " for " + cells[i].text;
    if (column.text_size(i) != cells[i].text.size()) return "text size of " + cells[i].text;
    if (column.reference(i) != cells[i].reference) return "reference";
    (cells[i].reference >= 0 ? has_references : has_texts) = true;
    if (column.distinct() > 0) {
      if (column.code(i) >= column.distinct()) return "code";
      std::string code_text;
      column.append_code_text(column.code(i), code_text);
      if (code_text != cells[i].text) return "text of code";
    }
  }
  if (column.has_references() != has_references) return "has_references";
  if (column.has_texts() != has_texts) return "has_texts";
  std::vector<std::uint32_t> references;
  column.append_references(references);
  std::vector<std::uint32_t> wanted;
  for (const Cell& cell : cells) {
    if (cell.reference >= 0) wanted.push_back(static_cast<std::uint32_t>(cell.reference));
  }
  return references == wanted ? "" : "references";
}

bool holds(const std::string& text, Place place, const std::string& literal) {
  switch (place) {
    case Place::kEqual:
      return text == literal;
    case Place::kPrefix:
      return text.starts_with(literal);
    case Place::kSuffix:
      return text.ends_with(literal);
    case Place::kContains:
      return text.find(literal) != std::string::npos;
  }
  return false;
}

constexpr Place kPlaces[] = {Place::kEqual, Place::kPrefix, Place::kSuffix, Place::kContains};

/// Empty when match() finds what a look at each text finds, and the stamp allows it.
std::string match_difference(const Column& column, Stamp stamp, const std::vector<Cell>& cells,
                             const std::string& literal) {
  for (const Place place : kPlaces) {
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t i = 0; i < cells.size(); ++i) {
      if (cells[i].reference < 0 && holds(cells[i].text, place, literal)) wanted.push_back(i);
    }
    std::vector<std::uint32_t> got = {7};
    column.match(place, literal, got);
    got.erase(got.begin());
    const std::string which = "place " + std::to_string(static_cast<int>(place)) + " " + literal;
    if (got != wanted) return which;
    if (!wanted.empty() && !stamp.may_match(place, literal)) return "stamp, " + which;
    if (place != Place::kContains) continue;
    got.clear();
    column.match(
        [](const void* context, std::string_view text) {
          return text.find(*static_cast<const std::string*>(context)) != std::string_view::npos;
        },
        &literal, got);
    if (got != wanted) return "test of " + which;
  }
  return "";
}

void expect_round_trip(const std::vector<std::string>& texts, std::size_t bytes_max) {
  const std::vector<Cell> cells = cells_of(texts);
  const Packed packed = pack(cells);
  EXPECT_EQ(difference(read_back(packed, cells.size()), cells), "");
  EXPECT_LE(packed.bytes.size(), bytes_max) << texts[0];
}

template <typename Make>
std::vector<std::string> many(std::size_t count, Make make) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(make(i));
  return texts;
}

std::uint64_t scramble(std::uint64_t i) {
  return (i + 1) * 0x9E3779B97F4A7C15ULL >> 20;
}

TEST(Column, TakesAFewBytesForConstants) {
  expect_round_trip(std::vector<std::string>(1000, "200"), 3);
  expect_round_trip(std::vector<std::string>(1000, "7"), 2);
  expect_round_trip(std::vector<std::string>(1000, "GET"), 4);
  expect_round_trip({"GET"}, 4);
  expect_round_trip({""}, 1);
}

TEST(Column, StoresFewTextsAsTheyAre) {
  expect_round_trip({"a", "17", ""}, 7);
}

TEST(Column, PacksIntegersByRangeOrDifference) {
  expect_round_trip(many(1000, [](std::size_t i) { return std::to_string(1000 + i); }), 8);
  expect_round_trip(
      many(1000, [](std::size_t i) { return std::to_string(5000 + scramble(i) % 1000); }), 1256);
}

TEST(Column, PacksDecimalsOfMixedDigitsAsOne) {
  expect_round_trip(
      many(1000,
           [](std::size_t i) {
             std::string text = std::to_string(1 + scramble(i) % 900);
             text.insert(text.size() - 1, i % 3 == 0 ? "" : text.size() > 1 ? "." : "0.");
             if (text.ends_with(".0")) text.resize(text.size() - 2);
             return text;
           }),
      1800);
}

TEST(Column, KeepsDecimalsWithLastZeros) {
  expect_round_trip(many(1000,
                         [](std::size_t i) {
                           std::string text = std::to_string(100 + scramble(i) % 900);
                           return text.insert(1, ".");
                         }),
                    1300);
}

TEST(Column, KeepsOddValuesApart) {
  expect_round_trip(
      many(4000,
           [](std::size_t i) { return i == 777 ? "1e-05" : std::to_string(scramble(i) % 60'000); }),
      8300);
}

TEST(Column, PacksIdentifiersAsBytes) {
  const auto hex = [](std::size_t i) {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx",
                  static_cast<unsigned long long>(scramble(i) << 20 | 1),
                  static_cast<unsigned long long>(scramble(i + 9) << 20 | 5));
    return std::string(text);
  };
  expect_round_trip(many(500, hex), 500 * 16 + 8);
  const auto uuid = [&](std::size_t i) {
    return hex(i).insert(20, "-").insert(16, "-").insert(12, "-").insert(8, "-");
  };
  expect_round_trip(many(500, uuid), 500 * 16 + 8);
}

TEST(Column, PacksRepeatedTextsAsCodes) {
  expect_round_trip(
      many(8000, [](std::size_t i) { return "/api/v1/thing" + std::to_string(scramble(i) % 8); }),
      3200);
}

TEST(Column, MixesReferencesAndTexts) {
  std::vector<Cell> cells;
  for (int i = 0; i < 100; ++i) cells.push_back(i % 3 == 0 ? Cell{"x"} : Cell{"", i});
  const Packed packed = pack(cells);
  const Column column = read_back(packed, cells.size());
  EXPECT_EQ(difference(column, cells), "");
  EXPECT_EQ(column.distinct(), 0U);
  EXPECT_EQ(match_difference(column, packed.stamp, cells, "x"), "");
  EXPECT_EQ(match_difference(column, packed.stamp, cells, ""), "");
}

TEST(Column, HoldsReferencesAlone) {
  for (const std::size_t count : {1, 3, 1000}) {
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < count; ++i) {
      cells.push_back({"", static_cast<std::int64_t>(scramble(i) % 100)});
    }
    const Packed packed = pack(cells);
    EXPECT_EQ(difference(read_back(packed, count), cells), "");
  }
}

TEST(Column, HoldsLongTexts) {
  expect_round_trip({std::string(70'000, 'a'), "b", std::string(70'000, 'c')}, 150'000);
  expect_round_trip(many(10, [](std::size_t i) { return std::string(70'000 + i % 2, 'a'); }), 400);
}

TEST(Column, RefusesASizeThatIsNotItsOwn) {
  const Packed packed =
      pack(cells_of(many(100, [](std::size_t i) { return std::to_string(scramble(i) % 50'000); })));
  EXPECT_FALSE(Column::read(packed.bytes, 0));
  EXPECT_FALSE(Column::read(packed.bytes, 99 / 2));
  EXPECT_FALSE(Column::read(packed.bytes, 200));
  EXPECT_FALSE(Column::read(packed.bytes, std::numeric_limits<std::uint32_t>::max()));
  EXPECT_FALSE(Column::read("", 1));
}

/// Columns whose texts mostly come from one hat, as those of logs do.
rc::Gen<std::vector<Cell>> any_cells() {
  return rc::gen::mapcat(
      rc::gen::tuple(rc::gen::inRange(1, 400), rc::gen::inRange(1, 40), rc::gen::inRange(0, 12)),
      [](const auto& shape) {
        const auto [count, kinds, references] = shape;
        return rc::gen::map(
            rc::gen::tuple(rc::gen::container<std::vector<std::string>>(
                               static_cast<std::size_t>(kinds), testing::sample_text()),
                           rc::gen::container<std::vector<int>>(static_cast<std::size_t>(count),
                                                                rc::gen::inRange(0, 1000))),
            [references = references](const auto& drawn) {
              const auto& [texts, picks] = drawn;
              std::vector<Cell> cells;
              for (const int pick : picks) {
                if (pick % 12 < references && references < 4) {
                  cells.push_back({"", pick});
                } else {
                  cells.push_back({texts[static_cast<std::size_t>(pick) % texts.size()]});
                }
              }
              return cells;
            });
      });
}

/// Many numbers of one kind with random ranges.
rc::Gen<std::vector<Cell>> number_cells() {
  return rc::gen::map(rc::gen::tuple(rc::gen::inRange(8, 3000), rc::gen::inRange(1, 60),
                                     rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(0, 6)),
                      [](const auto& drawn) {
                        auto [count, bits, seed, shape] = drawn;
                        std::vector<Cell> cells;
                        for (int i = 0; i < count; ++i) {
                          seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
                          const std::uint64_t number = (seed >> 5) >> (59 - std::min(bits, 59));
                          std::string text = std::to_string(number);
                          if (shape == 1 && (seed >> 7) % 2 == 0) text.insert(0, "-");
                          if (shape == 2)
                            text.insert(0, text.size() < 8 ? 8 - text.size() : 0, '0');
                          if (shape == 3) text = text + "." + std::to_string(seed % 90 + 10);
                          if (shape == 4) text = text + "." + std::to_string(seed % 9 + 1);
                          if (shape == 5 && seed % 3 == 0) text += ".25";
                          cells.push_back({text});
                        }
                        return cells;
                      });
}

std::string pick_literal(const std::vector<Cell>& cells) {
  const Cell& cell = cells[*rc::gen::inRange<std::size_t>(0, cells.size())];
  if (cell.text.empty() || *rc::gen::inRange(0, 8) == 0) return *testing::sample_text();
  const auto begin = *rc::gen::inRange<std::size_t>(0, cell.text.size());
  const auto size = *rc::gen::inRange<std::size_t>(1, cell.text.size() - begin + 1);
  const int place = *rc::gen::inRange(0, 4);
  if (place == 0) return cell.text;
  if (place == 1) return cell.text.substr(0, size);
  if (place == 2) return cell.text.substr(cell.text.size() - size);
  return cell.text.substr(begin, size);
}

void check_cells(const std::vector<Cell>& cells) {
  static ColumnWriter writer(1);
  const Packed packed = pack(writer, cells);
  const Column column = read_back(packed, cells.size());
  RC_ASSERT(difference(column, cells) == "");
  for (int i = 0; i < 4; ++i) {
    const std::string literal = pick_literal(cells);
    RC_ASSERT(match_difference(column, packed.stamp, cells, literal) == "");
  }
}

RC_GTEST_PROP(ColumnProperty, GivesBackAndFindsWhatWasWritten, ()) {
  check_cells(*any_cells());
}

RC_GTEST_PROP(ColumnProperty, GivesBackAndFindsNumbers, ()) {
  check_cells(*number_cells());
}

RC_GTEST_PROP(ColumnProperty, SurvivesDamage, ()) {
  const std::vector<Cell> cells = *rc::gen::oneOf(any_cells(), number_cells());
  Packed packed = pack(cells);
  const auto at = *rc::gen::inRange<std::size_t>(0, packed.bytes.size());
  if (*rc::gen::inRange(0, 4) == 0) {
    packed.bytes.resize(at);
  } else {
    packed.bytes[at] = *rc::gen::arbitrary<char>();
  }
  const auto column = Column::read(packed.bytes, static_cast<std::uint32_t>(cells.size()));
  if (!column) return;
  std::string text;
  std::vector<std::uint32_t> places;
  for (std::uint32_t i = 0; i < column->size(); ++i) {
    const std::size_t before = text.size();
    column->append_text(i, text);
    RC_ASSERT(text.size() - before == column->text_size(i));
  }
  for (const Place place : kPlaces) column->match(place, "12", places);
}

}  // namespace
}  // namespace logpond::column
