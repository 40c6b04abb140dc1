// The meeting place of a producer and a connection: payloads waiting to be written to one client.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/outbound.h"

namespace logpond::net {

/// Producers use it as an OutboundStream. The connection takes batches, writes them, says so by
/// taken(), and ends it by finish().
///
/// Invariant: queued_bytes() counts a payload until the kernel has all of it.
/// Threads: any.
class OutboundQueue final : public OutboundStream {
 public:
  /// `wake` is called, from any thread, when there is something new to take: a payload or the
  /// close. Once, until take() was called again.
  OutboundQueue(OutboundLimits limits, std::function<void()> wake);

  bool try_send(std::string payload) override;
  Status send_and_wait(std::string payload, DurationNs patience) override;
  void close(int websocket_code, std::string_view reason) override;
  bool is_closed() const override;
  std::size_t queued_bytes() const override;
  void on_closed(std::function<void()> callback) override;

  struct Batch {
    std::vector<std::string> payloads;
    std::size_t bytes = 0;
    bool closing = false;  ///< Nothing comes after these payloads.
  };
  Batch take(std::size_t payloads_max, std::size_t bytes_max);
  void taken(std::size_t bytes);
  /// The client is gone or has everything. Runs the callbacks; what is queued is dropped.
  void finish();

  int close_code() const;
  std::string close_reason() const;
  const OutboundLimits& limits() const { return limits_; }

 private:
  /// An empty queue takes any one payload. Tiny payloads are limited by number too: each costs more
  /// memory than its bytes.
  bool has_room(std::size_t bytes) const {
    return bytes_ == 0 ||
           (bytes_ <= limits_.queue_bytes_max && bytes <= limits_.queue_bytes_max - bytes_ &&
            payloads_.size() < kPayloadsMin + limits_.queue_bytes_max / kPayloadBytesTypical);
  }
  void push(std::string payload, std::unique_lock<std::mutex>& lock);
  void wake_connection(std::unique_lock<std::mutex>& lock);

  static constexpr std::size_t kPayloadsMin = 16;
  static constexpr std::size_t kPayloadBytesTypical = 64;

  const OutboundLimits limits_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::deque<std::string> payloads_;
  std::size_t bytes_ = 0;
  bool woken_ = false;
  bool closing_ = false;
  bool finished_ = false;
  int close_code_ = 1000;
  std::string close_reason_;
  std::vector<std::function<void()>> callbacks_;
};

}  // namespace logpond::net
