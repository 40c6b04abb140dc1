// Everything a dialect needs, in memory: store on a simulated disk, hub, pipeline, engine.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/dialect.h"
#include "api/tail/tail_engine.h"
#include "platform/clock.h"
#include "platform/sim/sim_file_system.h"

namespace logpond::api::testing {

inline constexpr TimestampNs kWorldNow = 1'795'219'200 * kSecond;  // 2026-11-21T00:00:00Z

struct World {
  explicit World(ApiOptions options = {});
  ~World();

  /// Stores records of one stream `{app="<app>"}` and waits until they are durable.
  void store_lines(const std::string& app, const std::vector<std::string>& lines,
                   TimestampNs first = kWorldNow);
  void store_batch(RecordBatch batch);
  double metric(const std::string& series) const;

  std::unique_ptr<platform::SimFileSystem> files;
  platform::ManualClock clock{kWorldNow};
  telemetry::MetricsRegistry metrics;
  ingest::LiveHub hub;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<ingest::Pipeline> pipeline;
  std::unique_ptr<logql::Engine> engine;
  ApiOptions options;

  ApiContext context();
};

}  // namespace logpond::api::testing
