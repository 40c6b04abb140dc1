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

TEST(BatchCodec, EveryTruncationIsAnError) {
  std::string bytes;
  encode_batch(sample({{1, "hello"}, {2, "world!"}}), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_batch(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
}

RC_GTEST_PROP(BatchCodec, AnyFlippedByteIsAnErrorOrAWellFormedBatch,
              (std::uint16_t place, char value)) {
  std::string bytes;
  encode_batch(sample({{1, "hello"}, {2, "world!"}, {3, ""}}), bytes);
  bytes[place % bytes.size()] = value;
  const auto batch = decode_batch(bytes);
  if (!batch) return;
  std::string again;
  encode_batch(*batch, again);
  RC_ASSERT(decode_batch(again).has_value());
}

}  // namespace
}  // namespace logpond::storage
