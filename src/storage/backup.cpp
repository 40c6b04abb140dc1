#include "storage/backup.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <set>
#include <string>
#include <vector>

#include "platform/backoff.h"
#include "storage/deletion.h"
#include "storage/manifest.h"

namespace logpond::storage {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
/// Tries to meet one moment of a directory that a server works on. Each fails only when a head was
/// sealed meanwhile, so a few are plenty.
constexpr int kAttemptsMax = 20;

/// Copies a file as long as it is now and makes its bytes durable.
Status copy_file(platform::FileSystem& fs, const std::filesystem::path& from,
                 const std::filesystem::path& to,
                 const std::function<void(std::uint64_t)>& on_piece) {
  LOGPOND_TRY(const auto source, fs.open(from, platform::OpenMode::kRead));
  LOGPOND_TRY(const auto target, fs.open(to, platform::OpenMode::kCreateOrTruncate));
  std::string piece(kPieceBytes, '\0');
  for (std::uint64_t offset = 0;;) {
    LOGPOND_TRY(const std::size_t got, source->read_at(offset, piece));
    if (got == 0) break;
    LOGPOND_CHECK_OK(target->write_at(offset, std::span(piece).first(got)));
    offset += got;
    on_piece(got);
  }
  return target->sync();
}

std::filesystem::path whole(const std::filesystem::path& path) {
  auto normal = std::filesystem::absolute(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

bool is_inside(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  const auto [outer_end, inner_at] =
      std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return outer_end == outer.end();
}

class DirectoryCopy {
 public:
  DirectoryCopy(platform::FileSystem& fs, const CopyOptions& options)
      : fs_(fs), options_(options) {}

  Result<CopyReport> run();

 private:
  Status check_places();
  Result<bool> copy_moment(const Manifest& manifest);
  Result<bool> copy_part(const PartSummary& part);
  Status copy_wal(WalSegment floor);
  Status drop_unnamed(const Manifest& manifest);
  Status make_durable();
  void advance(std::uint64_t bytes) {
    bytes_done_ += bytes;
    if (options_.on_progress) options_.on_progress(std::min(bytes_done_, bytes_all_), bytes_all_);
  }

  platform::FileSystem& fs_;
  const CopyOptions& options_;
  std::set<std::string> parts_;       // names of those in the target
  std::set<std::string> partitions_;  // their folders
  std::uint64_t linked_ = 0;
  std::uint64_t bytes_done_ = 0;
  std::uint64_t bytes_all_ = 0;
};

Status DirectoryCopy::check_places() {
  const auto from = whole(options_.from);
  const auto to = whole(options_.to);
  if (is_inside(to, from) || is_inside(from, to)) {
    return fail(ErrorCode::kInvalidArgument, "\"" + to.string() + "\" and \"" + from.string() +
                                                 "\" lie inside one another: give another place");
  }
  LOGPOND_TRY(const bool is_free, is_missing_or_empty(fs_, options_.to));
  if (!is_free) {
    return fail(ErrorCode::kConflict,
                "\"" + options_.to.string() + "\" is not empty: give a new or an empty directory");
  }
  return {};
}

/// False when the part is gone: it was merged away.
Result<bool> DirectoryCopy::copy_part(const PartSummary& part) {
  const auto from = options_.from / "parts" / part.name;
  const auto to = options_.to / "parts" / part.name;
  LOGPOND_CHECK_OK(fs_.create_directories(to.parent_path()));
  partitions_.insert(to.parent_path().string());
  if (options_.may_link) {
    const Status linked = fs_.link(from, to);
    if (linked) {
      ++linked_;
      advance(part.bytes);
      return true;
    }
    if (linked.error().code == ErrorCode::kNotFound) return false;
    if (linked.error().code != ErrorCode::kUnavailable) return tl::unexpected(linked.error());
  }
  const Status copied = copy_file(fs_, from, to, [this](std::uint64_t bytes) { advance(bytes); });
  if (!copied && copied.error().code == ErrorCode::kNotFound) return false;
  if (!copied) return tl::unexpected(copied.error());
  return true;
}

/// The segments that exist now and still count, oldest first. The newest may be cut in the middle
/// of a batch, as after a crash: that batch was not acknowledged when the copying began.
Status DirectoryCopy::copy_wal(WalSegment floor) {
  char first[24];
  std::snprintf(first, sizeof first, "%016" PRIx64 ".wal", floor.value);
  const auto from = options_.from / "wal";
  const auto to = options_.to / "wal";
  const auto names = fs_.list(from);
  if (!names && names.error().code == ErrorCode::kNotFound) return {};
  if (!names) return tl::unexpected(names.error());
  LOGPOND_CHECK_OK(fs_.create_directories(to));
  LOGPOND_TRY(const auto old_names, fs_.list(to));
  for (const std::string& name : old_names) LOGPOND_CHECK_OK(fs_.remove(to / name));
  for (const std::string& name : *names) {
    if (name < first) continue;  // freed, kept for later segments
    const Status copied = copy_file(fs_, from / name, to / name, [](std::uint64_t) {});
    // Freed meanwhile: then the manifest has changed too, and all of this is done again.
    if (!copied && copied.error().code != ErrorCode::kNotFound) return copied;
  }
  return fs_.sync_directory(to);
}

/// False when the directory changed under the copying.
Result<bool> DirectoryCopy::copy_moment(const Manifest& manifest) {
  bytes_all_ = bytes_done_;
  for (const PartSummary& part : manifest.parts) {
    if (!parts_.contains(part.name)) bytes_all_ += part.bytes;
  }
  for (const PartSummary& part : manifest.parts) {
    if (parts_.contains(part.name)) continue;
    LOGPOND_TRY(const bool is_there, copy_part(part));
    if (is_there) {
      parts_.insert(part.name);
      continue;
    }
    LOGPOND_TRY(const auto now, read_manifest(fs_, options_.from));
    if (now && *now == manifest) {
      return fail(ErrorCode::kCorruption, "part \"" + part.name + "\" is missing");
    }
    return false;
  }
  if (!options_.with_wal) return true;
  LOGPOND_CHECK_OK(copy_wal(manifest.wal_floor));
  LOGPOND_TRY(const auto after, read_manifest(fs_, options_.from));
  return after && after->sealed == manifest.sealed && after->wal_floor == manifest.wal_floor;
}

Status DirectoryCopy::drop_unnamed(const Manifest& manifest) {
  for (const PartSummary& part : manifest.parts) parts_.erase(part.name);
  for (const std::string& name : parts_) LOGPOND_CHECK_OK(fs_.remove(options_.to / "parts" / name));
  return {};
}

Status DirectoryCopy::make_durable() {
  for (const std::string& partition : partitions_) LOGPOND_CHECK_OK(fs_.sync_directory(partition));
  if (!partitions_.empty()) LOGPOND_CHECK_OK(fs_.sync_directory(options_.to / "parts"));
  return fs_.sync_directory(options_.to);
}

Result<CopyReport> DirectoryCopy::run() {
  LOGPOND_CHECK_OK(check_places());
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    platform::back_off(attempt);
    // The deletions first: a part may still hold rows of one that is processed a moment later.
    LOGPOND_TRY(const auto deletions, read_deletions(fs_, options_.from));
    LOGPOND_TRY(const auto manifest, read_manifest(fs_, options_.from));
    if (!manifest) {
      return fail(ErrorCode::kNotFound,
                  "there is no data directory, and no finished backup, at \"" +
                      options_.from.string() + "\": it has no MANIFEST");
    }
    LOGPOND_CHECK_OK(platform::create_directories_durably(fs_, options_.to));
    LOGPOND_TRY(const bool is_one_moment, copy_moment(*manifest));
    if (!is_one_moment) continue;
    LOGPOND_CHECK_OK(drop_unnamed(*manifest));
    if (!deletions.empty()) {
      LOGPOND_CHECK_OK(platform::write_file_atomically(fs_, deletions_path(options_.to),
                                                       encode_deletions(deletions)));
    }
    LOGPOND_CHECK_OK(make_durable());
    LOGPOND_CHECK_OK(write_manifest(fs_, options_.to, *manifest));
    CopyReport report;
    report.parts = manifest->parts.size();
    report.parts_linked = linked_;
    for (const PartSummary& part : manifest->parts) report.bytes += part.bytes;
    return report;
  }
  return fail(ErrorCode::kUnavailable,
              "the data directory changes faster than it can be copied; ask its server for the "
              "backup, or try again later");
}

}  // namespace

Result<CopyReport> copy_data_directory(platform::FileSystem& fs, const CopyOptions& options) {
  return DirectoryCopy(fs, options).run();
}

Result<bool> is_missing_or_empty(platform::FileSystem& fs, const std::filesystem::path& path) {
  if (!fs.exists(path)) return true;
  LOGPOND_TRY(const auto names, fs.list(path));
  return names.empty();
}

}  // namespace logpond::storage
