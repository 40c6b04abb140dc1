// How a batch travels: append() encodes it on the caller's thread and queues it; the committer
// thread writes everything queued as one group, syncs once, adds it to the head, publishes and
// acknowledges. A full head is frozen together with its place in the WAL, sealed into parts by the
// seal thread, and only when the manifest names those parts is its WAL removed. Scans take a view
// (parts + head batches) under one short lock and then need nothing from the store.
#include "storage/embedded_store.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "codec/checksum.h"
#include "core/check.h"
#include "platform/bounded_queue.h"
#include "platform/worker_pool.h"
#include "storage/batch_codec.h"
#include "storage/part_set.h"
#include "storage/scan.h"
#include "storage/stream_table.h"
#include "storage/volume.h"
#include "storage/wal.h"
#include "telemetry/diag.h"

namespace logpond::storage {
namespace {

constexpr std::chrono::milliseconds kSealRetryWait{1000};
constexpr std::chrono::seconds kMaintenanceInterval{30};

/// A batch on its way through the committer; without a batch it is a request to freeze the head.
struct Pending {
  std::shared_ptr<StoredBatch> batch;
  std::string frame;  ///< Wal::kFrameHeaderBytes of room, then the payload.
  std::uint64_t payload_checksum = 0;
  AppendCallback done;
  std::function<void()> frozen;
};

struct FrozenHead {
  Head head;
  SealPoint point;
};

class EmbeddedStore : public Store {
 public:
  EmbeddedStore(platform::FileSystem& fs, const platform::Clock& clock,
                telemetry::MetricsRegistry& metrics, EmbeddedStoreOptions options,
                PublishBatch publish)
      : fs_(fs),
        clock_(clock),
        options_(std::move(options)),
        publish_(std::move(publish)),
        queue_(options_.queue_bytes_max),
        metrics_(metrics) {}
  ~EmbeddedStore() override { stop(); }

  Status open();

  void append(RecordBatch batch, AppendCallback done) override;
  Result<ScanStats> scan(const ScanRequest& request, ScanSink& sink) override;
  Result<std::vector<StreamPtr>> series(const TenantId& tenant, TimeRange range,
                                        const Selector& selector) override;
  Result<std::vector<StreamVolume>> volume(const TenantId& tenant, TimeRange range,
                                           const Selector& selector,
                                           const platform::CancelToken& cancel) override;
  Status flush() override;
  Status merge() override;
  StoreStats stats() const override;

 private:
  Status make_data_directory();
  Status replay();
  Status replay_frame(WalSequence sequence, RecordId first_id, std::string_view payload,
                      WalSequence sealed);
  void start();
  void stop();
  void register_metrics();

  // committer thread
  void run_committer();
  void commit_group(std::vector<Pending>& group);
  void accept_group(std::vector<Pending>& group, const std::vector<Wal::Frame>& frames);
  static void refuse_group(std::vector<Pending>& group, const Error& error);
  std::optional<Error> wait_for_room();
  void freeze();

  // seal and maintenance threads
  void run_sealer();
  Status seal_front();
  void run_maintenance();
  void maintain_once();
  PartSet::Committed replace_parts();

  StoreView view() const;
  void report_damage(const Error& error) const;
  std::size_t head_bytes_locked() const;

  platform::FileSystem& fs_;
  const platform::Clock& clock_;
  const EmbeddedStoreOptions options_;
  const PublishBatch publish_;
  std::unique_ptr<platform::FileLock> lock_;
  StreamTable streams_;
  std::unique_ptr<PartSet> parts_;
  std::unique_ptr<Wal> wal_;
  platform::BoundedQueue<Pending> queue_;

  mutable std::mutex mutex_;  // guards the next block
  std::condition_variable changed_;
  Head head_;
  std::deque<std::shared_ptr<const FrozenHead>> frozen_;
  std::vector<PartPtr> live_parts_;
  std::optional<Error> seal_error_;  // of the last attempt, none once one succeeded
  std::uint64_t seal_attempts_ = 0;
  std::string read_only_reason_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> next_record_id_ = 1;  // changed by the committer only

