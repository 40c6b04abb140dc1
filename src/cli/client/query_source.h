// Where query asks: a server, or a data directory without one.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cli/client/lifecycle_answers.h"
#include "cli/client/paging.h"
#include "cli/client/server_client.h"

namespace logpond::cli {

/// Threads: one at a time.
class QuerySource {
 public:
  virtual ~QuerySource() = default;
  virtual Result<Answer> range(const Question& question) = 0;
  virtual Result<Answer> instant(const std::string& query, TimestampNs time, std::size_t limit) = 0;
  /// Kinds of lines of a selector, counted by `step`.
  virtual Result<std::vector<PatternRow>> patterns(const std::string& selector, TimeRange range,
                                                   DurationNs step) = 0;
  /// The plan in words, each step a line that ends with a line feed.
  virtual Result<std::string> explain(const std::string& query) = 0;
};

std::unique_ptr<QuerySource> make_server_source(ServerClient client);
/// Opens the directory for reading; a server may be running on it. Errors: as open_embedded_store.
Result<std::unique_ptr<QuerySource>> open_directory_source(const std::filesystem::path& directory,
                                                           const std::string& tenant);

}  // namespace logpond::cli
