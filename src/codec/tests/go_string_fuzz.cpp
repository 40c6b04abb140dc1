// Any text comes back from its Go and its JSON form; any literal that is read can be written again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/go_string.h"
#include "codec/json_text.h"
#include "codec/utf8.h"
#include "core/check.h"

namespace logpond::codec {
namespace {

void check(std::string_view input) {
  std::string quoted;
  append_go_quoted(quoted, input);
  LOGPOND_CHECK(is_valid_utf8(quoted));
  LOGPOND_CHECK(unquote_go(quoted).value() == input);
  if (const auto text = unquote_go(input)) {
    std::string again;
    append_go_quoted(again, *text);
    LOGPOND_CHECK(unquote_go(again).value() == *text);
  }
  const std::string repaired = repair_utf8(input);
  LOGPOND_CHECK(is_valid_utf8(repaired));
  LOGPOND_CHECK((repaired == input) == is_valid_utf8(input));
  std::string json;
  std::string json_of_repaired;
  append_json_string(json, input);
  append_json_string(json_of_repaired, repaired);
  LOGPOND_CHECK(json == json_of_repaired);
}

}  // namespace
}  // namespace logpond::codec

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  logpond::codec::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
