#include "storage/merge.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/sim/sim_file_system.h"
#include "storage/tests/record_model.h"

namespace logpond::storage {
namespace {

class MergeTest : public ::testing::Test {
 protected:
  PartWriter writer(const std::string& name) {
    auto made = PartWriter::create(*fs_, {.parts_directory = "/parts", .name = "day/" + name});
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }
  std::shared_ptr<const Part> open(const std::string& name) {
    auto part = Part::open(*fs_, "/parts", "day/" + name, streams_);
    EXPECT_TRUE(part) << part.error().message;
    return *part;
  }
  /// A part of one group of `rows` rows, each with a field of `bytes` bytes.
  std::shared_ptr<const Part> write(const std::string& name, std::size_t rows, std::size_t bytes) {
    testing::ModelRecord record;
    record.tenant.value = "default";
    record.labels = Labels{{"app", "a"}};
    record.message = "took 17 ms";
    record.fields = {{"body", std::string(bytes, 'x'), FieldKind::kString}};
    StoredBatch stored{testing::make_batch({record}), RecordId{1}, {}};
    stored.streams = {*streams_.intern(record.tenant, record.labels.encode())};
    GroupEncoder encoder(1);
    for (std::size_t i = 0; i < rows; ++i) encoder.add(stored, 0);
    PartWriter into = writer(name);
    EXPECT_TRUE(into.add(encoder));
    EXPECT_TRUE(into.finish());
    return open(name);
  }

  std::unique_ptr<platform::SimFileSystem> fs_ = platform::SimFileSystem::create(1);
  StreamTable streams_;
};

TEST_F(MergeTest, JoinedGroupsAreNoHeavierThanOthers) {
  constexpr std::size_t kRows = 30;
  constexpr std::size_t kBytes = kGroupMemoryMax / kRows * 2 / 3;
  const auto a = write("a", kRows, kBytes);
  const auto b = write("b", kRows, kBytes);
  ASSERT_TRUE(is_undersized(a->groups()[0]));
  PartWriter into = writer("joined");
  const std::vector<DeletionPtr> none;
  PartMerger merger(into, none, [](const Part&, const Error& error) { FAIL() << error.message; });
  ASSERT_TRUE(merger.add(a));
  ASSERT_TRUE(merger.add(b));
  ASSERT_TRUE(merger.finish());
  ASSERT_TRUE(into.finish());
  const auto joined = open("joined");
  ASSERT_EQ(joined->groups().size(), 2U);
  EXPECT_GT(joined->groups()[0].rows, kRows);
  EXPECT_EQ(joined->groups()[0].rows + joined->groups()[1].rows, 2 * kRows);
}

}  // namespace
}  // namespace logpond::storage
