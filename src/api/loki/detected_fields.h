// Which fields lines have: structured metadata, and what a parser finds in a sample of lines.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "logql/engine.h"
#include "storage/store.h"

namespace logpond::api::loki {

/// What a field's values look like.
enum class DetectedType { kString, kInt, kFloat, kBoolean, kDuration, kBytes };
/// `string int float boolean duration bytes`.
std::string_view name_of(DetectedType type);
DetectedType type_of_value(std::string_view value);

/// A field as found so far.
struct DetectedField {
  DetectedType type = DetectedType::kString;
  std::vector<std::string> values;     ///< Distinct, in the order met.
  std::uint64_t cardinality = 0;       ///< At least; values may say more.
  std::set<std::string> parsers;       ///< Empty for structured metadata.
  std::vector<std::string> json_path;  ///< Of fields that the json parser found.
};

/// Takes the same lines as stored, as `| json` sees them and as `| logfmt` does.
///
/// Threads: one.
class FieldDetector {
 public:
  /// Lines of the query itself; `parsers` are those that it names.
  void add_lines(const std::vector<logql::ResultLine>& lines,
                 const std::vector<std::string>& parsers);
  /// Lines with one more parser at the query's end. Those that it took are not offered to the next.
  void add_parsed(const std::vector<logql::ResultLine>& lines, const std::string& parser);
  /// True when some line has no parsed label yet.
  bool has_unparsed() const { return !unparsed_.empty(); }
  /// What headers tell of the structured metadata of all records, the sample's and others'.
  void add_stats(const std::vector<storage::FieldStats>& stats);

  const std::map<std::string, DetectedField>& fields() const { return fields_; }

 private:
  void add_value(const std::string& name, const std::string& value,
                 const std::vector<std::string>& parsers);
  void add_json_paths(std::string_view line);

  std::map<std::string, DetectedField> fields_;
  std::map<std::string, std::set<std::string>> seen_;  // values by field
  std::set<RecordId> unparsed_;
};

/// `{"fields":[...],"limit":1000}`, or `{}` when there are none.
std::string encode_detected_fields(const std::map<std::string, DetectedField>& fields,
                                   std::size_t limit);
/// `{"values":[...],"limit":1000}`, or `{}`.
std::string encode_detected_values(const std::map<std::string, DetectedField>& fields,
                                   std::string_view name, std::size_t limit);

}  // namespace logpond::api::loki
