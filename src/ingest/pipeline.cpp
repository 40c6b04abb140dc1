#include "ingest/pipeline.h"

#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "platform/guarded.h"

namespace logpond::ingest {
namespace {

/// The metrics of one door. Outcomes are made when they first happen: most doors see two of them.
class DoorMetrics {
 public:
  DoorMetrics(telemetry::MetricsRegistry& metrics, std::string door)
      : metrics_(metrics),
        door_(std::move(door)),
        stored_(records("stored")),
        bytes_(metrics.counter("logpond_ingested_bytes_total",
                               "Bytes of the messages that were made durable", {{"door", door_}})),
        seconds_(metrics.histogram(
            "logpond_ingest_seconds", "Time from a decoded batch to its acknowledgement or refusal",
            telemetry::MetricsRegistry::seconds_bounds(), {{"door", door_}})) {}

  void count_stored(std::size_t record_count, std::size_t message_bytes) {
    stored_.add(static_cast<double>(record_count));
    bytes_.add(static_cast<double>(message_bytes));
  }
  void count_not_stored(ErrorCode code, std::size_t record_count) {
    records(std::string(error_code_name(code))).add(static_cast<double>(record_count));
  }
  void observe(DurationNs span) {
    seconds_.observe(static_cast<double>(span) / static_cast<double>(kSecond));
  }

 private:
  telemetry::Counter& records(std::string outcome) {
    return metrics_.counter("logpond_ingested_records_total",
                            "Records handed to the store: stored, or the kind of refusal",
                            {{"door", door_}, {"outcome", std::move(outcome)}});
  }

  telemetry::MetricsRegistry& metrics_;
  const std::string door_;
  telemetry::Counter& stored_;
  telemetry::Counter& bytes_;
  telemetry::Histogram& seconds_;
};

}  // namespace

class Pipeline::Impl {
 public:
  Impl(storage::Store& store, const platform::Clock& clock, telemetry::MetricsRegistry& metrics)
      : store_(store), clock_(clock), metrics_(metrics) {}

  void submit(std::string_view door, RecordBatch batch, storage::AppendCallback done) {
    if (batch.empty()) {
      done(storage::AppendReceipt{});
      return;
    }
    const auto door_metrics = metrics_of(door);
    if (!is_valid_tenant(batch.tenant().value)) {
      door_metrics->count_not_stored(ErrorCode::kInvalidArgument, batch.size());
      done(fail(ErrorCode::kInvalidArgument, "the tenant id \"" + batch.tenant().value +
                                                 "\" is not valid: 1 to 150 characters of "
                                                 "A-Z a-z 0-9 ! - _ . * ' ( )"));
      return;
    }
    // The callback may come after this Pipeline is gone, so it holds all it needs.
    auto finish = [door_metrics, &clock = clock_, begin = clock_.monotonic(),
                   records = batch.size(), bytes = batch.message_bytes(),
                   done = std::move(done)](Result<storage::AppendReceipt> result) {
      if (result) {
        door_metrics->count_stored(records, bytes);
      } else {
        door_metrics->count_not_stored(result.error().code, records);
      }
      door_metrics->observe(clock.monotonic() - begin);
      done(std::move(result));
    };
    store_.append(std::move(batch), std::move(finish));
  }

  void count_refused(std::string_view door, std::string_view reason, std::size_t records) {
    if (records == 0) return;
    metrics_
        .counter("logpond_refused_records_total",
                 "Records refused before they reached the store, by reason",
                 {{"door", std::string(door)}, {"reason", std::string(reason)}})
        .add(static_cast<double>(records));
  }

 private:
  using Doors = std::map<std::string, std::shared_ptr<DoorMetrics>, std::less<>>;

  std::shared_ptr<DoorMetrics> metrics_of(std::string_view door) {
    auto doors = doors_.lock();
    const auto known = doors->find(door);
    if (known != doors->end()) return known->second;
    auto made = std::make_shared<DoorMetrics>(metrics_, std::string(door));
    doors->emplace(door, made);
    return made;
  }

  storage::Store& store_;
  const platform::Clock& clock_;
  telemetry::MetricsRegistry& metrics_;
  platform::Guarded<Doors> doors_;
};

Pipeline::Pipeline(storage::Store& store, const platform::Clock& clock,
                   telemetry::MetricsRegistry& metrics)
    : impl_(std::make_unique<Impl>(store, clock, metrics)) {}

Pipeline::~Pipeline() = default;

void Pipeline::submit(std::string_view door, RecordBatch batch, storage::AppendCallback done) {
  impl_->submit(door, std::move(batch), std::move(done));
}

void Pipeline::count_refused(std::string_view door, std::string_view reason, std::size_t records) {
  impl_->count_refused(door, reason, records);
}

}  // namespace logpond::ingest
