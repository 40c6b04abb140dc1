// Tails as the frames of Loki's WebSocket.
#pragma once

#include "api/loki/result_encoder.h"
#include "api/tail/tail_format.h"

namespace logpond::api::loki {

/// {"streams":[{"stream":{..},"values":[[..]]}],"dropped_entries":[..],"encodingFlags":[..]}: one
/// element of `streams` a line. Without categorize-labels the stream has its own and the parsed
/// labels, but not structured metadata.
class TailFrameFormat : public tail::TailFormat {
 public:
  explicit TailFrameFormat(EncodingFlags flags) : flags_(std::move(flags)) {}
  std::string payload(std::span<const logql::ResultLine> lines, const tail::Lost& lost) override;
  std::size_t lines_max() const override { return 100; }

 private:
  EncodingFlags flags_;
};

}  // namespace logpond::api::loki
