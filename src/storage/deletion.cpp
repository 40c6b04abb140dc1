#include "storage/deletion.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "codec/checksum.h"
#include "codec/varint.h"
#include "telemetry/diag.h"

namespace logpond::storage {
namespace {

using codec::put_bytes;
using codec::put_fixed;
using codec::put_varint;

constexpr std::string_view kFileName = "DELETIONS";
constexpr std::string_view kMagic = "LPDEL001";
constexpr std::string_view kMagicOfAnyLayout = "LPDEL";
constexpr std::uint64_t kFileBytesMax = std::uint64_t{256} << 20;
constexpr std::size_t kChecksumBytes = 8;

void put_deletion(const Deletion& deletion, std::string& out) {
  const DeletionInfo& info = deletion.info();
  const DeleteRequest& request = deletion.request();
  put_bytes(out, info.id);
  put_bytes(out, request.tenant.value);
  put_bytes(out, request.query);
  put_fixed(out, request.range.start);
  put_fixed(out, request.range.end);
  put_varint(out, deletion.record_id_max());
  put_fixed(out, info.created);
  put_fixed(out, static_cast<std::uint8_t>(info.state));
  put_varint(out, request.selector.matchers().size());
  for (const Matcher& matcher : request.selector.matchers()) {
    put_bytes(out, matcher.name());
    put_fixed(out, static_cast<std::uint8_t>(matcher.op()));
    put_bytes(out, matcher.value());
  }
  put_varint(out, request.line_filters.size());
  for (const codec::LineFilter& filter : request.line_filters) {
    put_fixed(out, static_cast<std::uint8_t>(filter.op()));
    put_varint(out, filter.alternatives().size());
    for (const std::string& text : filter.alternatives()) put_bytes(out, text);
  }
}

tl::unexpected<Error> damaged(const std::string& why) {
  return fail(ErrorCode::kCorruption, "the list of deletions is damaged (" + why + ")");
}

Result<Selector> read_selector(codec::Reader& reader) {
  std::vector<Matcher> matchers;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    const std::string name(reader.sized_bytes());
    const auto op = reader.fixed<std::uint8_t>();
    const std::string value(reader.sized_bytes());
    if (!reader.ok() || op > static_cast<std::uint8_t>(MatchOp::kNotRegex))
      return damaged("a matcher");
    auto matcher = Matcher::create(name, static_cast<MatchOp>(op), value);
    if (!matcher) return damaged(matcher.error().message);
    matchers.push_back(*std::move(matcher));
  }
  return Selector(std::move(matchers));
}

Result<std::vector<codec::LineFilter>> read_filters(codec::Reader& reader) {
  std::vector<codec::LineFilter> filters;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    const auto op = reader.fixed<std::uint8_t>();
    std::vector<std::string> texts;
    for (std::uint64_t m = reader.varint(); m > 0 && reader.ok(); --m)
      texts.emplace_back(reader.sized_bytes());
    if (!reader.ok() || texts.empty() ||
        op > static_cast<std::uint8_t>(codec::LineFilterOp::kNotMatches))
      return damaged("a line filter");
    auto filter =
        codec::LineFilter::compile(static_cast<codec::LineFilterOp>(op), std::move(texts));
    if (!filter) return damaged(filter.error().message);
    filters.push_back(*std::move(filter));
  }
  return filters;
}

Result<DeletionPtr> read_deletion(codec::Reader& reader) {
  DeletionInfo info;
  DeleteRequest request;
  info.id = reader.sized_bytes();
  request.tenant.value = reader.sized_bytes();
  request.query = reader.sized_bytes();
  request.range.start = reader.fixed<TimestampNs>();
  request.range.end = reader.fixed<TimestampNs>();
  const std::uint64_t record_id_max = reader.varint();
  info.created = reader.fixed<TimestampNs>();
  const auto state = reader.fixed<std::uint8_t>();
  if (state != static_cast<std::uint8_t>(DeletionState::kReceived) &&
      state != static_cast<std::uint8_t>(DeletionState::kProcessed))
    return damaged("a state");
  info.state = static_cast<DeletionState>(state);
  LOGPOND_TRY(request.selector, read_selector(reader));
  LOGPOND_TRY(request.line_filters, read_filters(reader));
  info.tenant = request.tenant;
  info.range = request.range;
  info.query = request.query;
  return DeletionPtr(
      std::make_shared<const Deletion>(std::move(info), std::move(request), record_id_max));
}

