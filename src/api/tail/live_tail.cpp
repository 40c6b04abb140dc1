#include "api/tail/live_tail.h"

#include <algorithm>
#include <utility>

namespace logpond::api::tail {
namespace {

/// A payload ends after so many bytes of lines.
constexpr std::size_t kPayloadBytes = std::size_t{128} << 10;
/// While so much waits at the client's connection, its batches wait in the inbox.
constexpr std::size_t kConnectionBytesHigh = std::size_t{1} << 20;
/// Records looked at in one step, so that a filter that keeps nothing does not hold up other tails.
constexpr std::size_t kRowsAStep = 20'000;

/// The close code that says the server ends it by itself.
constexpr int kNormalClosure = 1000;
constexpr int kServerError = 1011;

}  // namespace

void Lost::add(const StreamPtr& stream, TimestampNs timestamp, std::size_t count) {
  records += count;
  if (described.size() < kLostDescribedMax) described.push_back({stream, timestamp});
}

LiveTail::LiveTail(const TailRequest& request, std::unique_ptr<Slot> slot,
                   std::unique_ptr<logql::LineFilterPipeline> pipeline, std::size_t inbox_bytes_max)
    : request_(request),
      slot_(std::move(slot)),
      pipeline_(std::move(pipeline)),
      inbox_(std::make_shared<Inbox>(inbox_bytes_max)) {}

void LiveTail::open(std::unique_ptr<TailFormat> format, std::shared_ptr<net::OutboundStream> stream,
                    DurationNs now) {
  format_ = std::move(format);
  stream_ = std::move(stream);
  opened_ = now;
  last_sent_ = now;
}

LiveTail::Progress LiveTail::step(DurationNs now, telemetry::Counter& dropped) {
  if (stream_->is_closed()) return Progress::kFinished;
  if (request_.life_max != 0 && now - opened_ > request_.life_max) {
    stream_->close(kNormalClosure, "the tail has reached its longest life, connect again");
    return Progress::kFinished;
  }
  if (stream_->queued_bytes() > kConnectionBytesHigh) return Progress::kBlocked;
  const std::size_t lost_before = lost_.records;
  gather(now);
  dropped.add(static_cast<double>(lost_.records - lost_before));
  if (!lines_.empty() || lost_.records > 0) {
    return send(now, dropped) ? Progress::kWorked : Progress::kBlocked;
  }
  if (batch_ != nullptr) return Progress::kWorked;  // more of it next time
  return beat(now) ? Progress::kWorked : Progress::kIdle;
}

void LiveTail::gather(DurationNs now) {
  lines_.clear();
  lines_bytes_ = 0;
  scanned_ = 0;
  const std::size_t lines_max = format_->lines_max();
  while (history_sent_ < history_.size() && lines_.size() < lines_max &&
         lines_bytes_ < kPayloadBytes) {
    lines_bytes_ += history_[history_sent_].line.size();
    lines_.push_back(std::move(history_[history_sent_++]));
  }
  if (history_sent_ < history_.size()) return;
  history_ = {};
  history_sent_ = 0;
  gather_lost();
  while (lines_.size() < lines_max && lines_bytes_ < kPayloadBytes && scanned_ < kRowsAStep) {
    if (batch_ == nullptr && !begin_batch(now)) return;
    gather_from_batch();
  }
}

void LiveTail::gather_lost() {
  for (const Inbox::LostStream& lost : inbox_->take_lost()) {
    if (lost.stream->tenant == request_.tenant &&
        pipeline_->wants_stream(lost.stream->tenant, lost.stream->labels)) {
      lost_.add(lost.stream, lost.first, lost.records);
    }
  }
}

/// Takes batches until one has a stream that is wanted. False when none is left.
bool LiveTail::begin_batch(DurationNs now) {
  while (Inbox::BatchPtr batch = inbox_->take(now - request_.delay)) {
    if (batch->batch.tenant() != request_.tenant) continue;
    wanted_.assign(batch->streams.size(), 0);
    bool any = false;
    for (std::size_t i = 0; i < batch->streams.size(); ++i) {
      const Stream& stream = *batch->streams[i];
      wanted_[i] = pipeline_->wants_stream(stream.tenant, stream.labels) ? 1 : 0;
      any = any || wanted_[i] != 0;
    }
    if (!any) continue;
    batch_ = std::move(batch);
    row_ = 0;
    return true;
  }
  return false;
}

void LiveTail::gather_from_batch() {
  const RecordBatch& records = batch_->batch;
  const std::size_t lines_max = format_->lines_max();
  while (row_ < records.size() && lines_.size() < lines_max && lines_bytes_ < kPayloadBytes &&
         scanned_ < kRowsAStep) {
    const std::size_t row = row_++;
    ++scanned_;
    if (wanted_[records.stream(row)] == 0) continue;
    auto line = pipeline_->process(*batch_, row);
    if (!line) continue;
    lines_bytes_ += line->line.size();
    lines_.push_back(*std::move(line));
  }
  if (row_ >= records.size()) batch_ = nullptr;
}

bool LiveTail::send(DurationNs now, telemetry::Counter& dropped) {
  Lost lost = std::exchange(lost_, {});
  if (stream_->try_send(format_->payload(lines_, lost))) {
    last_sent_ = now;
    return true;
  }
  // There was room a moment ago, so this is a payload that never fits, or a client that just left.
  lost_ = std::move(lost);
  dropped.add(static_cast<double>(lines_.size()));
  for (const logql::ResultLine& line : lines_) lost_.add(line.stream, line.timestamp, 1);
  return false;
}

bool LiveTail::beat(DurationNs now) {
  if (request_.heartbeat == 0 || now - last_sent_ < request_.heartbeat) return false;
  std::string text = format_->heartbeat();
  last_sent_ = now;
  return !text.empty() && stream_->try_send(std::move(text));
}

void LiveTail::end(std::string_view reason) {
  if (std::string text = format_->failure(reason); !text.empty()) {
    (void)stream_->try_send(std::move(text));
  }
  stream_->close(kServerError, reason);
}

}  // namespace logpond::api::tail
