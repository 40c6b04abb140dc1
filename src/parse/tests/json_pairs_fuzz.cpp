// Any line: names are label names and unique, and cutting a good line keeps a begin of its pairs.
// Valid JSON: the same pairs as a slow reader on another parser.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include "core/check.h"
#include "parse/json_pairs.h"
#include "parse/json_path.h"
#include "parse/label_key.h"
#include "parse/tests/printed_pairs.h"
#include "parse/tests/slow_json.h"

namespace logpond::parse {
namespace {

void check_names(std::span<const Pair> pairs) {
  std::set<std::string_view> names;
  for (const Pair& pair : pairs) {
    LOGPOND_CHECK(is_clean_key(pair.name));
    LOGPOND_CHECK(names.insert(pair.name).second);
  }
}

void check_line(std::string_view line) {
  JsonPairs json;
  const PairsResult result = json.parse(line);
  LOGPOND_CHECK(result.ok == result.error.empty());
  check_names(json.pairs());
  if (const auto slow = slow_json_pairs(line)) {
    LOGPOND_CHECK(printed(json.pairs(), result) == *slow);
  }
  JsonPairs half;
  half.parse(line.substr(0, line.size() / 2));
  LOGPOND_CHECK(half.pairs().size() <= json.pairs().size());

  static JsonExtractor extractor =
      JsonExtractor::compile({{"a", "a"}, {"b", "a.b"}, {"c", "[0].c"}, {"d", "[\"d e\"][1]"}})
          .value();
  const PairsResult extracted = extractor.parse(line);
  LOGPOND_CHECK(extractor.pairs().size() == (line.empty() || !extracted.ok ? 0u : 4u));
}

}  // namespace
}  // namespace logpond::parse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  logpond::parse::check_line({reinterpret_cast<const char*>(data), size});
  return 0;
}
