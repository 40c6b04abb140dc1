// What goes in comes out, byte for byte, and is found where it is.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>

#include "message/message_encoder.h"
#include "message/message_reader.h"
#include "message/message_search.h"
#include "message/structure.h"
#include "message/tests/line_generator.h"
#include "message/tests/packed_lines.h"

namespace logpond::message {
namespace {

/// Lines packed as one group, and where each went.
struct Packed {
  EncodedMessages encoded;
  std::vector<std::uint32_t> shapes;
  std::vector<std::uint32_t> occurrences;
  std::unique_ptr<MessageReader> reader;
};

/// The reader keeps a pointer to `packed`.
void open_reader(Packed& packed) {
  auto reader = MessageReader::open(packed.encoded.directory, testing::pages_of(packed.encoded));
  ASSERT_TRUE(reader) << reader.error().message;
  packed.reader = std::move(*reader);
}

std::unique_ptr<Packed> pack(MessageEncoder& encoder, const std::vector<std::string>& lines) {
  auto packed = std::make_unique<Packed>();
  std::vector<std::uint32_t> counts;
  std::uint32_t sender = 0;
  for (const std::string& line : lines) {
    const std::uint32_t shape = encoder.add(sender++ % 2, line);
    if (shape >= counts.size()) counts.resize(shape + 1, 0);
    packed->shapes.push_back(shape);
    packed->occurrences.push_back(counts[shape]++);
  }
  encoder.finish(packed->encoded);
  open_reader(*packed);
  return packed;
}

std::unique_ptr<Packed> pack(const std::vector<std::string>& lines) {
  MessageEncoder encoder(1);
  return pack(encoder, lines);
}

void expect_lines(Packed& packed, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string text;
    const auto read = packed.reader->append_text(packed.shapes[i], packed.occurrences[i], text);
    ASSERT_TRUE(read) << read.error().message << " in line " << i << ": " << lines[i];
    ASSERT_EQ(text, lines[i]);
    const auto size = packed.reader->text_size(packed.shapes[i], packed.occurrences[i]);
    ASSERT_TRUE(size);
    ASSERT_EQ(*size, lines[i].size());
  }
}

/// Every line with the literal is found; a line that is surely found has it.
void expect_found(Packed& packed, const std::vector<std::string>& lines,
                  const std::string& literal) {
  ASSERT_TRUE(packed.reader->prepare_search());
  LiteralSearch search(*packed.reader, literal);
  std::vector<std::uint32_t> shapes = packed.shapes;
  std::sort(shapes.begin(), shapes.end());
  shapes.erase(std::unique(shapes.begin(), shapes.end()), shapes.end());
  const auto candidates = search.candidates(shapes);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool holds = lines[i].find(literal) != std::string::npos;
    if (!std::binary_search(candidates.begin(), candidates.end(), packed.shapes[i])) {
      ASSERT_FALSE(holds) << "\"" << literal << "\" in: " << lines[i];
      continue;
    }
    const auto found = search.find(packed.shapes[i]);
    ASSERT_TRUE(found) << found.error().message;
    const auto has = [&](const std::vector<std::uint32_t>& list) {
      return std::binary_search(list.begin(), list.end(), packed.occurrences[i]);
    };
    const bool is_sure = found->all || has(found->sure);
    const bool is_maybe = found->all_maybe || has(found->maybe);
    ASSERT_TRUE(holds || !is_sure) << "\"" << literal << "\" in: " << lines[i];
    ASSERT_TRUE(!holds || is_sure || is_maybe) << "\"" << literal << "\" in: " << lines[i];
  }
}

/// Every line is taken apart that does not hold what stands for a hole.
void expect_split(const Packed& packed, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find(kHole) != std::string::npos) continue;
    ASSERT_NE(packed.reader->directory().shapes[packed.shapes[i]].kind, ShapeKind::kRaw)
        << lines[i];
  }
}

std::string piece_of(const std::vector<std::string>& lines) {
  const std::string& line = lines[*rc::gen::inRange<std::size_t>(0, lines.size())];
  if (line.empty()) return "x";
  const auto begin = *rc::gen::inRange<std::size_t>(0, line.size());
  const auto size =
      *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(line.size() - begin, 24) + 1);
  return line.substr(begin, size);
}

RC_GTEST_PROP(Messages, AnyLinesComeBackByteForByte, ()) {
  const auto lines = testing::lines(60);
  const auto packed = pack(lines);
  expect_lines(*packed, lines);
  expect_split(*packed, lines);
  RC_ASSERT(!::testing::Test::HasFatalFailure());
}

