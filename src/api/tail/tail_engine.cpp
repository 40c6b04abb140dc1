#include "api/tail/tail_engine.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>

#include "api/tail/live_tail.h"
#include "platform/worker_pool.h"

namespace logpond::api::tail {
namespace {

using namespace std::chrono_literals;

/// How long the dispatcher sleeps: while a client is slow, while one may want a heartbeat.
constexpr auto kBlockedPause = 20ms;
constexpr auto kIdlePause = 200ms;

TimestampNs saturating_add(TimestampNs a, DurationNs b) {
  TimestampNs sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<TimestampNs>::max() : sum;
}

}  // namespace

class TailEngine::Impl {
 public:
  Impl(logql::Engine& engine, ingest::LiveHub& hub, const platform::Clock& clock,
       telemetry::MetricsRegistry& metrics, Options options)
      : engine_(engine),
        hub_(hub),
        clock_(clock),
        options_(options),
        dropped_(metrics.counter("logpond_tail_dropped_records_total",
                                 "Records that tails lost because their readers were slow.")),
        gauge_(metrics.gauge_from("logpond_tails", "Tails that are open.", {},
                                  [taken = taken_] { return static_cast<double>(taken->load()); })),
        thread_([this] { run(); }) {}

  ~Impl() { stop(); }

  Result<std::unique_ptr<PreparedTail>> prepare(const TailRequest& request) {
    LOGPOND_TRY(std::unique_ptr<Slot> slot, take_slot());
    LOGPOND_TRY(std::unique_ptr<logql::LineFilterPipeline> pipeline,
                engine_.compile_tail(request.query));
    auto tail = std::make_unique<LiveTail>(request, std::move(slot), std::move(pipeline),
                                           options_.inbox_bytes_max);
    tail->set_subscription(hub_.subscribe([this, inbox = tail->inbox()](const auto& batch) {
      inbox->put(batch, clock_.monotonic());
      wake();
    }));
    LOGPOND_TRY(logql::LogResult history, read_history(request, *tail));
    tail->set_history(std::move(history.lines), history.left_out);
    return std::unique_ptr<PreparedTail>(std::move(tail));
  }

