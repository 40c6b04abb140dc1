#include "server/lifecycle.h"

#include <gtest/gtest.h>

namespace logpond::server {
namespace {

using Calls = std::vector<std::string>;

Part part(const std::string& name, Calls& calls, bool fails = false) {
  return {name,
          [&calls, name, fails]() -> Status {
            calls.push_back("+" + name);
            if (fails) return fail(ErrorCode::kConflict, "address in use");
            return {};
          },
          [&calls, name] { calls.push_back("-" + name); }};
}

TEST(Lifecycle, StartsInOrderAndStopsInReverse) {
  Calls calls;
  {
    Lifecycle lifecycle({part("store", calls), part("pools", calls), part("http", calls)});
    EXPECT_TRUE(lifecycle.start().has_value());
    lifecycle.stop();
    lifecycle.stop();
  }
  EXPECT_EQ(calls, (Calls{"+store", "+pools", "+http", "-http", "-pools", "-store"}));
}

TEST(Lifecycle, StopsWhatRanWhenAPartDoesNotStart) {
  Calls calls;
  Lifecycle lifecycle({part("store", calls), part("http", calls, true), part("demo", calls)});
  const Status status = lifecycle.start();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kConflict);
  EXPECT_EQ(status.error().message, "cannot start http: address in use");
  EXPECT_EQ(calls, (Calls{"+store", "+http", "-store"}));
}

TEST(Lifecycle, StopsWhenItGoesAway) {
  Calls calls;
  {
    Lifecycle lifecycle({part("store", calls), {"nothing", {}, {}}});
    ASSERT_TRUE(lifecycle.start().has_value());
  }
  EXPECT_EQ(calls, (Calls{"+store", "-store"}));
}

}  // namespace
}  // namespace logpond::server
