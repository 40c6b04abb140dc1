#include "api/tests/world.h"

#include "core/check.h"
#include "storage/embedded_store.h"

namespace logpond::api::testing {

World::World(ApiOptions the_options)
    : files(platform::SimFileSystem::create(1)), hub(metrics), options(the_options) {
  storage::EmbeddedStoreOptions store_options;
  store_options.directory = "/data";
  store_options.wal_segment_bytes = std::uint64_t{4} << 20;
  store_options.maintain = false;
  auto opened = storage::open_embedded_store(
      *files, clock, metrics, store_options,
      [this](const std::shared_ptr<const storage::StoredBatch>& batch) { hub.publish(batch); });
  LOGPOND_CHECK(opened.has_value());
  store = *std::move(opened);
  pipeline = std::make_unique<ingest::Pipeline>(*store, clock, metrics);
  engine = std::make_unique<logql::Engine>(*store, clock, metrics, logql::EngineLimits{});
}

World::~World() = default;

ApiContext World::context() {
  return ApiContext{.store = *store,
                    .pipeline = *pipeline,
                    .hub = hub,
                    .engine = *engine,
                    .clock = clock,
                    .metrics = metrics,
                    .options = options};
}

void World::store_batch(RecordBatch batch) {
  LOGPOND_CHECK(store->append_and_wait(std::move(batch)).has_value());
}

void World::store_lines(const std::string& app, const std::vector<std::string>& lines,
                        TimestampNs first) {
  RecordBatch batch(TenantId{}, kWorldNow);
  const auto stream = batch.intern_stream(Labels({{"app", app}}));
  for (const std::string& line : lines) {
    batch.finish_record({first++, stream, Severity::kInfo, "info", line});
  }
  store_batch(std::move(batch));
}

double World::metric(const std::string& series) const {
  const std::string text = "\n" + metrics.scrape();
  const std::size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}

}  // namespace logpond::api::testing
