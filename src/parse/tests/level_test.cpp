#include "parse/level.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "codec/literal_search.h"
#include "parse/level_keywords.h"
#include "parse/level_marks.h"
#include "parse/tests/slow_level.h"

namespace logpond::parse {
namespace {

/// `error "ERR"`: the severity's word and the sender's.
std::string detected(std::string_view line) {
  const DetectedLevel level = detect_level(line);
  std::string out(severity_word(level.severity));
  if (!level.word.empty()) out.append(" \"").append(level.word).append("\"");
  return out;
}

// Seen on a running Loki 3.7: section 1 of the ingest specification.
TEST(Level, AnswersAsLokiWasSeenToAnswer) {
  EXPECT_EQ(detected("err=nil ok"), "error \"err\"");
  EXPECT_EQ(detected("dbug starting"), "unknown");
  EXPECT_EQ(detected("panic: oops"), "unknown");
  EXPECT_EQ(detected("informational"), "unknown");
  EXPECT_EQ(detected("level=30 msg=x"), "unknown");
  EXPECT_EQ(detected(R"({"level":30,"msg":"x"})"), "unknown");
}

TEST(Level, KeywordsHaveAnOrderAndAnyCase) {
  EXPECT_EQ(detected("INFO starting"), "info \"INFO\"");
  EXPECT_EQ(detected("info: an Error came"), "error \"Error\"");
  EXPECT_EQ(detected("Warning! error? TRACE."), "trace \"TRACE\"");
  EXPECT_EQ(detected("critical and fatal"), "fatal \"fatal\"");
  EXPECT_EQ(detected("[WARN] x"), "warn \"WARN\"");
  EXPECT_EQ(detected("2026-11-21 debug"), "debug \"debug\"");
  EXPECT_EQ(detected(""), "unknown");
  EXPECT_EQ(detected("nothing here"), "unknown");
}

TEST(Level, AKeywordIsAWordOfItsOwn) {
  EXPECT_EQ(detected("error_count 3"), "unknown");
  EXPECT_EQ(detected("error1"), "unknown");
  EXPECT_EQ(detected("terror"), "unknown");
  EXPECT_EQ(detected("\xC3\xB6"
                     "error"),
            "error \"error\"");  // its last byte is no Latin-1 letter
  EXPECT_EQ(detected("\xC3\xA9"
                     "error"),
            "error \"error\"");
  EXPECT_EQ(detected("error\xC3\xB6"), "unknown");
  EXPECT_EQ(detected("x.error/y"), "error \"error\"");
  // Only the first place of each keyword counts.
  EXPECT_EQ(detected("errors: one error"), "unknown");
  EXPECT_EQ(detected("warnings: one warn"), "unknown");
  EXPECT_EQ(detected("errno 5, error"), "error \"error\"");
}

TEST(Level, AJsonMemberWins) {
  EXPECT_EQ(detected(R"({"msg":"error","level":"info"})"), "info \"info\"");
  EXPECT_EQ(detected(R"( {"severity":"WARNING","msg":"x"} )"), "warn \"WARNING\"");
  EXPECT_EQ(detected(R"({"a":{"lvl":"dbg"},"level":"info"})"), "debug \"dbg\"");
  EXPECT_EQ(detected(R"({"a":{"b":{"level":"fatal"}},"msg":"x"})"), "fatal \"fatal\"");
  EXPECT_EQ(detected(R"({"a":{"b":{"level":"wrn"}},"msg":"x"})"), "unknown");
  EXPECT_EQ(detected(R"({"level":"notice","msg":"warn"})"), "warn \"warn\"");
  EXPECT_EQ(detected(R"({"LeVeL":"debug"})"), "debug \"debug\"");
  EXPECT_EQ(detected(R"({"LeVeL":"dbg"})"), "unknown");
  EXPECT_EQ(detected(R"({"level" : "trc"})"), "trace \"trc\"");
  EXPECT_EQ(detected(R"({"x":[{"level":"err"}],"lvl":"inf"})"), "info \"inf\"");
  EXPECT_EQ(detected(R"({broken "level":"wrn" })"), "unknown");
  EXPECT_EQ(detected(R"({"level":"wrn")"), "unknown");
}

TEST(Level, ALogfmtKeyWins) {
  EXPECT_EQ(detected("msg=\"an error\" level=info"), "info \"info\"");
  EXPECT_EQ(detected("level=WRN msg=\"an error\""), "warn \"WRN\"");
  EXPECT_EQ(detected("LEVEL=Information x=1"), "info \"Information\"");
  EXPECT_EQ(detected("lvl=dbg severity=err"), "error \"err\"");
  EXPECT_EQ(detected("severity=err level=\"inf\""), "info \"inf\"");
  EXPECT_EQ(detected("x=1 \"stray level=dbg"), "unknown");
  EXPECT_EQ(detected("my_level=dbg"), "unknown");
  EXPECT_EQ(detected("level= error"), "error \"error\"");
  EXPECT_EQ(detected("a=\"b\"level=trc"), "trace \"trc\"");
  EXPECT_EQ(detected("time=1 level=critical"), "critical \"critical\"");
}

TEST(Level, NamesAreSpeltAsTheSpecificationHasThem) {
  for (const char* name :
       {"level", "LEVEL", "Level", "log.level", "severity", "SEVERITY", "Severity", "SeverityText",
        "lvl", "LVL", "Lvl", "severity_text", "err_level", "detected_level"}) {
    EXPECT_TRUE(is_level_name(name)) << name;
  }
  for (const char* name : {"", "l", "levels", "LeVeL", "loglevel", "status", "log_level"}) {
    EXPECT_FALSE(is_level_name(name)) << name;
  }
}

rc::Gen<std::string> random_line() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "error", "ERR", "rr", "warn", "Warning", "info", "trace", "TRAC", "debug",
                          "debu", "fatal", "critical", "criti", " ", " ", "s", "_", "=", "\"",
                          "level", "severity", "lvl=", "{", "}", ":", ",", "\"level\":\"dbg\"",
                          "\xC3\xA9", "padding of thirty-two plain marks", "acacac")),
                      [](const std::vector<std::string>& pieces) {
                        std::string line;
                        for (const std::string& piece : pieces) line += piece;
                        return line;
                      });
}

