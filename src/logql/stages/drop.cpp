#include "logql/stages/drop.h"

#include "logql/stages/named_label_test.h"

namespace logpond::logql {
namespace {

class Drop final : public Stage {
 public:
  explicit Drop(NamedLabelTest test) : test_(std::move(test)) {}

  bool process(LineContext& context) override {
    LineLabels& labels = context.labels;
    labels.erase_unless([this](const LineLabel& l) { return !test_.means(l.name, l.value); });
    if (labels.has_error() && test_.means(kErrorLabel, labels.error())) labels.clear_error();
    if (!labels.error_details().empty() &&
        test_.means(kErrorDetailsLabel, labels.error_details())) {
      labels.clear_error_details();
    }
    return true;
  }

 private:
  NamedLabelTest test_;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_drop(const ast::Stage& node, const ParserHints&) {
  LOGPOND_TRY(auto test, NamedLabelTest::create(std::get<ast::Drop>(node).labels));
  return std::make_unique<Drop>(std::move(test));
}

}  // namespace logpond::logql