std::string hex_id(std::uint64_t value) {
  char text[16];
  std::snprintf(text, sizeof text, "%08" PRIx32, static_cast<std::uint32_t>(value));
  return text;
}

DeletionPtr with_state(const Deletion& deletion, DeletionState state) {
  DeletionInfo info = deletion.info();
  info.state = state;
  return std::make_shared<const Deletion>(std::move(info), deletion.request(),
                                          deletion.record_id_max());
}

}  // namespace

// ---- One deletion
// ---------------------------------------------------------------------------------

bool Deletion::concerns(const Stream& stream) const {
  const bool is_of_tenant = request_.tenant.value.empty() || stream.tenant == request_.tenant;
  return is_of_tenant && request_.selector.matches(stream.labels);
}

bool Deletion::hides(std::uint64_t id, TimestampNs timestamp, std::string_view line) const {
  if (id >= record_id_max_ || !request_.range.contains(timestamp)) return false;
  return std::all_of(request_.line_filters.begin(), request_.line_filters.end(),
                     [&](const codec::LineFilter& filter) { return filter.keeps(line); });
}

bool Deletion::hides_all(TimestampNs time_min, TimestampNs time_max, std::uint64_t id_max) const {
  return !reads_lines() && id_max < record_id_max_ && request_.range.contains(time_min) &&
         request_.range.contains(time_max);
}

bool Deletion::may_hide(TimestampNs time_min, TimestampNs time_max, std::uint64_t id_min) const {
  return id_min < record_id_max_ && time_max >= request_.range.start &&
         time_min < request_.range.end;
}

// ---- The file
// -------------------------------------------------------------------------------------

std::string encode_deletions(const std::vector<DeletionPtr>& deletions) {
  std::string out(kMagic);
  put_varint(out, deletions.size());
  for (const DeletionPtr& deletion : deletions) put_deletion(*deletion, out);
  put_fixed(out, codec::checksum(out));
  return out;
}

Result<std::vector<DeletionPtr>> decode_deletions(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + kChecksumBytes || !bytes.starts_with(kMagicOfAnyLayout))
    return damaged("no header");
  if (!bytes.starts_with(kMagic)) {
    return fail(ErrorCode::kUnavailable,
                "the list of deletions has a layout that this program does not know: use the newer "
                "logpond that wrote it");
  }
  const std::string_view covered = bytes.substr(0, bytes.size() - kChecksumBytes);
  codec::Reader trailer(bytes.substr(covered.size()));
  if (trailer.fixed<std::uint64_t>() != codec::checksum(covered)) return damaged("bad checksum");
  codec::Reader reader(covered.substr(kMagic.size()));
  std::vector<DeletionPtr> deletions;
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    LOGPOND_TRY(auto deletion, read_deletion(reader));
    deletions.push_back(std::move(deletion));
  }
  if (!reader.ok() || !reader.at_end()) return damaged("its length");
  return deletions;
}

std::filesystem::path deletions_path(const std::filesystem::path& directory) {
  return directory / kFileName;
}

Result<std::vector<DeletionPtr>> read_deletions(platform::FileSystem& fs,
                                                const std::filesystem::path& directory) {
  const auto bytes = platform::read_file(fs, deletions_path(directory), kFileBytesMax);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) return std::vector<DeletionPtr>();
  if (!bytes) return tl::unexpected(bytes.error());
  return decode_deletions(*bytes);
}

// ---- All deletions of a store
// ---------------------------------------------------------------------

Result<std::unique_ptr<DeletionSet>> DeletionSet::open(platform::FileSystem& fs,
                                                       std::filesystem::path directory,
                                                       bool read_only) {
  std::unique_ptr<DeletionSet> set(new DeletionSet(fs, std::move(directory)));
  auto found = read_deletions(fs, set->directory_);
  if (found) {
    set->all_ = *std::move(found);
    return set;
  }
  if (found.error().code != ErrorCode::kCorruption) return tl::unexpected(found.error());
  telemetry::diag_error(
      "the list of deletions is damaged and set aside: what was not yet taken out shows again, ask "
      "for it once more",
      {{"file", deletions_path(set->directory_).string()}, {"reason", found.error().message}});
  if (read_only) return set;
  const std::filesystem::path path = deletions_path(set->directory_);
  LOGPOND_CHECK_OK(fs.rename(path, path.string() + ".damaged"));
  LOGPOND_CHECK_OK(fs.sync_directory(set->directory_));
  return set;
}

