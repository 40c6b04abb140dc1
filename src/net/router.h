// The route table, compiled: finds the row for a path and a method.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "net/http_server.h"

namespace logpond::net {

/// Bit of a method token; nothing for methods no route can have.
std::optional<Method> parse_method(std::string_view token);
std::string_view method_name(Method method);
/// `GET, HEAD, OPTIONS` for an Allow header: HEAD comes with GET, OPTIONS always.
std::string allow_text(Methods methods);

/// Segments are compared decoded, so `/a%2Fb` is one segment. A literal wins over {name}, {name}
/// over {rest*}; the path alone chooses the row's place, the method must then fit what is there.
///
/// Threads: find() from any thread.
class Router {
 public:
  /// Errors: kInvalidArgument (not a pattern), kConflict (two rows for one method and path).
  static Result<Router> compile(std::vector<Route> routes);
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router();

  struct Match {
    const Route* route = nullptr;         ///< Null: no such path, or none for the method.
    std::size_t index = 0;                ///< Of the row.
    Methods allowed = 0;                  ///< What the path takes; 0: no such path.
    std::vector<std::string> parameters;  ///< Decoded values of {name} and {rest*}, in order.
  };
  /// `path` is raw, without the query. `method` nothing: an unknown one, never matches.
  Match find(std::optional<Method> method, std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Node;
  Router();
  Status add(std::size_t index);
  static const Node* descend(const Node& node, const std::vector<std::string>& segments,
                             std::size_t at, std::vector<std::string>& parameters);

  std::vector<Route> routes_;
  std::unique_ptr<Node> root_;
};

}  // namespace logpond::net
