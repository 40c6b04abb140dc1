#include "logql/stages/keep.h"

#include "logql/stages/named_label_test.h"

namespace logpond::logql {
namespace {

class Keep final : public Stage {
 public:
  explicit Keep(NamedLabelTest test) : test_(std::move(test)) {}

  /// The error labels stay, asked for or not.
  bool process(LineContext& context) override {
    context.labels.erase_unless(
        [this](const LineLabel& l) { return test_.means(l.name, l.value); });
    return true;
  }

 private:
  NamedLabelTest test_;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_keep(const ast::Stage& node, const ParserHints&) {
  LOGPOND_TRY(auto test, NamedLabelTest::create(std::get<ast::Keep>(node).labels));
  return std::make_unique<Keep>(std::move(test));
}

}  // namespace logpond::logql
