#include "cli/client/batch_sender.h"

namespace logpond::cli {
namespace {

/// Sentences name values, so each refusal may be a new one: a few say enough.
constexpr std::size_t kRefusalsMax = 5;

}  // namespace

BatchSender::~BatchSender() {
  if (travelling_.valid()) travelling_.wait();
}

void BatchSender::take_outcome() {
  if (!travelling_.valid()) return;
  const DeliveryOutcome outcome = travelling_.get();
  if (outcome.is_stored) {
    totals_.lines_stored += travelling_lines_;
    totals_.bytes_stored += travelling_bytes_;
  } else if (outcome.is_refused) {
    totals_.lines_in_refused_batches += travelling_lines_;
    if (totals_.refusals.size() < kRefusalsMax) totals_.refusals.insert(outcome.sentence);
  } else {
    totals_.failure = outcome.sentence;
  }
}

bool BatchSender::added() {
  const bool is_full = body_.lines() >= limits_.lines_max || body_.bytes() >= limits_.bytes_max;
  return is_full ? send() : totals_.failure.empty();
}

bool BatchSender::send() {
  if (body_.empty()) return totals_.failure.empty();
  std::string bytes = body_.encode();
  const std::size_t lines = body_.lines();
  const std::size_t line_bytes = body_.bytes();
  body_.clear();
  take_outcome();
  if (!totals_.failure.empty()) return false;
  travelling_lines_ = lines;
  travelling_bytes_ = line_bytes;
  travelling_ = std::async(std::launch::async, [this, payload = std::move(bytes)] {
    return delivery_.send(PushBody::kPath, PushBody::kContentType, payload);
  });
  return true;
}

bool BatchSender::finish() {
  send();
  take_outcome();
  return totals_.failure.empty();
}

}  // namespace logpond::cli
