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
