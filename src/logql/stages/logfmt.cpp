#include "logql/stages/logfmt.h"

#include "logql/stages/parsed_labels.h"
#include "parse/logfmt_pairs.h"

namespace logpond::logql {
namespace {

constexpr std::string_view kLogfmtError = "LogfmtParserErr";

/// All pairs (parse::LogfmtPairs) or the listed keys (parse::LogfmtExtractor).
template <typename Parser>
class Logfmt final : public Stage {
 public:
  Logfmt(Parser parser, const ParserHints& hints) : parser_(std::move(parser)), labels_(hints) {}

  bool process(LineContext& context) override {
    labels_.begin();
    const parse::PairsResult result = parser_.parse(context.line);
    for (const parse::Pair& pair : parser_.pairs()) labels_.add(context, pair.name, pair.value);
    if (!result.ok && !labels_.has_all_needed()) {
      labels_.set_error(context, kLogfmtError, context.arena.copy(result.error));
    }
    return true;
  }

 private:
  Parser parser_;
  ParsedLabels labels_;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_logfmt(const ast::Stage& node, const ParserHints& hints) {
  const auto& stage = std::get<ast::Logfmt>(node);
  const parse::LogfmtOptions options{.strict = stage.strict, .keep_empty = stage.keep_empty};
  if (stage.extractions.empty()) {
    return std::make_unique<Logfmt<parse::LogfmtPairs>>(parse::LogfmtPairs(options), hints);
  }
  std::vector<parse::Extraction> extractions;
  for (const ast::Extraction& e : stage.extractions) extractions.push_back({e.name, e.path});
  auto extractor = parse::LogfmtExtractor::compile(std::move(extractions), options);
  if (!extractor) return stage_error(node, extractor.error().message);
  return std::make_unique<Logfmt<parse::LogfmtExtractor>>(*std::move(extractor), hints);
}

}  // namespace logpond::logql
