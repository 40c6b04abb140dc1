#include "server/retention_rules.h"

#include "logql/engine.h"

namespace logpond::server {

Result<std::vector<storage::RetentionRule>> retention_rules(const config::Config& config) {
  std::vector<storage::RetentionRule> rules;
  for (const config::RetentionRule& rule : config.store.retention_rules) {
    auto selector = logql::parse_selector(rule.selector, true);
    if (!selector) return fail_in(rule.place, selector.error());
    if (!rule.tenant.empty() && !is_valid_tenant(rule.tenant)) {
      return fail(ErrorCode::kInvalidArgument,
                  rule.place + ": \"" + rule.tenant + "\" is no name of a tenant");
    }
    rules.push_back({{rule.tenant},
                     *std::move(selector),
                     rule.max_age,
                     static_cast<std::uint64_t>(rule.max_bytes)});
  }
  return rules;
}

}  // namespace logpond::server
