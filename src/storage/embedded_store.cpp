// How a batch travels: the committer makes it durable and adds it to the head (committer.h); a full
// head is frozen together with its place in the WAL, sealed into parts by the seal thread
// (sealer.h), and only when the manifest names those parts is its WAL freed; maintenance.h looks
// after the parts from then on. Scans take a view (parts + head batches) under one short lock
// (live_state.h) and then need nothing from the store.
#include "storage/embedded_store.h"

#include <algorithm>
#include <thread>

#include "platform/backoff.h"
#include "storage/backup.h"
#include "storage/batch_codec.h"
#include "storage/committer.h"
#include "storage/deletion.h"
#include "storage/field_stats.h"
#include "storage/hidden_rows.h"
#include "storage/live_state.h"
#include "storage/maintenance.h"
#include "storage/pattern_counts.h"
#include "storage/sealer.h"
#include "storage/stream_table.h"
#include "storage/volume.h"
#include "telemetry/diag.h"

namespace logpond::storage {
namespace {

class EmbeddedStore : public Store {
 public:
  EmbeddedStore(platform::FileSystem& fs, const platform::Clock& clock,
                telemetry::MetricsRegistry& metrics, EmbeddedStoreOptions options,
                PublishBatch publish)
      : fs_(fs),
        clock_(clock),
        options_(std::move(options)),
        rules_(options_.retention_rules),
        publish_(std::move(publish)),
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
  Result<std::optional<std::uint64_t>> mark(const TenantId& tenant,
                                            std::string_view source) override;
  Result<std::vector<Pattern>> patterns(const PatternRequest& request) override;
  Result<std::vector<FieldStats>> field_stats(const TenantId& tenant, TimeRange range,
                                              const Selector& selector,
                                              const platform::CancelToken& cancel) override;
  Status flush() override;
  Status merge() override;
  Result<DeletionInfo> remove(DeleteRequest request) override;
  std::vector<DeletionInfo> removals(const TenantId& tenant) const override;
  Status cancel_removal(const TenantId& tenant, std::string_view id) override;
  Status backup(const std::string& target) override;
  StoreStats stats() const override;

 private:
  Status make_data_directory();
  Result<Committer::Start> load();
  Result<Committer::Start> load_for_reading();
  Result<Committer::Start> replay();
  void report_damaged_frames() const;
  Status replay_frame(WalSegment segment, WalSequence sequence, RecordId first_id,
                      std::string_view payload, Committer::Start& next);
  Status seal_replayed(WalSegment segment, const Committer::Start& next);
  void start();
  void stop();
  void register_metrics();
  StoreView view() const;
  void report_damage(const Error& error) const;

