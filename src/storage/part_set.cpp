#include "storage/part_set.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <set>
#include <span>
#include <thread>

#include "core/check.h"
#include "storage/merge.h"
#include "telemetry/diag.h"

namespace logpond::storage {
namespace {

constexpr std::string_view kPartsFolder = "parts";
constexpr std::string_view kMixed = "mixed";
/// Days that one sealed head may spread over before the rarest share a partition: a backfill with a
/// record a day must not become a file a day.
constexpr std::size_t kDaysMax = 32;
/// Threads that open parts beside the first, and how many parts are worth one.
constexpr std::size_t kOpenHelpersMax = 7;
constexpr std::size_t kPartsPerOpenHelper = 64;
/// More effort on packed columns costs much and gains nothing.
constexpr int kPackLevel = 1;
/// Parts of one partition and size class that make a merge worth it.
constexpr std::size_t kMergeFanIn = 8;
/// Parts of this size are left alone: merging them gains nothing and costs a gigabyte of writing.
constexpr std::uint64_t kMergedBytesMax = std::uint64_t{1} << 30;

bool has_undersized_group(const Part& part) {
  return std::any_of(part.groups().begin(), part.groups().end(), is_undersized);
}

/// Size class: parts of one class differ less than eightfold.
unsigned size_class(const Part& part) {
  unsigned level = 0;
  for (std::uint64_t bytes = part.summary().message_bytes >> 10; bytes > 0; bytes >>= 3) ++level;
  return level;
}

/// Rows of a batch of a head that stand side by side.
struct RowRun {
  const StoredBatch* batch;
  std::uint32_t begin;
  std::uint32_t end;

  std::uint64_t first_id() const { return batch->first_id.value + begin; }
};

struct Partition {
  std::vector<RowRun> runs;  // in arrival order
  std::size_t rows = 0;

