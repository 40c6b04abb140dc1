// jsonline: predicting and parsing give the same batch, and both agree with simdjson about which
// lines are JSON objects.
#include <simdjson.h>
#include <cstdint>
#include <string>

#include "api/jsonline/jsonline_decoder.h"
#include "api/tests/batch_text.h"
#include "codec/utf8.h"
#include "core/check.h"

namespace {

using namespace logpond;
using namespace logpond::api::jsonline;

DecodeResult decode(const std::string& body, Way way) {
  Arguments arguments;
  arguments.message_fields = {"_msg", "msg"};
  arguments.stream_fields = {"app", "host"};
  arguments.ignore_fields = {"x*"};
  Rules rules;
  rules.reject_newer_than = 0;
  auto result = decode_jsonline(net::Body(body), arguments, rules, TenantId{}, 1, way);
  LOGPOND_CHECK(result.has_value());
  api::testing::check_well_formed(result->batch);
  return *std::move(result);
}

/// A line that we take must be JSON to simdjson too. Lone surrogates and numbers beyond 64 bits are
/// ours to take, so these are no difference.
void check_against_simdjson(const std::string& line) {
  if (line.find("\\u") != std::string::npos || line.find('\n') != std::string::npos) return;
  if (!codec::is_valid_utf8(line)) return;
  const DecodeResult ours = decode(line, Way::kParse);
  if (ours.lines == 0) return;
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  const auto error = parser.parse(line).get(element);
  const bool is_object = !error && element.is_object();
  if (ours.skipped == 0) {
    LOGPOND_CHECK(is_object || error == simdjson::NUMBER_ERROR);
  } else if (is_object) {
    // What we refuse although it is JSON: no value at all, or nested too deeply.
    const bool expected = ours.first_error.find("no value") != std::string::npos ||
                          ours.first_error.find("nested") != std::string::npos ||
                          ours.first_error.find("stream field") != std::string::npos;
    LOGPOND_CHECK(expected);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  // Twice, so that the second half meets a tree that knows the first.
  const DecodeResult fast = decode(body + "\n" + body, Way::kPredict);
  const DecodeResult slow = decode(body + "\n" + body, Way::kParse);
  LOGPOND_CHECK(api::testing::text_of(fast.batch) == api::testing::text_of(slow.batch));
  LOGPOND_CHECK(fast.lines == slow.lines);
  LOGPOND_CHECK(fast.skipped == slow.skipped);
  LOGPOND_CHECK(fast.first_error == slow.first_error);
  LOGPOND_CHECK(fast.refused == slow.refused);
  check_against_simdjson(body);
  return 0;
}
