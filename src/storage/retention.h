// How long records of which streams are kept, beside the limits of the whole store.
// Tests: storage/tests/retention_test.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "storage/deletion.h"

namespace logpond::storage {

class Part;

/// One rule. A record goes when any rule says so, or the store's own limits do.
struct RetentionRule {
  TenantId tenant{""};          ///< An empty name means every tenant.
  Selector selector;            ///< Empty: every stream.
  DurationNs age_max = 0;       ///< Older records are hidden at once and go; 0: no limit.
  std::uint64_t bytes_max = 0;  ///< Beyond it on disk, the oldest parts' records go; 0: no limit.
};

/// Rules as deletions of a moment.
///
/// Threads: immutable; any.
class RetentionRules {
 public:
  explicit RetentionRules(std::vector<RetentionRule> rules) : rules_(std::move(rules)) {}

  /// What the rules by age hide at `now`.
  std::vector<DeletionPtr> expired(TimestampNs now) const;
  /// What must go so that each rule by bytes holds again. A stream's share of a part is its share
  /// of the part's message bytes.
  std::vector<DeletionPtr> excess(std::vector<std::shared_ptr<const Part>> parts) const;

 private:
  std::vector<RetentionRule> rules_;
};

/// True for a deletion that stands for a rule: as time goes on it names more and more rows, so a
/// part is rewritten for it only once, when all of its rows are old enough.
bool is_rule(const Deletion& deletion);

}  // namespace logpond::storage