  void start(std::unique_ptr<PreparedTail> prepared, std::unique_ptr<TailFormat> format,
             std::shared_ptr<net::OutboundStream> stream) {
    std::unique_ptr<LiveTail> tail(static_cast<LiveTail*>(prepared.release()));
    tail->open(std::move(format), std::move(stream), clock_.monotonic());
    std::unique_lock lock(mutex_);
    if (stopping_) {
      lock.unlock();
      tail->end("the server is stopping");
      return;
    }
    arrived_.push_back(std::move(tail));
    woken_ = true;
    wake_.notify_one();
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      wake_.notify_one();
    }
    std::lock_guard lock(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  std::size_t tails() const { return taken_->load(); }

 private:
  Result<std::unique_ptr<Slot>> take_slot() {
    const std::size_t others = taken_->fetch_add(1);
    auto slot = std::make_unique<Slot>(taken_);
    if (others < options_.tails_max) return slot;
    return fail(ErrorCode::kInvalidArgument,
                "max concurrent tail requests limit exceeded, count > limit (" +
                    std::to_string(others + 1) + " > " + std::to_string(options_.tails_max) + ")");
  }

  /// The newest lines before those that the tail gets live, oldest first.
  Result<logql::LogResult> read_history(const TailRequest& request, const LiveTail& tail) {
    logql::LogResult history;
    std::vector<logql::ResultLine>& lines = history.lines;
    const std::size_t most = engine_.limits().entries_max;
    std::size_t ask = request.after ? most : request.history_lines;
    if (ask == 0) return history;
    logql::RangeQuery query;
    query.tenant = request.tenant;
    query.text = request.query;
    query.start = request.start;
    query.end = std::max(saturating_add(clock_.now(), options_.newest_ahead),
                         saturating_add(request.start, 1));
    query.after = request.after;
    query.cancel = request.cancel;
    // Records that arrive while we ask come live; when such took places of the limit, ask for more.
    constexpr int kTries = 3;
    for (int tries = 0; tries < kTries; ++tries) {
      query.limit = ask;
      LOGPOND_TRY(logql::QueryResult result, engine_.range(query));
      auto* found = std::get_if<logql::LogResult>(&result.value);
      if (found == nullptr) break;
      const std::size_t count = found->lines.size();
      history = std::move(*found);
      // Asked for only now: until the first batch is published the hub does not know it.
      const RecordId live_from = tail.live_from();
      const std::size_t live =
          std::erase_if(lines, [&](const logql::ResultLine& line) { return line.id >= live_from; });
      if (request.after || live == 0 || count < ask || ask >= most) break;
      ask = std::min(most, request.history_lines + live);
    }
    if (!request.after && lines.size() > request.history_lines) {
      lines.resize(request.history_lines);  // newest first as yet
    }
    std::reverse(lines.begin(), lines.end());
    return history;
  }

  /// From the publisher's thread, often: only the first call since the last round takes the lock.
  void wake() {
    if (signalled_.exchange(true)) return;
    std::lock_guard lock(mutex_);
    woken_ = true;
    wake_.notify_one();
  }

  void run() {
    platform::name_this_thread("tails");
    std::vector<std::unique_ptr<LiveTail>> tails;
    auto pause = std::chrono::milliseconds(kIdlePause);
    while (wait(tails, pause)) {
      signalled_.store(false);
      bool worked = false;
      bool blocked = false;
      for (auto& tail : tails) {
        const LiveTail::Progress progress = tail->step(clock_.monotonic(), dropped_);
        worked = worked || progress == LiveTail::Progress::kWorked;
        blocked = blocked || progress == LiveTail::Progress::kBlocked;
        if (progress == LiveTail::Progress::kFinished) tail = nullptr;
      }
      std::erase(tails, nullptr);
      pause = worked ? 0ms : blocked ? kBlockedPause : kIdlePause;
    }
    for (auto& tail : tails) tail->end("the server is stopping");
  }

  /// Sleeps until there is something to do or `pause` is over, and lets new tails in. False at the
  /// end.
  bool wait(std::vector<std::unique_ptr<LiveTail>>& tails, std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    const auto has_work = [this] { return stopping_ || woken_; };
    if (tails.empty()) {
      wake_.wait(lock, [this] { return stopping_ || !arrived_.empty(); });
    } else if (pause > 0ms) {
      wake_.wait_for(lock, pause, has_work);
    }
    woken_ = false;
    for (auto& tail : arrived_) tails.push_back(std::move(tail));
    arrived_.clear();
    return !stopping_;
  }

  logql::Engine& engine_;
  ingest::LiveHub& hub_;
  const platform::Clock& clock_;
  const Options options_;
  std::shared_ptr<std::atomic<std::size_t>> taken_ = std::make_shared<std::atomic<std::size_t>>(0);
  telemetry::Counter& dropped_;
  std::shared_ptr<void> gauge_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::unique_ptr<LiveTail>> arrived_;
  bool stopping_ = false;
  bool woken_ = false;
  std::atomic<bool> signalled_{false};
  std::mutex join_mutex_;
  std::thread thread_;  // last: it uses all of the above
};

TailEngine::TailEngine(logql::Engine& engine, ingest::LiveHub& hub, const platform::Clock& clock,
                       telemetry::MetricsRegistry& metrics, Options options)
    : impl_(std::make_unique<Impl>(engine, hub, clock, metrics, options)) {}

TailEngine::~TailEngine() = default;

Result<std::unique_ptr<PreparedTail>> TailEngine::prepare(const TailRequest& request) {
  return impl_->prepare(request);
}

void TailEngine::start(std::unique_ptr<PreparedTail> tail, std::unique_ptr<TailFormat> format,
                       std::shared_ptr<net::OutboundStream> stream) {
  impl_->start(std::move(tail), std::move(format), std::move(stream));
}

void TailEngine::stop() {
  impl_->stop();
}

std::size_t TailEngine::tails() const {
  return impl_->tails();
}

}  // namespace logpond::api::tail
