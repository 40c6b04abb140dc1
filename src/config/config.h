// What can be configured, as the program uses it. The defaults of every option are written here and
// nowhere else; options.cpp binds each member to its names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/time.h"

namespace logpond::config {

/// A plain value: copy it freely. Spans are nanoseconds, sizes are bytes; 0 means what the option
/// says.
/// One `[[store.retention_rules]]` table: how long some streams are kept.
struct RetentionRule {
  std::string tenant;           ///< Empty: every tenant.
  std::string selector = "{}";  ///< LogQL, as written; checked by whoever uses it.
  DurationNs max_age = 0;
  std::int64_t max_bytes = 0;
  std::string place;  ///< `logpond.toml:12`, for what is wrong with it.
  bool operator==(const RetentionRule&) const = default;
};

struct Config {
  struct Server {
    std::string http = "127.0.0.1:3100";
    bool insecure = false;
    std::int64_t io_threads = 2;
    std::int64_t work_threads = 0;
    std::int64_t body_bytes_max = static_cast<std::int64_t>(kBodyBytesMax);
    std::int64_t connections_max = 12'000;
    bool multi_tenant = false;
    DurationNs query_timeout = 60 * kSecond;
    DurationNs drain_timeout = 30 * kSecond;
  } server;
  struct Store {
    std::string data = "./logpond-data";
    std::string url;
    std::int64_t head_bytes_max = std::int64_t{128} << 20;
    std::int64_t cache_bytes_max = std::int64_t{256} << 20;
    DurationNs retention = 0;
    std::int64_t retention_bytes = 0;
    std::int64_t wal_segment_bytes = std::int64_t{64} << 20;
    DurationNs group_wait = 0;
    std::vector<RetentionRule> retention_rules;
  } store;
  struct Loki {
    bool discover_service_name = true;
    bool discover_log_levels = true;
    std::int64_t entries_max = 5'000;
    std::int64_t series_max = 500;
    std::int64_t points_max = 11'000;
    DurationNs range_max = (30 * 24 + 1) * kHour;
    std::int64_t tails_max = 100;
    DurationNs reject_older_than = 0;
    DurationNs reject_newer_than = 10 * kMinute;
  } loki;
  struct Log {
    std::string level = "info";
    std::string format = "text";
  } log;
  struct Demo {
    bool enabled = false;
    std::int64_t rate = 40;
    std::int64_t seed = 1;
  } demo;
};

}  // namespace logpond::config
