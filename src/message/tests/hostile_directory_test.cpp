// Directories that no encoder writes, with columns that fit: they claim more than a message can be.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "column/column.h"
#include "message/directory.h"
#include "message/message_reader.h"
#include "message/message_search.h"
#include "message/structure.h"

namespace logpond::message {
namespace {

const std::string kOne(1, kHole);
const std::string kTwo(2, kHole);

/// Builds a directory by hand; all its columns are constants and lie in one page.
class HostileDirectory {
 public:
  std::uint32_t lane(LaneKind kind) {
    directory_.lanes.push_back({.kind = kind});
    values_.push_back(0);
    columns_.emplace_back();
    directory_.named_lanes = static_cast<std::uint32_t>(directory_.lanes.size());
    return directory_.named_lanes - 1;
  }
  /// Every hole is filled from `lane`.
  std::uint32_t shape(ShapeKind kind, const std::string& text, std::uint32_t count,
                      std::uint32_t lane) {
    DirectoryShape shape;
    shape.text_size = static_cast<std::uint32_t>(text.size());
    shape.first_hole = static_cast<std::uint32_t>(directory_.hole_lanes.size());
    shape.hole_count = static_cast<std::uint32_t>(std::count(text.begin(), text.end(), kHole));
    shape.count = count;
    shape.kind = kind;
    directory_.texts += text;
    directory_.hole_lanes.insert(directory_.hole_lanes.end(), shape.hole_count, lane);
    directory_.shapes.push_back(shape);
    if (shape.hole_count > 0) values_[lane] += count * shape.hole_count;
    return static_cast<std::uint32_t>(directory_.shapes.size() - 1);
  }
  void refer(std::uint32_t lane, std::uint32_t shape) {
    columns_[lane] = {shape, 0, 0, column::ValueKind::kReference, 0};
  }
  void fill(std::uint32_t lane, const std::string& text) {
    texts_.push_back(text + std::string(column::kTextPadding, '\0'));
    columns_[lane] =
        column::type_value(texts_.back().data(), 0, static_cast<std::uint32_t>(text.size()));
    bases_.resize(columns_.size(), nullptr);
    bases_[lane] = texts_.back().data();
  }

  Result<std::unique_ptr<MessageReader>> open() {
    bases_.resize(columns_.size(), nullptr);
    column::ColumnWriter writer(1);
    std::string page;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      std::string bytes;
      std::vector<column::Value> values(std::max(values_[i], 1U), columns_[i]);
      directory_.lanes[i].stamp =
          writer.write(values, bases_[i] == nullptr ? "" : bases_[i], bytes);
      directory_.lanes[i].bytes = static_cast<std::uint32_t>(bytes.size());
      page += bytes;
    }
    std::string encoded;
    encode_directory(directory_, encoded);
    return MessageReader::open(encoded,
                               [page](std::uint32_t) -> Result<std::string> { return page; });
  }

 private:
  Directory directory_;
  std::vector<std::uint32_t> values_;   // by lane
  std::vector<column::Value> columns_;  // of each lane, what all its values are
  std::vector<const char*> bases_;
  std::deque<std::string> texts_;
};

void expect_corruption(MessageReader& reader, std::uint32_t shape) {
  std::string text;
  const auto appended = reader.append_text(shape, 0, text);
  ASSERT_FALSE(appended);
  EXPECT_EQ(appended.error().code, ErrorCode::kCorruption);
  EXPECT_LT(text.size(), std::size_t{8} << 20);
  const auto size = reader.text_size(shape, 0);
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, ErrorCode::kCorruption);
}

TEST(HostileDirectory, PartsThatBranchAreBoundedByTheTextTheyCouldMake) {
  constexpr std::uint32_t kLevels = 17;  // 131,072 leaves, all of them empty
  HostileDirectory directory;
  std::vector<std::uint32_t> lanes;
  for (std::uint32_t level = 0; level <= kLevels; ++level) {
    lanes.push_back(directory.lane(LaneKind::kDocument));
  }
  const std::uint32_t root = directory.shape(ShapeKind::kJson, kOne, 1, lanes[0]);
  for (std::uint32_t level = 1; level <= kLevels; ++level) {
    directory.refer(lanes[level - 1],
                    directory.shape(ShapeKind::kNode, kTwo, 1U << (level - 1), lanes[level]));
  }
  directory.refer(lanes[kLevels], directory.shape(ShapeKind::kNode, "", 1U << kLevels, 0));
  const auto reader = directory.open();
  ASSERT_TRUE(reader) << reader.error().message;
  expect_corruption(**reader, root);
}