RC_GTEST_PROP(Level, TheFastKeywordSearchAgreesWithASlowOne, ()) {
  const std::string line = *random_line();
  // Every begin, so that each piece meets every place of a block.
  for (std::size_t begin = 0; begin <= line.size(); ++begin) {
    const std::string_view rest = std::string_view(line).substr(begin);
    const DetectedLevel fast = find_level(rest, nullptr);
    const DetectedLevel slow = slow_level_keyword(rest);
    RC_ASSERT(fast.severity == slow.severity);
    RC_ASSERT(fast.word.data() == slow.word.data() && fast.word.size() == slow.word.size());
  }
}

RC_GTEST_PROP(Level, TheWholeSearchAgreesWithASlowOne, ()) {
  const std::string line = *random_line();
  const DetectedLevel fast = detect_level(line);
  const std::optional<DetectedLevel> slow = slow_level(line);
  if (!slow) RC_DISCARD("looks like JSON");
  RC_ASSERT(fast.severity == slow->severity);
  RC_ASSERT(fast.word == slow->word);
}

/// The places that level_marks.h promises, byte by byte.
std::vector<std::uint32_t> promised_marks(std::string_view text, std::size_t count) {
  std::vector<std::uint32_t> bits(count, 0);
  for (std::size_t i = 0; i < count * kMarkBlock; ++i) {
    const std::string pair = lowered(text.substr(i, 2));
    bool marked = std::string_view("lyt").find(pair[0]) != std::string_view::npos &&
                  (pair[1] == '=' || pair[1] == '"');
    for (const char* letters : {"ac", "bu", "fa", "cr", "rr", "wa", "nf"})
      marked |= pair == letters;
    if (marked) bits[i / kMarkBlock] |= 1u << (i % kMarkBlock);
  }
  return bits;
}

RC_GTEST_PROP(LevelMarks, BothFormsMarkEveryPromisedPlace, ()) {
  constexpr std::size_t kCount = 3;
  auto text = *rc::gen::container<std::string>(
      kCount * kMarkBlock + 1, rc::gen::element('a', 'c', 'R', 'r', 'W', 'A', 'n', 'F', 'l', 'Y',
                                                't', '=', '"', 'b', 'U', 'x', '\0', '\xFF'));
  text[*rc::gen::inRange<std::size_t>(0, text.size())] = *rc::gen::arbitrary<char>();
  const std::vector<std::uint32_t> promised = promised_marks(text, kCount);
  std::vector<std::uint32_t> plain(kCount);
  mark_level_pairs_plain(text.data(), kCount, plain.data());
  RC_ASSERT(plain == promised);
  if (!codec::has_avx2()) return;
  std::vector<std::uint32_t> vector(kCount);
  mark_level_pairs_avx2(text.data(), kCount, vector.data());
  for (std::size_t i = 0; i < kCount; ++i) RC_ASSERT((vector[i] & promised[i]) == promised[i]);
}

TEST(Level, LongLinesAreSearchedToTheirEnd) {
  for (std::size_t size = 0; size < 5000; size += 61) {
    EXPECT_EQ(detected(std::string(size, '.') + "warn"), "warn \"warn\"");
    EXPECT_EQ(detected(std::string(size, '.') + "trace" + std::string(size, ' ')),
              "trace \"trace\"");
  }
}

}  // namespace
}  // namespace logpond::parse