  void add(const RowRun& run) {
    runs.push_back(run);
    rows += run.end - run.begin;
  }
};

/// The end of the run of rows of one day that begins at `begin`.
std::uint32_t end_of_day(const std::vector<TimestampNs>& times, std::uint32_t begin) {
  // Unsigned: near the ends of the range the product would overflow, the difference does not.
  const auto first = static_cast<std::uint64_t>(utc_day(times[begin])) * std::uint64_t{kDay};
  std::uint32_t end = begin + 1;
  while (end < times.size() && static_cast<std::uint64_t>(times[end]) - first < std::uint64_t{kDay})
    ++end;
  return end;
}

std::map<std::string, Partition> rows_by_partition(const Head& head) {
  std::map<std::int64_t, Partition> by_day;
  for (const StoredBatchPtr& batch : head.batches()) {
    const auto& times = batch->batch.timestamps();
    for (std::uint32_t begin = 0; begin < times.size();) {
      const std::uint32_t end = end_of_day(times, begin);
      by_day[utc_day(times[begin])].add({batch.get(), begin, end});
      begin = end;
    }
  }
  std::vector<std::size_t> sizes;
  for (const auto& [day, partition] : by_day) sizes.push_back(partition.rows);
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  const std::size_t fewest = sizes.size() > kDaysMax ? sizes[kDaysMax - 1] + 1 : 0;
  std::map<std::string, Partition> partitions;
  for (auto& [day, partition] : by_day) {
    Partition& into = partitions[partition.rows < fewest ? std::string(kMixed) : format_day(day)];
    for (const RowRun& run : partition.runs) into.add(run);
  }
  // Rows of one day stand in arrival order already; those of several days are brought back into it.
  if (const auto mixed = partitions.find(std::string(kMixed)); mixed != partitions.end()) {
    std::sort(mixed->second.runs.begin(), mixed->second.runs.end(),
              [](const RowRun& a, const RowRun& b) { return a.first_id() < b.first_id(); });
  }
  return partitions;
}

/// Rows of the next group when `rows` are left: a full group takes what is left behind it when that
/// would be undersized.
std::size_t rows_of_next_group(std::size_t rows) {
  return rows < kGroupRowsFull + kGroupRowsUndersized ? rows : kGroupRowsFull;
}

Status fill_from_rows(PartWriter& writer, GroupEncoder& encoder, const Partition& partition) {
  encoder.clear();
  std::size_t rows_left = partition.rows;
  std::size_t rows_max = rows_of_next_group(rows_left);
  for (const RowRun& run : partition.runs) {
    for (std::uint32_t row = run.begin; row < run.end; ++row) {
      encoder.add(*run.batch, row);
      --rows_left;
      if (encoder.size() < rows_max && !encoder.is_heavy()) continue;
      LOGPOND_CHECK_OK(writer.add(encoder));
      rows_max = rows_of_next_group(rows_left);
    }
  }
  return encoder.empty() ? Status() : writer.add(encoder);
}

}  // namespace

std::string partition_of(const std::string& part_name) {
  return part_name.substr(0, part_name.find('/'));
}

PartSet::PartSet(platform::FileSystem& fs, std::filesystem::path directory, StreamTable& streams)
    : fs_(fs), directory_(std::move(directory)), streams_(streams), seal_encoder_(kPackLevel) {}

Result<std::unique_ptr<PartSet>> PartSet::open(platform::FileSystem& fs,
                                               std::filesystem::path directory, bool read_only,
                                               StreamTable& streams) {
  std::unique_ptr<PartSet> set(new PartSet(fs, std::move(directory), streams));
  LOGPOND_CHECK_OK(set->load(read_only));
  return set;
}

Status PartSet::load(bool read_only) {
  if (!read_only) {
    LOGPOND_CHECK_OK(fs_.create_directories(directory_ / kPartsFolder));
    LOGPOND_CHECK_OK(fs_.sync_directory(directory_));
  }
  LOGPOND_TRY(const auto manifest, read_manifest(fs_, directory_));
  if (!manifest && read_only) {
    return fail(ErrorCode::kNotFound, "there is no data directory at " + directory_.string());
  }
  if (manifest) manifest_ = *manifest;
  if (!manifest) LOGPOND_CHECK_OK(expect_no_parts());
  std::vector<PartSummary> damaged;
  std::vector<Result<PartPtr>> opened = open_all();
  for (std::size_t i = 0; i < opened.size(); ++i) {
    const PartSummary& summary = manifest_.parts[i];
    Result<PartPtr>& part = opened[i];
    if (part) {
      parts_.push_back(std::move(*part));
      continue;
    }
    if (read_only && part.error().code == ErrorCode::kNotFound) {
      // A server may have merged it away since the manifest was read: that is no damage.
      LOGPOND_TRY(const auto now, read_manifest(fs_, directory_));
      if (now && *now != manifest_) {
        return fail(ErrorCode::kConflict, "the data directory changed while it was read");
      }
    }
    if (part.error().code == ErrorCode::kCorruption || part.error().code == ErrorCode::kNotFound) {
      telemetry::diag_error(
          "part is damaged and set aside; its records are missing from every answer",
          {{"part", summary.name},
           {"records", std::to_string(summary.rows)},
           {"reason", part.error().message}});
      if (!read_only) set_aside(summary, part.error());
      ++parts_damaged_;
      damaged.push_back(summary);
    } else {
      return tl::unexpected(part.error());
    }
  }
  for (const PartSummary& summary : damaged) std::erase(manifest_.parts, summary);
  if (read_only) return {};
  LOGPOND_CHECK_OK(sweep());
  if (!manifest || !damaged.empty()) return write_manifest(fs_, directory_, manifest_);
  return {};
}

/// Without a manifest a directory is new. Where there are parts all the same, the manifest was
/// lost, or this is a copy that was not finished: what the parts hold is not for us to throw away.
Status PartSet::expect_no_parts() const {
  const std::filesystem::path root = directory_ / kPartsFolder;
  LOGPOND_TRY(const auto partitions, fs_.list(root));
  for (const std::string& partition : partitions) {
    LOGPOND_TRY(const auto files, fs_.list(root / partition));
    if (std::none_of(files.begin(), files.end(),
                     [](const std::string& file) { return file.ends_with(".part"); })) {
      continue;
    }
    return fail(
        ErrorCode::kConflict,
        "the data directory \"" + directory_.string() +
            "\" has parts but no MANIFEST: it is an unfinished copy or has lost that file; "
            "bring it back from a backup, or move the directory \"parts\" away to begin anew");
  }
  return {};
}

/// The parts of the manifest, in its order. Of many, several at once: on a cold disk opening one is
/// mostly waiting.
std::vector<Result<PartPtr>> PartSet::open_all() {
  const std::vector<PartSummary>& wanted = manifest_.parts;
  std::vector<Result<PartPtr>> opened(wanted.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < wanted.size(); i = next++)
      opened[i] = Part::open(fs_, directory_ / kPartsFolder, wanted[i].name, streams_);
  };
  std::vector<std::jthread> helpers;
  const std::size_t helpers_wanted = std::min(kOpenHelpersMax, wanted.size() / kPartsPerOpenHelper);
  for (std::size_t i = 0; i < helpers_wanted; ++i) helpers.emplace_back(work);
  work();
  helpers.clear();  // joins
  return opened;
}

