#include "config/nearest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace logpond::config {
namespace {

const std::vector<std::string> kKeys{"http", "insecure", "io_threads", "work_threads"};

TEST(Nearest, CountsSwapsAsOneEdit) {
  EXPECT_EQ(edit_distance("htpp", "http"), 1U);
  EXPECT_EQ(edit_distance("httpp", "http"), 1U);
  EXPECT_EQ(edit_distance("hptt", "http"), 2U);
  EXPECT_EQ(edit_distance("tail", "tial"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
}

TEST(Nearest, NamesTheKeyThatWasMeant) {
  EXPECT_EQ(nearest_name("htpp", kKeys), "http");
  EXPECT_EQ(nearest_name("io_thread", kKeys), "io_threads");
  EXPECT_EQ(did_you_mean("insecur", kKeys), ", did you mean \"insecure\"?");
}

TEST(Nearest, NamesNothingWhenAllAreFar) {
  EXPECT_EQ(nearest_name("banana", kKeys), "");
  EXPECT_EQ(nearest_name("xy", kKeys), "");
  EXPECT_EQ(did_you_mean("banana", kKeys), "");
}

RC_GTEST_PROP(NearestProperty, DistanceIsSymmetricAndBounded, (std::string a, std::string b)) {
  RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
  RC_ASSERT(edit_distance(a, a) == 0U);
  RC_ASSERT(edit_distance(a, b) <= std::max(a.size(), b.size()));
}

}  // namespace
}  // namespace logpond::config
