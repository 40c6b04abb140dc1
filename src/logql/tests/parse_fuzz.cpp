// Any text: parsing ends with a node or a sentence; a node prints to a text that parses to it
// again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.h"
#include "logql/engine.h"
#include "logql/parser.h"
#include "logql/plan.h"
#include "logql/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace logpond::logql;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto expr = parse(text);
  if (!expr) {
    LOGPOND_CHECK(!expr.error().message.empty());
  } else {
    const std::string printed = print(*expr);
    // What was at the limit as it was written may be beyond it in its longer form.
    if (printed.size() < 131'072) {
      const auto again = parse(printed);
      LOGPOND_CHECK(again.has_value());
      LOGPOND_CHECK(*again == *expr);
      LOGPOND_CHECK(print(*again) == printed);
    }
    if (const auto planned = plan(*expr)) LOGPOND_CHECK(!explain(*planned).empty());
  }
  if (const auto labels = parse_label_text(text)) {
    // Names that are no identifiers print without quotes, so only the values can be compared.
    for (const auto& label : labels->all()) LOGPOND_CHECK(!label.value.empty());
  }
  (void)parse_selector(text, true);
  return 0;
}
