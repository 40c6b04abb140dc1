// One server as the subcommands ask it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/client/paging.h"
#include "core/result.h"
#include "net/http_client.h"

namespace logpond::cli {

class CommandLine;

/// Flags of every subcommand that talks to a server.
struct ServerFlags {
  std::string addr;    ///< `--addr`, LOGPOND_ADDR, else http://127.0.0.1:3100.
  std::string tenant;  ///< `--tenant`, LOGPOND_TENANT; empty: none named.
  /// Takes the variables and declares the flags; `addr_names` is `--addr` or `--to,--addr`.
  void declare(CommandLine& line, std::string addr_names = "--addr");
};

using UrlParameters = std::vector<std::pair<std::string, std::string>>;

/// `path?a=b&c=d`, encoded.
std::string make_target(std::string_view path, const UrlParameters& parameters);

/// Threads: one at a time.
class ServerClient {
 public:
  /// Does not connect yet. `patience`: the longest silence while waiting for an answer. Errors:
  /// kInvalidArgument for a bad address.
  static Result<ServerClient> create(const ServerFlags& flags, DurationNs patience = kMinute);

  /// Body of a 2xx answer; else an error with the server's own sentence.
  Result<std::string> get(std::string_view path, const UrlParameters& parameters);
  Result<std::string> post(std::string_view path, std::string_view body);
  /// query_range with labels, metadata and parsed labels apart.
  Result<Answer> ask_range(const Question& question);
  /// An instant query.
  Result<Answer> ask_instant(const std::string& query, TimestampNs time, std::size_t limit);

  net::HttpClient& http() { return http_; }
  /// Headers that go with every request.
  const net::Headers& headers() const { return headers_; }

 private:
  ServerClient(net::HttpClient http, net::Headers headers);
  net::HttpClient http_;
  net::Headers headers_;
};

/// The error of an answer with a status that is no success.
Error error_of(const net::ClientResponse& response);

/// `sentence`, and when it names `line L, col C` the query's line with a caret under that column.
std::string with_caret(std::string_view sentence, std::string_view query);

}  // namespace logpond::cli
