// A path that is accepted finds a value put where it points to.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/json_text.h"
#include "codec/utf8.h"
#include "core/check.h"
#include "parse/json_path.h"

namespace logpond::parse {
namespace {

void check_path(std::string_view path) {
  const auto steps = parse_json_path(path);
  if (!steps || !codec::is_valid_utf8(path)) return;
  std::string line = "\"found\"";
  for (auto step = steps->rbegin(); step != steps->rend(); ++step) {
    std::string outer;
    if (const auto* name = std::get_if<std::string>(&*step)) {
      outer = "{\"\\u0001\":0,";
      codec::append_json_string(outer, *name);
      line = outer + ": " + line + " }";
    } else {
      const std::size_t number = std::get<std::size_t>(*step);
      if (number > 100) return;
      for (std::size_t i = 0; i < number; ++i) outer += "{},";
      line = "[" + outer + line + ",7]";
    }
  }
  JsonExtractor extractor = JsonExtractor::compile({{"out", std::string(path)}}).value();
  LOGPOND_CHECK(extractor.parse(line).ok);
  LOGPOND_CHECK(extractor.pairs().size() == 1);
  // A step named U+0001 meets our decoy first.
  const std::string_view value = extractor.pairs()[0].value;
  LOGPOND_CHECK(value == "found" || path.find('\1') != std::string_view::npos);
}

}  // namespace
}  // namespace logpond::parse

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4096) logpond::parse::check_path({reinterpret_cast<const char*>(data), size});
  return 0;
}