void PartSet::set_aside(const PartSummary& part, const Error& error) {
  if (error.code == ErrorCode::kNotFound) return;
  const std::filesystem::path path = directory_ / kPartsFolder / part.name;
  if (const Status renamed = fs_.rename(path, path.string() + ".damaged"); !renamed) {
    telemetry::diag_error("cannot set a damaged part aside", {{"reason", renamed.error().message}});
  }
}

/// Removes what a crash between writing a part and naming it in the manifest left behind.
Status PartSet::sweep() const {
  std::set<std::string> named;
  for (const PartSummary& part : manifest_.parts) named.insert(part.name);
  const std::filesystem::path root = directory_ / kPartsFolder;
  LOGPOND_TRY(const auto partitions, fs_.list(root));
  for (const std::string& partition : partitions) {
    LOGPOND_TRY(const auto files, fs_.list(root / partition));
    for (const std::string& file : files) {
      const bool is_ours = file.ends_with(".part") || file.ends_with(".part.tmp");
      if (is_ours && !named.contains(partition + "/" + file))
        LOGPOND_CHECK_OK(fs_.remove(root / partition / file));
    }
  }
  return {};
}

std::vector<PartPtr> PartSet::parts() const {
  const std::lock_guard lock(mutex_);
  return parts_;
}

Manifest PartSet::manifest() const {
  const std::lock_guard lock(mutex_);
  return manifest_;
}

Result<PartPtr> PartSet::write_and_open(const std::string& partition, int zstd_level,
                                        const std::function<Result<bool>(PartWriter&)>& fill) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = manifest_.next_part++;
  }
  char file[32];
  std::snprintf(file, sizeof file, "%016" PRIx64 ".part", number);
  const std::string name = partition + "/" + file;
  LOGPOND_TRY(auto writer, PartWriter::create(fs_, {directory_ / kPartsFolder, name, zstd_level}));
  LOGPOND_TRY(const bool has_rows, fill(writer));
  if (!has_rows) return PartPtr();
  auto part = writer.finish();
  if (!part) discard({name});
  return part;
}

/// Removes part files that no manifest names, so that a full disk is not filled further by every
/// retry.
void PartSet::discard(const std::vector<std::string>& names) const {
  for (const std::string& name : names) (void)fs_.remove(directory_ / kPartsFolder / name);
}

/// After a failed commit the manifest on disk is the old or the new one. Only when it is the old
/// one are the new parts nobody's.
void PartSet::discard_uncommitted(const std::vector<PartPtr>& added) const {
  const auto on_disk = read_manifest(fs_, directory_);
  if (!on_disk || !*on_disk) return;
  for (const PartPtr& part : added) {
    const auto& named = (*on_disk)->parts;
    if (std::find(named.begin(), named.end(), part->summary()) == named.end())
      discard({part->summary().name});
  }
}

Status PartSet::commit(const std::vector<PartPtr>& added, const std::vector<PartPtr>& removed,
                       const SealPoint* point, const Committed& committed) {
  const std::lock_guard lock(mutex_);
  std::vector<PartPtr> live;
  for (const PartPtr& part : parts_) {
    if (std::find(removed.begin(), removed.end(), part) == removed.end()) live.push_back(part);
  }
  live.insert(live.end(), added.begin(), added.end());
  std::stable_sort(live.begin(), live.end(), [](const PartPtr& a, const PartPtr& b) {
    return a->summary().id_min < b->summary().id_min;
  });
  Manifest next = manifest_;
  next.parts.clear();
  for (const PartPtr& part : live) next.parts.push_back(part->summary());
  if (point != nullptr) {
    next.sealed = point->sequence;
    next.wal_floor = point->wal_floor;
    next.next_record_id = point->next_record_id;
    next.marks = point->marks;
  }
  LOGPOND_CHECK_OK(write_manifest(fs_, directory_, next));
  manifest_ = std::move(next);
  parts_ = std::move(live);
  committed(parts_);
  return {};
}

Status PartSet::seal(const Head& head, const SealPoint& point, const Committed& committed) {
  std::vector<PartPtr> added;
  const auto write_all = [&]() -> Status {
    for (const auto& [partition, rows] : rows_by_partition(head)) {
      LOGPOND_TRY(auto part,
                  write_and_open(partition, kPackLevel,
                                 [&, &own = rows](PartWriter& writer) -> Result<bool> {
                                   LOGPOND_CHECK_OK(fill_from_rows(writer, seal_encoder_, own));
                                   return true;
                                 }));
      added.push_back(std::move(part));
    }
    return commit(added, {}, &point, committed);
  };
  Status sealed = write_all();
  if (!sealed) discard_uncommitted(added);
  return sealed;
}

