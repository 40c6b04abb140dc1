#include "logql/print.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "logql/parser.h"
#include "logql/tests/random_query.h"

namespace logpond::logql {
namespace {

RC_GTEST_PROP(Print, ParsesToTheSameNode, (std::uint32_t seed)) {
  const ast::Expr expr = testing::RandomQuery(seed).expr(4);
  const std::string text = print(expr);
  RC_LOG() << text << "\n";
  const auto parsed = parse(text);
  if (!parsed) RC_FAIL(parsed.error().message);
  RC_ASSERT(*parsed == expr);
  RC_ASSERT(print(*parsed) == text);
}

TEST(Print, ShowsStagesInOneForm) {
  const auto printed = [](const std::string& text) { return print(*parse(text)); };
  EXPECT_EQ(printed("{a=\"b\"}|json x,y=\"p.q\"|logfmt --keep-empty --strict|drop a,b=~\"c\""),
            R"({a="b"} | json x="x",y="p.q" | logfmt --strict --keep-empty | drop a,b=~"c")");
  EXPECT_EQ(printed("{a=\"b\"}|~`x`or ip(\"::1\")|label_format a=b,c=\"{{.d}}\""),
            R"({a="b"} |~ "x" or ip("::1") | label_format a=b,c="{{.d}}")");
  EXPECT_EQ(
      printed(
          "quantile_over_time(.50,{a=\"b\"}|unwrap duration(x)|__error__=\"\"[90s]offset -5m)by()"),
      R"(quantile_over_time(0.5,{a="b"} | unwrap duration(x) | __error__=""[1m30s] offset -5m) by ())");
}

}  // namespace
}  // namespace logpond::logql