TEST(HostileDirectory, HolesThatRepeatALongValueAreBounded) {
  HostileDirectory directory;
  const std::uint32_t lane = directory.lane(LaneKind::kBare);
  const std::uint32_t root =
      directory.shape(ShapeKind::kLogfmt, std::string(50'000, kHole), 1, lane);
  directory.fill(lane, std::string(10'000, 'x'));
  const auto reader = directory.open();
  ASSERT_TRUE(reader) << reader.error().message;
  expect_corruption(**reader, root);
}

TEST(HostileDirectory, AValueLongerThanWhatIsSplitIsDamageWhereValuesAreSplit) {
  HostileDirectory directory;
  const std::uint32_t lane = directory.lane(LaneKind::kBare);
  const std::uint32_t root = directory.shape(ShapeKind::kLogfmt, kOne, 1, lane);
  directory.fill(lane, std::string(kSplitBytesMax + 1, 'x'));
  const auto reader = directory.open();
  ASSERT_TRUE(reader) << reader.error().message;
  expect_corruption(**reader, root);
}

TEST(HostileDirectory, ANestedShapeIsReferredToFromOneLaneOnly) {
  HostileDirectory directory;
  const std::uint32_t first = directory.lane(LaneKind::kDocument);
  const std::uint32_t second = directory.lane(LaneKind::kDocument);
  const std::uint32_t third = directory.lane(LaneKind::kBare);
  const std::uint32_t a = directory.shape(ShapeKind::kJson, "a" + kOne, 1, first);
  const std::uint32_t b = directory.shape(ShapeKind::kJson, "b" + kOne, 1, second);
  const std::uint32_t node = directory.shape(ShapeKind::kNode, "{" + kOne + "}", 2, third);
  directory.fill(third, "1");
  directory.refer(first, node);
  directory.refer(second, node);
  const auto reader = directory.open();
  ASSERT_TRUE(reader) << reader.error().message;
  std::string text;
  ASSERT_TRUE((*reader)->append_text(a, 0, text));
  EXPECT_EQ(text, "a{1}");
  expect_corruption(**reader, b);
}

TEST(HostileDirectory, AShapeThatHoldsItselfIsDamage) {
  HostileDirectory directory;
  const std::uint32_t lane = directory.lane(LaneKind::kDocument);
  const std::uint32_t root = directory.shape(ShapeKind::kJson, kOne, 1, lane);
  const std::uint32_t node = directory.shape(ShapeKind::kNode, kTwo, 2, lane);
  directory.refer(lane, node);
  const auto reader = directory.open();
  ASSERT_TRUE(reader) << reader.error().message;
  expect_corruption(**reader, root);
  ASSERT_TRUE((*reader)->prepare_search());
  LiteralSearch search(**reader, "xy");
  EXPECT_FALSE(search.find(root));
}

TEST(HostileDirectory, LanesAreOfAKindThatTheirShapesHave) {
  const auto opens = [](LaneKind lane_kind, ShapeKind shape_kind) {
    HostileDirectory directory;
    const std::uint32_t lane = directory.lane(lane_kind);
    directory.shape(shape_kind, kOne, 1, lane);
    directory.fill(lane, "x");
    return directory.open().has_value();
  };
  EXPECT_TRUE(opens(LaneKind::kRaw, ShapeKind::kRaw));
  EXPECT_TRUE(opens(LaneKind::kField, ShapeKind::kField));
  EXPECT_TRUE(opens(LaneKind::kString, ShapeKind::kJson));
  EXPECT_FALSE(opens(LaneKind::kRaw, ShapeKind::kJson));
  EXPECT_FALSE(opens(LaneKind::kDocument, ShapeKind::kField));
  EXPECT_FALSE(opens(LaneKind::kDocument, ShapeKind::kList));
}

TEST(HostileDirectory, LanesTogetherHaveNoMoreValuesThanAGroup) {
  HostileDirectory directory;
  for (int i = 0; i < 80; ++i) {
    const std::uint32_t lane = directory.lane(LaneKind::kBare);
    directory.shape(ShapeKind::kLogfmt, kOne, 1U << 19, lane);
    directory.fill(lane, "1");
  }
  const auto reader = directory.open();
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kCorruption);
}

}  // namespace
}  // namespace logpond::message