/// The first partition with enough parts of one size class; with `all`, with any two that would
/// shrink.
std::vector<PartPtr> PartSet::choose_merge(bool all) const {
  std::map<std::pair<std::string, unsigned>, std::vector<PartPtr>> classes;
  for (const PartPtr& part : parts()) {
    if (part->summary().bytes >= kMergedBytesMax) continue;
    if (all && !has_undersized_group(*part)) continue;
    auto& members = classes[{partition_of(part->summary().name), all ? 0 : size_class(*part)}];
    members.push_back(part);
    if (!all && members.size() == kMergeFanIn) return members;
  }
  for (auto& [key, members] : classes) {
    if (all && members.size() >= 2) return members;
  }
  return {};
}

Result<bool> PartSet::merge_once(bool all, const std::vector<DeletionPtr>& deletions,
                                 const Committed& committed) {
  const std::vector<PartPtr> inputs = choose_merge(all);
  if (inputs.empty()) return false;
  LOGPOND_CHECK_OK(rewrite(inputs, deletions, committed));
  return true;
}

Result<PartPtr> PartSet::rewrite(const std::vector<PartPtr>& inputs,
                                 const std::vector<DeletionPtr>& deletions,
                                 const Committed& committed) {
  const std::string partition = partition_of(inputs.front()->summary().name);
  std::uint64_t input_bytes = 0;
  for (const PartPtr& input : inputs) input_bytes += input->summary().bytes;
  LOGPOND_TRY(const std::uint64_t free_bytes, fs_.free_bytes(directory_));
  if (free_bytes < 2 * input_bytes) {
    return fail(ErrorCode::kNoSpace,
                "no room to merge " + std::to_string(input_bytes) + " bytes of parts");
  }
  std::set<const Part*> damaged;
  const auto note_damage = [&](const Part& part, const Error& error) {
    telemetry::diag_error(
        "a row group is damaged: merging leaves it out and keeps its file under the name *.damaged",
        {{"part", part.summary().name}, {"reason", error.message}});
    damaged.insert(&part);
  };
  const auto fill = [&](PartWriter& writer) -> Result<bool> {
    PartMerger merger(writer, deletions, note_damage);
    for (const PartPtr& input : inputs) LOGPOND_CHECK_OK(merger.add(input));
    return merger.finish();
  };
  LOGPOND_TRY(const PartPtr part, write_and_open(partition, kPackLevel, fill));
  const std::vector<PartPtr> added = part == nullptr ? std::vector<PartPtr>() : std::vector{part};
  if (const Status done = commit(added, inputs, nullptr, committed); !done) {
    discard_uncommitted(added);
    return tl::unexpected(done.error());
  }
  for (const PartPtr& input : inputs) retire(*input, damaged.contains(input.get()));
  parts_damaged_ += damaged.size();
  return part;
}

/// The file of a part that the manifest names no more. A crash before a damaged one has its new
/// name costs what could not be read anyway: the sweep takes it.
void PartSet::retire(const Part& part, bool is_damaged) const {
  const std::filesystem::path path = directory_ / kPartsFolder / part.summary().name;
  const Status gone = is_damaged ? fs_.rename(path, path.string() + ".damaged") : fs_.remove(path);
  if (!gone) telemetry::diag_warn("cannot remove a part", {{"reason", gone.error().message}});
}

Result<std::size_t> PartSet::retain(TimestampNs oldest, std::uint64_t bytes_max,
                                    const Committed& committed) {
  std::vector<PartPtr> by_age = parts();
  std::sort(by_age.begin(), by_age.end(), [](const PartPtr& a, const PartPtr& b) {
    return a->summary().time_max < b->summary().time_max;
  });
  std::uint64_t bytes = 0;
  for (const PartPtr& part : by_age) bytes += part->summary().bytes;
  std::vector<PartPtr> removed;
  for (const PartPtr& part : by_age) {
    const bool is_too_old = part->summary().time_max < oldest;
    const bool is_too_much = bytes_max != 0 && bytes > bytes_max;
    if (!is_too_old && !is_too_much) break;
    bytes -= part->summary().bytes;
    removed.push_back(part);
  }
  if (removed.empty()) return 0;
  LOGPOND_CHECK_OK(commit({}, removed, nullptr, committed));
  for (const PartPtr& part : removed) retire(*part, false);
  return removed.size();
}

}  // namespace logpond::storage
