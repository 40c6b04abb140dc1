#include "logql/stages/json.h"

#include "logql/stages/parsed_labels.h"
#include "parse/json_pairs.h"
#include "parse/json_path.h"

namespace logpond::logql {
namespace {

constexpr std::string_view kJsonError = "JSONParserErr";

class JsonAll final : public Stage {
 public:
  explicit JsonAll(const ParserHints& hints) : labels_(hints) {}

  bool process(LineContext& context) override {
    labels_.begin();
    const parse::PairsResult result = pairs_.parse(context.line);
    for (const parse::Pair& pair : pairs_.pairs()) labels_.add(context, pair.name, pair.value);
    // Loki stops reading at the last label it needs, and so never meets what is broken behind it.
    if (!result.ok && !labels_.has_all_needed()) {
      labels_.set_error(context, kJsonError, context.arena.copy(result.error));
    }
    return true;
  }

 private:
  parse::JsonPairs pairs_;
  ParsedLabels labels_;
};

class JsonPaths final : public Stage {
 public:
  JsonPaths(parse::JsonExtractor extractor, const ParserHints& hints)
      : extractor_(std::move(extractor)), labels_(hints) {}

  bool process(LineContext& context) override {
    labels_.begin();
    const parse::PairsResult result = extractor_.parse(context.line);
    if (!result.ok) {
      labels_.set_error(context, kJsonError, {});
      return true;
    }
    for (const parse::Pair& pair : extractor_.pairs()) {
      labels_.add(context, pair.name, pair.value);
    }
    return true;
  }

 private:
  parse::JsonExtractor extractor_;
  ParsedLabels labels_;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_json(const ast::Stage& node, const ParserHints& hints) {
  const auto& stage = std::get<ast::Json>(node);
  if (stage.extractions.empty()) return std::make_unique<JsonAll>(hints);
  std::vector<parse::Extraction> extractions;
  for (const ast::Extraction& e : stage.extractions) extractions.push_back({e.name, e.path});
  auto extractor = parse::JsonExtractor::compile(std::move(extractions));
  if (!extractor) return stage_error(node, extractor.error().message);
  return std::make_unique<JsonPaths>(*std::move(extractor), hints);
}

}  // namespace logpond::logql
