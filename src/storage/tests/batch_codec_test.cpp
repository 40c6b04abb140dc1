#include "storage/batch_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace logpond::storage {
namespace {

RecordBatch sample(const std::vector<std::pair<std::int64_t, std::string>>& lines) {
  RecordBatch batch(TenantId{"t"}, 42);
  for (const auto& [time, text] : lines) {
    if (text.size() % 2 == 0) batch.add_field("len", text, FieldKind::kNumber);
    batch.add_field(text, "x");
    const auto stream = batch.intern_stream(Labels{{"app", text.substr(0, 1)}});
    batch.finish_record(
        {time, stream, static_cast<Severity>(text.size() % 25), text.substr(0, 2), text});
  }
  return batch;
}

void expect_equal(const RecordBatch& a, const RecordBatch& b) {
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(a.tenant(), b.tenant());
  EXPECT_EQ(a.mark(), b.mark());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a.timestamp(i), b.timestamp(i));
    EXPECT_EQ(a.received(i), b.received(i));
    EXPECT_EQ(a.stream(i), b.stream(i));
    EXPECT_EQ(a.severity(i), b.severity(i));
    EXPECT_EQ(a.severity_text(i), b.severity_text(i));
    EXPECT_EQ(a.message(i), b.message(i));
    ASSERT_EQ(a.fields(i).size(), b.fields(i).size());
    for (std::size_t f = 0; f < a.fields(i).size(); ++f) {
      EXPECT_EQ(a.field(a.fields(i)[f]).name, b.field(b.fields(i)[f]).name);
      EXPECT_EQ(a.field(a.fields(i)[f]).value, b.field(b.fields(i)[f]).value);
      EXPECT_EQ(a.field(a.fields(i)[f]).kind, b.field(b.fields(i)[f]).kind);
    }
  }
}

RC_GTEST_PROP(BatchCodec, DecodeUndoesEncode,
              (const std::vector<std::pair<std::int64_t, std::string>>& lines)) {
  const RecordBatch batch = sample(lines);
  std::string bytes;
  encode_batch(batch, bytes);
  const auto back = decode_batch(bytes);
  RC_ASSERT(back.has_value());
  expect_equal(batch, *back);
}

RC_GTEST_PROP(BatchCodec, JoinedMarkedAndEmptyBatchesComeBackToo,
              (const std::vector<std::pair<std::int64_t, std::string>>& lines,
               const std::string& source, std::uint64_t offset)) {
  RecordBatch batch(TenantId{"t"}, 7);  // other receive times than the batches it takes
  batch.append(sample(lines));
  batch.add_field("left", "behind");
  batch.abandon_record();
  batch.finish_record({1, batch.intern_stream(Labels()), Severity::kUnset, "", ""});
  batch.append(sample(lines));
  if (!source.empty()) batch.set_mark(source, offset);
  std::string bytes;
  encode_batch(batch, bytes);
  const auto back = decode_batch(bytes);
  RC_ASSERT(back.has_value());
  expect_equal(batch, *back);
}

TEST(BatchCodec, WideNumbersTakeWideColumns) {
  RecordBatch batch(TenantId{"t"}, 1);
  for (int i = 0; i < 70'000; ++i) {
    const auto stream = batch.intern_stream(Labels{{"n", std::to_string(i)}});
    batch.add_field("name" + std::to_string(i), std::string(i % 300 == 0 ? 70'000 : 1, 'v'));
    batch.finish_record({i, stream, Severity::kInfo, std::to_string(i), "m"});
  }
  std::string bytes;
  encode_batch(batch, bytes);
  const auto back = decode_batch(bytes);
  ASSERT_TRUE(back.has_value());
  expect_equal(batch, *back);
}

TEST(BatchCodec, TakesFewBytesBeyondTheText) {
  RecordBatch batch(TenantId{"t"}, 1);
  const auto stream = batch.intern_stream(Labels{{"app", "a"}});
  constexpr std::size_t kRecords = 1000;
  for (std::size_t i = 0; i < kRecords; ++i) {
    for (const char* name : {"host", "trace_id", "user"}) batch.add_field(name, "value");
    const bool is_warning = i % 2 == 0;
    batch.finish_record({static_cast<TimestampNs>(i), stream,
                         is_warning ? Severity::kWarn : Severity::kInfo,
                         is_warning ? "WARN" : "INFO", "a message"});
  }
  std::string bytes;
  encode_batch(batch, bytes);
  EXPECT_LE(bytes.size() - batch.arena().size(), kRecords * 20);
}

TEST(BatchCodec, EveryTruncationIsAnError) {
  std::string bytes;
  encode_batch(sample({{1, "hello"}, {2, "world!"}}), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_batch(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
}

/// An error, or a batch that encodes to what decodes to the same.
void expect_error_or_sound(const std::string& bytes) {
  const auto batch = decode_batch(bytes);
  if (!batch) return;
  std::string again;
  encode_batch(*batch, again);
  const auto back = decode_batch(again);
  ASSERT_TRUE(back.has_value());
  expect_equal(*batch, *back);
}

TEST(BatchCodec, AnyChangedByteIsAnErrorOrAWellFormedBatch) {
  RecordBatch batch = sample({{1, "hello"}, {2, "world!"}, {3, ""}});
  batch.set_mark("topic/1", 9);
  std::string bytes;
  encode_batch(batch, bytes);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      expect_error_or_sound(changed);
    }
  }
}

RC_GTEST_PROP(BatchCodec, AnyFewChangedBytesAreAnErrorOrAWellFormedBatch,
              (const std::vector<std::pair<std::uint16_t, char>>& changes)) {
  std::string bytes;
  encode_batch(sample({{1, "hello"}, {2, "world!"}, {3, ""}}), bytes);
  for (const auto& [place, value] : changes) bytes[place % bytes.size()] = value;
  expect_error_or_sound(bytes);
}

}  // namespace
}  // namespace logpond::storage
