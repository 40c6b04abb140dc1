// The first line is a pattern, the rest a text: the prefilter changes no answer, and what is called
// required is in every text that matches.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/regex.h"
#include "codec/tests/plain_re2.h"
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
    const PlainRe2 plain(pattern, form);
    if (!plain.ok()) continue;  // `(?<name>`, which we accept as Go does
    const bool matches = plain.matches(text);
    LOGPOND_CHECK(regex->matches(text) == matches);
    std::vector<std::string_view> groups;
    LOGPOND_CHECK(regex->find(text, 0, groups) == matches);
    if (!matches) continue;
    LOGPOND_CHECK(groups.size() == regex->group_names().size());
    const auto& literals = regex->required_literals();
    LOGPOND_CHECK(literals.empty() ||
                  std::any_of(literals.begin(), literals.end(), [&](const std::string& one) {
                    return groups[0].find(one) != std::string_view::npos;
                  }));
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
