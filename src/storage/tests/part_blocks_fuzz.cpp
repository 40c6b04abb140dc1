// Any bytes as the blocks of a part that is otherwise whole: its checksums are right, so that every
// reader behind them is reached. Rows and scans give answers or errors, never a crash.
//
// The input: the number of rows less one in two bytes, then blocks: kind (with kPackedBit the block
// is stored with zstd), size, bytes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/checksum.h"
#include "codec/varint.h"
#include "platform/sim/sim_file_system.h"
#include "storage/part.h"
#include "storage/scan.h"
#include "storage/tests/hostile_part.h"

namespace {

using namespace logpond;           // NOLINT: a fuzz target is one file
using namespace logpond::storage;  // NOLINT

constexpr std::uint32_t kRowsMax = 4096;
constexpr std::uint8_t kPackedBit = 0x80;
constexpr const char* kName = "x.part";

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "part_blocks: %s\n", what);
  std::abort();
}

std::string part_of(std::string_view input) {
  codec::Reader reader(input);
  testing::HostilePart part(reader.fixed<std::uint16_t>() % kRowsMax + 1U);
  while (!reader.at_end()) {
    const auto kind = reader.fixed<std::uint8_t>();
    const std::string_view raw = reader.sized_bytes();
    if (!reader.ok()) break;
    part.add_block(static_cast<BlockKind>(kind & ~kPackedBit), raw,
                   (kind & kPackedBit) != 0 ? BlockCoding::kZstd : BlockCoding::kRaw);
  }
  return part.bytes();
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
  const auto rows = testing::repack(*part, group);
  require(!rows || *rows == group.rows, "another number of rows");
  scan_in_every_way(*part);
  return 0;
}
