#include "core/record.h"

#include <gtest/gtest.h>

namespace logpond {
namespace {

RecordBatch two_streams() {
  RecordBatch batch(TenantId{"t"}, 5);
  const auto a = batch.intern_stream(Labels({{"app", "a"}}));
  const auto b = batch.intern_stream(Labels({{"app", "b"}}));
  batch.add_field("user", "ann");
  batch.add_field("n", "12", FieldKind::kNumber);
  batch.finish_record({10, a, Severity::kInfo, "INFO", "first"});
  batch.finish_record({11, b, Severity::kWarn, "warning", "second"});
  return batch;
}

TEST(RecordBatch, GivesBackWhatWasPut) {
  const RecordBatch batch = two_streams();
  ASSERT_EQ(batch.size(), 2U);
  EXPECT_EQ(batch.message(0), "first");
  EXPECT_EQ(batch.severity_text(1), "warning");
  EXPECT_EQ(batch.received(0), 5);
  ASSERT_EQ(batch.fields(0).size(), 2U);
  EXPECT_EQ(batch.field(batch.fields(0)[1]).name, "n");
  EXPECT_EQ(batch.field(batch.fields(0)[1]).kind, FieldKind::kNumber);
  EXPECT_TRUE(batch.fields(1).empty());
  EXPECT_EQ(batch.message_bytes(), 11U);
}

TEST(RecordBatch, SameLabelsAreTheSameStream) {
  RecordBatch batch = two_streams();
  EXPECT_EQ(batch.intern_stream(Labels({{"app", "a"}})), 0U);
  EXPECT_EQ(batch.streams().size(), 2U);
}

TEST(RecordBatch, AbandonedRecordLeavesNoFields) {
  RecordBatch batch = two_streams();
  batch.add_field("lost", "x");
  batch.abandon_record();
  batch.finish_record({12, 0, Severity::kUnset, "", "third"});
  EXPECT_TRUE(batch.fields(2).empty());
}

TEST(RecordBatch, AppendKeepsRecordsStreamsAndReceivedTimes) {
  RecordBatch all(TenantId{"t"}, 99);
  all.intern_stream(Labels({{"app", "b"}}));
  all.append(two_streams());
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.received(1), 5);
  EXPECT_EQ(all.text(all.streams()[all.stream(1)].encoded), Labels({{"app", "b"}}).encode());
  EXPECT_EQ(all.field(all.fields(0)[0]).value, "ann");
}

TEST(RecordBatch, SettledBatchKeepsAllAndCanStillBeBuilt) {
  RecordBatch batch = two_streams();
  batch.reserve(1 << 20, 1000);
  const std::size_t before = batch.size_bytes();
  batch.settle();
  EXPECT_LT(batch.size_bytes(), before / 100);
  EXPECT_EQ(batch.intern_stream(Labels({{"app", "b"}})), 1U);
  EXPECT_EQ(batch.intern_stream(Labels({{"app", "a"}})), 0U);
  batch.add_field("n", "13");
  batch.finish_record({12, 0, Severity::kInfo, "INFO", "third"});
  EXPECT_EQ(batch.field_names().size(), 2U);
  EXPECT_EQ(batch.message(2), "third");
}

RecordBatch::Columns columns_of(const RecordBatch& batch) {
  RecordBatch::Columns columns;
  columns.arena.append(batch.arena());
  columns.streams = batch.streams();
  columns.field_names = batch.field_names();
  columns.timestamps = batch.timestamps();
  columns.received = batch.received();
  columns.record_streams = batch.record_streams();
  columns.severities = batch.severities();
  columns.severity_texts = batch.severity_texts();
  columns.messages = batch.messages();
  columns.field_begins = batch.field_begins();
  columns.fields = batch.fields();
  return columns;
}

/// Whether a good batch is still taken after `spoil` had its columns.
template <typename Spoil>
bool is_taken(const Spoil& spoil) {
  RecordBatch::Columns columns = columns_of(two_streams());
  spoil(columns);
  return RecordBatch::from_columns(TenantId{"t"}, std::move(columns)).has_value();
}

TEST(RecordBatch, ColumnsThatFitTogetherAreTaken) {
  const auto batch = RecordBatch::from_columns(TenantId{"t"}, columns_of(two_streams()));
  ASSERT_TRUE(batch.has_value());
  EXPECT_EQ(batch->message(1), "second");
  EXPECT_EQ(batch->message_bytes(), 11U);
  EXPECT_EQ(batch->field(batch->fields(0)[0]).value, "ann");
}

TEST(RecordBatch, ColumnsThatDoNotFitTogetherAreRefused) {
  using Columns = RecordBatch::Columns;
  EXPECT_FALSE(is_taken([](Columns& c) { c.messages[0].size = 1000; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.messages[0].offset = UINT32_MAX; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.severity_texts[1].size = 1000; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.fields[0].value.offset = 1000; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.fields[1].name = 2; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.fields[1].kind = static_cast<FieldKind>(4); }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.record_streams[0] = 2; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.streams[1] = c.streams[0]; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.streams[1].encoded.size = 1000; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.field_names[1] = c.field_names[0]; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.field_begins[1] = 3; }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.field_begins.pop_back(); }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.timestamps.pop_back(); }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.received.push_back(0); }));
  EXPECT_FALSE(is_taken([](Columns& c) { c.severities.clear(); }));
}

TEST(RecordBatch, FieldNamesInAnyOrderStayTheirOwn) {
  RecordBatch batch(TenantId{}, 0);
  const auto s = batch.intern_stream(Labels());
  for (const char* name : {"a", "b", "c", "b", "a", "c"}) {
    batch.add_field(name, name);
    batch.finish_record({0, s, Severity::kUnset, "", ""});
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const FieldView field = batch.field(batch.fields(i)[0]);
    EXPECT_EQ(field.name, field.value);
  }
  EXPECT_EQ(batch.field_names().size(), 3U);
}

}  // namespace
}  // namespace logpond
