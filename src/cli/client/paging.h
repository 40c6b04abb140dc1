// More lines than one request may bring: the same question again, from where the last answer ended.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "cli/client/answer.h"

namespace logpond::cli {

/// A range question. Log lines are in [start, end).
struct Question {
  std::string query;
  TimestampNs start = 0;
  TimestampNs end = 0;
  std::size_t limit = 100;  ///< Lines; 0 means all.
  bool is_forward = false;
  std::string step;  ///< Metric queries; empty lets the server choose.
};

using Ask = std::function<Result<Answer>(const Question&)>;
/// Gets the entries in order, page by page. False ends the asking.
using TakeEntries = std::function<bool(std::vector<LogEntry>&)>;

struct PagedAnswer {
  Answer last;  ///< Without its entries; for metric queries the only answer.
  std::size_t entries = 0;
  /// More lines share one instant than a page holds; those beyond it are left out.
  bool is_cut = false;
  TimestampNs cut_at = 0;
};

/// Asks in pages of at most `page_entries` until `question.limit` lines came or there are no more.
/// A line at the seam of two pages comes once: an answer's order is stable, so as many lines of
/// each stream at the seam's instant are skipped as came already.
Result<PagedAnswer> ask_paged(const Question& question, std::size_t page_entries, const Ask& ask,
                              const TakeEntries& take);

}  // namespace logpond::cli
