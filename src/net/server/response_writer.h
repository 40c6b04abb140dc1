// Pieces of an answer on their way into the kernel.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace logpond::net {

/// Writes pieces in order with gathering system calls and remembers where the kernel stopped.
/// Threads: one.
class ResponseWriter {
 public:
  enum class Flush { kDone, kBlocked, kFailed };

  void add(std::string piece);
  /// Writes as much as the socket takes now.
  Flush flush(int fd);
  bool is_empty() const { return next_ == pieces_.size(); }
  /// Grows with every byte the kernel takes; shows progress of a blocked answer.
  std::size_t bytes_written() const { return bytes_written_; }
  void clear();

 private:
  void advance(std::size_t bytes);

  std::vector<std::string> pieces_;
  std::size_t next_ = 0;    ///< First piece not wholly written.
  std::size_t offset_ = 0;  ///< What of it is written.
  std::size_t bytes_written_ = 0;
};

}  // namespace logpond::net