/// Under the lock: the file first, then memory, so that memory never claims what a power cut could
/// take back.
Status DeletionSet::replace(std::vector<DeletionPtr> next) {
  LOGPOND_CHECK_OK(
      platform::write_file_atomically(fs_, deletions_path(directory_), encode_deletions(next)));
  all_ = std::move(next);
  return {};
}

std::string DeletionSet::unused_id(const DeleteRequest& request, TimestampNs now) const {
  for (std::uint64_t attempt = 0;; ++attempt) {
    std::string id = hex_id(codec::checksum(
        request.query, static_cast<std::uint64_t>(now) + all_.size() + (attempt << 32)));
    const bool is_used = std::any_of(all_.begin(), all_.end(), [&](const DeletionPtr& deletion) {
      return deletion->info().id == id;
    });
    if (!is_used) return id;
  }
}

Result<DeletionInfo> DeletionSet::add(DeleteRequest request, std::uint64_t record_id_max,
                                      TimestampNs now) {
  const std::lock_guard lock(mutex_);
  const auto waiting = std::count_if(all_.begin(), all_.end(), [](const DeletionPtr& deletion) {
    return deletion->info().state == DeletionState::kReceived;
  });
  if (static_cast<std::size_t>(waiting) >= kReceivedMax) {
    return fail(ErrorCode::kLimitExceeded, "more than " + std::to_string(kReceivedMax) +
                                               " deletions wait to be processed; try again later");
  }
  DeletionInfo info;
  info.id = unused_id(request, now);
  info.tenant = request.tenant;
  info.range = request.range;
  info.query = request.query;
  info.created = now;
  std::vector<DeletionPtr> next = all_;
  next.push_back(std::make_shared<const Deletion>(info, std::move(request), record_id_max));
  LOGPOND_CHECK_OK(replace(std::move(next)));
  return info;
}

Status DeletionSet::cancel(const TenantId& tenant, std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const DeletionPtr& deletion) {
    return deletion->info().id == id && deletion->info().tenant == tenant;
  });
  if (at == all_.end())
    return fail(ErrorCode::kNotFound, "could not find delete request with given id");
  if ((*at)->info().state == DeletionState::kProcessed) {
    return fail(ErrorCode::kConflict,
                "deletion of request which is in process or already processed is not allowed");
  }
  std::vector<DeletionPtr> next = all_;
  next.erase(next.begin() + (at - all_.begin()));
  return replace(std::move(next));
}

Status DeletionSet::finish(const std::vector<DeletionPtr>& processed, TimestampNs now) {
  const std::lock_guard lock(mutex_);
  std::vector<DeletionPtr> next;
  bool is_changed = false;
  for (const DeletionPtr& deletion : all_) {
    const bool is_done = std::find(processed.begin(), processed.end(), deletion) != processed.end();
    const bool is_old = deletion->info().state == DeletionState::kProcessed &&
                        now - deletion->info().created > kProcessedKept;
    is_changed = is_changed || is_done || is_old;
    if (is_old) continue;
    next.push_back(is_done ? with_state(*deletion, DeletionState::kProcessed) : deletion);
  }
  return is_changed ? replace(std::move(next)) : Status();
}

std::vector<DeletionPtr> DeletionSet::received() const {
  const std::lock_guard lock(mutex_);
  std::vector<DeletionPtr> received;
  for (const DeletionPtr& deletion : all_) {
    if (deletion->info().state == DeletionState::kReceived) received.push_back(deletion);
  }
  return received;
}

std::vector<DeletionInfo> DeletionSet::list(const TenantId& tenant) const {
  const std::lock_guard lock(mutex_);
  std::vector<DeletionInfo> list;
  for (const DeletionPtr& deletion : all_) {
    if (deletion->info().tenant == tenant) list.push_back(deletion->info());
  }
  return list;
}

std::uint64_t DeletionSet::record_id_floor() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t floor = 0;
  for (const DeletionPtr& deletion : all_) floor = std::max(floor, deletion->record_id_max());
  return floor;
}

}  // namespace logpond::storage
