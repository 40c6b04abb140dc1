#include "logql/range_collector.h"

#include "logql/quantity.h"

namespace logpond::logql {

Result<double> unwrapped_value(ast::UnwrapConversion conversion, std::string_view value) {
  switch (conversion) {
    case ast::UnwrapConversion::kNone:
      return parse_float(value);
    case ast::UnwrapConversion::kBytes: {
      LOGPOND_TRY(const auto bytes, parse_bytes(value));
      return static_cast<double>(bytes);
    }
    default: {
      LOGPOND_TRY(const auto span, parse_duration(value));
      // Whole seconds and the rest apart, as Go does: one rounding less.
      return static_cast<double>(span / kSecond) +
             static_cast<double>(span % kSecond) / static_cast<double>(kSecond);
    }
  }
}

}  // namespace logpond::logql