  std::uint64_t next_sequence_ = 1;  // committer only
  std::mutex maintenance_mutex_;     // merging and retention: one at a time
  std::string merge_failure_;        // why the last merge failed, under maintenance_mutex_
  std::vector<std::jthread> threads_;

  telemetry::MetricsRegistry& metrics_;
  telemetry::Histogram* sync_seconds_ = nullptr;
  telemetry::Histogram* seal_seconds_ = nullptr;
  telemetry::Histogram* merge_seconds_ = nullptr;
  telemetry::Counter* damaged_groups_ = nullptr;
  telemetry::Counter* expired_parts_ = nullptr;
  std::vector<std::shared_ptr<void>> gauges_;
};

double seconds_since(const platform::Clock& clock, DurationNs begin) {
  return static_cast<double>(clock.monotonic() - begin) / static_cast<double>(kSecond);
}

// ---- Opening
// --------------------------------------------------------------------------------------

Status EmbeddedStore::open() {
  if (!options_.read_only) {
    LOGPOND_CHECK_OK(make_data_directory());
    auto lock = fs_.lock(options_.directory / "LOCK");
    if (!lock && lock.error().code == ErrorCode::kConflict) {
      return fail(ErrorCode::kConflict,
                  "the data directory " + options_.directory.string() +
                      " is in use by another logpond: stop it, or give --data another directory");
    }
    if (!lock) return tl::unexpected(lock.error());
    lock_ = std::move(*lock);
  }
  LOGPOND_TRY(parts_, PartSet::open(fs_, options_.directory, options_.read_only, streams_));
  live_parts_ = parts_->parts();
  LOGPOND_CHECK_OK(replay());
  register_metrics();
  if (!options_.read_only) start();
  return {};
}

/// A new directory is durable only when its parents are synced. Until a manifest shows that this
/// was done once, do it at every start: an earlier one may have made the directory and failed to
/// sync.
Status EmbeddedStore::make_data_directory() {
  LOGPOND_CHECK_OK(fs_.create_directories(options_.directory));
  if (fs_.exists(options_.directory / "MANIFEST")) return {};
  for (auto path = std::filesystem::absolute(options_.directory).lexically_normal();
       path.has_relative_path(); path = path.parent_path()) {
    const Status synced = fs_.sync_directory(path.parent_path());
    // A parent that we may not read was not made by us.
    if (!synced && synced.error().code != ErrorCode::kPermissionDenied) return synced;
  }
  return {};
}

Status EmbeddedStore::replay() {
  const Manifest manifest = parts_->manifest();
  next_sequence_ = manifest.sealed.value + 1;
  next_record_id_ = manifest.next_record_id;
  const DurationNs begin = clock_.monotonic();
  WalRecovery recovery;
  LOGPOND_TRY(
      wal_, Wal::open(
                fs_, {options_.directory / "wal", options_.wal_segment_bytes}, manifest.wal_floor,
                options_.read_only,
                [&](WalSegment, WalSequence sequence, RecordId first_id, std::string_view payload) {
                  return replay_frame(sequence, first_id, payload, manifest.sealed);
                },
                recovery));
  if (recovery.damaged_frames > 0) {
    telemetry::diag_error(
        "the write-ahead log is damaged before its end; acknowledged batches are lost",
        {{"damaged", std::to_string(recovery.damaged_frames)}});
  }
  if (recovery.frames > 0 || recovery.torn_bytes > 0) {
    telemetry::diag_info("write-ahead log replayed",
                         {{"records", std::to_string(head_.records())},
                          {"bytes", std::to_string(recovery.bytes)},
                          {"torn_bytes_dropped", std::to_string(recovery.torn_bytes)},
                          {"seconds", std::to_string(seconds_since(clock_, begin))}});
  }
  return {};
}

Status EmbeddedStore::replay_frame(WalSequence sequence, RecordId first_id,
                                   std::string_view payload, WalSequence sealed) {
  auto batch = decode_batch(payload);
  if (!batch) {
    telemetry::diag_error(
        "a batch of the write-ahead log cannot be read and is left out",
        {{"sequence", std::to_string(sequence.value)}, {"reason", batch.error().message}});
    return {};
  }
  next_sequence_ = std::max(next_sequence_, sequence.value + 1);
  next_record_id_ = std::max(next_record_id_.load(), first_id.value + batch->size());
  if (sequence <= sealed) return {};
  auto stored = std::make_shared<StoredBatch>();
  stored->first_id = first_id;
  for (const RecordBatch::Stream& stream : batch->streams()) {
    LOGPOND_TRY(auto interned, streams_.intern(batch->tenant(), batch->text(stream.encoded)));
    stored->streams.push_back(std::move(interned));
  }
  stored->batch = std::move(*batch);
  head_.add(std::move(stored), sequence);
  return {};
}

void EmbeddedStore::start() {
  threads_.emplace_back([this] { run_committer(); });
  if (!options_.maintain) return;
  threads_.emplace_back([this] { run_sealer(); });
  threads_.emplace_back([this] { run_maintenance(); });
}

void EmbeddedStore::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  queue_.close();
  threads_.clear();  // joins
}

void EmbeddedStore::register_metrics() {
  const auto bounds = telemetry::MetricsRegistry::seconds_bounds();
  sync_seconds_ = &metrics_.histogram("logpond_wal_sync_seconds",
                                      "Writing and syncing one group of batches", bounds);
  seal_seconds_ =
      &metrics_.histogram("logpond_seal_seconds", "Sealing one head into parts", bounds);
  merge_seconds_ = &metrics_.histogram("logpond_merge_seconds", "One merge of parts", bounds);
  damaged_groups_ = &metrics_.counter("logpond_damaged_groups_total",
                                      "Row groups left out of a scan: bad checksum");
  expired_parts_ = &metrics_.counter("logpond_expired_parts_total", "Parts dropped by retention");
  const auto gauge = [this](const char* name, const char* help, std::function<double()> read) {
    gauges_.push_back(metrics_.gauge_from(name, help, {}, std::move(read)));
  };
  gauge("logpond_append_queue_bytes", "Batches waiting for the write-ahead log",
        [this] { return static_cast<double>(queue_.bytes()); });
  gauge("logpond_append_queue_bytes_max", "Limit of the append queue",
        [this] { return static_cast<double>(queue_.bytes_max()); });
  gauge("logpond_wal_bytes", "Size of the write-ahead log on disk",
        [this] { return static_cast<double>(wal_->bytes()); });
  gauge("logpond_head_bytes", "Memory of the head, sealing included", [this] {
    const std::lock_guard lock(mutex_);
    return static_cast<double>(head_bytes_locked());
  });
  gauge("logpond_head_bytes_max", "Limit of the head",
        [this] { return static_cast<double>(options_.head_bytes_max); });
  gauge("logpond_parts", "Parts on disk", [this] {
    const std::lock_guard lock(mutex_);
    return static_cast<double>(live_parts_.size());
  });
  gauge("logpond_part_bytes", "Bytes of all parts",
        [this] { return static_cast<double>(stats().part_bytes); });
  gauge("logpond_streams", "Streams known",
        [this] { return static_cast<double>(streams_.size()); });
  gauge("logpond_read_only", "1 after a failed fsync", [this] {
    const std::lock_guard lock(mutex_);
    return read_only_reason_.empty() ? 0.0 : 1.0;
  });
}

// ---- Appending
// ------------------------------------------------------------------------------------

void EmbeddedStore::append(RecordBatch batch, AppendCallback done) {
  if (options_.read_only) {
    done(fail(ErrorCode::kUnavailable, "the store was opened read-only"));
    return;
  }
  if (batch.empty()) {
    done(AppendReceipt{});
    return;
  }
  Pending pending;
  pending.batch = std::make_shared<StoredBatch>();
  for (const RecordBatch::Stream& stream : batch.streams()) {
    auto interned = streams_.intern(batch.tenant(), batch.text(stream.encoded));
    if (!interned) {
      done(tl::unexpected(interned.error()));
      return;
    }
    pending.batch->streams.push_back(std::move(*interned));
  }
  pending.frame.assign(Wal::kFrameHeaderBytes, '\0');
  encode_batch(batch, pending.frame);
  pending.payload_checksum =
      codec::checksum(std::string_view(pending.frame).substr(Wal::kFrameHeaderBytes));
  pending.batch->batch = std::move(batch);
  pending.done = std::move(done);
  const std::size_t bytes = pending.frame.size() + pending.batch->batch.size_bytes();
  if (queue_.try_push(pending, bytes)) return;
  bool is_stopping = false;
  {
    const std::lock_guard lock(mutex_);
    is_stopping = stopping_;
  }
  pending.done(is_stopping ? fail(ErrorCode::kUnavailable, "the server is shutting down")
                           : fail(ErrorCode::kLimitExceeded,
                                  "the store takes no more right now: more than " +
                                      std::to_string(options_.queue_bytes_max >> 20) +
                                      " MiB wait to be written; try again later"));
}

void EmbeddedStore::run_committer() {
  platform::name_this_thread("wal");
  while (auto first = queue_.pop()) {
    std::vector<Pending> group;
    group.push_back(std::move(*first));
    if (options_.group_wait > 0) {
      std::this_thread::sleep_for(std::chrono::nanoseconds(options_.group_wait));
    }
    for (Pending& more : queue_.drain()) group.push_back(std::move(more));
    commit_group(group);
  }
}

/// Waits while the head is full. Gives the reason to refuse when waiting cannot help.
std::optional<Error> EmbeddedStore::wait_for_room() {
  std::unique_lock lock(mutex_);
  while (head_bytes_locked() > options_.head_bytes_max && options_.maintain && !stopping_) {
    if (seal_error_) return seal_error_;
    changed_.wait(lock);
  }
  if (!read_only_reason_.empty()) {
    return Error{ErrorCode::kUnavailable, "the store is read-only: " + read_only_reason_};
  }
  return std::nullopt;
}

void EmbeddedStore::refuse_group(std::vector<Pending>& group, const Error& error) {
  for (Pending& pending : group) {
    if (pending.done) pending.done(tl::unexpected(error));
  }
}

void EmbeddedStore::commit_group(std::vector<Pending>& group) {
  std::vector<std::function<void()>> freezes;
  for (Pending& pending : group) {
    if (pending.frozen) freezes.push_back(std::move(pending.frozen));
  }
  std::erase_if(group, [](const Pending& pending) { return pending.batch == nullptr; });
  std::vector<Wal::Frame> frames;
  if (!group.empty()) {
    if (const auto reason = wait_for_room()) {
      refuse_group(group, *reason);
      group.clear();
    }
  }
  for (Pending& pending : group) {
    // Numbers are not given again after a failed write: what a torn frame left behind must not be
    // mistaken for a later batch.
    frames.push_back(
        {{next_sequence_++}, {next_record_id_}, pending.payload_checksum, pending.frame});
    next_record_id_ += pending.batch->batch.size();
  }
  if (!group.empty()) {
    const DurationNs begin = clock_.monotonic();
    const Status written = wal_->write(frames);
    sync_seconds_->observe(seconds_since(clock_, begin));
    if (written) {
      accept_group(group, frames);
    } else {
      if (written.error().code != ErrorCode::kNoSpace) {
        telemetry::diag_error("cannot make a batch durable; the store is read-only until a restart",
                              {{"reason", written.error().message}});
        const std::lock_guard lock(mutex_);
        read_only_reason_ = written.error().message;
      }
      refuse_group(group,
                   written.error().code == ErrorCode::kNoSpace
                       ? Error{ErrorCode::kNoSpace, "the disk is full: " + written.error().message}
                       : Error{ErrorCode::kUnavailable,
                               "the store is read-only: " + written.error().message});
    }
  }
  const bool is_full =
      head_.bytes() >= options_.seal_bytes || head_.records() >= options_.seal_records;
  if (is_full || !freezes.empty()) freeze();
  for (const auto& frozen : freezes) frozen();
}

void EmbeddedStore::accept_group(std::vector<Pending>& group,
                                 const std::vector<Wal::Frame>& frames) {
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < group.size(); ++i) {
      group[i].batch->first_id = frames[i].first_id;
      head_.add(group[i].batch, frames[i].sequence);
    }
  }
  for (Pending& pending : group) {
    if (publish_) publish_(pending.batch);
  }
  for (Pending& pending : group)
    pending.done(AppendReceipt{pending.batch->first_id, pending.batch->batch.size()});
}

