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

Decision& Decisions::of(const Row& row) {
  key_.assign(reinterpret_cast<const char*>(&row.stream), sizeof row.stream);
  key_.push_back(static_cast<char>(row.severity));
  for (const FieldView& field : row.fields) append_key(key_, field.name, field.value);
  if (const auto at = known_.find(std::string_view(key_)); at != known_.end()) return at->second;
  if (known_.size() >= kDecisionsMax) known_.clear();
  return known_[key_];
}

}  // namespace logpond::logql
