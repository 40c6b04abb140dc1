#include "storage/part.h"

#include <algorithm>

#include "codec/checksum.h"
#include "codec/compression.h"
#include "codec/varint.h"
#include "core/check.h"

namespace logpond::storage {
namespace {

using codec::put_bytes;
using codec::put_fixed;
using codec::put_varint;

constexpr std::string_view kMagic = "LPPART02";
constexpr std::string_view kTrailerMagic = "LPPEND02";
constexpr std::size_t kMagicNameBytes = 6;                // the rest is the number of the format
constexpr std::size_t kTrailerBytes = 8 + 8 + 8 + 8 + 8;  // offset, stored, raw, checksum, magic
/// A footer larger than this is damage, not data: 256 MiB hold the headers of a 100 GB part.
constexpr std::uint64_t kFooterBytesMax = std::uint64_t{256} << 20;

std::string encode_footer(const PartSummary& summary, const std::vector<StreamPtr>& streams,
                          const std::vector<GroupMeta>& groups) {
  std::string out;
  put_varint(out, summary.rows);
  put_varint(out, summary.message_bytes);
  put_fixed(out, summary.time_min);
  put_fixed(out, summary.time_max);
  put_varint(out, summary.id_min);
  put_varint(out, summary.id_max);
  put_varint(out, streams.size());
  for (const StreamPtr& stream : streams) {
    put_bytes(out, stream->tenant.value);
    put_bytes(out, stream->labels.encode());
  }
  put_varint(out, groups.size());
  for (const GroupMeta& group : groups) put_group_meta(group, out);
  return out;
}

/// Widens `summary` by one group.
void include(PartSummary& summary, const GroupMeta& group) {
  const bool is_first = summary.rows == 0;
  summary.time_min = is_first ? group.time_min : std::min(summary.time_min, group.time_min);
  summary.time_max = is_first ? group.time_max : std::max(summary.time_max, group.time_max);
  summary.id_min = is_first ? group.id_min : std::min(summary.id_min, group.id_min);
  summary.id_max = is_first ? group.id_max : std::max(summary.id_max, group.id_max);
  summary.rows += group.rows;
  summary.message_bytes += group.message_bytes;
}

struct Trailer {
  std::uint64_t offset = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t raw_bytes = 0;
  std::uint64_t checksum = 0;
};

Result<Trailer> read_trailer(const platform::File& file, std::uint64_t size) {
  if (size < kMagic.size() + kTrailerBytes)
    return fail(ErrorCode::kCorruption, "file is too short");
  std::string bytes(kTrailerBytes, '\0');
  LOGPOND_TRY(const std::size_t got, file.read_at(size - kTrailerBytes, bytes));
  codec::Reader reader(std::string_view(bytes).substr(0, got));
  Trailer trailer;
  trailer.offset = reader.fixed<std::uint64_t>();
  trailer.stored_bytes = reader.fixed<std::uint64_t>();
  trailer.raw_bytes = reader.fixed<std::uint64_t>();
  trailer.checksum = reader.fixed<std::uint64_t>();
  const std::string_view magic = reader.rest();
  if (magic.size() == kTrailerMagic.size() && magic != kTrailerMagic &&
      magic.starts_with(kTrailerMagic.substr(0, kMagicNameBytes))) {
    return fail(ErrorCode::kUnavailable,
                "it has format " + std::string(magic.substr(kMagicNameBytes)) +
                    ", which this logpond does not read: use the version that wrote it");
  }
  const bool fits = trailer.stored_bytes <= size && trailer.offset <= size - trailer.stored_bytes;
  if (!reader.ok() || magic != kTrailerMagic || !fits || trailer.raw_bytes > kFooterBytesMax) {
    return fail(ErrorCode::kCorruption, "trailer is damaged");
  }
  return trailer;
}

Result<std::string> read_footer(const platform::File& file, const Trailer& trailer) {
  std::string stored(trailer.stored_bytes, '\0');
  LOGPOND_TRY(const std::size_t got, file.read_at(trailer.offset, stored));
  stored.resize(got);
  if (codec::checksum(stored) != trailer.checksum)
    return fail(ErrorCode::kCorruption, "bad checksum of the footer");
  std::string raw;
  LOGPOND_CHECK_OK(codec::zstd_decompress(stored, trailer.raw_bytes, raw));
  return raw;
}

}  // namespace

Result<std::shared_ptr<const Part>> Part::open(platform::FileSystem& fs,
                                               const std::filesystem::path& parts_directory,
                                               const std::string& name, StreamTable& streams) {
  const auto in_context = [&](Error error) {
    return fail_in("cannot open part \"" + name + "\"", std::move(error));
  };
  auto part = std::make_shared<Part>();
  auto file = fs.open(parts_directory / name, platform::OpenMode::kRead);
  if (!file) return in_context(file.error());
  part->file_ = std::move(*file);
  const auto size = part->file_->size();
  if (!size) return in_context(size.error());
  const auto trailer = read_trailer(*part->file_, *size);
  if (!trailer) return in_context(trailer.error());
  const auto footer = read_footer(*part->file_, *trailer);
  if (!footer) return in_context(footer.error());

  codec::Reader reader(*footer);
  PartSummary& summary = part->summary_;
  summary.name = name;
  summary.bytes = *size;
  summary.rows = reader.varint();
  summary.message_bytes = reader.varint();
  summary.time_min = reader.fixed<TimestampNs>();
  summary.time_max = reader.fixed<TimestampNs>();
  summary.id_min = reader.varint();
  summary.id_max = reader.varint();
  for (std::uint64_t n = reader.varint(); n > 0 && reader.ok(); --n) {
    const TenantId tenant{std::string(reader.sized_bytes())};
    auto stream = streams.intern(tenant, reader.sized_bytes());
    if (!stream) return in_context(stream.error());
    part->note_label_names((*stream)->labels);
    part->streams_.push_back(std::move(*stream));
  }
  const std::uint64_t groups = reader.varint();
  std::string_view rest = reader.rest();
  for (std::uint64_t i = 0; i < groups && reader.ok(); ++i) {
    auto group = read_group_meta(rest);
    if (!group) return in_context(group.error());
    if (group->offset > trailer->offset || group->bytes > trailer->offset - group->offset) {
      return in_context({ErrorCode::kCorruption, "row group lies outside of the file"});
    }
    const bool is_known = std::all_of(
        group->streams.begin(), group->streams.end(),
        [&](const GroupStream& stream) { return stream.stream < part->streams_.size(); });
    if (!is_known) return in_context({ErrorCode::kCorruption, "row group names an unknown stream"});
    part->groups_.push_back(std::move(*group));
  }
  if (!reader.ok() || !rest.empty())
    return in_context({ErrorCode::kCorruption, "footer is damaged"});
  return std::shared_ptr<const Part>(std::move(part));
}

Result<std::shared_ptr<const Part>> Part::open_written(platform::FileSystem& fs,
                                                       const std::filesystem::path& parts_directory,
                                                       const PartSummary& summary,
                                                       std::vector<GroupMeta> groups,
                                                       std::vector<StreamPtr> streams) {
  auto part = std::make_shared<Part>();
  LOGPOND_TRY(part->file_, fs.open(parts_directory / summary.name, platform::OpenMode::kRead));
  part->summary_ = summary;
  part->groups_ = std::move(groups);
  part->streams_ = std::move(streams);
  for (const StreamPtr& stream : part->streams_) part->note_label_names(stream->labels);
  return std::shared_ptr<const Part>(std::move(part));
}

void Part::note_label_names(const Labels& labels) {
  const auto is_known = [this](const Label& label) { return label_names_.contains(label.name); };
  if (std::all_of(labels.all().begin(), labels.all().end(), is_known)) return;
  for (const Label& label : labels.all()) label_names_.insert(label.name);
}

std::shared_ptr<const codec::Bitmap> Part::matching_streams(const TenantId& tenant,
                                                            const Selector& selector) const {
  std::string key = selector.key();
  codec::put_bytes(key, tenant.value);
  {
    const std::lock_guard lock(matching_mutex_);
    for (const Matching& known : matching_) {
      if (known.key == key) return known.streams;
    }
  }
  auto streams = std::make_shared<codec::Bitmap>(streams_.size());
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    if (streams_[i]->tenant == tenant && selector.matches(streams_[i]->labels)) streams->set(i);
  }
  const std::lock_guard lock(matching_mutex_);
  matching_.push_front({std::move(key), streams});
  if (matching_.size() > kMatchingMax) matching_.pop_back();
  return streams;
}

