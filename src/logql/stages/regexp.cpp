#include "logql/stages/regexp.h"

#include <algorithm>

#include "codec/regex.h"
#include "logql/stages/parsed_labels.h"

namespace logpond::logql {
namespace {

class Regexp final : public Stage {
 public:
  Regexp(codec::Regex regex, const ParserHints& hints) : regex_(std::move(regex)), labels_(hints) {}

  bool process(LineContext& context) override {
    if (!regex_.find(context.line, 0, groups_)) return true;
    labels_.begin();
    const auto& names = regex_.group_names();
    for (std::size_t i = 1; i < names.size() && i < groups_.size(); ++i) {
      if (!names[i].empty()) labels_.add(context, names[i], groups_[i]);
    }
    return true;
  }

 private:
  codec::Regex regex_;
  ParsedLabels labels_;
  std::vector<std::string_view> groups_;
};

tl::unexpected<Error> regexp_error(const std::string& reason) {
  return fail(ErrorCode::kInvalidArgument, "parse error : invalid regexp parser: " + reason);
}

}  // namespace

Result<std::unique_ptr<Stage>> make_regexp(const ast::Stage& node, const ParserHints& hints) {
  auto regex =
      codec::Regex::compile(std::get<ast::Regexp>(node).pattern, codec::Regex::Form::kSearch);
  if (!regex) return regexp_error(regex.error().message);
  std::vector<std::string> names;
  for (const std::string& name : regex->group_names()) {
    if (name.empty()) continue;
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      return regexp_error("duplicate extracted label name '" + name + "'");
    }
    names.push_back(name);
  }
  if (names.empty()) return regexp_error("at least one named capture must be supplied");
  return std::make_unique<Regexp>(*std::move(regex), hints);
}

}  // namespace logpond::logql
