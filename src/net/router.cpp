#include "net/router.h"

#include <array>
#include <map>
#include <utility>

#include "net/url_encoding.h"

namespace logpond::net {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 6> kMethodNames{{
    {Method::kGet, "GET"},
    {Method::kHead, "HEAD"},
    {Method::kPost, "POST"},
    {Method::kPut, "PUT"},
    {Method::kDelete, "DELETE"},
    {Method::kOptions, "OPTIONS"},
}};

/// Beyond so many segments no route can match, and none is looked for.
constexpr std::size_t kSegmentsMax = 256;

std::vector<std::string_view> split_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (segments.size() <= kSegmentsMax) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

bool is_place(std::string_view segment) {
  return segment.size() > 2 && segment.starts_with('{') && segment.ends_with('}');
}

bool is_rest(std::string_view segment) {
  return is_place(segment) && segment[segment.size() - 2] == '*';
}

}  // namespace

std::optional<Method> parse_method(std::string_view token) {
  for (const auto& [method, name] : kMethodNames) {
    if (name == token) return method;
  }
  return std::nullopt;
}

std::string_view method_name(Method method) {
  for (const auto& [known, name] : kMethodNames) {
    if (known == method) return name;
  }
  return "OTHER";
}

std::string allow_text(Methods methods) {
  unsigned all = methods | unsigned{only(Method::kOptions)};
  if ((all & only(Method::kGet)) != 0) all |= only(Method::kHead);
  std::string text;
  for (const auto& [method, name] : kMethodNames) {
    if ((all & only(method)) == 0) continue;
    if (!text.empty()) text.append(", ");
    text.append(name);
  }
  return text;
}

/// A place in the tree of patterns: what comes after the segments on the way here.
struct Router::Node {
  std::map<std::string, Node, std::less<>> literals;
  std::unique_ptr<Node> place;  ///< {name}
  std::unique_ptr<Node> rest;   ///< {rest*}; a leaf.
  std::vector<std::pair<Methods, std::size_t>> rows;
  Methods methods = 0;  ///< Of all rows.
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Result<Router> Router::compile(std::vector<Route> routes) {
  Router router;
  router.routes_ = std::move(routes);
  for (std::size_t i = 0; i < router.routes_.size(); ++i) LOGPOND_CHECK_OK(router.add(i));
  return router;
}

Status Router::add(std::size_t index) {
  const Route& route = routes_[index];
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidArgument,
                "cannot compile route \"" + route.path + "\": " + std::string(why));
  };
  if (!route.path.starts_with('/')) return bad("a path starts with /");
  if (route.methods == 0) return bad("it has no method");
  if (!route.handler) return bad("it has no handler");
  Node* node = root_.get();
  const auto segments = split_segments(route.path);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string_view segment = segments[i];
    if (is_rest(segment)) {
      if (i + 1 != segments.size()) return bad("{rest*} must be last");
      if (!node->rest) node->rest = std::make_unique<Node>();
      node = node->rest.get();
    } else if (is_place(segment)) {
      if (!node->place) node->place = std::make_unique<Node>();
      node = node->place.get();
    } else if (segment.find_first_of("{}") != std::string_view::npos) {
      return bad("a {place} is a whole segment");
    } else {
      node = &node->literals.try_emplace(std::string(segment)).first->second;
    }
  }
  if ((node->methods & route.methods) != 0) {
    return fail(ErrorCode::kConflict, "two routes answer " +
                                          allow_text(node->methods & route.methods) + " of \"" +
                                          route.path + "\"");
  }
  node->methods = static_cast<Methods>(node->methods | route.methods);
  node->rows.emplace_back(route.methods, index);
  return {};
}

const Router::Node* Router::descend(const Node& node, const std::vector<std::string>& segments,
                                    std::size_t at, std::vector<std::string>& parameters) {
  if (at == segments.size()) return node.methods != 0 ? &node : nullptr;
  if (const auto it = node.literals.find(segments[at]); it != node.literals.end()) {
    if (const Node* found = descend(it->second, segments, at + 1, parameters)) return found;
  }
  if (node.place && !segments[at].empty()) {
    parameters.push_back(segments[at]);
    if (const Node* found = descend(*node.place, segments, at + 1, parameters)) return found;
    parameters.pop_back();
  }
  if (!node.rest) return nullptr;
  std::string rest = segments[at];
  for (std::size_t i = at + 1; i < segments.size(); ++i) rest.append("/").append(segments[i]);
  parameters.push_back(std::move(rest));
  return node.rest.get();
}

Router::Match Router::find(std::optional<Method> method, std::string_view path) const {
  Match match;
  const auto raw = split_segments(path);
  if (!path.starts_with('/') || raw.size() > kSegmentsMax) return match;
  std::vector<std::string> segments;
  segments.reserve(raw.size());
  for (const auto segment : raw) segments.push_back(percent_decode(segment, PlusSign::kLiteral));
  const Node* node = descend(*root_, segments, 0, match.parameters);
  if (node == nullptr) return match;
  match.allowed = node->methods;
  if (!method) return match;
  const auto row_for = [&](Method wanted) {
    for (const auto& [methods, index] : node->rows) {
      if ((methods & only(wanted)) == 0) continue;
      match.route = &routes_[index];
      match.index = index;
      return;
    }
  };
  row_for(*method);
  if (match.route == nullptr && *method == Method::kHead) row_for(Method::kGet);
  return match;
}

}  // namespace logpond::net
