#include "storage/hidden_rows.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "storage/group_rows.h"
#include "storage/volume.h"

namespace logpond::storage {
namespace {

/// Rows unpacked at once.
constexpr std::size_t kBlockRows = std::size_t{64} << 10;

std::vector<DeletionPtr> deletions_for(const StoreView& view, const TenantId& tenant,
                                       TimeRange range) {
  std::vector<DeletionPtr> found;
  for (const DeletionPtr& deletion : view.deletions) {
    const TenantId& owner = deletion->request().tenant;
    const bool is_theirs = owner.value.empty() || owner == tenant;
    const bool overlaps =
        deletion->range().start < range.end && range.start < deletion->range().end;
    if (is_theirs && overlaps) found.push_back(deletion);
  }
  return found;
}

/// A view of the same rows that hides none.
StoreView without_deletions(const StoreView& view) {
  StoreView bare = view;
  bare.deletions.clear();
  return bare;
}

/// The kept rows of a block, as a block of its own.
class KeptRows {
 public:
  /// Valid until the next call and as long as `block`.
  RecordBlock gather(const RecordBlock& block, const std::vector<bool>& hidden) {
    rows_.clear();
    for (std::uint32_t row = 0; row < block.size; ++row) {
      if (!hidden[row]) rows_.push_back(row);
    }
    RecordBlock out = block;
    out.size = rows_.size();
    out.timestamps = pick(block.timestamps, timestamps_);
    out.ids = pick(block.ids, ids_);
    out.stream_indexes = pick(block.stream_indexes, stream_indexes_);
    out.severities = pick(block.severities, severities_);
    out.severity_texts = pick(block.severity_texts, severity_texts_);
    out.messages = pick(block.messages, messages_);
    out.message_sizes = pick(block.message_sizes, message_sizes_);
    out.received = pick(block.received, received_);
    out.class_indexes = pick(block.class_indexes, class_indexes_);
    if (!block.field_begins.empty()) gather_fields(block, out);
    return out;
  }

 private:
  template <typename T>
  std::span<const T> pick(std::span<const T> column, std::vector<T>& into) const {
    into.clear();
    if (column.empty()) return {};
    into.reserve(rows_.size());
    for (const std::uint32_t row : rows_) into.push_back(column[row]);
    return into;
  }

  void gather_fields(const RecordBlock& block, RecordBlock& out) {
    fields_.clear();
    field_begins_.assign(1, 0);
    for (const std::uint32_t row : rows_) {
      const auto of_row = block.fields_of(row);
      fields_.insert(fields_.end(), of_row.begin(), of_row.end());
      field_begins_.push_back(static_cast<std::uint32_t>(fields_.size()));
    }
    out.fields = fields_;
    out.field_begins = field_begins_;
  }

  std::vector<std::uint32_t> rows_;
  std::vector<TimestampNs> timestamps_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint32_t> stream_indexes_;
  std::vector<Severity> severities_;
  std::vector<std::string_view> severity_texts_;
  std::vector<std::string_view> messages_;
  std::vector<std::uint32_t> message_sizes_;
  std::vector<TimestampNs> received_;
  std::vector<std::uint32_t> class_indexes_;
  std::vector<std::uint32_t> field_begins_;
  std::vector<FieldView> fields_;
};

/// Passes on what is not hidden.
class VisibleSink : public ScanSink {
 public:
  VisibleSink(ScanSink& sink, HiddenRows& hidden_rows, Columns wanted_columns)
      : sink_(sink), hidden_rows_(hidden_rows), columns_(wanted_columns) {}

  bool accept(const RecordBlock& block) override {
    const std::size_t found = hidden_rows_.find(block, hidden_);
    rows_hidden_ += found;
    if (found == block.size) return true;
    RecordBlock out = found == 0 ? block : kept_.gather(block, hidden_);
    if (!has_column(columns_, Columns::kMessage)) out.messages = {};  // read for us alone
    return sink_.accept(out);
  }
  TimeRange wanted() const override { return sink_.wanted(); }
  std::uint64_t rows_hidden() const { return rows_hidden_; }

 private:
  ScanSink& sink_;
  HiddenRows& hidden_rows_;
  const Columns columns_;
  KeptRows kept_;
  std::vector<bool> hidden_;
  std::uint64_t rows_hidden_ = 0;
};

/// Sums the rows that one deletion hides and no earlier one does.
class HiddenVolumeSink : public ScanSink {
 public:
  HiddenVolumeSink(HiddenRows& earlier, const Deletion& deletion,
                   std::unordered_map<const Stream*, StreamVolume>& sums)
      : earlier_(earlier), deletion_(deletion), sums_(sums) {}

