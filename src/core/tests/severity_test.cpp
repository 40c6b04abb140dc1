#include "core/severity.h"

#include <gtest/gtest.h>

namespace logpond {
namespace {

TEST(Severity, WordsOfEverySenderMap) {
  EXPECT_EQ(severity_from_word("WARN"), Severity::kWarn);
  EXPECT_EQ(severity_from_word("Information"), Severity::kInfo);
  EXPECT_EQ(severity_from_word("err"), Severity::kError);
  EXPECT_EQ(severity_word(severity_from_word("critical")), "critical");
  EXPECT_EQ(severity_word(severity_from_word("notice")), "info");
  EXPECT_EQ(severity_from_word("banana"), Severity::kUnknown);
  EXPECT_EQ(severity_from_word("a word that is far too long"), Severity::kUnknown);
}

TEST(Severity, EveryNumberHasAWordAndUnsetHasNone) {
  for (unsigned n = 0; n <= 24; ++n) EXPECT_FALSE(severity_word(static_cast<Severity>(n)).empty());
  EXPECT_EQ(severity_word(Severity::kUnset), "");
  EXPECT_EQ(severity_word(static_cast<Severity>(24)), "fatal");
  EXPECT_EQ(severity_word(static_cast<Severity>(19)), "error");
}

}  // namespace
}  // namespace logpond
