// Which rows of a row group a request keeps: from what many rows share down to single rows, so that
// most are decided without being looked at.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/bitmap.h"
#include "message/message_search.h"
#include "storage/group_data.h"
#include "storage/store.h"

namespace logpond::storage {

/// What a field filter sees of a record that has no field of its name: see
/// ScanRequest::field_filters.
std::string_view value_without_field(const Matcher& matcher, Severity severity);

/// True when some stream of the group matches: else it is pruned by its header alone.
/// `stream_matches` gets the places of those in the group's list.
bool match_streams(const Part& part, const GroupMeta& group, const ScanRequest& request,
                   codec::Bitmap& stream_matches);

/// Borrows everything. Threads: one at a time. Errors: kIo, kCorruption, kCancelled,
/// kDeadlineExceeded.
class GroupSelection {
 public:
  GroupSelection(GroupData& data, const ScanRequest& request, TimeRange range,
                 codec::Bitmap stream_matches);

  /// Rows that the request keeps; its size is that of the group.
  Result<codec::Bitmap> select();

 private:
  Result<bool> may_have_fields();
  void select_shapes();
  bool has_streams(std::uint32_t sender, bool& all) const;
  Status spread_over_rows();
  Status select_by_time();
  Status select_by_stream();

  /// By kind: places in the table's fields that a matcher looks at, in order.
  using Candidates = std::vector<std::vector<std::uint32_t>>;

  Status select_by_field(const Matcher& matcher);
  Result<std::optional<codec::Bitmap>> rows_of_only_field(const Matcher& matcher,
                                                          const Candidates& queues);
  Status add_rows_of_words(const Matcher& matcher, codec::Bitmap& found);
  Status decide_each_row(const Matcher& matcher, const Candidates& queues);
  std::vector<std::uint32_t> candidates(const Matcher& matcher, const RowKind& kind) const;
  Status decide_by_stream_label(const Matcher& matcher, codec::Bitmap& undecided);
  Status decide_by_field(const Matcher& matcher, std::uint32_t field, codec::Bitmap& undecided);
  Status decide_by_column(const Matcher& matcher, std::uint32_t field,
                          const message::LaneColumn& column, codec::Bitmap& undecided);
  Status decide_by_loose(const Matcher& matcher, std::uint32_t field, std::uint32_t lane,
                         codec::Bitmap& undecided);
  Status decide_by_fallback(const Matcher& matcher, const codec::Bitmap& undecided);
  void decide(std::uint32_t row, bool keeps, codec::Bitmap& undecided);

  Status select_by_lines();
  Status apply_line_filter(const codec::LineFilter& filter, codec::Bitmap& unverified);
  Status find_literal(const std::string& literal, codec::Bitmap& sure, codec::Bitmap& maybe);
  Status verify_lines(const codec::Bitmap& unverified);
  std::vector<std::uint32_t> message_shapes_in_play() const;

  GroupData& data_;
  const ScanRequest& request_;
  const TimeRange range_;
  const codec::Bitmap stream_matches_;
  const bool all_streams_match_;
  std::vector<bool> shapes_;  // row shapes that may have a row
  codec::Bitmap rows_;
};

}  // namespace logpond::storage
