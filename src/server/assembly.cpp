#include "server/assembly.h"

#include <malloc.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "api/dialect.h"
#include "config/loader.h"
#include "config/value_text.h"
#include "ingest/live_hub.h"
#include "ingest/pipeline.h"
#include "logql/engine.h"
#include "net/http_server.h"
#include "platform/clock.h"
#include "platform/posix/posix_file_system.h"
#include "platform/process.h"
#include "platform/worker_pool.h"
#include "server/build_info.h"
#include "server/demo_feed.h"
#include "server/lifecycle.h"
#include "server/retention_rules.h"
#include "storage/embedded_store.h"
#include "telemetry/diag.h"
#include "telemetry/health.h"
#include "telemetry/metrics.h"

namespace logpond::server {
namespace {

/// How far back sample logs reach when a data directory is new.
constexpr DurationNs kDemoBackfill = kHour;
/// Requests that wait for a thread; beyond it the answer is 503.
constexpr std::size_t kIngestJobsMax = 4'096;
constexpr std::size_t kQueryJobsMax = 1'024;

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

telemetry::DiagLevel level_of(const std::string& word) {
  if (word == "debug") return telemetry::DiagLevel::kDebug;
  if (word == "warn") return telemetry::DiagLevel::kWarn;
  if (word == "error") return telemetry::DiagLevel::kError;
  return telemetry::DiagLevel::kInfo;
}

void configure_log(const config::Config::Log& log) {
  telemetry::configure_diagnostics({.level = level_of(log.level), .json = log.format == "json"});
}

api::ApiOptions api_options(const config::Config& config) {
  api::ApiOptions options;
  options.discover_service_name = config.loki.discover_service_name;
  options.discover_log_levels = config.loki.discover_log_levels;
  options.multi_tenant = config.server.multi_tenant;
  options.body_bytes_max = static_cast<std::size_t>(config.server.body_bytes_max);
  options.query_timeout = config.server.query_timeout;
  options.tails_max = static_cast<std::size_t>(config.loki.tails_max);
  options.reject_older_than = config.loki.reject_older_than;
  options.reject_newer_than = config.loki.reject_newer_than;
  return options;
}

/// Bounds are in bytes of what is in use; what is not goes back to the system. glibc would keep it:
/// each thread may get an arena of its own, and large blocks that come from arenas leave holes
/// between what the cache keeps (measured: 500 MB held for 267 MB of cached columns, 350 MB so).
/// So: few arenas, and blocks of batches and columns from the system and back to it. Other
/// allocators (musl's) need no such help.
void keep_allocator_from_hoarding() {
#ifdef __GLIBC__
  constexpr int kArenasMax = 2;
  constexpr int kBlockBytesFromSystem = 256 << 10;
  constexpr int kFreeBytesKept = 8 << 20;
  mallopt(M_ARENA_MAX, kArenasMax);
  mallopt(M_MMAP_THRESHOLD, kBlockBytesFromSystem);
  mallopt(M_TRIM_THRESHOLD, kFreeBytesKept);
#endif
}

storage::EmbeddedStoreOptions store_options(const config::Config& config,
                                            const std::filesystem::path& directory) {
  storage::EmbeddedStoreOptions options;
  options.directory = directory;
  options.head_bytes_max = static_cast<std::size_t>(config.store.head_bytes_max);
  options.cache_bytes_max = static_cast<std::size_t>(config.store.cache_bytes_max);
  options.scan_helpers = std::max(std::thread::hardware_concurrency(), 1U) - 1;
  // One head is sealed while the next one fills; a fifth is left for when they change places, so
  // that appends seldom wait.
  options.seal_bytes = std::min(options.seal_bytes, options.head_bytes_max / 5 * 2);
  options.wal_segment_bytes = static_cast<std::uint64_t>(config.store.wal_segment_bytes);
  options.group_wait = config.store.group_wait;
  options.retention = config.store.retention;
  options.retention_bytes = static_cast<std::uint64_t>(config.store.retention_bytes);
  return options;
}

}  // namespace

Result<DataPlaces> data_places(const config::Config& config) {
  DataPlaces places{config.store.data, config.store.data};
  if (config.store.url.empty()) return places;
  LOGPOND_TRY(places.records, config::parse_store_url(config.store.url));
  if (config.store.data == config::Config{}.store.data) places.data = places.records;
  return places;
}

Status check_listen_address(const config::Config& config) {
  LOGPOND_TRY(const config::Address address, config::parse_address(config.server.http));
  if (config.server.insecure || config::is_loopback_host(address.host)) return {};
  return fail(ErrorCode::kPermissionDenied,
              "refusing to listen on " + config.server.http +
                  ": anyone who reaches it could read and write every log; listen on 127.0.0.1:" +
                  std::to_string(address.port) + ", or add --insecure when the network is trusted");
}

// Members in the order in which they depend on each other; the parts below fill and empty them.
class Assembly::Impl {
 public:
  Impl(config::Config config, ReplayProgress on_replay)
      : config_(std::move(config)),
        on_replay_(std::move(on_replay)),
        hub_(metrics_),
        lifecycle_(parts()) {}