Status Part::read_block(const GroupMeta& group, const BlockMeta& block, BlockBuffer& raw) const {
  const auto in_context = [&](Error error) {
    return fail_in("cannot read part \"" + summary_.name + "\" at byte " +
                       std::to_string(group.offset + block.offset),
                   std::move(error));
  };
  BlockBuffer stored;
  const auto got = file_->read_at(group.offset + block.offset, stored.make(block.stored_bytes));
  if (!got) return in_context(got.error());
  if (*got != stored.size() || codec::checksum(stored.view()) != block.checksum) {
    return in_context({ErrorCode::kCorruption, "bad checksum"});
  }
  if (block.coding == BlockCoding::kRaw) {
    raw = std::move(stored);
    return {};
  }
  Status decoded = codec::zstd_check_size(stored.view(), block.raw_bytes);
  if (decoded) decoded = codec::zstd_decompress_into(stored.view(), raw.make(block.raw_bytes));
  return decoded ? Status() : in_context(std::move(decoded).error());
}

Result<std::string> Part::read_group_bytes(const GroupMeta& group) const {
  std::string bytes(group.bytes, '\0');
  LOGPOND_TRY(const std::size_t got, file_->read_at(group.offset, bytes));
  bool is_good = got == bytes.size();
  for (const BlockMeta& block : group.blocks) {
    is_good = is_good && codec::checksum(std::string_view(bytes).substr(
                             block.offset, block.stored_bytes)) == block.checksum;
  }
  if (!is_good) {
    return fail(ErrorCode::kCorruption, "cannot read part \"" + summary_.name +
                                            "\": bad checksum in the group at byte " +
                                            std::to_string(group.offset));
  }
  return bytes;
}