RC_GTEST_PROP(Messages, AnyPieceOfALineIsFoundInAllLinesThatHoldIt, ()) {
  const auto lines = testing::lines(40);
  const auto packed = pack(lines);
  for (int i = 0; i < 8; ++i) expect_found(*packed, lines, piece_of(lines));
  RC_ASSERT(!::testing::Test::HasFatalFailure());
}

RC_GTEST_PROP(Messages, AnEncoderIsAsGoodAsNewForTheNextGroup, ()) {
  MessageEncoder encoder(1);
  for (int group = 0; group < 3; ++group) {
    const auto lines = testing::lines(20);
    const auto packed = pack(encoder, lines);
    expect_lines(*packed, lines);
  }
  RC_ASSERT(!::testing::Test::HasFatalFailure());
}

TEST(Messages, KeysThatChangeWithEveryLineAreStoredMemberByMember) {
  std::vector<std::string> lines;
  for (int i = 0; i < 3000; ++i) {
    const std::string n = std::to_string(i);
    lines.push_back(R"({"k)" + n + R"(":)" + n + R"(,"labels":{"l)" + n + R"(":"v)" + n +
                    R"( x"},"status":200,"items":[)" +
                    std::string(static_cast<std::size_t>(i % 70), '1') + "]}");
  }
  const auto packed = pack(lines);
  expect_lines(*packed, lines);
  expect_found(*packed, lines, "v77 x");
  expect_found(*packed, lines, "\"k99\":99,");
  const auto& shapes = packed->reader->directory().shapes;
  const auto roots = std::count_if(shapes.begin(), shapes.end(), [](const DirectoryShape& shape) {
    return shape.kind == ShapeKind::kJson;
  });
  EXPECT_LE(roots, 2 * 512 + 2);
}

TEST(Messages, AValueThatIsADocumentInSomeMessagesOnlyIsStoredAsOne) {
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) {
    const std::string n = std::to_string(i * 7);
    lines.push_back(R"({"a":)" + n + R"(,"error":null,"list":[)" + n + "]}");
    lines.push_back(R"({"b":)" + n + R"(,"error":{"code":)" + n + R"(},"list":[{"x":)" + n +
                    "},7]}");
    lines.push_back(R"({"a":)" + n + R"(,"error":{"code":1)" + n + R"(},"list":[{"x":1)" + n +
                    "}]}");
  }
  const auto packed = pack(lines);
  expect_lines(*packed, lines);
  expect_found(*packed, lines, "code\":17");
  for (const DirectoryShape& shape : packed->reader->directory().shapes) {
    EXPECT_NE(shape.kind, ShapeKind::kRaw);
  }
}

/// Another key with the hash that `http_request` has: see path_of_member().
constexpr std::string_view kKey = "http_request";
constexpr std::string_view kKeyMadeUp =
    "\xb9\x39\x42\xea\x7b\x73\x82\x67\x3b\xaf\x49\xdf\xb6\x77\x46\x7d";

TEST(Messages, KeysThatAreMadeUpToHaveOneHashDoNotMixTheirValues) {
  ASSERT_EQ(path_of_member(0, kKey), path_of_member(0, kKeyMadeUp));
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) {
    const std::string_view key = i % 3 == 0 ? kKeyMadeUp : kKey;
    std::string line = "{\"" + std::string(key) + "\":{\"took\":" + std::to_string(i * 17) +
                       R"(,"in":{"text":"user )" + std::to_string(i) + R"( left"}}})";
    if (i % 7 == 0)
      line.insert(line.size() - 1, ",\"" + std::string(kKey) + R"(":{"took":1,"in":{}})");
    lines.push_back(line);
  }
  const auto packed = pack(lines);
  expect_lines(*packed, lines);
  expect_found(*packed, lines, "user 9");
}

TEST(Messages, NamesOfFieldsThatAreMadeUpToHaveOneHashAreTwoFields) {
  MessageEncoder encoder(1);
  const std::uint32_t shape = encoder.field_shape(kKey, 0);
  EXPECT_NE(encoder.field_shape(kKeyMadeUp, 0), shape);
  EXPECT_EQ(encoder.field_shape(kKey, 0), shape);
}

