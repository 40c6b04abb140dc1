#include "storage/retention.h"

#include <algorithm>
#include <limits>

#include "storage/part.h"

namespace logpond::storage {
namespace {

constexpr TimestampNs kBeginning = std::numeric_limits<TimestampNs>::min();

/// Everything of a rule's streams before `end`.
DeletionPtr before(const RetentionRule& rule, TimestampNs end) {
  DeleteRequest request{rule.tenant, {kBeginning, end}, rule.selector, {}, {}};
  return std::make_shared<const Deletion>(DeletionInfo{}, std::move(request),
                                          std::numeric_limits<std::uint64_t>::max());
}

/// Message bytes of the streams that `deletion` concerns.
std::uint64_t message_bytes_of(const Part& part, const Deletion& deletion) {
  std::vector<bool> concerned;
  for (const StreamPtr& stream : part.streams()) concerned.push_back(deletion.concerns(*stream));
  std::uint64_t bytes = 0;
  for (const GroupMeta& group : part.groups()) {
    for (const GroupStream& stream : group.streams) {
      if (concerned[stream.stream]) bytes += stream.message_bytes;
    }
  }
  return bytes;
}

double share_on_disk(const Part& part, std::uint64_t message_bytes) {
  const PartSummary& summary = part.summary();
  return static_cast<double>(summary.bytes) * static_cast<double>(message_bytes) /
         static_cast<double>(std::max<std::uint64_t>(summary.message_bytes, 1));
}

}  // namespace

std::vector<DeletionPtr> RetentionRules::expired(TimestampNs now) const {
  std::vector<DeletionPtr> found;
  for (const RetentionRule& rule : rules_) {
    if (rule.age_max > 0) found.push_back(before(rule, now - rule.age_max));
  }
  return found;
}

std::vector<DeletionPtr> RetentionRules::excess(
    std::vector<std::shared_ptr<const Part>> parts) const {
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return a->summary().time_max > b->summary().time_max;
  });
  std::vector<DeletionPtr> found;
  for (const RetentionRule& rule : rules_) {
    if (rule.bytes_max == 0) continue;
    const DeletionPtr streams = before(rule, kBeginning);
    double kept = 0;
    for (const auto& part : parts) {
      kept += share_on_disk(*part, message_bytes_of(*part, *streams));
      if (kept <= static_cast<double>(rule.bytes_max)) continue;
      found.push_back(before(rule, part->summary().time_max + 1));
      break;
    }
  }
  return found;
}

bool is_rule(const Deletion& deletion) {
  return deletion.info().id.empty();
}

}  // namespace logpond::storage
