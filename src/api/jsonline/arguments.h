// Arguments of the jsonline door: which fields are the message, the time and the stream.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "net/http_types.h"

namespace logpond::api::jsonline {

/// Lists count in their order: the first field that is there and not empty wins.
struct Arguments {
  std::vector<std::string> message_fields{"_msg"};
  std::vector<std::string> time_fields{"_time"};
  std::vector<std::string> stream_fields;
  std::vector<std::string> ignore_fields;      ///< A last `*` makes it a prefix.
  std::vector<std::string> decolorize_fields;  ///< ANSI escape sequences are taken out of these.
  std::vector<std::pair<std::string, std::string>> extra_fields;  ///< Put on every record.
  bool debug = false;                                             ///< Parse and log, do not store.
};

/// `_msg_field`, `_time_field`, `_stream_fields`, `ignore_fields`, `decolorize_fields`,
/// `extra_fields` (`k=v,k2=v2`) and `debug` of the query, else the headers `VL-Msg-Field` and so
/// on. Errors: kInvalidArgument for an extra field without `=`, or more than kLabelsMax stream
/// fields.
Result<Arguments> read_arguments(const net::Parameters& query, const net::Headers& headers);

}  // namespace logpond::api::jsonline