/// Puts the head aside for sealing; what comes next goes to a new WAL segment.
void EmbeddedStore::freeze() {
  const std::lock_guard lock(mutex_);
  if (head_.empty()) return;
  auto frozen = std::make_shared<FrozenHead>();
  frozen->point = {head_.last_sequence(), wal_->rotate(), next_record_id_};
  frozen->head = std::move(head_);
  head_ = Head();
  frozen_.push_back(std::move(frozen));
  changed_.notify_all();
}

// ---- Sealing, merging, retention
// ------------------------------------------------------------------

PartSet::Committed EmbeddedStore::replace_parts() {
  return [this](const std::vector<PartPtr>& live) {
    const std::lock_guard lock(mutex_);
    live_parts_ = live;
  };
}

/// Seals the oldest frozen head; its records are in the view exactly once at every moment.
Status EmbeddedStore::seal_front() {
  std::shared_ptr<const FrozenHead> front;
  {
    const std::lock_guard lock(mutex_);
    if (frozen_.empty()) return {};
    front = frozen_.front();
  }
  const DurationNs begin = clock_.monotonic();
  const Status sealed =
      parts_->seal(front->head, front->point, [this](const std::vector<PartPtr>& live) {
        const std::lock_guard lock(mutex_);
        live_parts_ = live;
        frozen_.pop_front();
      });
  seal_seconds_->observe(seconds_since(clock_, begin));
  {
    const std::lock_guard lock(mutex_);
    ++seal_attempts_;
    seal_error_ = sealed ? std::nullopt : std::optional<Error>(sealed.error());
    changed_.notify_all();
  }
  if (!sealed) return sealed;
  streams_.drop_unused();
  return wal_->remove_before(front->point.wal_floor);
}

