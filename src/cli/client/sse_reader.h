// Server-sent events: bytes in, events out.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace logpond::cli {

struct SseEvent {
  std::string_view type;  ///< `message` when the server named none.
  std::string_view data;  ///< Lines joined by line feeds.
  std::string_view id;    ///< The last id named so far; kept for Last-Event-ID.
};

/// Takes a stream in pieces of any size. Threads: one.
class SseReader {
 public:
  /// An event longer than this is dropped: a server that sends one is not ours.
  static constexpr std::size_t kEventBytesMax = std::size_t{16} << 20;

  /// Calls `take` for each event that is complete. False from `take` stops; the rest is forgotten.
  bool feed(std::string_view bytes, const std::function<bool(const SseEvent&)>& take);
  /// Forgets a half event, as after a broken connection; the last id stays.
  void restart();
  const std::string& last_id() const { return last_id_; }

 private:
  bool end_line(const std::function<bool(const SseEvent&)>& take);

  std::string line_;
  std::string type_;
  std::string data_;
  std::string id_;
  std::string last_id_;
  bool has_data_ = false;
  bool skip_line_feed_ = false;
};

}  // namespace logpond::cli
