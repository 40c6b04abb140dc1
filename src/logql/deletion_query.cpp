#include "logql/deletion_query.h"

#include <string>

#include "logql/parser.h"
#include "logql/plan.h"
#include "logql/print.h"

namespace logpond::logql {
namespace {

tl::unexpected<Error> refused(const std::string& why) {
  return fail(ErrorCode::kInvalidArgument, "invalid query expression: " + why);
}

bool is_plain_line_filter(const ast::Stage& stage) {
  const auto* filter = std::get_if<ast::LineFilter>(&stage);
  if (filter == nullptr || filter->op == ast::LineOp::kPattern ||
      filter->op == ast::LineOp::kNotPattern)
    return false;
  for (const ast::LineOperand& operand : filter->operands) {
    if (operand.is_ip) return false;
  }
  return true;
}

}  // namespace

Result<storage::DeleteRequest> parse_deletion(std::string_view text) {
  const auto expr = parse(text);
  if (!expr) return refused(expr.error().message);
  const auto* log = std::get_if<ast::LogExpr>(&expr->node);
  if (log == nullptr) return refused("a metric query deletes nothing");
  for (const ast::Stage& stage : log->stages) {
    if (is_plain_line_filter(stage)) continue;
    return refused("a deletion takes a selector and the line filters |= != |~ !~, not " +
                   print(stage));
  }
  auto planned = plan(*expr);
  if (!planned) return refused(planned.error().message);
  auto& log_plan = std::get<LogPlan>(*planned);
  if (!log_plan.stages.empty()) return refused("its line filters cannot be applied by the store");
  storage::DeleteRequest request;
  request.selector = std::move(log_plan.selector);
  request.line_filters = std::move(log_plan.line_filters);
  request.query = text;
  return request;
}

}  // namespace logpond::logql