PartWriter::PartWriter(platform::FileSystem& fs, Options options,
                       std::unique_ptr<platform::File> file)
    : fs_(&fs), options_(std::move(options)), file_(std::move(file)) {
  temporary_ = options_.parts_directory / (options_.name + ".tmp");
  summary_.name = options_.name;
}

PartWriter::PartWriter(PartWriter&&) noexcept = default;

PartWriter::~PartWriter() {
  if (file_ == nullptr) return;
  file_.reset();
  (void)fs_->remove(temporary_);  // the sweep at the next start takes what cannot be removed now
}

Result<PartWriter> PartWriter::create(platform::FileSystem& fs, Options options) {
  const std::filesystem::path temporary = options.parts_directory / (options.name + ".tmp");
  LOGPOND_CHECK_OK(fs.create_directories(temporary.parent_path()));
  LOGPOND_TRY(auto file, fs.open(temporary, platform::OpenMode::kCreateOrTruncate));
  PartWriter writer(fs, std::move(options), std::move(file));
  LOGPOND_CHECK_OK(writer.file_->write_at(0, kMagic));
  writer.offset_ = kMagic.size();
  return writer;
}

std::uint32_t PartWriter::stream_index(const StreamPtr& stream) {
  const auto [at, is_new] =
      stream_index_.try_emplace(stream.get(), static_cast<std::uint32_t>(streams_.size()));
  if (is_new) streams_.push_back(stream);
  return at->second;
}

Status PartWriter::write_group(GroupMeta meta, std::string_view bytes) {
  LOGPOND_CHECK_OK(file_->write_at(offset_, bytes));
  meta.offset = offset_;
  offset_ += bytes.size();
  include(summary_, meta);
  groups_.push_back(std::move(meta));
  return {};
}

Status PartWriter::add(GroupEncoder& rows) {
  std::string& bytes = rows.scratch();
  bytes.clear();
  GroupMeta meta = rows.finish([this](const StreamPtr& s) { return stream_index(s); }, bytes);
  return write_group(std::move(meta), bytes);
}

Status PartWriter::copy(const Part& from, const GroupMeta& group) {
  LOGPOND_TRY(const std::string bytes, from.read_group_bytes(group));
  GroupMeta meta = group;
  for (GroupStream& stream : meta.streams)
    stream.stream = stream_index(from.streams()[stream.stream]);
  return write_group(std::move(meta), bytes);
}

Result<std::shared_ptr<const Part>> PartWriter::finish() {
  LOGPOND_CHECK(!groups_.empty());
  const std::string raw = encode_footer(summary_, streams_, groups_);
  std::string tail;
  codec::zstd_compress(raw, options_.zstd_level, tail);
  const std::uint64_t stored_bytes = tail.size();
  const std::uint64_t footer_checksum = codec::checksum(tail);
  put_fixed(tail, offset_);
  put_fixed(tail, stored_bytes);
  put_fixed(tail, static_cast<std::uint64_t>(raw.size()));
  put_fixed(tail, footer_checksum);
  tail.append(kTrailerMagic);
  LOGPOND_CHECK_OK(file_->write_at(offset_, tail));
  LOGPOND_CHECK_OK(file_->sync());
  const std::filesystem::path final_path = options_.parts_directory / options_.name;
  LOGPOND_CHECK_OK(fs_->rename(temporary_, final_path));
  file_.reset();
  LOGPOND_CHECK_OK(fs_->sync_directory(final_path.parent_path()));
  // The partition's folder may be new, or an earlier part may have failed to make it durable.
  LOGPOND_CHECK_OK(fs_->sync_directory(options_.parts_directory));
  summary_.bytes = offset_ + tail.size();
  return Part::open_written(*fs_, options_.parts_directory, summary_, std::move(groups_),
                            std::move(streams_));
}

}  // namespace logpond::storage
