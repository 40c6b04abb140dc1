// The first line is a pattern, the rest a text: the prefilter changes no answer, and what is called
// required is in every text that matches.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/regex.h"
#include "core/check.h"

namespace logpond::codec {
namespace {

void check(const std::string& pattern, std::string_view text) {
  for (const Regex::Form form : {Regex::Form::kSearch, Regex::Form::kAnchored}) {
    const auto regex = Regex::compile(pattern, form);
    if (!regex) {
      LOGPOND_CHECK(regex.error().message.starts_with("error parsing regexp: "));
      continue;
    }
    // Two alternatives have no required text, so that this one runs without the prefilter.
    const auto unfiltered = Regex::compile("(?:" + pattern + ")|(?:" + pattern + ")", form);
    if (!unfiltered) continue;  // too large twice
    LOGPOND_CHECK(unfiltered->required_literal().empty());
    const bool matches = unfiltered->matches(text);
    LOGPOND_CHECK(regex->matches(text) == matches);
    std::vector<std::string_view> groups;
    LOGPOND_CHECK(regex->find(text, 0, groups) == matches);
    if (!matches) continue;
    LOGPOND_CHECK(groups.size() == regex->group_names().size());
    LOGPOND_CHECK(groups[0].find(regex->required_literal()) != std::string_view::npos);
  }
}

}  // namespace
}  // namespace logpond::codec

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(input.find('\n'), input.size());
  if (end > 200) return 0;
  logpond::codec::check(std::string(input.substr(0, end)),
                        input.substr(std::min(end + 1, input.size())));
  return 0;
}
