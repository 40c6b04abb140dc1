// Any path finds the row the rules name, and its parameters are the decoded pieces of the path.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.h"
#include "net/router.h"
#include "net/url_encoding.h"

namespace {

using logpond::net::Method;
using logpond::net::only;
using logpond::net::Route;
using logpond::net::Router;

const Router& router() {
  static const Router compiled = [] {
    std::vector<Route> routes;
    for (const char* path : {"/a/b", "/a/{x}", "/a/{x}/c", "/a/b/{y}/d", "/f/{rest*}"}) {
      routes.push_back(Route{only(Method::kGet),
                             path,
                             logpond::net::AccessRole::kNone,
                             logpond::net::RunOn::kIo,
                             {},
                             "",
                             [](logpond::net::HttpRequest, logpond::net::Responder) {}});
    }
    return std::move(Router::compile(std::move(routes))).value();
  }();
  return compiled;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view path(reinterpret_cast<const char*>(data), size);
  const Router::Match match = router().find(Method::kGet, path);
  const Router::Match other = router().find(Method::kPost, path);
  LOGPOND_CHECK(other.route == nullptr && other.allowed == match.allowed);
  LOGPOND_CHECK((match.route != nullptr) == (match.allowed != 0));
  if (match.route == nullptr) return 0;
  const std::string& pattern = match.route->path;
  const auto places = std::count(pattern.begin(), pattern.end(), '{');
  LOGPOND_CHECK(match.parameters.size() == static_cast<std::size_t>(places));
  // Put back into the pattern, the parameters give the decoded path.
  std::string rebuilt;
  std::size_t parameter = 0;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '{') {
      rebuilt.append(match.parameters[parameter++]);
      at = pattern.find('}', at);
    } else {
      rebuilt.push_back(pattern[at]);
    }
  }
  LOGPOND_CHECK(rebuilt == logpond::net::percent_decode(path, logpond::net::PlusSign::kLiteral));
  return 0;
}
