// One io thread's reactor: readiness of sockets, one deadline per socket, jobs from other threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/time.h"

namespace logpond::net {

/// Told by its Channel, on the loop's thread.
class ChannelEvents {
 public:
  virtual ~ChannelEvents() = default;
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;
  virtual void on_deadline() = 0;
};

/// A socket in a loop. The destructor closes it; waits that are armed then never tell.
/// Waits keep `events` alive until they tell or the channel is gone.
///
/// Threads: the loop's only.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual int fd() const = 0;
  /// Tells once when there is something to read (also: the end, an error). Armed twice is armed
  /// once.
  virtual void wait_readable(const std::shared_ptr<ChannelEvents>& events) = 0;
  virtual void wait_writable(const std::shared_ptr<ChannelEvents>& events) = 0;
  /// Replaces the deadline; `span` from now on. Cheap when it moves later.
  virtual void set_deadline(DurationNs span, const std::shared_ptr<ChannelEvents>& events) = 0;
  virtual void clear_deadline() = 0;
  /// Takes the socket out of the loop, open.
  virtual int release() = 0;
};

/// Owns: the reactor. Shared by the server, its connections and unanswered Responders.
/// Threads: run() on the io thread; post() and is_current() anywhere; the rest on the io thread, or
/// before run().
class EventLoop : public std::enable_shared_from_this<EventLoop> {
 public:
  static std::shared_ptr<EventLoop> create();
  virtual ~EventLoop() = default;
  /// Runs until close() and until nothing is waited for any more.
  virtual void run() = 0;
  /// False after close(); `job` is then dropped.
  virtual bool post(std::function<void()> job) = 0;
  /// No more posts. run() returns when all channels are gone.
  virtual void close() = 0;
  /// Makes run() return at once.
  virtual void abandon() = 0;
  virtual bool is_current() const = 0;
  /// Takes over an open, non-blocking socket; null (and closed) when the system refuses.
  virtual std::unique_ptr<Channel> adopt(int fd) = 0;
};

}  // namespace logpond::net
