#include "logql/stages/named_label_test.h"

namespace logpond::logql {

Result<NamedLabelTest> NamedLabelTest::create(const std::vector<ast::NamedLabel>& labels) {
  NamedLabelTest test;
  for (const ast::NamedLabel& label : labels) {
    Entry entry{.name = label.name, .matcher = std::nullopt};
    if (label.matcher) {
      auto matcher =
          storage::Matcher::create(label.matcher->name, label.matcher->op, label.matcher->value);
      if (!matcher) {
        return fail(ErrorCode::kInvalidArgument, "parse error : " + matcher.error().message);
      }
      entry.matcher = *std::move(matcher);
    }
    test.entries_.push_back(std::move(entry));
  }
  return test;
}

bool NamedLabelTest::means(std::string_view name, std::string_view value) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name && (!entry.matcher || entry.matcher->matches(value))) return true;
  }
  return false;
}

}  // namespace logpond::logql
