// Any bytes as the blocks of a part that is otherwise whole: its checksums are right, so that every
// reader behind them is reached. Rows and scans give answers or errors, never a crash.
//
// The input: the number of rows less one in two bytes, then blocks: kind (with kPackedBit the block
// is stored with zstd), size, bytes.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/checksum.h"
#include "codec/compression.h"
#include "codec/varint.h"
#include "platform/sim/sim_file_system.h"
#include "storage/part.h"
#include "storage/scan.h"

namespace {

using namespace logpond;           // NOLINT: a fuzz target is one file
using namespace logpond::storage;  // NOLINT

constexpr std::uint32_t kRowsMax = 4096;
constexpr std::uint8_t kPackedBit = 0x80;
constexpr std::uint64_t kMessageBytes = std::uint64_t{8} << 20;
constexpr const char* kName = "x.part";

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "part_blocks: %s\n", what);
  std::abort();
}

/// Appends the blocks that the input holds to `file`.
GroupMeta put_blocks(std::string_view input, std::string& file) {
  codec::Reader reader(input);
  GroupMeta group;
  group.rows = reader.fixed<std::uint16_t>() % kRowsMax + 1U;
  group.time_max = kHour;
  group.id_max = group.rows;
  group.message_bytes = kMessageBytes;
  group.offset = file.size();
  for (std::uint32_t stream = 0; stream < 3; ++stream) group.streams.push_back({stream, 1, 1});
  while (!reader.at_end()) {
    const auto kind = reader.fixed<std::uint8_t>();
    const std::string_view raw = reader.sized_bytes();
    if (!reader.ok()) break;
    std::string stored(raw);
    BlockMeta block;
    block.kind = static_cast<BlockKind>(kind & ~kPackedBit);
    if ((kind & kPackedBit) != 0) {
      block.coding = BlockCoding::kZstd;
      stored.clear();
      codec::zstd_compress(raw, 1, stored);
    }
    block.offset = file.size() - group.offset;
    block.raw_bytes = raw.size();
    block.stored_bytes = stored.size();
    block.checksum = codec::checksum(stored);
    file += stored;
    group.blocks.push_back(block);
  }
  group.bytes = file.size() - group.offset;
  return group;
}

std::string footer_of(const GroupMeta& group) {
  std::string out;
  codec::put_varint(out, group.rows);
  codec::put_varint(out, group.message_bytes);
  codec::put_fixed(out, group.time_min);
  codec::put_fixed(out, group.time_max);
  codec::put_varint(out, group.id_min);
  codec::put_varint(out, group.id_max);
  codec::put_varint(out, group.streams.size());
  for (const Labels& labels :
       {Labels{{"app", "a"}}, Labels{{"app", "b"}}, Labels{{"app", "a"}, {"host", "x"}}}) {
    codec::put_bytes(out, "default");
    codec::put_bytes(out, labels.encode());
  }
  codec::put_varint(out, 1);
  put_group_meta(group, out);
  return out;
}

/// See docs/formats/part.md.
std::string part_of(std::string_view input) {
  std::string file = "LPPART02";
  const std::string footer = footer_of(put_blocks(input, file));
  std::string stored;
  codec::zstd_compress(footer, 1, stored);
  const std::uint64_t offset = file.size();
  file += stored;
  codec::put_fixed(file, offset);
  codec::put_fixed(file, static_cast<std::uint64_t>(stored.size()));
  codec::put_fixed(file, static_cast<std::uint64_t>(footer.size()));
  codec::put_fixed(file, codec::checksum(stored));
  file += "LPPEND02";
  return file;
}

/// Looks at everything that it is handed.
class LookingSink : public ScanSink {
 public:
  explicit LookingSink(std::string_view literal) : literal_(literal) {}
  bool accept(const RecordBlock& block) override {
    for (std::size_t row = 0; row < block.size; ++row) {
      const std::string_view message = block.messages[row];
      require(message.size() == block.message_sizes[row], "another size");
      require(message.find(literal_) != std::string_view::npos, "a line without the text");
      sum_ += static_cast<std::uint64_t>(block.timestamps[row]) + block.ids[row] +
              block.stream(row)->labels.to_text().size() +
              static_cast<std::uint64_t>(block.received[row]) +
              static_cast<std::uint64_t>(block.severity_of(row)) +
              codec::checksum(block.severity_text_of(row)) + codec::checksum(message);
      for (const FieldView& field : block.fields_of(row)) {
        sum_ += codec::checksum(field.name) + codec::checksum(field.value);
      }
    }
    return true;
  }

 private:
  const std::string_view literal_;
  std::uint64_t sum_ = 0;
};

void scan(const StoreView& view, const ScanRequest& request, std::string_view literal = {}) {
  LookingSink sink(literal);
  require(scan_view(view, request, sink, [](const Error&) {}).has_value(), "a scan ended");
}

ScanRequest request_of() {
  ScanRequest request;
  request.tenant.value = "default";
  return request;
}

void scan_in_every_way(const std::shared_ptr<const Part>& part) {
  GroupCache cache(std::size_t{64} << 20);
  StoreView view;
  view.parts = {part};
  view.cache = &cache;
  scan(view, request_of());
  for (const char* const literal : {"took 1", "1", "\":{\""}) {
    ScanRequest lines = request_of();
    lines.line_filters.push_back(
        *codec::LineFilter::compile(codec::LineFilterOp::kContains, {literal}));
    scan(view, lines, literal);
  }
  ScanRequest others = request_of();
  others.range = {kSecond, kMinute};
  others.selector = Selector({*Matcher::create("host", MatchOp::kEqual, "x")});
  others.line_filters.push_back(
      *codec::LineFilter::compile(codec::LineFilterOp::kNotMatches, {"took [0-9]+"}));
  scan(view, others);
  for (const MatchOp op : {MatchOp::kEqual, MatchOp::kNotEqual, MatchOp::kRegex}) {
    for (const char* const name : {"trace", "detected_level", "app"}) {
      ScanRequest fields = request_of();
      fields.field_names = {"trace"};
      fields.field_filters.push_back(*Matcher::create(name, op, "info"));
      scan(view, fields);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto fs = platform::SimFileSystem::create(1);
  if (!fs->create_directories("/parts")) std::abort();
  {
    const std::string bytes = part_of({reinterpret_cast<const char*>(data), size});
    auto file = fs->open(std::string("/parts/") + kName, platform::OpenMode::kCreateOrTruncate);
    if (!file || !(*file)->write_at(0, bytes)) std::abort();
  }
  StreamTable streams;
  const auto part = Part::open(*fs, "/parts", kName, streams);
  if (!part) return 0;
  const GroupMeta& group = (*part)->groups().front();
  GroupEncoder rows(1);
  const Status read = read_whole_group(*part, group, rows);
  require(!read || rows.size() == group.rows, "another number of rows");
  scan_in_every_way(*part);
  return 0;
}
