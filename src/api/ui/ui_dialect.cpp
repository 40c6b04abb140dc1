#include "api/ui/ui_dialect.h"

#include <algorithm>

#include "api/sync_route.h"
#include "codec/compression.h"

namespace logpond::api::ui {
namespace {

/// Only the page's own files may run or be asked; nobody may frame it.
constexpr const char* kContentPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

constexpr const char* kNotBuilt =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Logpond</title>"
    "</head>\n<body><h1>Logpond</h1>\n<p>The dashboard is not part of this build.</p>\n"
    "<p>Build it with <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>, then "
    "build "
    "the program again. The API works without it: see <a href=\"/api/openapi.json\">"
    "/api/openapi.json</a>.</p></body></html>\n";

/// A file's bytes never change under a name with a hash in it; a dashboard of 64 MiB is none of
/// ours.
constexpr std::size_t kAssetBytesMax = std::size_t{64} << 20;

void add_page_headers(net::HttpResponse& response, bool is_page) {
  response.headers.add("X-Content-Type-Options", "nosniff");
  if (!is_page) return;
  response.headers.add("Content-Security-Policy", kContentPolicy);
  response.headers.add("Referrer-Policy", "no-referrer");
  response.headers.add("X-Frame-Options", "DENY");
}

bool accepts_gzip(const net::HttpRequest& request) {
  return request.headers.get("Accept-Encoding").find("gzip") != std::string_view::npos;
}

net::HttpResponse not_built() {
  net::HttpResponse response;
  response.content_type = "text/html; charset=utf-8";
  response.body = kNotBuilt;
  response.headers.add("Cache-Control", "no-cache");
  add_page_headers(response, true);
  return response;
}

net::HttpResponse file_response(const Asset& file, const net::HttpRequest& request) {
  const bool is_page = file.path == "index.html";
  const bool is_known = request.headers.get("If-None-Match") == file.etag;
  net::HttpResponse response;
  response.compressible = false;
  response.headers.add("ETag", std::string(file.etag));
  response.headers.add("Cache-Control",
                       is_page ? "no-cache" : "public, max-age=31536000, immutable");
  if (file.is_gzip) response.headers.add("Vary", "Accept-Encoding");
  if (is_known) {
    response.status = 304;
    return response;
  }
  response.content_type = file.content_type;
  add_page_headers(response, is_page);
  if (!file.is_gzip) {
    response.body = file.bytes;
  } else if (accepts_gzip(request)) {
    response.body = file.bytes;
    response.headers.add("Content-Encoding", "gzip");
  } else {
    auto plain = codec::decode_content(codec::ContentCoding::kGzip, file.bytes, kAssetBytesMax);
    if (!plain) return net::HttpResponse::text(500, plain.error().message + "\n");
    response.body = *std::move(plain);
  }
  return response;
}

}  // namespace

net::HttpResponse serve(std::span<const Asset> files, std::string_view path,
                        const net::HttpRequest& request) {
  const auto at = std::find_if(files.begin(), files.end(),
                               [path](const Asset& file) { return file.path == path; });
  if (at != files.end()) return file_response(*at, request);
  if (files.empty() && path == "index.html") return not_built();
  return net::HttpResponse::text(404, "404 page not found\n");
}

void add_routes(const ApiContext& context, std::vector<net::Route>& routes) {
  routes.push_back(
      {.methods = net::only(net::Method::kGet),
       .path = "/",
       .access = net::AccessRole::kNone,
       .run_on = net::RunOn::kQuery,
       .summary = "The dashboard",
       .handler = sync(context, [](const ApiContext&, const net::HttpRequest& request) {
         return serve(assets(), "index.html", request);
       })});
  routes.push_back(
      {.methods = net::only(net::Method::kGet),
       .path = "/assets/{file*}",
       .access = net::AccessRole::kNone,
       .run_on = net::RunOn::kQuery,
       .summary = "Files of the dashboard",
       .handler = sync(context, [](const ApiContext&, const net::HttpRequest& request) {
         return serve(assets(), "assets/" + request.path_parameters.at(0), request);
       })});
}

}  // namespace logpond::api::ui
