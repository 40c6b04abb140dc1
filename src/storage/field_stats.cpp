#include "storage/field_stats.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "codec/checksum.h"
#include "storage/group_selection.h"
#include "storage/hidden_rows.h"

namespace logpond::storage {
namespace {

/// A column larger than this is not read for the number of its distinct values: they are many.
constexpr std::size_t kColumnBytesMax = 64 * 1024;
/// Distinct values of one field that are told apart among batches of the head.
constexpr std::size_t kHeadValuesMax = 10'000;

struct Tally {
  bool is_first = true;
  FieldKind kind = FieldKind::kString;
  std::uint64_t records = 0;
  std::uint64_t most_distinct = 0;          ///< Of a group whose values repeat.
  std::uint64_t unique = 0;                 ///< Values of groups in which they do not.
  std::unordered_set<std::uint64_t> words;  ///< Hashes of values seen one by one.

  void add(FieldKind seen, std::uint64_t count) {
    if (!is_first && kind != seen) kind = FieldKind::kString;
    if (is_first) kind = seen;
    is_first = false;
    records += count;
  }
  void add_value(std::string_view value) {
    if (words.size() < kHeadValuesMax) words.insert(codec::checksum(value));
  }
};

using Tallies = std::map<std::string, Tally, std::less<>>;

/// Distinct values of a field's column, as far as its own dictionary tells.
Status add_distinct(GroupData& data, const TableField& field, Tally& tally) {
  const auto& directory = data.messages().directory();
  const auto& shape = directory.shapes[field.shape];
  if (shape.hole_count != 1 || shape.count == 0) return {};
  const std::uint32_t lane = directory.hole_lanes[shape.first_hole];
  if (directory.lanes[lane].bytes > kColumnBytesMax) {
    tally.unique += shape.count;
    return {};
  }
  LOGPOND_TRY(const auto* column, data.messages().lane(lane));
  if (const std::uint32_t distinct = column->values.distinct(); distinct > 0) {
    tally.most_distinct = std::max<std::uint64_t>(tally.most_distinct, distinct);
  } else {
    tally.unique += shape.count;
  }
  return {};
}

/// Rows of each kind that no deletion hides.
Result<std::vector<std::uint64_t>> rows_of_kinds(GroupData& data,
                                                 const std::vector<DeletionPtr>& deletions) {
  const RowTable& table = data.table();
  std::vector<std::uint64_t> rows(table.kinds.size(), 0);
  for (const RowShape& shape : table.shapes) rows[shape.kind] += shape.rows;
  HiddenRows concerned(deletions_of_group(data.part(), data.group(), deletions));
  if (concerned.empty()) return rows;
  LOGPOND_TRY(const codec::Bitmap hidden, hidden_of_group(data, concerned));
  LOGPOND_TRY(const auto* row_shapes, data.row_shapes());
  hidden.for_each([&](std::uint32_t row) { --rows[table.shapes[(*row_shapes)[row]].kind]; });
  return rows;
}

Status add_group(GroupData& data, const codec::Bitmap& stream_matches,
                 const std::vector<DeletionPtr>& deletions, Tallies& tallies) {
  const RowTable& table = data.table();
  LOGPOND_TRY(const auto rows_of_kind, rows_of_kinds(data, deletions));
  std::vector<bool> is_counted(table.fields.size(), false);
  for (std::size_t i = 0; i < table.kinds.size(); ++i) {
    const RowKind& kind = table.kinds[i];
    const auto& streams = table.senders[kind.sender];
    const bool matches = std::any_of(streams.begin(), streams.end(), [&](std::uint32_t stream) {
      return stream_matches.test(stream);
    });
    if (!matches || rows_of_kind[i] == 0) continue;
    for (const RowField& field : kind.fields) {
      const TableField& entry = table.fields[field.field];
      if (static_cast<std::uint8_t>(entry.kind) == kLooseFieldTag) continue;
      Tally& tally = tallies[entry.name];
      tally.add(entry.kind, rows_of_kind[i]);
      if (field.is_word) {
        tally.add_value(table.words[kind.word]);
      } else if (!is_counted[field.field]) {
        is_counted[field.field] = true;
        LOGPOND_CHECK_OK(add_distinct(data, entry, tally));
      }
    }
  }
  return {};
}

void add_batch(const StoredBatch& stored, const ScanRequest& request, HiddenRows& hidden_rows,
               Tallies& tallies) {
  std::vector<bool> wanted;
  for (const StreamPtr& stream : stored.streams) {
    wanted.push_back(stream->tenant == request.tenant && request.selector.matches(stream->labels));
  }
  const RecordBatch& batch = stored.batch;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (!wanted[batch.stream(row)] || !request.range.contains(batch.timestamp(row))) continue;
    if (hidden_rows.hides(stored.streams[batch.stream(row)], stored.first_id.value + row,
                          batch.timestamp(row), batch.message(row))) {
      continue;
    }
    for (const RecordBatch::Field& f : batch.fields(row)) {
      const FieldView view = batch.field(f);
      auto at = tallies.find(view.name);
      if (at == tallies.end()) at = tallies.emplace(std::string(view.name), Tally{}).first;
      at->second.add(view.kind, 1);
      at->second.add_value(view.value);
    }
  }
}

}  // namespace

Result<std::vector<FieldStats>> field_stats_of_view(
    const StoreView& view, const TenantId& tenant, TimeRange range, const Selector& selector,
    const platform::CancelToken& cancel, const std::function<void(const Error&)>& on_damage) {
  ScanRequest request;
  request.tenant = tenant;
  request.range = range;
  request.selector = selector;
  Tallies tallies;
  for (const auto& part : view.parts) {
    for (const GroupMeta& group : part->groups()) {
      LOGPOND_CHECK_OK(cancel.check());
      if (group.time_max < range.start || group.time_min >= range.end) continue;
      codec::Bitmap stream_matches;
      if (!match_streams(*part, group, request, stream_matches)) continue;
      const auto data = view.cache->get(part, group);
      if (!data) {
        on_damage(data.error());
        continue;
      }
      if (const Status added = add_group(**data, stream_matches, view.deletions, tallies); !added) {
        on_damage(added.error());
      }
      view.cache->release(*data);
    }
  }
  HiddenRows hidden_rows(view.deletions);
  for (const StoredBatchPtr& batch : view.batches) {
    LOGPOND_CHECK_OK(cancel.check());
    add_batch(*batch, request, hidden_rows, tallies);
  }
  std::vector<FieldStats> all;
  for (const auto& [name, tally] : tallies) {
    const std::uint64_t distinct =
        std::max<std::uint64_t>(tally.most_distinct, tally.words.size()) + tally.unique;
    all.push_back({name, tally.kind, tally.records, std::min(distinct, tally.records)});
  }
  return all;
}

}  // namespace logpond::storage
