// Any line: names are label names and unique; strict reading gives a begin of what forgiving
// reading gives, all of it when it has no error; the extractor agrees with the plain parser on
// single keys.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include "core/check.h"
#include "parse/label_key.h"
#include "parse/logfmt_pairs.h"

namespace logpond::parse {
namespace {

void check_line(std::string_view line) {
  LogfmtPairs strict({.strict = true, .keep_empty = true});
  LogfmtPairs forgiving({.keep_empty = true});
  const PairsResult result = strict.parse(line);
  LOGPOND_CHECK(result.ok == result.error.empty());
  LOGPOND_CHECK(forgiving.parse(line).ok);
  const auto all = forgiving.pairs();
  const auto some = strict.pairs();
  LOGPOND_CHECK(result.ok ? some.size() == all.size() : some.size() <= all.size());
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    LOGPOND_CHECK(is_clean_key(all[i].name));
    LOGPOND_CHECK(names.insert(all[i].name).second);
    if (i < some.size())
      LOGPOND_CHECK(some[i].name == all[i].name && some[i].value == all[i].value);
  }
  LogfmtPairs dropping({});
  LOGPOND_CHECK(dropping.parse(line).ok);
  for (const Pair& pair : dropping.pairs()) {
    LOGPOND_CHECK(!pair.value.empty());
    LOGPOND_CHECK(names.contains(pair.name));
  }
  static LogfmtExtractor extractor =
      LogfmtExtractor::compile({{"a", "a"}, {"b", "\"b.c\""}}, {}).value();
  LOGPOND_CHECK(extractor.parse(line).ok);
  LOGPOND_CHECK(extractor.pairs().size() == 2);
  if (!names.contains("a")) LOGPOND_CHECK(extractor.pairs()[0].value.empty());
}

}  // namespace
}  // namespace logpond::parse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  logpond::parse::check_line({reinterpret_cast<const char*>(data), size});
  return 0;
}
