#include "cli/client/push_body.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/compression.h"
#include "codec/varint.h"

namespace logpond::cli {
namespace {

/// One line as a plain protobuf reader sees it.
struct Seen {
  std::string labels;
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  std::string line;
  std::string fields;
  bool operator==(const Seen&) const = default;
};

void read_entry(std::string_view bytes, Seen& seen) {
  codec::Reader entry(bytes);
  while (!entry.at_end() && entry.ok()) {
    const std::uint64_t tag = entry.varint();
    codec::Reader part(entry.sized_bytes());
    if (tag >> 3 == 1) {
      while (!part.at_end() && part.ok()) {
        const std::uint64_t field = part.varint() >> 3;
        (field == 1 ? seen.seconds : seen.nanos) = static_cast<std::int64_t>(part.varint());
      }
    } else if (tag >> 3 == 2) {
      seen.line = part.rest();
    } else {
      part.varint();
      seen.fields += std::string(part.sized_bytes()) + "=";
      part.varint();
      seen.fields += std::string(part.sized_bytes()) + ";";
    }
  }
}

std::vector<Seen> decode(const std::string& body) {
  const auto request =
      codec::decode_content(codec::ContentCoding::kSnappy, body, std::size_t{64} << 20);
  EXPECT_TRUE(request.has_value());
  std::vector<Seen> all;
  codec::Reader reader(*request);
  while (!reader.at_end() && reader.ok()) {
    EXPECT_EQ(reader.varint() >> 3, 1U);
    codec::Reader stream(reader.sized_bytes());
    std::string labels;
    while (!stream.at_end() && stream.ok()) {
      const std::uint64_t field = stream.varint() >> 3;
      const std::string_view bytes = stream.sized_bytes();
      if (field == 1) {
        labels = bytes;
        continue;
      }
      Seen seen;
      seen.labels = labels;
      read_entry(bytes, seen);
      all.push_back(seen);
    }
  }
  EXPECT_TRUE(reader.ok());
  return all;
}

TEST(PushBody, KeepsLinesOfSeveralStreams) {
  PushBody body;
  const std::size_t a = body.stream(Labels({{"job", "a"}}));
  const std::size_t b = body.stream(Labels({{"job", "b"}}));
  EXPECT_EQ(body.stream(Labels({{"job", "a"}})), a);
  const std::vector<Label> fields{{"trace", "x"}, {"user", "ann"}};
  body.add(a, 5 * kSecond + 7, "one", fields);
  body.add(b, -1, std::string("t\0wo\xFF", 5));
  EXPECT_EQ(body.lines(), 2U);
  EXPECT_EQ(body.bytes(), 8U);
  EXPECT_EQ(decode(body.encode()),
            (std::vector<Seen>{{"{job=\"a\"}", 5, 7, "one", "trace=x;user=ann;"},
                               {"{job=\"b\"}", -1, 999'999'999, std::string("t\0wo\xFF", 5), ""}}));
  body.clear();
  EXPECT_TRUE(body.empty());
}

RC_GTEST_PROP(PushBodyProperty, LinesComeBackAsTheyWere,
              (std::vector<std::string> lines, std::int64_t start)) {
  PushBody body;
  const TimestampNs first = start / 2;
  const std::size_t stream = body.stream(Labels({{"job", "x"}}));
  for (std::size_t i = 0; i < lines.size(); ++i)
    body.add(stream, first + static_cast<TimestampNs>(i), lines[i]);
  const auto seen = decode(body.encode());
  RC_ASSERT(seen.size() == lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    RC_ASSERT(seen[i].line == lines[i]);
    RC_ASSERT(seen[i].seconds * kSecond + seen[i].nanos == first + static_cast<TimestampNs>(i));
  }
}

}  // namespace
}  // namespace logpond::cli
