#include "storage/verify.h"

#include <algorithm>
#include <vector>

#include "platform/backoff.h"
#include "storage/batch_codec.h"
#include "storage/deletion.h"
#include "storage/manifest.h"
#include "storage/part.h"
#include "storage/stream_table.h"
#include "storage/wal.h"

namespace logpond::storage {
namespace {

class Verification {
 public:
  Verification(platform::FileSystem& fs, const std::filesystem::path& directory,
               const VerifyOptions& options)
      : fs_(fs), directory_(directory), options_(options) {}

  Result<VerifyReport> run();

 private:
  Status check_deletions();
  Status check_part(const PartSummary& summary, const Manifest& manifest);
  Status check_groups(const Part& part);
  Status check_wal();
  Result<std::vector<Damage>> damages_of_wal(const Manifest& manifest);
  Status count_set_aside();
  void found(std::string place, std::string reason) {
    ++report_.damages;
    if (options_.on_damage) options_.on_damage({std::move(place), std::move(reason)});
  }
  void advance(std::uint64_t bytes) {
    bytes_done_ += bytes;
    if (options_.on_progress) options_.on_progress(std::min(bytes_done_, bytes_all_), bytes_all_);
  }

  platform::FileSystem& fs_;
  const std::filesystem::path& directory_;
  const VerifyOptions& options_;
  StreamTable streams_;
  VerifyReport report_;
  std::uint64_t bytes_done_ = 0;
  std::uint64_t bytes_all_ = 0;
};

Status Verification::check_deletions() {
  const auto deletions = read_deletions(fs_, directory_);
  if (deletions) return {};
  if (deletions.error().code != ErrorCode::kCorruption) return tl::unexpected(deletions.error());
  found(deletions_path("").string(), deletions.error().message);
  return {};
}

Status Verification::check_groups(const Part& part) {
  bool is_sound = true;
  std::uint64_t bytes_read = 0;
  for (const GroupMeta& group : part.groups()) {
    LOGPOND_CHECK_OK(options_.cancel.check());
    const auto bytes = part.read_group_bytes(group);
    if (!bytes) {
      is_sound = false;
      found("parts/" + part.summary().name, bytes.error().message);
    }
    bytes_read += group.bytes;
    advance(group.bytes);
  }
  advance(part.summary().bytes - std::min(part.summary().bytes, bytes_read));
  if (is_sound) report_.records += part.summary().rows;
  return {};
}

Status Verification::check_part(const PartSummary& summary, const Manifest& manifest) {
  LOGPOND_CHECK_OK(options_.cancel.check());
  const auto part = Part::open(fs_, directory_ / "parts", summary.name, streams_);
  if (!part) {
    if (part.error().code == ErrorCode::kNotFound) {
      // A server may have merged it away since the manifest was read.
      LOGPOND_TRY(const auto now, read_manifest(fs_, directory_));
      if (now && *now != manifest) {
        advance(summary.bytes);
        return {};
      }
    }
    ++report_.parts;
    advance(summary.bytes);
    found("parts/" + summary.name, part.error().message);
    return {};
  }
  ++report_.parts;
  report_.bytes += (*part)->summary().bytes;
  if ((*part)->summary() != summary)
    found("parts/" + summary.name, "it is not the part that the manifest names");
  return check_groups(**part);
}

Result<std::vector<Damage>> Verification::damages_of_wal(const Manifest& manifest) {
  std::vector<Damage> damages;
  LOGPOND_TRY(const auto wal, Wal::open(fs_, {.directory = directory_ / "wal", .read_only = true},
                                        {manifest.wal_floor, manifest.sealed}));
  LOGPOND_TRY(const WalRecovery recovery, wal->replay([&](WalSegment segment, WalSequence sequence,
                                                          RecordId,
                                                          std::string_view payload) -> Status {
    if (const auto batch = decode_batch(payload); !batch) {
      damages.push_back({"wal, segment " + std::to_string(segment.value),
                         "batch " + std::to_string(sequence.value) + ": " + batch.error().message});
    }
    return options_.cancel.check();
  }));
  report_.wal_batches = recovery.frames;
  if (recovery.damaged_frames > 0) {
    damages.push_back({"wal", std::to_string(recovery.damaged_frames) +
                                  " damaged places before its end: acknowledged batches are lost"});
  }
  return damages;
}

/// What looks like damage may be a server's work: it sealed a head and freed segments meanwhile.
/// Then the log is read once more from where it counts now.
Status Verification::check_wal() {
  constexpr int kAttemptsMax = 20;
  for (int attempt = 0;; ++attempt) {
    platform::back_off(attempt);
    LOGPOND_TRY(const auto before, read_manifest(fs_, directory_));
    if (!before) return {};
    const auto damages = damages_of_wal(*before);
    LOGPOND_TRY(const auto after, read_manifest(fs_, directory_));
    const bool has_moved = after && after->sealed != before->sealed;
    if (has_moved && (!damages || !damages->empty()) && attempt < kAttemptsMax) continue;
    if (!damages) return tl::unexpected(damages.error());
    for (const Damage& damage : *damages) found(damage.place, damage.reason);
    return {};
  }
}

Status Verification::count_set_aside() {
  const auto partitions = fs_.list(directory_ / "parts");
  if (!partitions) return {};
  for (const std::string& partition : *partitions) {
    const auto files = fs_.list(directory_ / "parts" / partition);
    if (!files) continue;
    report_.set_aside += static_cast<std::uint64_t>(
        std::count_if(files->begin(), files->end(),
                      [](const std::string& file) { return file.ends_with(".damaged"); }));
  }
  return {};
}

Result<VerifyReport> Verification::run() {
  const auto manifest = read_manifest(fs_, directory_);
  if (!manifest) {
    if (manifest.error().code != ErrorCode::kCorruption) return tl::unexpected(manifest.error());
    found("MANIFEST", manifest.error().message);
    return report_;
  }
  if (!*manifest) {
    return fail(ErrorCode::kNotFound, "there is no data directory, and no finished backup, at \"" +
                                          directory_.string() + "\": it has no MANIFEST");
  }
  for (const PartSummary& part : (*manifest)->parts) bytes_all_ += part.bytes;
  LOGPOND_CHECK_OK(check_deletions());
  LOGPOND_CHECK_OK(check_wal());
  for (const PartSummary& part : (*manifest)->parts) LOGPOND_CHECK_OK(check_part(part, **manifest));
  LOGPOND_CHECK_OK(count_set_aside());
  return report_;
}

}  // namespace

Result<VerifyReport> verify_data_directory(platform::FileSystem& fs,
                                           const std::filesystem::path& directory,
                                           const VerifyOptions& options) {
  return Verification(fs, directory, options).run();
}

}  // namespace logpond::storage
