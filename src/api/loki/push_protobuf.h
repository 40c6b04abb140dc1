// Loki's protobuf push: logproto.PushRequest, as promtail, Alloy and Vector send it.
#pragma once

#include <string_view>

#include "api/loki/push_assembler.h"
#include "core/result.h"

namespace logpond::api::loki {

/// Reads a PushRequest (already out of its snappy block) into `out`. Invalid UTF-8 becomes U+FFFD.
/// Errors: kInvalidArgument (not such a message: nothing of it may be stored), kLimitExceeded.
Status decode_push_protobuf(std::string_view message, PushAssembler& out);

}  // namespace logpond::api::loki