  bool accept(const RecordBlock& block) override {
    earlier_.find(block, counted_);
    for (std::size_t row = 0; row < block.size; ++row) {
      if (counted_[row] || block.ids[row] >= deletion_.record_id_max()) continue;
      StreamVolume& sum = sums_[block.stream(row).get()];
      ++sum.records;
      sum.bytes += block.message_sizes[row];
    }
    return true;
  }

 private:
  HiddenRows& earlier_;
  const Deletion& deletion_;
  std::unordered_map<const Stream*, StreamVolume>& sums_;
  std::vector<bool> counted_;
};

/// Ends the scan at the first row that the deletion's ids cover.
class FirstHiddenSink : public ScanSink {
 public:
  explicit FirstHiddenSink(const Deletion& deletion) : deletion_(deletion) {}
  bool accept(const RecordBlock& block) override {
    is_found_ = std::any_of(block.ids.begin(), block.ids.end(),
                            [&](std::uint64_t id) { return id < deletion_.record_id_max(); });
    return !is_found_;
  }
  bool is_found() const { return is_found_; }

 private:
  const Deletion& deletion_;
  bool is_found_ = false;
};

/// A request for the rows that a deletion names, whatever their ids.
ScanRequest request_for(const Deletion& deletion, const TenantId& tenant) {
  ScanRequest request;
  request.tenant = tenant;
  request.range = deletion.range();
  request.selector = deletion.request().selector;
  request.line_filters = deletion.request().line_filters;
  request.columns = Columns::kNone;
  return request;
}

/// What the headers alone tell: the tenants whose rows must be looked at, or that a row is hidden
/// for sure.
struct HeaderAnswer {
  bool is_certain = false;
  std::set<TenantId> tenants;
  StoreView to_scan;
};

void ask_part(const std::shared_ptr<const Part>& part, const Deletion& deletion,
              HeaderAnswer& answer) {
  bool may_hold = false;
  for (const GroupMeta& group : part->groups()) {
    if (!deletion.may_hide(group.time_min, group.time_max, group.id_min)) continue;
    for (const GroupStream& stream : group.streams) {
      const Stream& owner = *part->streams()[stream.stream];
      if (!deletion.concerns(owner)) continue;
      answer.is_certain |= deletion.hides_all(group.time_min, group.time_max, group.id_max);
      answer.tenants.insert(owner.tenant);
      may_hold = true;
    }
  }
  if (may_hold) answer.to_scan.parts.push_back(part);
}

HeaderAnswer ask_headers(const StoreView& view, const Deletion& deletion) {
  HeaderAnswer answer;
  for (const auto& part : view.parts) {
    ask_part(part, deletion, answer);
    if (answer.is_certain) return answer;
  }
  for (const StoredBatchPtr& batch : view.batches) {
    if (batch->first_id.value >= deletion.record_id_max()) continue;
    for (const StreamPtr& stream : batch->streams) {
      if (deletion.concerns(*stream)) answer.tenants.insert(stream->tenant);
    }
    answer.to_scan.batches.push_back(batch);
  }
  return answer;
}

}  // namespace

bool HiddenRows::reads_lines() const {
  return std::any_of(deletions_.begin(), deletions_.end(),
                     [](const DeletionPtr& deletion) { return deletion->reads_lines(); });
}

const std::vector<const Deletion*>& HiddenRows::deletions_of(const StreamPtr& stream) {
  const auto [at, is_new] = by_stream_.try_emplace(stream.get());
  if (is_new) {
    at->second.stream = stream;
    for (const DeletionPtr& deletion : deletions_) {
      if (deletion->concerns(*stream)) at->second.deletions.push_back(deletion.get());
    }
  }
  return at->second.deletions;
}

bool HiddenRows::hides(const StreamPtr& stream, std::uint64_t id, TimestampNs timestamp,
                       std::string_view line) {
  const auto& deletions = deletions_of(stream);
  return std::any_of(deletions.begin(), deletions.end(), [&](const Deletion* deletion) {
    return deletion->hides(id, timestamp, line);
  });
}

std::size_t HiddenRows::find(const RecordBlock& block, std::vector<bool>& hidden) {
  hidden.assign(block.size, false);
  if (deletions_.empty()) return 0;
  std::vector<const std::vector<const Deletion*>*> of_streams(block.streams.size());
  std::size_t found = 0;
  for (std::size_t row = 0; row < block.size; ++row) {
    auto& deletions = of_streams[block.stream_index(row)];
    if (deletions == nullptr) deletions = &deletions_of(block.stream(row));
    const std::string_view line = block.messages.empty() ? std::string_view() : block.messages[row];
    hidden[row] = std::any_of(deletions->begin(), deletions->end(), [&](const Deletion* deletion) {
      return deletion->hides(block.ids[row], block.timestamps[row], line);
    });
    if (hidden[row]) ++found;
  }
  return found;
}

std::vector<DeletionPtr> deletions_of_group(const Part& part, const GroupMeta& group,
                                            const std::vector<DeletionPtr>& deletions) {
  std::vector<DeletionPtr> found;
  for (const DeletionPtr& deletion : deletions) {
    if (!deletion->may_hide(group.time_min, group.time_max, group.id_min)) continue;
    const bool is_concerned =
        std::any_of(group.streams.begin(), group.streams.end(), [&](const GroupStream& stream) {
          return deletion->concerns(*part.streams()[stream.stream]);
        });
    if (is_concerned) found.push_back(deletion);
  }
  return found;
}

Result<codec::Bitmap> hidden_of_group(GroupData& data, HiddenRows& hidden_rows) {
  codec::Bitmap found(data.group().rows);
  const std::optional<std::vector<std::string>> every_field;
  GroupRows asked(data, hidden_rows.reads_lines() ? Columns::kMessage : Columns::kNone,
                  every_field);
  std::vector<bool> hidden;
  for (std::size_t begin = 0; begin < found.size(); begin += kBlockRows) {
    std::vector<std::uint32_t> rows(std::min(found.size() - begin, kBlockRows));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(begin));
    LOGPOND_TRY(const RecordBlock block, asked.block(rows));
    hidden_rows.find(block, hidden);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (hidden[i]) found.set(rows[i]);
    }
  }
  return found;
}