TEST(Messages, LongAndHoledLinesAreKeptAsTheyAre) {
  const std::vector<std::string> lines = {std::string(70'000, 'a') + "17",
                                          std::string("a\x11") + "b", "", "plain",
                                          std::string(70'000, '\x11')};
  const auto packed = pack(lines);
  expect_lines(*packed, lines);
  expect_found(*packed, lines, "a17");
  expect_found(*packed, lines, std::string("a\x11"));
}

TEST(Messages, LinesThatNeverRepeatStopBeingTakenApart) {
  std::vector<std::string> lines;
  std::uint64_t state = 1;
  for (int i = 0; i < 60'000; ++i) {
    std::string line;
    for (int w = 0; w < 4; ++w) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      for (int c = 0; c < 6; ++c)
        line.push_back(static_cast<char>('a' + (state >> (20 + 5 * c)) % 26));
      line.push_back(' ');
    }
    lines.push_back(line);
  }
  const auto packed = pack(lines);
  expect_lines(*packed, lines);
  EXPECT_LT(packed->reader->directory().shapes.size(), 20'000U);
}

std::string id_text(std::uint32_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", 0x9E3779B97F4A7C15ULL * (number + 1ULL));
  return text;
}

/// Every id is among the hashes, or there are none: a filter of some would hide rows.
TEST(Messages, HashesOfIdsAreAllOrNone) {
  constexpr std::uint32_t kMany = (1U << 20) + 1'000;
  MessageEncoder encoder(1);
  EncodedMessages encoded;
  for (std::uint32_t i = 0; i < kMany; ++i) encoder.add(0, id_text(i));
  encoder.finish(encoded);
  EXPECT_TRUE(encoded.id_hashes.empty());
  for (std::uint32_t i = 0; i < kMany; ++i) encoder.add(0, id_text(i < kMany - 5 ? i % 1'000 : i));
  encoder.finish(encoded);
  for (const std::uint32_t i : {0U, 999U, kMany - 5, kMany - 1}) {
    const auto hash = id_hash(id_text(i));
    ASSERT_TRUE(hash.has_value());
    EXPECT_EQ(std::count(encoded.id_hashes.begin(), encoded.id_hashes.end(), *hash) > 0, true) << i;
  }
}

/// Small columns share pages, and a message needs many of them.
TEST(Messages, APageIsReadOnceForAllItsColumns) {
  std::vector<std::string> lines;
  for (int i = 0; i < 300; ++i) {
    std::string line = "kind " + std::string(1, static_cast<char>('a' + i % 20)) + ":";
    for (int k = 0; k < 5; ++k) line += " v" + std::to_string(i * 7 + k);
    lines.push_back(line);
  }
  const auto packed = pack(lines);
  std::map<std::uint32_t, int> reads;
  auto reader =
      MessageReader::open(packed->encoded.directory,
                          [&, load = testing::pages_of(packed->encoded)](std::uint32_t page) {
                            ++reads[page];
                            return load(page);
                          });
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE((*reader)->prepare_search());
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    ASSERT_TRUE((*reader)->append_text(packed->shapes[i], packed->occurrences[i], text));
  }
  ASSERT_GT((*reader)->directory().lanes.size(), reads.size()) << "nothing is shared";
  for (const auto& [page, times] : reads) EXPECT_EQ(times, 1) << page;
}

TEST(Messages, ADamagedDirectoryOrPageIsAnErrorAndNeverACrash) {
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) {
    lines.push_back("user " + std::to_string(i * 37) + " from 10.0.0." + std::to_string(i % 9));
    lines.push_back(R"({"a":{"b":"took )" + std::to_string(i) + R"( ms"},"c":[1,2]})");
  }
  const auto packed = pack(lines);
  const EncodedMessages whole = packed->encoded;
  std::uint64_t state = 7;
  for (int round = 0; round < 3000; ++round) {
    packed->encoded = whole;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    std::string& bytes =
        (state >> 60) % 2 == 0 ? packed->encoded.directory : packed->encoded.page_bytes;
    bytes[(state >> 20) % bytes.size()] ^= static_cast<char>(1U << ((state >> 8) % 8));
    auto reader =
        MessageReader::open(packed->encoded.directory, testing::pages_of(packed->encoded));
    if (!reader) continue;
    std::string text;
    for (std::size_t i = 0; i < lines.size(); i += 7) {
      text.clear();
      (void)(*reader)->append_text(packed->shapes[i], packed->occurrences[i], text);
    }
    if ((*reader)->prepare_search()) {
      LiteralSearch search(**reader, "took 1");
      for (std::uint32_t shape = 0; shape < (*reader)->directory().shapes.size(); ++shape) {
        (void)search.find(shape);
      }
    }
  }
}

}  // namespace
}  // namespace logpond::message