  Status start() {
    keep_allocator_from_hoarding();
    configure_log(config_.log);
    LOGPOND_CHECK_OK(check_listen_address(config_));
    LOGPOND_TRY(places_, data_places(config_));
    if (const auto files = platform::raise_open_files_max(); !files) {
      telemetry::diag_warn("cannot raise the limit of open files",
                           {{"error", files.error().message}});
    }
    return lifecycle_.start();
  }

  void stop() { lifecycle_.stop(); }

  void reload(const config::Config& newer) {
    const config::Changes changes = config::compare(config_, newer);
    config_ = config::with_reloadable(config_, newer);
    configure_log(config_.log);
    if (!changes.reloadable.empty()) {
      telemetry::diag_info("configuration reloaded", {{"changed", join(changes.reloadable)}});
    } else {
      telemetry::diag_info("configuration read again, nothing to change at run time");
    }
    if (!changes.needs_restart.empty()) {
      telemetry::diag_warn("these options change only with a restart",
                           {{"options", join(changes.needs_restart)}});
    }
  }

  std::uint16_t port() const { return http_->port(); }

  std::string url() const {
    const auto address = config::parse_address(config_.server.http);
    std::string host = address ? address->host : "127.0.0.1";
    if (host == "0.0.0.0" || host == "::") host = "127.0.0.1";
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return "http://" + host + ":" + std::to_string(port());
  }

  DataPlaces places() const { return places_; }

 private:
  // The order: everything a part uses stands above it.
  std::vector<Part> parts() {
    return {
        {"the store", [this] { return open_store(); }, [this] { close_store(); }},
        {"the worker pools", [this] { return open_pools(); }, [this] { close_pools(); }},
        {"the HTTP server", [this] { return open_http(); }, [this] { close_http(); }},
        {"the demo", [this] { return start_demo(); }, [this] { stop_demo(); }},
    };
  }

  Status open_store() {
    store_health_ = health_.reporter("store");
    storage::EmbeddedStoreOptions options = store_options(config_, places_.records);
    LOGPOND_TRY(options.retention_rules, retention_rules(config_));
    options.on_replay = on_replay_;
    LOGPOND_TRY(store_, storage::open_embedded_store(
                            *fs_, clock_, metrics_, std::move(options),
                            [this](const std::shared_ptr<const storage::StoredBatch>& batch) {
                              hub_.publish(batch);
                            }));
    hub_.start_from(store_->stats().next_record_id);
    pipeline_.emplace(*store_, clock_, metrics_);
    logql::EngineLimits limits;
    limits.series_max = static_cast<std::size_t>(config_.loki.series_max);
    limits.entries_max = static_cast<std::size_t>(config_.loki.entries_max);
    limits.points_max = static_cast<std::size_t>(config_.loki.points_max);
    limits.range_max = config_.loki.range_max;
    engine_.emplace(*store_, clock_, metrics_, limits);
    store_health_->ready();
    return {};
  }
  void close_store() {
    engine_.reset();
    pipeline_.reset();
    store_.reset();
  }

