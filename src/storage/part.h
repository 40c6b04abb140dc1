// A part: an immutable, checksummed file of row groups.
// File layout: docs/formats/part.md.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/bitmap.h"
#include "core/result.h"
#include "platform/file_system.h"
#include "storage/block_buffer.h"
#include "storage/group_encoder.h"
#include "storage/row_group.h"
#include "storage/selector.h"
#include "storage/stream_table.h"

namespace logpond::storage {

/// What the manifest remembers of a part, and its name.
struct PartSummary {
  std::string name;  ///< `2026-11-21/0000000000000007.part`, below the parts folder.
  std::uint64_t bytes = 0;
  std::uint64_t rows = 0;
  std::uint64_t message_bytes = 0;
  TimestampNs time_min = 0;
  TimestampNs time_max = 0;  ///< Inclusive.
  std::uint64_t id_min = 0;
  std::uint64_t id_max = 0;
  bool operator==(const PartSummary&) const = default;
};

/// An open part. Its footer is in memory, its blocks are read when asked for.
///
/// Owns:    its file handle, so a scan can finish on a part that was merged away meanwhile.
/// Threads: any.
class Part {
 public:
  /// Opens and checks the footer. Errors: kIo, kCorruption (with the file's name), kNotFound.
  static Result<std::shared_ptr<const Part>> open(platform::FileSystem& fs,
                                                  const std::filesystem::path& parts_directory,
                                                  const std::string& name, StreamTable& streams);

  /// A part just written, without reading what the writer knows. Errors: kIo.
  static Result<std::shared_ptr<const Part>> open_written(
      platform::FileSystem& fs, const std::filesystem::path& parts_directory,
      const PartSummary& summary, std::vector<GroupMeta> groups, std::vector<StreamPtr> streams);

  const PartSummary& summary() const { return summary_; }
  const std::vector<GroupMeta>& groups() const { return groups_; }
  const std::vector<StreamPtr>& streams() const { return streams_; }
  /// The streams that match, by place in streams(). The answers to the last few selectors are kept:
  /// a part may have a million streams.
  std::shared_ptr<const codec::Bitmap> matching_streams(const TenantId& tenant,
                                                        const Selector& selector) const;
  /// True when a stream has a label of this name.
  bool has_label(std::string_view name) const { return label_names_.contains(name); }

  /// Reads one block, checks it and decompresses it into `raw`. Errors: kIo, kCorruption.
  Status read_block(const GroupMeta& group, const BlockMeta& block, BlockBuffer& raw) const;
  /// Reads the stored bytes of a whole group, blocks checked, for copying into another part.
  Result<std::string> read_group_bytes(const GroupMeta& group) const;

 private:
  void note_label_names(const Labels& labels);

  struct Matching {
    std::string key;
    std::shared_ptr<const codec::Bitmap> streams;
  };
  static constexpr std::size_t kMatchingMax = 4;

  PartSummary summary_;
  std::vector<GroupMeta> groups_;
  std::vector<StreamPtr> streams_;
  std::set<std::string, std::less<>> label_names_;
  std::unique_ptr<platform::File> file_;

  mutable std::mutex matching_mutex_;
  mutable std::deque<Matching> matching_;  // the latest first
};

/// Writes a part: groups one after the other, then the footer; durable and under its final name
/// after finish().
///
/// Threads: one at a time. Without finish() nothing is left behind.
class PartWriter {
 public:
  struct Options {
    std::filesystem::path parts_directory;
    std::string name;
    int zstd_level = 1;
  };
  /// Errors: kIo, kNoSpace.
  static Result<PartWriter> create(platform::FileSystem& fs, Options options);
  PartWriter(PartWriter&&) noexcept;
  PartWriter& operator=(PartWriter&&) = delete;
  ~PartWriter();

  /// Writes the encoder's rows as one group and empties it. Requires: it is not empty.
  Status add(GroupEncoder& rows);
  /// Copies a group of another part as it is.
  Status copy(const Part& from, const GroupMeta& group);
  /// Footer, sync, rename, directory sync; then the part, open. Errors: kIo, kNoSpace.
  Result<std::shared_ptr<const Part>> finish();

 private:
  PartWriter(platform::FileSystem& fs, Options options, std::unique_ptr<platform::File> file);
  std::uint32_t stream_index(const StreamPtr& stream);
  Status write_group(GroupMeta meta, std::string_view bytes);

  platform::FileSystem* fs_;
  Options options_;
  std::filesystem::path temporary_;
  std::unique_ptr<platform::File> file_;
  PartSummary summary_;
  std::uint64_t offset_ = 0;
  std::vector<GroupMeta> groups_;
  std::vector<StreamPtr> streams_;
  std::unordered_map<const Stream*, std::uint32_t> stream_index_;
};

}  // namespace logpond::storage