Result<ScanStats> scan_visible(const StoreView& view, const ScanRequest& request, ScanSink& sink,
                               const std::function<void(const Error&)>& on_damage) {
  HiddenRows hidden_rows(deletions_for(view, request.tenant, request.range));
  if (hidden_rows.empty()) return scan_view(view, request, sink, on_damage);
  ScanRequest wider = request;
  if (hidden_rows.reads_lines()) wider.columns = wider.columns | Columns::kMessage;
  VisibleSink visible(sink, hidden_rows, request.columns);
  LOGPOND_TRY(ScanStats stats, scan_view(without_deletions(view), wider, visible, on_damage));
  stats.rows_matched -= visible.rows_hidden();
  return stats;
}

Result<std::vector<StreamVolume>> volume_visible(
    const StoreView& view, const TenantId& tenant, TimeRange range, const Selector& selector,
    const platform::CancelToken& cancel, const std::function<void(const Error&)>& on_damage) {
  const StoreView bare = without_deletions(view);
  LOGPOND_TRY(auto volumes, volume_of_view(bare, tenant, range, selector, cancel, on_damage));
  std::unordered_map<const Stream*, StreamVolume> hidden;
  std::vector<DeletionPtr> earlier;
  for (const DeletionPtr& deletion : deletions_for(view, tenant, range)) {
    HiddenRows counted(earlier);
    ScanRequest request = request_for(*deletion, tenant);
    request.range.start = std::max(request.range.start, range.start);
    request.range.end = std::min(request.range.end, range.end);
    std::vector<Matcher> matchers = request.selector.matchers();
    matchers.insert(matchers.end(), selector.matchers().begin(), selector.matchers().end());
    request.selector = Selector(std::move(matchers));
    request.columns = Columns::kMessageSize;
    if (counted.reads_lines()) request.columns = request.columns | Columns::kMessage;
    request.cancel = cancel;
    HiddenVolumeSink sink(counted, *deletion, hidden);
    LOGPOND_CHECK_OK(scan_view(bare, request, sink, on_damage));
    earlier.push_back(deletion);
  }
  if (hidden.empty()) return volumes;
  for (StreamVolume& volume : volumes) {
    const auto at = hidden.find(volume.stream.get());
    if (at == hidden.end()) continue;
    volume.records -= std::min(volume.records, at->second.records);
    volume.bytes -= std::min(volume.bytes, at->second.bytes);
  }
  std::erase_if(volumes, [&](const StreamVolume& volume) {
    return volume.records == 0 && hidden.contains(volume.stream.get());
  });
  return volumes;
}

Result<bool> has_hidden_row(const StoreView& view, const Deletion& deletion) {
  HeaderAnswer answer = ask_headers(view, deletion);
  if (answer.is_certain) return true;
  GroupCache keeps_nothing(0);
  answer.to_scan.cache = view.cache != nullptr ? view.cache : &keeps_nothing;
  std::optional<Error> failure;
  const auto on_damage = [&](const Error& error) {
    if (error.code != ErrorCode::kCorruption) failure = error;
  };
  for (const TenantId& tenant : answer.tenants) {
    FirstHiddenSink sink(deletion);
    LOGPOND_CHECK_OK(scan_view(answer.to_scan, request_for(deletion, tenant), sink, on_damage));
    if (sink.is_found()) return true;
  }
  if (failure) return tl::unexpected(*failure);
  return false;
}

}  // namespace logpond::storage
