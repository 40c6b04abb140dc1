// The plain part of the template language: text with `{{.name}}` in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "logql/stages/stage.h"

namespace logpond::logql {

/// Threads: const and safe to read from any.
class FieldTemplate {
 public:
  /// What stops a template from being one of these.
  enum class Problem { kNone, kUnclosed, kNotPlain };

  explicit FieldTemplate(std::string_view text);
  Problem problem() const { return problem_; }
  /// Names of the labels it reads.
  std::vector<std::string> names() const;
  /// Appends the template filled in from `context`; a missing label is empty.
  void append(std::string& out, const LineContext& context) const;

 private:
  struct Part {
    bool is_field = false;
    std::string text;
  };
  std::vector<Part> parts_;
  Problem problem_ = Problem::kNone;
};

}  // namespace logpond::logql
