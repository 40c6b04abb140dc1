// Push requests built by tests: one description, both body forms.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/time.h"

namespace logpond::api::testing {

struct PushRecord {
  TimestampNs timestamp = 0;
  std::string line;
  std::vector<std::pair<std::string, std::string>> metadata;
};
struct PushStream {
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<PushRecord> records;
};

/// The body of a JSON push.
std::string json_push(const std::vector<PushStream>& streams);
/// logproto.PushRequest, not yet in a snappy block.
std::string protobuf_push(const std::vector<PushStream>& streams);

/// Pieces of protobuf messages, for tests that write their own.
void put_protobuf_bytes(std::string& out, std::uint32_t field, std::string_view bytes);
void put_protobuf_varint(std::string& out, std::uint32_t field, std::uint64_t value);

}  // namespace logpond::api::testing
