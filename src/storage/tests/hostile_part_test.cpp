// Parts whose checksums are right and whose content is not: errors, never more memory than a part
// of that size can need, and never a crash.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "platform/sim/sim_file_system.h"
#include "storage/scan.h"
#include "storage/tests/hostile_part.h"
#include "storage/tests/record_model.h"

namespace logpond::storage {
namespace {

using testing::HostilePart;

/// A part of one good group, whose row table can be changed before it is written.
class ChangedPart {
 public:
  ChangedPart() : fs_(platform::SimFileSystem::create(1)) {
    std::vector<testing::ModelRecord> records(20);
    for (std::size_t i = 0; i < records.size(); ++i) {
      records[i].tenant.value = "default";
      records[i].labels = Labels{{"app", "a"}};
      records[i].severity_text = "info";
      records[i].message = "took " + std::to_string(i) + " ms";
      records[i].fields = {{"level", "info", FieldKind::kString},
                           {"trace", std::to_string(i), FieldKind::kString}};
    }
    StoredBatch stored{testing::make_batch(records), RecordId{1}, {}};
    stored.streams = {*streams_.intern({"default"}, records[0].labels.encode())};
    GroupEncoder encoder(1);
    for (std::size_t row = 0; row < records.size(); ++row) encoder.add(stored, row);
    meta_ = encoder.finish([](const StreamPtr&) { return 0U; }, bytes_);
    table = *decode_row_table(block(BlockKind::kRowTable), 1, 100, meta_.rows);
  }

  Result<std::shared_ptr<const Part>> open() {
    HostilePart part(meta_.rows);
    for (const BlockMeta& one : meta_.blocks) {
      std::string raw = block(one.kind);
      if (one.kind == BlockKind::kRowTable) {
        raw.clear();
        encode_row_table(table, raw);
      }
      part.add_block(one.kind, raw);
    }
    return open(part);
  }
  Result<std::shared_ptr<const Part>> open(const HostilePart& part) {
    if (!fs_->create_directories("/parts")) return fail(ErrorCode::kIo, "no directory");
    LOGPOND_TRY(auto file, fs_->open("/parts/x.part", platform::OpenMode::kCreateOrTruncate));
    LOGPOND_CHECK_OK(file->write_at(0, part.bytes()));
    return Part::open(*fs_, "/parts", "x.part", streams_);
  }

  RowTable table;

 private:
  std::string block(BlockKind kind) const {
    const BlockMeta& meta = *meta_.find(kind);
    const std::string stored = bytes_.substr(meta.offset, meta.stored_bytes);
    if (meta.coding == BlockCoding::kRaw) return stored;
    std::string raw;
    EXPECT_TRUE(codec::zstd_decompress(stored, meta.raw_bytes, raw));
    return raw;
  }

  std::unique_ptr<platform::SimFileSystem> fs_;
  StreamTable streams_;
  GroupMeta meta_;
  std::string bytes_;
};

/// How reading all rows ended.
Status read_all(ChangedPart& made) {
  LOGPOND_TRY(const auto part, made.open());
  LOGPOND_TRY(const std::size_t rows, testing::repack(part, part->groups().front()));
  EXPECT_EQ(rows, part->groups().front().rows);
  return {};
}

void expect_corruption(const Status& status) {
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kCorruption) << status.error().message;
}

TEST(HostilePart, IsReadWhenNothingIsChanged) {
  ChangedPart part;
  const Status read = read_all(part);
  EXPECT_TRUE(read) << read.error().message;
}

TEST(HostilePart, AGroupLiesInsideOfItsFile) {
  ChangedPart made;
  HostilePart part(1);
  part.add_block(BlockKind::kIds, "x");
  EXPECT_TRUE(made.open(part));
  part.group.bytes = std::uint64_t{1} << 50;
  EXPECT_FALSE(made.open(part));
}

TEST(HostilePart, ABlockIsNoLargerThanAGroupCanBe) {
  ChangedPart made;
  HostilePart part(1);
  part.add_block(BlockKind::kIds, "x");
  part.group.blocks[0].raw_bytes = kBlockBytesMax + 1;
  EXPECT_FALSE(made.open(part));
}

TEST(HostilePart, RowsHaveAsManyValuesOfAFieldAsItsColumn) {
  ChangedPart part;
  // The values of `level` stand in no column: they are the severity texts of their rows.
  for (RowKind& kind : part.table.kinds) {
    for (RowField& field : kind.fields) field.is_word = false;
  }
  expect_corruption(read_all(part));
}

TEST(HostilePart, RowsHaveNoMoreFieldsThanAGroup) {
  ChangedPart part;
  for (RowKind& kind : part.table.kinds) kind.fields.assign(3'000'000, RowField{0, true});
  expect_corruption(read_all(part));
}

TEST(HostilePart, MessagesAreMessagesAndFieldsAreFields) {
  ChangedPart part;
  part.table.shapes[0].message_shape = part.table.fields[0].shape;
  expect_corruption(read_all(part));
}

}  // namespace
}  // namespace logpond::storage