void EmbeddedStore::run_sealer() {
  platform::name_this_thread("seal");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !frozen_.empty(); });
    if (stopping_) return;
    lock.unlock();
    const Status sealed = seal_front();
    if (!sealed)
      telemetry::diag_error("cannot seal the head; trying again",
                            {{"reason", sealed.error().message}});
    lock.lock();
    if (!sealed) changed_.wait_for(lock, kSealRetryWait, [this] { return stopping_; });
  }
}

void EmbeddedStore::run_maintenance() {
  platform::name_this_thread("merge");
  std::uint64_t seen_attempts = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, kMaintenanceInterval,
                      [&] { return stopping_ || seal_attempts_ != seen_attempts; });
    seen_attempts = seal_attempts_;
    if (stopping_) return;
    lock.unlock();
    maintain_once();
    lock.lock();
  }
}

void EmbeddedStore::maintain_once() {
  const std::lock_guard one_at_a_time(maintenance_mutex_);
  if (options_.retention > 0 || options_.retention_bytes > 0) {
    const TimestampNs oldest = options_.retention > 0 ? clock_.now() - options_.retention
                                                      : std::numeric_limits<TimestampNs>::min();
    const auto dropped = parts_->retain(oldest, options_.retention_bytes, replace_parts());
    if (dropped) expired_parts_->add(static_cast<double>(*dropped));
    if (!dropped)
      telemetry::diag_warn("cannot apply retention", {{"reason", dropped.error().message}});
  }
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    const DurationNs begin = clock_.monotonic();
    const auto merged = parts_->merge_once(false, replace_parts());
    // It is tried after every seal: on a full disk the same sentence would fill the log too.
    const std::string reason = merged ? std::string() : merged.error().message;
    if (!merged && reason != merge_failure_) {
      telemetry::diag_warn("cannot merge parts", {{"reason", reason}});
    }
    merge_failure_ = reason;
    if (!merged || !*merged) return;
    merge_seconds_->observe(seconds_since(clock_, begin));
  }
}

