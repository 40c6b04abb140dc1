#include "logql/stages/registry.h"

#include <algorithm>
#include <array>
#include <variant>

#include "logql/print.h"
#include "logql/stages/decolorize.h"
#include "logql/stages/drop.h"
#include "logql/stages/json.h"
#include "logql/stages/keep.h"
#include "logql/stages/label_filter.h"
#include "logql/stages/label_format.h"
#include "logql/stages/line_filter.h"
#include "logql/stages/line_format.h"
#include "logql/stages/logfmt.h"
#include "logql/stages/pattern.h"
#include "logql/stages/regexp.h"
#include "logql/stages/unpack.h"

namespace logpond::logql {
namespace {

constexpr std::array<StageRow, std::variant_size_v<ast::Stage>> kRows = {{
    {.name = "line filter",
     .summary = "keeps lines by their text: |= != |~ !~ |> !>",
     .make = make_line_filter},
    {.name = "label filter",
     .summary = "keeps lines by a label: text, number, duration, bytes or address",
     .make = make_label_filter},
    {.name = "json",
     .summary = "labels from a JSON object, or from paths in it",
     .changes_labels = true,
     .is_parser = true,
     .make = make_json},
    {.name = "logfmt",
     .summary = "labels from key=value pairs",
     .changes_labels = true,
     .is_parser = true,
     .make = make_logfmt},
    {.name = "regexp",
     .summary = "labels from the named groups of a regular expression",
     .changes_labels = true,
     .is_parser = true,
     .make = make_regexp},
    {.name = "pattern",
     .summary = "labels from the captures of a pattern",
     .changes_labels = true,
     .is_parser = true,
     .make = make_pattern},
    {.name = "unpack",
     .summary = "restores a line and labels that an agent packed as JSON",
     .changes_line = true,
     .changes_labels = true,
     .make = make_unpack},
    {.name = "decolorize",
     .summary = "removes terminal colours",
     .changes_line = true,
     .make = make_decolorize},
    {.name = "line_format",
     .summary = "rewrites the line by a template",
     .changes_line = true,
     .changes_labels = true,
     .make = make_line_format},
    {.name = "label_format",
     .summary = "renames labels or sets them by a template",
     .changes_labels = true,
     .make = make_label_format},
    {.name = "drop", .summary = "removes labels", .changes_labels = true, .make = make_drop},
    {.name = "keep",
     .summary = "removes all other labels",
     .changes_labels = true,
     .make = make_keep},
}};

}  // namespace

std::span<const StageRow> stage_rows() {
  return kRows;
}

const StageRow& stage_row(const ast::Stage& node) {
  return kRows[node.index()];
}

bool ParserHints::wants(std::string_view name) const {
  return all || std::find(needed.begin(), needed.end(), name) != needed.end();
}

tl::unexpected<Error> not_evaluated(Position at, std::string_view feature) {
  return fail(ErrorCode::kInvalidArgument,
              "line " + std::to_string(at.true_line) + ", col " + std::to_string(at.column) + ": " +
                  std::string(feature) + " is not evaluated by this version");
}

tl::unexpected<Error> stage_error(const ast::Stage& stage, std::string_view reason) {
  return fail(ErrorCode::kInvalidArgument,
              "parse error : stage '" + print(stage) + "' : " + std::string(reason));
}

}  // namespace logpond::logql
