// Batches on their way: while one travels, the next is filled.
#pragma once

#include <cstdint>
#include <future>
#include <set>
#include <string>
#include <vector>

#include "cli/client/delivery.h"
#include "cli/client/push_body.h"

namespace logpond::cli {

/// What became of the lines so far.
struct SendTotals {
  std::uint64_t lines_stored = 0;
  std::uint64_t bytes_stored = 0;
  /// Lines of batches to which the server said no. It may have kept the good ones among them.
  std::uint64_t lines_in_refused_batches = 0;
  std::set<std::string> refusals;  ///< Different sentences, at most a handful.
  std::string failure;  ///< Not empty: the server could not be reached; nothing more is sent.
};

/// Collects lines into a PushBody and sends it when it is large enough. Threads: one; it has one
/// helper thread, that sends one body at a time, so order is kept and memory is bounded.
class BatchSender {
 public:
  struct Limits {
    std::size_t lines_max = 5'000;
    std::size_t bytes_max = std::size_t{1} << 20;
  };
  BatchSender(Delivery& delivery, Limits limits) : delivery_(delivery), limits_(limits) {}
  ~BatchSender();
  BatchSender(const BatchSender&) = delete;
  BatchSender& operator=(const BatchSender&) = delete;

  /// The body to add lines to. Call added() after each line.
  PushBody& body() { return body_; }
  /// Sends when the body is full. False: the server cannot be reached, give up.
  bool added();
  /// Sends what there is. False as added().
  bool send();
  /// Sends the rest and waits for its end.
  bool finish();
  const SendTotals& totals() const { return totals_; }

 private:
  void take_outcome();

  Delivery& delivery_;
  const Limits limits_;
  PushBody body_;
  std::future<DeliveryOutcome> travelling_;
  std::size_t travelling_lines_ = 0;
  std::size_t travelling_bytes_ = 0;
  SendTotals totals_;
};

}  // namespace logpond::cli
