#include "server/demo_feed.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "generate/generator.h"
#include "platform/worker_pool.h"

namespace logpond::server {
namespace {

/// Lines of one batch while backfilling: small enough that a stop is quick.
constexpr std::size_t kBatchRecords = 4'000;
constexpr int kTriesMax = 20;
constexpr auto kRetryPause = std::chrono::milliseconds(100);
/// Rates change slowly: they are looked up for steps of this length.
constexpr DurationNs kRateStep = kSecond;

}  // namespace

class DemoFeed::Impl {
 public:
  Impl(Options options, const platform::Clock& clock, SubmitBatch submit)
      : options_(options), clock_(clock), submit_(std::move(submit)), generator_({options.seed}) {}

  void start() {
    thread_ = std::jthread([this] { run(); });
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  bool feed(TimestampNs from, TimestampNs to) {
    RecordBatch batch({}, clock_.now());
    generate::Event event;
    while (from < to) {
      const TimestampNs step_end = std::min(to, (from / kRateStep + 1) * kRateStep);
      const double rate = options_.lines_per_second * generator_.rate_at(from);
      carried_ += rate * static_cast<double>(step_end - from) / static_cast<double>(kSecond);
      const auto lines = static_cast<std::int64_t>(carried_);
      carried_ -= static_cast<double>(lines);
      for (std::int64_t i = 0; i < lines; ++i) {
        // Evenly spread, a little shaken, never twice the same instant.
        const TimestampNs at =
            from + (step_end - from) * i / lines + (step_end - from) / (2 * lines + 1);
        generator_.next(at, event);
        add(batch, event);
      }
      from = step_end;
      if (batch.size() < kBatchRecords && from < to) continue;
      if (!deliver(batch)) return false;
      batch = RecordBatch({}, clock_.now());
    }
    return true;
  }

 private:
  void run() {
    platform::name_this_thread("demo");
    TimestampNs looked = clock_.now();
    TimestampNs done = looked - options_.backfill;
    while (true) {
      const TimestampNs now = clock_.now();
      // A clock that jumped ahead (a suspended laptop) is not filled in; one that went back is
      // waited for.
      if (now - looked > kMinute) done = now - kMinute;
      looked = now;
      if (now > done) {
        if (!feed(done, now)) return;
        done = now;
      }
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::nanoseconds(options_.tick),
                        [this] { return is_stopping_; });
      if (is_stopping_) return;
    }
  }

  void add(RecordBatch& batch, const generate::Event& event) {
    const auto stream = batch.intern_stream(generator_.sources()[event.source]);
    if (!event.trace_id.empty()) batch.add_field("trace_id", event.trace_id);
    batch.finish_record({.timestamp = event.timestamp,
                         .stream = stream,
                         .severity = event.severity,
                         .severity_text = {},
                         .message = event.line});
  }

  // One batch at a time is on its way, so a slow disk slows the demo instead of filling memory.
  bool deliver(const RecordBatch& batch) {
    if (batch.empty()) return !stopping();
    for (int attempt = 0; attempt < kTriesMax; ++attempt) {
      RecordBatch copy(batch.tenant(), clock_.now());
      copy.append(batch);
      if (submit_and_wait(std::move(copy))) return !stopping();
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, kRetryPause, [this] { return is_stopping_; });
      if (is_stopping_) return false;
    }
    return true;
  }

  bool submit_and_wait(RecordBatch batch) {
    // Shared with the callback: it may still be running while this call returns.
    struct Waiting {
      std::mutex mutex;
      std::condition_variable changed;
      std::optional<bool> is_stored;
    };
    const auto waiting = std::make_shared<Waiting>();
    submit_(std::move(batch), [waiting](const Status& status) {
      std::lock_guard lock(waiting->mutex);
      waiting->is_stored = status.has_value();
      waiting->changed.notify_all();
    });
    std::unique_lock lock(waiting->mutex);
    waiting->changed.wait(lock, [&] { return waiting->is_stored.has_value(); });
    return *waiting->is_stored;
  }

  bool stopping() {
    std::lock_guard lock(mutex_);
    return is_stopping_;
  }

  const Options options_;
  const platform::Clock& clock_;
  const SubmitBatch submit_;
  generate::Generator generator_;
  double carried_ = 0;  // part of a line that the last step left over
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_stopping_ = false;  // guarded by mutex_
  std::jthread thread_;
};

DemoFeed::DemoFeed(Options options, const platform::Clock& clock, SubmitBatch submit)
    : impl_(std::make_unique<Impl>(options, clock, std::move(submit))) {}
DemoFeed::~DemoFeed() {
  stop();
}
void DemoFeed::start() {
  impl_->start();
}
void DemoFeed::stop() {
  impl_->stop();
}
bool DemoFeed::feed(TimestampNs from, TimestampNs to) {
  return impl_->feed(from, to);
}

}  // namespace logpond::server
