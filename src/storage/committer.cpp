#include "storage/committer.h"

#include <thread>

#include "platform/worker_pool.h"
#include "storage/batch_codec.h"
#include "telemetry/diag.h"

namespace logpond::storage {

Committer::Committer(const Dependencies& dependencies, Start start)
    : clock_(dependencies.clock),
      options_(dependencies.options),
      publish_(dependencies.publish),
      streams_(dependencies.streams),
      wal_(dependencies.wal),
      state_(dependencies.state),
      queue_(options_.queue_bytes_max),
      next_sequence_(start.next_sequence),
      next_record_id_(start.next_record_id),
      sync_seconds_(dependencies.metrics.histogram("logpond_wal_sync_seconds",
                                                   "Writing and syncing one group of batches",
                                                   telemetry::MetricsRegistry::seconds_bounds())) {
  auto& metrics = dependencies.metrics;
  gauges_.push_back(metrics.gauge_from("logpond_append_queue_bytes",
                                       "Batches waiting for the write-ahead log", {},
                                       [this] { return static_cast<double>(queue_.bytes()); }));
  gauges_.push_back(metrics.gauge_from("logpond_append_queue_bytes_max",
                                       "Limit of the append queue", {},
                                       [this] { return static_cast<double>(queue_.bytes_max()); }));
}

void Committer::append(RecordBatch batch, AppendCallback done) {
  if (batch.mark() &&
      (batch.mark()->source.empty() || batch.mark()->source.size() > kMarkSourceBytesMax)) {
    done(fail(ErrorCode::kInvalidArgument, "the source of a batch's mark has 1 to " +
                                               std::to_string(kMarkSourceBytesMax) + " bytes"));
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
  batch.settle();
  pending.front = take_front();
  pending.front.assign(Wal::kFrameHeaderBytes, '\0');
  encode_batch_front(batch, pending.front);
  const auto front = std::string_view(pending.front).substr(Wal::kFrameHeaderBytes);
  if (front.size() + batch.arena().size() > kBatchBytesMax) {
    done(fail(ErrorCode::kInvalidArgument,
              "a batch may take at most " + std::to_string(kBatchBytesMax >> 20) + " MiB"));
    return;
  }
  pending.payload_checksum = Wal::payload_checksum(front, batch.arena());
  pending.batch->batch = std::move(batch);
  pending.done = std::move(done);
  const std::size_t bytes = pending.front.size() + pending.batch->batch.size_bytes();
  if (queue_.try_push(pending, bytes)) return;
  pending.done(state_.is_stopping() ? fail(ErrorCode::kUnavailable, "the server is shutting down")
                                    : fail(ErrorCode::kLimitExceeded,
                                           "the store takes no more right now: more than " +
                                               std::to_string(options_.queue_bytes_max >> 20) +
                                               " MiB wait to be written; try again later"));
}

Status Committer::freeze_and_wait() {
  const auto is_frozen = std::make_shared<bool>(false);
  Pending request;
  request.frozen = [this, is_frozen] {
    const std::lock_guard lock(state_.mutex);
    *is_frozen = true;
    state_.changed.notify_all();
  };
  // The queue may be full of batches: wait for room rather than refuse, a flush is rare.
  while (!queue_.try_push(request, 0)) {
    std::unique_lock lock(state_.mutex);
    state_.changed.wait_for(lock, std::chrono::milliseconds(10));
    if (state_.stopping) return fail(ErrorCode::kUnavailable, "the server is shutting down");
  }
  std::unique_lock lock(state_.mutex);
  state_.changed.wait(lock, [&] { return *is_frozen; });
  return {};
}

void Committer::run() {
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
std::optional<Error> Committer::wait_for_room() {
  std::unique_lock lock(state_.mutex);
  while (state_.head_bytes_locked() > options_.head_bytes_max && options_.maintain &&
         !state_.stopping) {
    if (state_.seal_error) return state_.seal_error;
    state_.changed.wait(lock);
  }
  if (!state_.read_only_reason.empty()) {
    return Error{ErrorCode::kUnavailable, "the store is read-only: " + state_.read_only_reason};
  }
  return std::nullopt;
}

void Committer::refuse_group(std::vector<Pending>& group, const Error& error) {
  for (Pending& pending : group) pending.done(tl::unexpected(error));
}

void Committer::commit_group(std::vector<Pending>& group) {
  std::vector<std::function<void()>> freezes;
  for (Pending& pending : group) {
    if (pending.frozen) freezes.push_back(std::move(pending.frozen));
  }
  std::erase_if(group, [](const Pending& pending) { return pending.batch == nullptr; });
  if (!group.empty()) {
    if (const auto reason = wait_for_room()) {
      refuse_group(group, *reason);
    } else {
      check_marks(group);
      write_group(group);
    }
  }
  freeze_if(!freezes.empty());
  for (const auto& frozen : freezes) frozen();
}

/// Finds the duplicates of a group, and refuses what would bring one source too many.
void Committer::check_marks(std::vector<Pending>& group) const {
  MarkTable of_group;
  for (Pending& pending : group) {
    const auto& mark = pending.batch->batch.mark();
    if (!mark) continue;
    const TenantId& tenant = pending.batch->batch.tenant();
    // state_.marks is changed by this thread only: no lock to read it.
    const auto stored = state_.marks.find(tenant, mark->source);
    const auto in_group = of_group.find(tenant, mark->source);
    if (!stored && !in_group && state_.marks.size() + of_group.size() >= kMarksMax) {
      pending.done(fail(ErrorCode::kLimitExceeded,
                        "the store keeps marks of at most " + std::to_string(kMarksMax) +
                            " sources, and \"" + mark->source + "\" would be one more"));
      pending.batch = nullptr;
      continue;
    }
    pending.is_duplicate =
        (stored && mark->offset <= *stored) || (in_group && mark->offset <= *in_group);
    of_group.advance(tenant, mark->source, mark->offset);
  }
  std::erase_if(group, [](const Pending& pending) { return pending.batch == nullptr; });
}

/// Room for the front of a frame, mostly what an earlier one left: fresh pages cost more than what
/// is written on them.
std::string Committer::take_front() {
  const std::lock_guard lock(fronts_mutex_);
  if (spare_fronts_.empty()) return {};
  std::string front = std::move(spare_fronts_.back());
  spare_fronts_.pop_back();
  return front;
}

void Committer::keep_fronts(std::vector<Pending>& group) {
  constexpr std::size_t kSpareMax = 4;
  constexpr std::size_t kSpareBytesMax = std::size_t{2} << 20;
  const std::lock_guard lock(fronts_mutex_);
  for (Pending& pending : group) {
    if (spare_fronts_.size() == kSpareMax) return;
    if (pending.front.capacity() <= kSpareBytesMax)
      spare_fronts_.push_back(std::move(pending.front));
  }
}

void Committer::write_group(std::vector<Pending>& group) {
  std::vector<Wal::Frame> frames;
  for (Pending& pending : group) {
    if (pending.is_duplicate) continue;
    // Numbers are not given again after a failed write: what a torn frame left behind must not be
    // mistaken for a later batch.
    frames.push_back({{next_sequence_++},
                      {next_record_id_},
                      pending.payload_checksum,
                      pending.front,
                      pending.batch->batch.arena()});
    pending.batch->first_id = frames.back().first_id;
    pending.sequence = frames.back().sequence;
    next_record_id_ += pending.batch->batch.size();
  }
  const DurationNs begin = clock_.monotonic();
  const Status written = frames.empty() ? Status() : wal_.write(frames);
  sync_seconds_.observe(static_cast<double>(clock_.monotonic() - begin) /
                        static_cast<double>(kSecond));
  keep_fronts(group);
  if (written) {
    accept_group(group);
  } else {
    refuse_unwritten(group, written.error());
  }
}

void Committer::refuse_unwritten(std::vector<Pending>& group, const Error& error) {
  if (error.code == ErrorCode::kNoSpace) {
    refuse_group(group, {ErrorCode::kNoSpace, "the disk is full: " + error.message});
    return;
  }
  telemetry::diag_error("cannot make a batch durable; the store is read-only until a restart",
                        {{"reason", error.message}});
  {
    const std::lock_guard lock(state_.mutex);
    state_.read_only_reason = error.message;
  }
  refuse_group(group, {ErrorCode::kUnavailable, "the store is read-only: " + error.message});
}

void Committer::accept_group(std::vector<Pending>& group) {
  {
    const std::lock_guard lock(state_.mutex);
    for (const Pending& pending : group) {
      if (pending.is_duplicate) continue;
      state_.head.add(pending.batch, pending.sequence);
      if (const auto& mark = pending.batch->batch.mark()) {
        state_.marks.advance(pending.batch->batch.tenant(), mark->source, mark->offset);
      }
    }
  }
  for (const Pending& pending : group) {
    if (publish_ && !pending.is_duplicate && !pending.batch->batch.empty()) publish_(pending.batch);
  }
  for (Pending& pending : group) {
    if (pending.is_duplicate) {
      pending.done(AppendReceipt{.is_duplicate = true});
    } else {
      pending.done(AppendReceipt{pending.batch->first_id, pending.batch->batch.size()});
    }
  }
}

/// Puts a full head, or any when requested, aside for sealing; what comes next goes to a new WAL
/// segment.
void Committer::freeze_if(bool is_requested) {
  const std::lock_guard lock(state_.mutex);
  Head& head = state_.head;
  const bool is_full =
      head.bytes() >= options_.seal_bytes || head.records() >= options_.seal_records;
  if (head.empty() || (!is_full && !is_requested)) return;
  auto frozen = std::make_shared<FrozenHead>();
  frozen->point = {head.last_sequence(), wal_.rotate(), next_record_id_, state_.marks};
  frozen->head = std::move(head);
  head = Head();
  state_.frozen.push_back(std::move(frozen));
  state_.changed.notify_all();
}

}  // namespace logpond::storage