  platform::FileSystem& fs_;
  const platform::Clock& clock_;
  const EmbeddedStoreOptions options_;
  const RetentionRules rules_;
  const PublishBatch publish_;
  telemetry::MetricsRegistry& metrics_;
  std::unique_ptr<platform::FileLock> lock_;
  StreamTable streams_;
  std::unique_ptr<DeletionSet> deletions_;
  std::unique_ptr<PartSet> parts_;
  std::unique_ptr<Wal> wal_;
  LiveState state_{options_.cache_bytes_max};
  std::uint64_t frames_damaged_ = 0;  // of the last replay
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<Maintenance> maintenance_;
  telemetry::Counter* damaged_groups_ = nullptr;
  std::vector<std::shared_ptr<void>> gauges_;
  std::vector<std::jthread> threads_;  // they use everything above
  std::unique_ptr<platform::WorkerPool> scan_helpers_;
};

// ---- Opening

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
  LOGPOND_TRY(const Committer::Start next, options_.read_only ? load_for_reading() : load());
  committer_ = std::make_unique<Committer>(
      Committer::Dependencies{clock_, metrics_, options_, publish_, streams_, *wal_, state_}, next);
  maintenance_ = std::make_unique<Maintenance>(
      Maintenance::Dependencies{clock_, metrics_, options_, *parts_, *deletions_, rules_, state_});
  if (options_.scan_helpers > 0) {
    scan_helpers_ = std::make_unique<platform::WorkerPool>(
        platform::WorkerPool::Options{.name = "scan", .threads = options_.scan_helpers});
  }
  register_metrics();
  if (!options_.read_only) start();
  return {};
}

Result<Committer::Start> EmbeddedStore::load() {
  // Before the parts: one that is processed a moment later has no rows in the parts read then.
  LOGPOND_TRY(deletions_, DeletionSet::open(fs_, options_.directory, options_.read_only));
  LOGPOND_TRY(parts_, PartSet::open(fs_, options_.directory, options_.read_only, streams_));
  state_.live_parts = parts_->parts();
  const Manifest manifest = parts_->manifest();
  state_.marks = manifest.marks;
  LOGPOND_TRY(wal_, Wal::open(fs_,
                              {.directory = options_.directory / "wal",
                               .segment_bytes = options_.wal_segment_bytes,
                               .read_only = options_.read_only},
                              {manifest.wal_floor, manifest.sealed}));
  if (!options_.read_only) {
    sealer_ = std::make_unique<Sealer>(
        Sealer::Dependencies{clock_, metrics_, streams_, *parts_, *wal_, state_});
  }
  LOGPOND_TRY(Committer::Start next, replay());
  next.next_record_id = std::max(next.next_record_id, deletions_->record_id_floor());
  return next;
}

bool is_same_moment(const std::optional<Manifest>& a, const std::optional<Manifest>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->sealed == b->sealed && a->wal_floor == b->wal_floor;
}

/// A server may be at work on the directory: when it has sealed meanwhile, segments that were to be
/// replayed may be gone or in use again, and what was in them is in parts not seen yet; when it has
/// merged, parts may be gone; when it went on to a new segment behind our back, the end of the one
/// before is missing, as if it were damaged. Then all is read anew.
Result<Committer::Start> EmbeddedStore::load_for_reading() {
  constexpr int kAttemptsMax = 20;
  // Damage does not go away by itself: seen so often, it is real.
  constexpr int kDamagedMax = 3;
  int damaged = 0;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    platform::back_off(attempt);
    LOGPOND_TRY(const auto before, read_manifest(fs_, options_.directory));
    state_.head = Head();
    frames_damaged_ = 0;
    auto next = load();
    LOGPOND_TRY(const auto after, read_manifest(fs_, options_.directory));
    const bool stood_still = next ? is_same_moment(before, after) : before == after;
    if (!stood_still) continue;
    if (frames_damaged_ > 0 && ++damaged < kDamagedMax) continue;
    report_damaged_frames();
    return next;
  }
  return fail(ErrorCode::kUnavailable, "the data directory " + options_.directory.string() +
                                           " changes faster than it can be read: ask its server, "
                                           "or try again later");
}

