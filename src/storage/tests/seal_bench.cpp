// How fast rows are packed into row groups, and where their bytes go. Not a test:
//   seal_bench FILE [LINES [ROUNDS]]   FILE: NDJSON of bench/make_corpus.py, or plain lines (*.log)
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "storage/group_encoder.h"

namespace {

using namespace logpond;           // NOLINT: a bench is one file
using namespace logpond::storage;  // NOLINT

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string text_of(const std::string& line, const std::string& key) {
  const std::string opening = "\"" + key + "\":\"";
  const std::size_t at = line.find(opening);
  if (at == std::string::npos) return {};
  std::string value;
  for (std::size_t i = at + opening.size(); i < line.size() && line[i] != '"'; ++i) {
    if (line[i] == '\\') ++i;
    value.push_back(line[i]);
  }
  return value;
}

class Streams {
 public:
  StreamPtr of(const Labels& labels) {
    auto& stream = streams_[labels.to_text()];
    if (stream == nullptr) stream = std::make_shared<const Stream>(Stream{{}, labels});
    return stream;
  }

 private:
  std::map<std::string, StreamPtr> streams_;
};

void add_record(RecordBatch& batch, const std::string& line, std::uint64_t number, bool is_record) {
  RecordBatch::Record record;
  record.timestamp = 1'700'000'000'000'000'000 + static_cast<std::int64_t>(number) * kMillisecond;
  if (!is_record) {
    record.stream = batch.intern_stream(Labels{{"service", "app"}});
    record.message = line;
    batch.finish_record(record);
    return;
  }
  if (const auto time = parse_rfc3339(text_of(line, "timestamp"))) record.timestamp = *time;
  const std::string level = text_of(line, "level");
  const std::string message = text_of(line, "message");
  const std::string trace = text_of(line, "trace_id");
  record.stream = batch.intern_stream(
      Labels{{"service", text_of(line, "service")}, {"host", text_of(line, "host")}});
  record.severity = severity_from_word(level);
  record.severity_text = level;
  record.message = message;
  batch.add_field("level", level);
  if (!trace.empty()) batch.add_field("trace_id", trace);
  batch.finish_record(record);
}

std::vector<std::shared_ptr<StoredBatch>> read_batches(const char* path, std::size_t lines_max,
                                                       std::uint64_t& lines) {
  constexpr std::size_t kBatchRows = 1000;
  std::vector<std::shared_ptr<StoredBatch>> batches;
  std::ifstream file(path);
  const bool is_ndjson = std::string_view(path).ends_with(".ndjson");
  std::string line;
  Streams streams;
  while (lines < lines_max && std::getline(file, line)) {
    if (batches.empty() || batches.back()->batch.size() == kBatchRows) {
      batches.push_back(std::make_shared<StoredBatch>());
      batches.back()->batch = RecordBatch(TenantId{}, 1'700'000'000'000'000'000);
      batches.back()->first_id = RecordId{lines + 1};
    }
    add_record(batches.back()->batch, line, lines, is_ndjson);
    ++lines;
  }
  for (auto& stored : batches) {
    for (const auto& stream : stored->batch.streams()) {
      stored->streams.push_back(streams.of(*Labels::decode(stored->batch.text(stream.encoded))));
    }
  }
  return batches;
}

const char* name_of(BlockKind kind) {
  constexpr const char* kNames[] = {"?",         "ids",        "timestamps",    "received",
                                    "row table", "row shapes", "stream places", "directory",
                                    "pages",     "filter"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  std::uint64_t lines = 0;
  const std::size_t lines_max = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 1;
  const auto batches = read_batches(argv[1], lines_max, lines);
  std::map<BlockKind, std::uint64_t> bytes;
  std::uint64_t message_bytes = 0;
  std::map<const Stream*, std::uint32_t> part_streams;
  const auto part_stream = [&](const StreamPtr& stream) {
    return part_streams.try_emplace(stream.get(), part_streams.size()).first->second;
  };
  GroupEncoder encoder(1);
  std::string out;
  double adding = 0;
  double finishing = 0;
  std::size_t groups = 0;
  const auto finish = [&] {
    if (encoder.empty()) return;
    const double begin = cpu_seconds();
    out.clear();
    const GroupMeta meta = encoder.finish(part_stream, out);
    finishing += cpu_seconds() - begin;
    ++groups;
    message_bytes += meta.message_bytes;
    for (const BlockMeta& block : meta.blocks) bytes[block.kind] += block.stored_bytes;
  };
  for (int round = 0; round < rounds; ++round) {
    bytes.clear();
    groups = 0;
    message_bytes = 0;
    for (const auto& stored : batches) {
      const double begin = cpu_seconds();
      for (std::size_t row = 0; row < stored->batch.size(); ++row) encoder.add(*stored, row);
      adding += cpu_seconds() - begin;
      if (encoder.size() >= kGroupRowsFull || encoder.is_heavy()) finish();
    }
    finish();
  }
  adding /= rounds;
  finishing /= rounds;
  const auto count = static_cast<double>(lines);
  std::printf("%llu lines, %zu groups, %.1f message bytes a line\n",
              static_cast<unsigned long long>(lines), groups,
              static_cast<double>(message_bytes) / count);
  std::printf("add %.0f ns, finish %.0f ns a line; %.1f MB of message a CPU second\n",
              adding / count * 1e9, finishing / count * 1e9,
              static_cast<double>(message_bytes) / (adding + finishing) / 1e6);
  double total = 0;
  for (const auto& [kind, size] : bytes) {
    std::printf("%-14s %8.3f bytes a line\n", name_of(kind), static_cast<double>(size) / count);
    total += static_cast<double>(size) / count;
  }
  std::printf("%-14s %8.3f bytes a line\n", "total", total);
  return 0;
}
