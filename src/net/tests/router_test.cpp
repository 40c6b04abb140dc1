#include "net/router.h"

#include <gtest/gtest.h>

#include "net/tests/test_server.h"

namespace logpond::net {
namespace {

Router compile(const std::vector<std::pair<Methods, std::string>>& rows) {
  std::vector<Route> routes;
  for (const auto& [methods, path] : rows) {
    routes.push_back(test::io_route(methods, path, test::echo_handler()));
  }
  auto router = Router::compile(std::move(routes));
  EXPECT_TRUE(router) << router.error().message;
  return std::move(router).value();
}

/// The matched row's pattern and parameters; else what is allowed.
std::string find(const Router& router, Method method, std::string_view path) {
  const Router::Match match = router.find(method, path);
  if (match.route == nullptr)
    return match.allowed == 0 ? "none" : "allow " + allow_text(match.allowed);
  std::string text = match.route->path;
  for (const std::string& parameter : match.parameters) text += " (" + parameter + ")";
  return text;
}

const Methods kGet = only(Method::kGet);
const Methods kPost = only(Method::kPost);

TEST(Router, PrefersLiteralsThenPlacesThenTheRest) {
  const Router router = compile({{kGet, "/{rest*}"},
                                 {kGet, "/a/{x}"},
                                 {kGet, "/a/b"},
                                 {kGet, "/a/{x}/c/{y}"},
                                 {kGet, "/a/b/d"},
                                 {kGet, "/assets/{file*}"}});
  EXPECT_EQ(find(router, Method::kGet, "/a/b"), "/a/b");
  EXPECT_EQ(find(router, Method::kGet, "/a/c"), "/a/{x} (c)");
  EXPECT_EQ(find(router, Method::kGet, "/a/b/d"), "/a/b/d");
  EXPECT_EQ(find(router, Method::kGet, "/a/b/c/d"),
            "/a/{x}/c/{y} (b) (d)");  // steps back out of /a/b
  EXPECT_EQ(find(router, Method::kGet, "/a/b/c"), "/{rest*} (a/b/c)");
  EXPECT_EQ(find(router, Method::kGet, "/"), "/{rest*} ()");
  EXPECT_EQ(find(router, Method::kGet, "/assets/js/x.js"), "/assets/{file*} (js/x.js)");
  EXPECT_EQ(find(router, Method::kGet, "/a/"), "/{rest*} (a/)");  // a place is never empty
}

TEST(Router, LetsThePathChooseBeforeTheMethod) {
  const Router router =
      compile({{kPost, "/push"}, {kGet, "/{rest*}"}, {kGet, "/a/{x}"}, {kPost, "/a/{y}"}});
  EXPECT_EQ(find(router, Method::kGet, "/push"), "allow POST, OPTIONS");
  EXPECT_EQ(find(router, Method::kPost, "/a/1"), "/a/{y} (1)");
  EXPECT_EQ(find(router, Method::kHead, "/a/1"), "/a/{x} (1)");
  EXPECT_EQ(find(router, Method::kPut, "/a/1"), "allow GET, HEAD, POST, OPTIONS");
}

TEST(Router, DecodesSegmentsAfterSplitting) {
  const Router router = compile({{kGet, "/label/{name}/values"}, {kGet, "/x y"}});
  EXPECT_EQ(find(router, Method::kGet, "/label/a%2Fb%20c/values"), "/label/{name}/values (a/b c)");
  EXPECT_EQ(find(router, Method::kGet, "/x%20y"), "/x y");
  EXPECT_EQ(find(router, Method::kGet, "/x+y"), "none");
  EXPECT_EQ(find(router, Method::kGet, "/label/%/values"), "/label/{name}/values (%)");
  EXPECT_EQ(find(router, Method::kGet, "label/a/values"), "none");
  EXPECT_EQ(find(router, Method::kGet, ""), "none");
  EXPECT_EQ(find(router, Method::kGet, std::string(100'000, '/')), "none");
}

TEST(Router, RefusesRowsThatCannotWork) {
  const auto error = [](std::vector<std::pair<Methods, std::string>> rows) {
    std::vector<Route> routes;
    for (const auto& [methods, path] : rows) {
      routes.push_back(test::io_route(methods, path, test::echo_handler()));
    }
    const auto router = Router::compile(std::move(routes));
    return router ? std::string() : router.error().message;
  };
  EXPECT_EQ(error({{kGet, "/a/{x}"}, {kGet, "/a/{y}"}}),
            "two routes answer GET, HEAD, OPTIONS of \"/a/{y}\"");
  EXPECT_NE(error({{kGet, "a"}}), "");
  EXPECT_NE(error({{0, "/a"}}), "");
  EXPECT_NE(error({{kGet, "/{r*}/a"}}), "");
  EXPECT_NE(error({{kGet, "/a{x}"}}), "");
  EXPECT_NE(error({{kGet, "/{}"}}), "");
  EXPECT_EQ(error({{kGet, "/a"}, {kPost, "/a"}}), "");
}

}  // namespace
}  // namespace logpond::net
