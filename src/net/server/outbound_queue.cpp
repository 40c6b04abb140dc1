#include "net/server/outbound_queue.h"

#include <chrono>
#include <utility>

namespace logpond::net {
namespace {

/// RFC 6455: a control frame carries 125 bytes, two of them are the code.
constexpr std::size_t kCloseReasonBytesMax = 123;

/// Cuts at a character's border, since a close reason must be whole UTF-8.
std::string_view cut_reason(std::string_view reason) {
  if (reason.size() <= kCloseReasonBytesMax) return reason;
  std::size_t size = kCloseReasonBytesMax;
  while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xC0) == 0x80) --size;
  return reason.substr(0, size);
}

}  // namespace

OutboundQueue::OutboundQueue(OutboundLimits limits, std::function<void()> wake)
    : limits_(limits), wake_(std::move(wake)) {}

bool OutboundQueue::try_send(std::string payload) {
  std::unique_lock lock(mutex_);
  if (closing_ || finished_ || !has_room(payload.size())) return false;
  push(std::move(payload), lock);
  return true;
}

Status OutboundQueue::send_and_wait(std::string payload, DurationNs patience) {
  std::unique_lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience);
  const bool ready = room_.wait_until(
      lock, deadline, [&] { return closing_ || finished_ || has_room(payload.size()); });
  if (closing_ || finished_) return fail(ErrorCode::kCancelled, "the client went away");
  if (!ready) {
    return fail(ErrorCode::kDeadlineExceeded, "the client took nothing for " +
                                                  format_duration(patience) + " and " +
                                                  std::to_string(bytes_) + " bytes wait for it");
  }
  push(std::move(payload), lock);
  return {};
}

void OutboundQueue::push(std::string payload, std::unique_lock<std::mutex>& lock) {
  if (payload.empty()) return;  // an empty chunk would end the body
  bytes_ += payload.size();
  payloads_.push_back(std::move(payload));
  wake_connection(lock);
}

void OutboundQueue::wake_connection(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(woken_, true)) return;
  lock.unlock();
  wake_();
}

void OutboundQueue::close(int websocket_code, std::string_view reason) {
  std::unique_lock lock(mutex_);
  if (closing_ || finished_) return;
  closing_ = true;
  close_code_ = websocket_code;
  close_reason_ = cut_reason(reason);
  room_.notify_all();
  wake_connection(lock);
}

bool OutboundQueue::is_closed() const {
  std::lock_guard lock(mutex_);
  return closing_ || finished_;
}

std::size_t OutboundQueue::queued_bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

void OutboundQueue::on_closed(std::function<void()> callback) {
  {
    std::lock_guard lock(mutex_);
    if (!finished_) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

OutboundQueue::Batch OutboundQueue::take(std::size_t payloads_max, std::size_t bytes_max) {
  std::lock_guard lock(mutex_);
  Batch batch;
  while (!payloads_.empty() && batch.payloads.size() < payloads_max && batch.bytes < bytes_max) {
    batch.bytes += payloads_.front().size();
    batch.payloads.push_back(std::move(payloads_.front()));
    payloads_.pop_front();
  }
  batch.closing = closing_ && payloads_.empty();
  woken_ = false;
  return batch;
}

void OutboundQueue::taken(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  bytes_ -= bytes < bytes_ ? bytes : bytes_;
  room_.notify_all();
}

void OutboundQueue::finish() {
  std::vector<std::function<void()>> callbacks;
  {
    std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    payloads_.clear();
    bytes_ = 0;
    callbacks.swap(callbacks_);
    room_.notify_all();
  }
  for (const auto& callback : callbacks) callback();
}

int OutboundQueue::close_code() const {
  std::lock_guard lock(mutex_);
  return close_code_;
}

std::string OutboundQueue::close_reason() const {
  std::lock_guard lock(mutex_);
  return close_reason_;
}

}  // namespace logpond::net
