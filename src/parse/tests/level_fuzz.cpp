// The fast level search gives what the slow one gives.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.h"
#include "parse/level.h"
#include "parse/level_keywords.h"
#include "parse/tests/slow_level.h"

namespace logpond::parse {
namespace {

void check_line(std::string_view line) {
  const DetectedLevel keyword = find_level(line, nullptr);
  const DetectedLevel slow_keyword = slow_level_keyword(line);
  LOGPOND_CHECK(keyword.severity == slow_keyword.severity);
  LOGPOND_CHECK(keyword.word == slow_keyword.word);
  const DetectedLevel level = detect_level(line);
  LOGPOND_CHECK((level.severity == Severity::kUnknown) == level.word.empty());
  if (const auto slow = slow_level(line)) {
    LOGPOND_CHECK(level.severity == slow->severity && level.word == slow->word);
  }
}

}  // namespace
}  // namespace logpond::parse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  logpond::parse::check_line({reinterpret_cast<const char*>(data), size});
  return 0;
}