Status EmbeddedStore::flush() {
  if (options_.read_only) return fail(ErrorCode::kUnavailable, "the store was opened read-only");
  const auto is_frozen = std::make_shared<bool>(false);
  Pending request;
  request.frozen = [this, is_frozen] {
    const std::lock_guard lock(mutex_);
    *is_frozen = true;
    changed_.notify_all();
  };
  // The queue may be full of batches: wait for room rather than refuse, a flush is rare.
  while (!queue_.try_push(request, 0)) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(10));
    if (stopping_) return fail(ErrorCode::kUnavailable, "the server is shutting down");
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return *is_frozen; });
  while (!frozen_.empty()) {
    if (!options_.maintain) {
      lock.unlock();
      LOGPOND_CHECK_OK(seal_front());
      lock.lock();
      continue;
    }
    const std::uint64_t attempts = seal_attempts_;
    changed_.wait(lock, [&] { return stopping_ || frozen_.empty() || seal_attempts_ != attempts; });
    if (seal_error_) return tl::unexpected(*seal_error_);
    if (stopping_) return fail(ErrorCode::kUnavailable, "the server is shutting down");
  }
  return {};
}

Status EmbeddedStore::merge() {
  const std::lock_guard one_at_a_time(maintenance_mutex_);
  while (true) {
    LOGPOND_TRY(const bool merged, parts_->merge_once(true, replace_parts()));
    if (!merged) return {};
  }
}