  Status open_pools() {
    const auto threads = static_cast<std::size_t>(
        config_.server.work_threads > 0
            ? config_.server.work_threads
            : std::max<std::int64_t>(1, std::thread::hardware_concurrency()));
    ingest_pool_.emplace(platform::WorkerPool::Options{
        .name = "ingest", .threads = threads, .jobs_max = kIngestJobsMax});
    query_pool_.emplace(platform::WorkerPool::Options{
        .name = "query", .threads = threads, .jobs_max = kQueryJobsMax});
    return {};
  }
  void close_pools() {
    query_pool_.reset();
    ingest_pool_.reset();
  }

  Status open_http() {
    const BuildInfo& build = build_info();
    api::ApiContext context{.store = *store_,
                            .pipeline = *pipeline_,
                            .hub = hub_,
                            .engine = *engine_,
                            .clock = clock_,
                            .metrics = metrics_,
                            .options = api_options(config_),
                            .build = {.version = std::string(build.version),
                                      .commit = std::string(build.commit),
                                      .built = std::string(build.built),
                                      .compiler = std::string(build.compiler)},
                            .health = &health_,
                            .tails = {}};
    LOGPOND_TRY(const config::Address address, config::parse_address(config_.server.http));
    net::HttpServer::Options options;
    options.host = address.host;
    options.port = address.port;
    options.io_threads = static_cast<unsigned>(config_.server.io_threads);
    options.connections_max = static_cast<std::size_t>(config_.server.connections_max);
    http_.emplace(options, api::build_routes(std::move(context)), api::error_formatter(),
                  net::HttpServer::Pools{*ingest_pool_, *query_pool_}, clock_, metrics_);
    Status status = http_->start();
    if (!status) http_.reset();
    return status;
  }
  void close_http() {
    store_health_->not_ready("stopping");
    http_->stop(config_.server.drain_timeout);
    http_.reset();
  }

  Status start_demo() {
    if (!config_.demo.enabled) return {};
    const bool is_new = store_->stats().records == 0;
    DemoFeed::Options options;
    options.seed = static_cast<std::uint64_t>(config_.demo.seed);
    options.lines_per_second = static_cast<double>(config_.demo.rate);
    options.backfill = is_new ? kDemoBackfill : 0;
    demo_.emplace(options, clock_, [this](RecordBatch batch, std::function<void(Status)> done) {
      pipeline_->submit("demo", std::move(batch),
                        [done = std::move(done)](const Result<storage::AppendReceipt>& receipt) {
                          if (receipt) {
                            done({});
                          } else {
                            done(tl::unexpected<Error>(receipt.error()));
                          }
                        });
    });
    demo_->start();
    return {};
  }
  void stop_demo() { demo_.reset(); }

  config::Config config_;
  const ReplayProgress on_replay_;
  DataPlaces places_;
  const platform::Clock& clock_ = platform::system_clock();
  std::unique_ptr<platform::FileSystem> fs_ = platform::make_posix_file_system();
  telemetry::MetricsRegistry metrics_;
  telemetry::Health health_;
  std::unique_ptr<telemetry::Health::Reporter> store_health_;
  ingest::LiveHub hub_;
  std::unique_ptr<storage::Store> store_;
  std::optional<ingest::Pipeline> pipeline_;
  std::optional<logql::Engine> engine_;
  std::optional<platform::WorkerPool> ingest_pool_;
  std::optional<platform::WorkerPool> query_pool_;
  std::optional<net::HttpServer> http_;
  std::optional<DemoFeed> demo_;
  Lifecycle lifecycle_;
};

Assembly::Assembly(config::Config config, ReplayProgress on_replay)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(on_replay))) {}
Assembly::~Assembly() {
  stop();
}
Status Assembly::start() {
  return impl_->start();
}
void Assembly::stop() {
  impl_->stop();
}
void Assembly::reload(const config::Config& newer) {
  impl_->reload(newer);
}
std::uint16_t Assembly::port() const {
  return impl_->port();
}
std::string Assembly::url() const {
  return impl_->url();
}
DataPlaces Assembly::places() const {
  return impl_->places();
}

}  // namespace logpond::server
