// One tail's state: what it waits for, what it has yet to send.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "api/tail/inbox.h"
#include "api/tail/tail_engine.h"
#include "api/tail/tail_format.h"

namespace logpond::api::tail {

/// A place among the tails that may be open at once; given back by the destructor.
class Slot {
 public:
  explicit Slot(std::shared_ptr<std::atomic<std::size_t>> taken) : taken_(std::move(taken)) {}
  ~Slot() { taken_->fetch_sub(1); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  std::shared_ptr<std::atomic<std::size_t>> taken_;
};

/// Threads: the dispatcher's, but for what is said otherwise.
class LiveTail : public PreparedTail {
 public:
  /// What one call of step() came to.
  enum class Progress { kIdle, kWorked, kBlocked, kFinished };

  LiveTail(const TailRequest& request, std::unique_ptr<Slot> slot,
           std::unique_ptr<logql::LineFilterPipeline> pipeline, std::size_t inbox_bytes_max);

  // ---- while it is prepared, by the preparing thread --------------------------------------------
  const std::shared_ptr<Inbox>& inbox() const { return inbox_; }
  void set_subscription(std::unique_ptr<ingest::LiveHub::Subscription> subscription) {
    subscription_ = std::move(subscription);
  }
  RecordId live_from() const { return subscription_->live_from(); }
  /// `lost` older lines were too many: the reader is told of them first.
  void set_history(std::vector<logql::ResultLine> lines, std::uint64_t lost) {
    history_ = std::move(lines);
    lost_.records = lost;
  }
  void open(std::unique_ptr<TailFormat> format, std::shared_ptr<net::OutboundStream> stream,
            DurationNs now);

  // ---- by the dispatcher ------------------------------------------------------------------------
  /// Sends at most one payload. `dropped` counts what the reader lost.
  Progress step(DurationNs now, telemetry::Counter& dropped);
  void end(std::string_view reason);

 private:
  void gather(DurationNs now);
  void gather_lost();
  void gather_from_batch();
  bool begin_batch(DurationNs now);
  bool send(DurationNs now, telemetry::Counter& dropped);
  bool beat(DurationNs now);

  TailRequest request_;
  std::unique_ptr<Slot> slot_;
  std::unique_ptr<logql::LineFilterPipeline> pipeline_;
  std::shared_ptr<Inbox> inbox_;
  std::unique_ptr<ingest::LiveHub::Subscription> subscription_;  // after inbox_: ends before it
  std::unique_ptr<TailFormat> format_;
  std::shared_ptr<net::OutboundStream> stream_;

  std::vector<logql::ResultLine> history_;
  std::size_t history_sent_ = 0;
  Inbox::BatchPtr batch_;                 // being filtered
  std::size_t row_ = 0;                   // next of it
  std::vector<char> wanted_;              // by stream of batch_
  std::vector<logql::ResultLine> lines_;  // of the next payload
  std::size_t lines_bytes_ = 0;
  std::size_t scanned_ = 0;
  Lost lost_;
  DurationNs last_sent_ = 0;
  DurationNs opened_ = 0;
};

}  // namespace logpond::api::tail
