// Newline-delimited JSON objects become records.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/jsonline/arguments.h"
#include "api/jsonline/record_builder.h"
#include "core/record.h"
#include "core/result.h"
#include "net/http_types.h"

namespace logpond::api::jsonline {

struct DecodeResult {
  RecordBatch batch;
  std::size_t lines = 0;    ///< Lines that are not blank.
  std::size_t skipped = 0;  ///< Of them, not taken.
  std::string first_error;  ///< Why the first of these was not, with its line number.
  std::vector<std::pair<std::string_view, std::size_t>> refused;  ///< Lines not taken, by reason.
  std::size_t dropped_fields = 0;  ///< Fields beyond a limit; their records were taken.
  std::size_t repaired = 0;        ///< 1 when invalid UTF-8 in the body became U+FFFD.
  std::size_t predicted = 0;       ///< Lines that went the fast way.
};

/// Reads a body. A line that is no JSON object is skipped and counted. Nested objects become fields
/// with dotted names, arrays and their content JSON text; null and empty values are no fields.
/// Errors: kLimitExceeded when the records do not fit a batch.
Result<DecodeResult> decode_jsonline(const net::Body& body, const Arguments& arguments,
                                     const Rules& rules, TenantId tenant, TimestampNs received,
                                     Way way = Way::kPredict);

}  // namespace logpond::api::jsonline
