// Loki's JSON push: {"streams":[{"stream":{..},"values":[["<ns>","line",{..}]]}]}, and the form of
// /api/prom/push: {"streams":[{"labels":"{..}","entries":[{"ts":"..","line":".."}]}]}.
#pragma once

#include "api/loki/push_assembler.h"
#include "core/result.h"
#include "net/http_types.h"

namespace logpond::api::loki {

/// Reads a whole body into `out`. Both forms are taken, whatever the path. Invalid UTF-8 becomes
/// U+FFFD. Errors: kInvalidArgument (not such a body: nothing of it may be stored), kLimitExceeded.
Status decode_push_json(const net::Body& body, PushAssembler& out);

}  // namespace logpond::api::loki
