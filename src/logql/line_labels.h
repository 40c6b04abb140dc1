// The labels of one line while it runs through a pipeline.
#pragma once

#include <string_view>
#include <vector>

#include "core/labels.h"
#include "logql/label_origin.h"

namespace logpond::logql {

inline constexpr std::string_view kErrorLabel = "__error__";
inline constexpr std::string_view kErrorDetailsLabel = "__error_details__";

/// Borrowed texts: whoever sets a label keeps them alive until the next line begins.
struct LineLabel {
  std::string_view name;
  std::string_view value;
  LabelOrigin origin = LabelOrigin::kStream;
};

/// A small unsorted set: names are unique. Reused from line to line, so that a line costs no
/// allocation.
///
/// Threads: one.
class LineLabels {
 public:
  /// Starts a line of the stream with these labels, which must outlive the line.
  void begin(const Labels& stream);

  /// Null when there is no such label. The error labels are not found here: see value_of().
  const LineLabel* find(std::string_view name) const;
  /// What a string test compares: the value, "" when missing; the error labels are labels too.
  std::string_view value_of(std::string_view name) const;
  /// True when the stored stream has the label, even if a stage removed it since.
  bool stream_has(std::string_view name) const { return stream_ != nullptr && stream_->has(name); }

  /// Adds a metadata label; the first of equal names stays, and a stream's name must not be used.
  void add_metadata(std::string_view name, std::string_view value);
  /// Adds a label that no label has yet.
  void add_parsed(std::string_view name, std::string_view value);
  /// Sets a label over one of the same or a lower origin; below one of a higher origin nothing
  /// happens.
  void set(LabelOrigin origin, std::string_view name, std::string_view value);
  void erase(std::string_view name);
  /// Keeps the labels for which `keeps(label)` is true. The error stays.
  template <typename F>
  void erase_unless(F&& keeps) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (keeps(labels_[i])) labels_[kept++] = labels_[i];
    }
    changed_ = changed_ || kept != labels_.size();
    labels_.resize(kept);
  }

  bool has_error() const { return !error_.empty(); }
  std::string_view error() const { return error_; }
  std::string_view error_details() const { return details_; }
  /// `preserve`: a metric query counts the line instead of failing.
  void set_error(std::string_view error, std::string_view details, bool preserve = false);
  void clear_error() { error_ = {}; }
  void clear_error_details() { details_ = {}; }
  bool is_error_preserved() const { return preserve_; }

  /// Without the error labels.
  const std::vector<LineLabel>& all() const { return labels_; }
  /// False while the labels are exactly the stream's.
  bool changed() const { return changed_ || has_error(); }

 private:
  const Labels* stream_ = nullptr;
  std::vector<LineLabel> labels_;
  std::string_view error_;
  std::string_view details_;
  bool preserve_ = false;
  bool changed_ = false;
};

}  // namespace logpond::logql
