// Which labels a `drop` or `keep` means: by name, or by name and value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "logql/ast.h"
#include "storage/selector.h"

namespace logpond::logql {

/// Threads: const and safe to read from any.
class NamedLabelTest {
 public:
  /// Errors: kInvalidArgument for a bad regular expression.
  static Result<NamedLabelTest> create(const std::vector<ast::NamedLabel>& labels);

  bool means(std::string_view name, std::string_view value) const;

 private:
  struct Entry {
    std::string name;
    std::optional<storage::Matcher> matcher;
  };
  std::vector<Entry> entries_;
};

}  // namespace logpond::logql
