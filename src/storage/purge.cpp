#include "storage/purge.h"

#include <algorithm>

#include "storage/hidden_rows.h"
#include "storage/retention.h"

namespace logpond::storage {

void Purge::forget_all_but(const std::vector<DeletionPtr>& deletions) {
  std::erase_if(clean_, [&](const auto& entry) {
    return std::find(deletions.begin(), deletions.end(), entry.first) == deletions.end();
  });
  std::set<std::string> alive;
  for (const PartPtr& part : parts_.parts()) alive.insert(part->summary().name);
  for (auto& [deletion, names] : clean_) {
    std::erase_if(names, [&](const std::string& name) { return !alive.contains(name); });
  }
}

Status Purge::purge_part(const PartPtr& part, const std::vector<DeletionPtr>& deletions,
                         const PartSet::Committed& committed) {
  StoreView only_this;
  only_this.parts = {part};
  const PartSummary& summary = part->summary();
  bool is_concerned = false;
  for (const DeletionPtr& deletion : deletions) {
    if (!deletion->may_hide(summary.time_min, summary.time_max, summary.id_min)) continue;
    if (is_rule(*deletion) && summary.time_max >= deletion->range().end) continue;
    if (clean_[deletion].contains(summary.name)) continue;
    LOGPOND_TRY(const bool has_row, has_hidden_row(only_this, *deletion));
    if (!has_row) clean_[deletion].insert(summary.name);
    is_concerned = is_concerned || has_row;
    if (is_concerned) break;  // the rewriting takes out the rows of all
  }
  if (!is_concerned) return {};
  LOGPOND_TRY(const PartPtr rewritten, parts_.rewrite({part}, deletions, committed));
  if (rewritten == nullptr) return {};
  for (const DeletionPtr& deletion : deletions) clean_[deletion].insert(rewritten->summary().name);
  return {};
}

Status Purge::run(const std::vector<DeletionPtr>& deletions, const PartSet::Committed& committed,
                  const std::function<bool()>& is_stopping) {
  forget_all_but(deletions);
  if (deletions.empty()) return {};
  for (const PartPtr& part : parts_.parts()) {
    if (is_stopping()) return {};
    LOGPOND_CHECK_OK(purge_part(part, deletions, committed));
  }
  return {};
}

Result<bool> Purge::is_done(const StoreView& view, const DeletionPtr& deletion) const {
  StoreView rest = view;
  if (const auto clean = clean_.find(deletion); clean != clean_.end()) {
    std::erase_if(rest.parts, [&](const PartPtr& part) {
      return clean->second.contains(part->summary().name);
    });
  }
  LOGPOND_TRY(const bool has_row, has_hidden_row(rest, *deletion));
  return !has_row;
}

}  // namespace logpond::storage
