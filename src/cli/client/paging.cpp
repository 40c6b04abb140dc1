#include "cli/client/paging.h"

#include <algorithm>
#include <map>

namespace logpond::cli {
namespace {

/// How many lines of each stream at one instant were handed out already.
using Seen = std::map<Labels, std::size_t>;

void sort_entries(std::vector<LogEntry>& entries, bool is_forward) {
  std::stable_sort(entries.begin(), entries.end(), [&](const LogEntry& a, const LogEntry& b) {
    return is_forward ? a.timestamp < b.timestamp : a.timestamp > b.timestamp;
  });
}

void drop_seen(std::vector<LogEntry>& entries, TimestampNs seam, const Seen& seen) {
  Seen left = seen;
  std::erase_if(entries, [&](const LogEntry& entry) {
    if (entry.timestamp != seam) return false;
    const auto found = left.find(*entry.stream);
    if (found == left.end() || found->second == 0) return false;
    --found->second;
    return true;
  });
}

}  // namespace

Result<PagedAnswer> ask_paged(const Question& question, std::size_t page_entries, const Ask& ask,
                              const TakeEntries& take) {
  PagedAnswer paged;
  Question page = question;
  AnswerStats total;
  Seen seen;
  TimestampNs seam = 0;
  bool has_seam = false;
  while (page.start < page.end) {
    std::size_t seen_count = 0;
    for (const auto& [labels, count] : seen) seen_count += count;
    const std::size_t wanted = question.limit == 0 ? page_entries : question.limit - paged.entries;
    page.limit = std::min(page_entries, wanted + seen_count);
    LOGPOND_TRY(Answer answer, ask(page));
    std::vector<LogEntry> entries = std::move(answer.entries);
    total.lines += answer.stats.lines;
    total.bytes += answer.stats.bytes;
    total.seconds += answer.stats.seconds;
    const std::size_t received = entries.size();
    const bool is_metric = answer.kind != Answer::Kind::kStreams;
    paged.last = std::move(answer);
    paged.last.entries.clear();
    if (is_metric) break;
    sort_entries(entries, question.is_forward);
    const TimestampNs last_time = entries.empty() ? seam : entries.back().timestamp;
    if (has_seam) drop_seen(entries, seam, seen);
    if (entries.size() > wanted && question.limit != 0) entries.resize(wanted);
    paged.entries += entries.size();

    if (!has_seam || last_time != seam) seen.clear();
    for (const LogEntry& entry : entries) {
      if (entry.timestamp == last_time) ++seen[*entry.stream];
    }
    const bool has_progress = !entries.empty();
    if (has_progress && !take(entries)) break;
    if (received < page.limit || (question.limit != 0 && paged.entries >= question.limit)) break;
    has_seam = true;
    seam = last_time;
    if (!has_progress) {  // a whole page of one instant: step over it
      paged.is_cut = true;
      paged.cut_at = seam;
      has_seam = false;
      seen.clear();
      (question.is_forward ? page.start : page.end) = question.is_forward ? seam + 1 : seam;
      continue;
    }
    (question.is_forward ? page.start : page.end) = question.is_forward ? seam : seam + 1;
  }
  total.entries = paged.entries;
  if (paged.last.kind == Answer::Kind::kStreams) paged.last.stats = total;
  return paged;
}

}  // namespace logpond::cli
