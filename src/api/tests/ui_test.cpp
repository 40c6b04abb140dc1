#include "api/ui/ui_dialect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/compression.h"

namespace logpond::api::ui {
namespace {

using ::testing::HasSubstr;

struct UiTest : ::testing::Test {
  std::string script = codec::gzip_compress("let a = 1;", 9);
  std::vector<Asset> files{
      {"assets/index-Ab12.js", "text/javascript; charset=utf-8", "\"e1\"", script, true},
      {"assets/logo.png", "image/png", "\"e2\"", "PNG", false},
      {"index.html", "text/html; charset=utf-8", "\"e3\"", "<html>", false},
  };
  net::HttpRequest request;
};

TEST_F(UiTest, ServesThePageWithAStrictPolicy) {
  const net::HttpResponse response = serve(files, "index.html", request);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "<html>");
  EXPECT_EQ(response.headers.get("Cache-Control"), "no-cache");
  EXPECT_THAT(std::string(response.headers.get("Content-Security-Policy")),
              HasSubstr("default-src 'none'; script-src 'self';"));
}

TEST_F(UiTest, ServesFilesPressedOrPlainAsTheClientTakesThem) {
  const net::HttpResponse plain = serve(files, "assets/index-Ab12.js", request);
  EXPECT_EQ(plain.body, "let a = 1;");
  EXPECT_FALSE(plain.headers.has("Content-Encoding"));
  EXPECT_EQ(plain.headers.get("Vary"), "Accept-Encoding");
  EXPECT_EQ(plain.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  request.headers.add("Accept-Encoding", "br, gzip");
  const net::HttpResponse pressed = serve(files, "assets/index-Ab12.js", request);
  EXPECT_EQ(pressed.body, script);
  EXPECT_EQ(pressed.headers.get("Content-Encoding"), "gzip");
  EXPECT_FALSE(pressed.compressible);
  EXPECT_EQ(serve(files, "assets/logo.png", request).body, "PNG");
}

TEST_F(UiTest, SaysWhenAFileHasNotChanged) {
  request.headers.add("If-None-Match", "\"e3\"");
  const net::HttpResponse response = serve(files, "index.html", request);
  EXPECT_EQ(response.status, 304);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.headers.get("ETag"), "\"e3\"");
}

TEST_F(UiTest, KnowsOnlyItsFiles) {
  EXPECT_EQ(serve(files, "assets/../index.html", request).status, 404);
  EXPECT_EQ(serve(files, "assets/other.js", request).status, 404);
}

TEST_F(UiTest, SaysHowToBuildADashboardThatIsNotThere) {
  const net::HttpResponse response = serve({}, "index.html", request);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("The dashboard is not part of this build."));
  EXPECT_EQ(serve({}, "assets/x.js", request).status, 404);
}

}  // namespace
}  // namespace logpond::api::ui