void EmbeddedStore::report_damaged_frames() const {
  if (frames_damaged_ == 0) return;
  telemetry::diag_error(
      "the write-ahead log is damaged before its end; acknowledged batches are lost",
      {{"damaged", std::to_string(frames_damaged_)}});
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

Result<Committer::Start> EmbeddedStore::replay() {
  const Manifest manifest = parts_->manifest();
  Committer::Start next{manifest.sealed.value + 1, manifest.next_record_id};
  const std::uint64_t first_id = next.next_record_id;
  const DurationNs begin = clock_.monotonic();
  LOGPOND_TRY(
      const WalRecovery recovery,
      wal_->replay(
          [&](WalSegment segment, WalSequence sequence, RecordId id, std::string_view payload) {
            return replay_frame(segment, sequence, id, payload, next);
          },
          options_.on_replay));
  next.next_sequence = std::max(next.next_sequence, recovery.last_sequence.value + 1);
  frames_damaged_ = recovery.damaged_frames;
  if (!options_.read_only) report_damaged_frames();
  const double seconds =
      static_cast<double>(clock_.monotonic() - begin) / static_cast<double>(kSecond);
  if (recovery.frames > 0 || recovery.torn_bytes > 0) {
    telemetry::diag_info("write-ahead log replayed",
                         {{"records", std::to_string(next.next_record_id - first_id)},
                          {"bytes", std::to_string(recovery.bytes)},
                          {"torn_bytes_dropped", std::to_string(recovery.torn_bytes)},
                          {"seconds", std::to_string(seconds)}});
  }
  return next;
}

Status EmbeddedStore::replay_frame(WalSegment segment, WalSequence sequence, RecordId first_id,
                                   std::string_view payload, Committer::Start& next) {
  auto batch = decode_batch(payload);
  if (!batch) {
    telemetry::diag_error(
        "a batch of the write-ahead log cannot be read and is left out",
        {{"sequence", std::to_string(sequence.value)}, {"reason", batch.error().message}});
    return {};
  }
  // A head that would not fit into memory is sealed before this batch joins it.
  if (state_.head.bytes() + batch->size_bytes() > options_.head_bytes_max) {
    LOGPOND_CHECK_OK(seal_replayed(segment, next));
  }
  next.next_record_id = std::max(next.next_record_id, first_id.value + batch->size());
  auto stored = std::make_shared<StoredBatch>();
  stored->first_id = first_id;
  for (const RecordBatch::Stream& stream : batch->streams()) {
    LOGPOND_TRY(auto interned, streams_.intern(batch->tenant(), batch->text(stream.encoded)));
    stored->streams.push_back(std::move(interned));
  }
  if (const auto& mark = batch->mark()) {
    state_.marks.advance(batch->tenant(), mark->source, mark->offset);
  }
  stored->batch = std::move(*batch);
  state_.head.add(std::move(stored), sequence);
  return {};
}

/// Seals what was replayed so far. `segment` may hold more, so it stays: the sealed sequence says
/// how much of it is done.
Status EmbeddedStore::seal_replayed(WalSegment segment, const Committer::Start& next) {
  if (state_.head.empty() || options_.read_only) return {};
  auto frozen = std::make_shared<FrozenHead>();
  frozen->point = {state_.head.last_sequence(), segment, next.next_record_id, state_.marks};
  frozen->head = std::move(state_.head);
  state_.head = Head();
  {
    const std::lock_guard lock(state_.mutex);
    state_.frozen.push_back(std::move(frozen));
  }
  return sealer_->seal_front();
}

void EmbeddedStore::start() {
  threads_.emplace_back([this] { committer_->run(); });
  if (!options_.maintain) return;
  threads_.emplace_back([this] { sealer_->run(); });
  threads_.emplace_back([this] { maintenance_->run(); });
}

void EmbeddedStore::stop() {
  state_.stop();
  if (committer_ != nullptr) committer_->close();
  threads_.clear();  // joins
}

void EmbeddedStore::register_metrics() {
  damaged_groups_ = &metrics_.counter("logpond_damaged_groups_total",
                                      "Row groups left out of a scan: bad checksum");
  const auto gauge = [this](const char* name, const char* help, std::function<double()> read) {
    gauges_.push_back(metrics_.gauge_from(name, help, {}, std::move(read)));
  };
  gauge("logpond_wal_bytes", "Size of the write-ahead log on disk",
        [this] { return static_cast<double>(wal_->bytes()); });
  gauge("logpond_wal_spare_bytes", "Of which files kept for later segments",
        [this] { return static_cast<double>(wal_->spare_bytes()); });
  gauge("logpond_marks", "Sources whose batches carry marks", [this] {
    const std::lock_guard lock(state_.mutex);
    return static_cast<double>(state_.marks.size());
  });
  gauge("logpond_marks_max", "Limit of such sources",
        [] { return static_cast<double>(kMarksMax); });
  gauge("logpond_head_bytes", "Memory of the head, sealing included", [this] {
    const std::lock_guard lock(state_.mutex);
    return static_cast<double>(state_.head_bytes_locked());
  });
  gauge("logpond_head_bytes_max", "Limit of the head",
        [this] { return static_cast<double>(options_.head_bytes_max); });
  gauge("logpond_cache_bytes", "Row groups read lately, in memory",
        [this] { return static_cast<double>(state_.cache.bytes()); });
  gauge("logpond_cache_bytes_max", "Limit of the cache",
        [this] { return static_cast<double>(state_.cache.bytes_max()); });
  if (scan_helpers_) {
    gauge("logpond_scan_jobs", "Scans that wait for a helper thread",
          [this] { return static_cast<double>(scan_helpers_->waiting()); });
    gauge("logpond_scan_jobs_max", "Limit of those that wait",
          [this] { return static_cast<double>(scan_helpers_->jobs_max()); });
  }
  gauge("logpond_parts", "Parts on disk", [this] {
    const std::lock_guard lock(state_.mutex);
    return static_cast<double>(state_.live_parts.size());
  });
  gauge("logpond_part_bytes", "Bytes of all parts",
        [this] { return static_cast<double>(stats().part_bytes); });
  gauge("logpond_damaged_parts", "Parts set aside since the start, wholly or for one damaged group",
        [this] { return static_cast<double>(parts_->parts_damaged()); });
  gauge("logpond_deletions_waiting", "Deletions whose records may still lie on disk",
        [this] { return static_cast<double>(deletions_->received().size()); });
  gauge("logpond_streams", "Streams known",
        [this] { return static_cast<double>(streams_.size()); });
  gauge("logpond_read_only", "1 after a failed fsync", [this] {
    const std::lock_guard lock(state_.mutex);
    return state_.read_only_reason.empty() ? 0.0 : 1.0;
  });
}

// ---- Appending

void EmbeddedStore::append(RecordBatch batch, AppendCallback done) {
  if (options_.read_only) {
    done(fail(ErrorCode::kUnavailable, "the store was opened read-only"));
    return;
  }
  if (batch.empty() && !batch.mark()) {
    done(AppendReceipt{});
    return;
  }
  committer_->append(std::move(batch), std::move(done));
}

Result<std::optional<std::uint64_t>> EmbeddedStore::mark(const TenantId& tenant,
                                                         std::string_view source) {
  const std::lock_guard lock(state_.mutex);
  return state_.marks.find(tenant, source);
}

Status EmbeddedStore::flush() {
  if (options_.read_only) return fail(ErrorCode::kUnavailable, "the store was opened read-only");
  LOGPOND_CHECK_OK(committer_->freeze_and_wait());
  if (options_.maintain) return sealer_->wait_until_sealed();
  while (state_.has_frozen()) LOGPOND_CHECK_OK(sealer_->seal_front());
  return {};
}

Status EmbeddedStore::merge() {
  if (options_.read_only) return fail(ErrorCode::kUnavailable, "the store was opened read-only");
  return maintenance_->merge_all();
}

// ---- Deleting, backup

Result<DeletionInfo> EmbeddedStore::remove(DeleteRequest request) {
  if (options_.read_only) return fail(ErrorCode::kUnavailable, "the store was opened read-only");
  return deletions_->add(std::move(request), committer_->next_record_id(), clock_.now());
}

std::vector<DeletionInfo> EmbeddedStore::removals(const TenantId& tenant) const {
  return deletions_->list(tenant);
}

Status EmbeddedStore::cancel_removal(const TenantId& tenant, std::string_view id) {
  if (options_.read_only) return fail(ErrorCode::kUnavailable, "the store was opened read-only");
  return deletions_->cancel(tenant, id);
}

Status EmbeddedStore::backup(const std::string& target) {
  CopyOptions copy;
  copy.from = options_.directory;
  copy.to = target;
  copy.with_wal = options_.read_only;  // else everything acknowledged is in parts by now
  if (!options_.read_only) LOGPOND_CHECK_OK(flush());
  return maintenance_->undisturbed([&]() -> Status {
    LOGPOND_TRY(const CopyReport report, copy_data_directory(fs_, copy));
    telemetry::diag_info("backup written", {{"directory", target},
                                            {"parts", std::to_string(report.parts)},
                                            {"bytes", std::to_string(report.bytes)}});
    return {};
  });
}

// ---- Reading

/// The deletions first: when one is processed between the two, its rows are gone from the parts.
StoreView EmbeddedStore::view() const {
  std::vector<DeletionPtr> deletions = deletions_->received();
  for (DeletionPtr& rule : rules_.expired(clock_.now())) deletions.push_back(std::move(rule));
  StoreView view = state_.view();
  view.deletions = std::move(deletions);
  view.helpers = scan_helpers_.get();
  return view;
}

void EmbeddedStore::report_damage(const Error& error) const {
  damaged_groups_->add();
  telemetry::diag_error("a row group cannot be read and is left out of the answer",
                        {{"reason", error.message}});
}

Result<ScanStats> EmbeddedStore::scan(const ScanRequest& request, ScanSink& sink) {
  return scan_visible(view(), request, sink, [this](const Error& error) { report_damage(error); });
}

Result<std::vector<StreamPtr>> EmbeddedStore::series(const TenantId& tenant, TimeRange range,
                                                     const Selector& selector) {
  return series_of_view(state_.view(), tenant, range, selector);
}

Result<std::vector<StreamVolume>> EmbeddedStore::volume(const TenantId& tenant, TimeRange range,
                                                        const Selector& selector,
                                                        const platform::CancelToken& cancel) {
  return volume_visible(view(), tenant, range, selector, cancel,
                        [this](const Error& error) { report_damage(error); });
}

Result<std::vector<Pattern>> EmbeddedStore::patterns(const PatternRequest& request) {
  return patterns_of_view(view(), request, [this](const Error& error) { report_damage(error); });
}

Result<std::vector<FieldStats>> EmbeddedStore::field_stats(const TenantId& tenant, TimeRange range,
                                                           const Selector& selector,
                                                           const platform::CancelToken& cancel) {
  return field_stats_of_view(view(), tenant, range, selector, cancel,
                             [this](const Error& error) { report_damage(error); });
}

StoreStats EmbeddedStore::stats() const {
  const StoreView now = state_.view();
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
  stats.next_record_id = RecordId{committer_->next_record_id()};
  const std::lock_guard lock(state_.mutex);
  stats.head_bytes = state_.head_bytes_locked();
  stats.read_only = !state_.read_only_reason.empty();
  stats.read_only_reason = state_.read_only_reason;
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