// ---- Reading
// --------------------------------------------------------------------------------------

std::size_t EmbeddedStore::head_bytes_locked() const {
  std::size_t bytes = head_.bytes();
  for (const auto& frozen : frozen_) bytes += frozen->head.bytes();
  return bytes;
}

StoreView EmbeddedStore::view() const {
  const std::lock_guard lock(mutex_);
  StoreView view;
  view.parts = live_parts_;
  for (const auto& frozen : frozen_) {
    view.batches.insert(view.batches.end(), frozen->head.batches().begin(),
                        frozen->head.batches().end());
  }
  view.batches.insert(view.batches.end(), head_.batches().begin(), head_.batches().end());
  return view;
}

void EmbeddedStore::report_damage(const Error& error) const {
  damaged_groups_->add();
  telemetry::diag_error("a row group cannot be read and is left out of the answer",
                        {{"reason", error.message}});
}

Result<ScanStats> EmbeddedStore::scan(const ScanRequest& request, ScanSink& sink) {
  return scan_view(view(), request, sink, [this](const Error& error) { report_damage(error); });
}

Result<std::vector<StreamPtr>> EmbeddedStore::series(const TenantId& tenant, TimeRange range,
                                                     const Selector& selector) {
  return series_of_view(view(), tenant, range, selector);
}

Result<std::vector<StreamVolume>> EmbeddedStore::volume(const TenantId& tenant, TimeRange range,
                                                        const Selector& selector,
                                                        const platform::CancelToken& cancel) {
  return volume_of_view(view(), tenant, range, selector, cancel,
                        [this](const Error& error) { report_damage(error); });
}

StoreStats EmbeddedStore::stats() const {
  const StoreView now = view();
  StoreStats stats;
  for (const PartPtr& part : now.parts) {
    const PartSummary& summary = part->summary();
    stats.records += summary.rows;
    stats.part_bytes += summary.bytes;
    stats.message_bytes += summary.message_bytes;
    stats.parts.push_back({summary.name,
                           utc_day(summary.time_min),
                           summary.bytes,
                           summary.rows,
                           {summary.time_min, summary.time_max + 1},
                           0});
  }
  for (const StoredBatchPtr& batch : now.batches) {
    stats.head_records += batch->batch.size();
    stats.message_bytes += batch->batch.message_bytes();
  }
  stats.records += stats.head_records;
  stats.wal_bytes = wal_->bytes();
  stats.next_record_id = RecordId{next_record_id_};
  const std::lock_guard lock(mutex_);
  stats.head_bytes = head_bytes_locked();
  stats.read_only = !read_only_reason_.empty();
  stats.read_only_reason = read_only_reason_;
  return stats;
}

}  // namespace

Result<std::unique_ptr<Store>> open_embedded_store(platform::FileSystem& fs,
                                                   const platform::Clock& clock,
                                                   telemetry::MetricsRegistry& metrics,
                                                   EmbeddedStoreOptions options,
                                                   PublishBatch publish) {
  auto store =
      std::make_unique<EmbeddedStore>(fs, clock, metrics, std::move(options), std::move(publish));
  LOGPOND_CHECK_OK(store->open());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace logpond::storage
