// Labels: the small sorted set of name=value pairs that defines a stream.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace logpond {

struct Label {
  std::string name;
  std::string value;
  auto operator<=>(const Label&) const = default;
};

/// A sorted set of labels; names are unique, values are not empty. Immutable once made.
///
/// Threads: safe to read from anywhere.
class Labels {
 public:
  Labels() = default;
  /// Sorts, drops empty values (an empty label is an absent one). Of equal names the last wins.
  explicit Labels(std::vector<Label> labels);
  explicit Labels(std::initializer_list<Label> labels) : Labels(std::vector<Label>(labels)) {}

  const std::vector<Label>& all() const { return labels_; }
  bool empty() const { return labels_.empty(); }
  std::size_t size() const { return labels_.size(); }
  /// Value of `name`; empty when absent. Valid as long as this object.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;

  /// `{app="till", env="prod"}`, values with Go escapes: the form of Loki's messages.
  std::string to_text() const;
  /// Canonical bytes: equal sets have equal bytes. Layout: docs/formats/labels.md.
  std::string encode() const;
  /// Reverse of encode(). Errors: kCorruption.
  static Result<Labels> decode(std::string_view bytes);

  bool operator==(const Labels&) const = default;
  auto operator<=>(const Labels&) const = default;

 private:
  std::vector<Label> labels_;
};

/// Makes `name` an identifier: outside [A-Za-z0-9_] becomes `_`, a leading digit gets `_` before
/// it.
std::string sanitize_label_name(std::string_view name);

}  // namespace logpond
