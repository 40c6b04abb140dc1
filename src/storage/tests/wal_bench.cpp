// What durability costs, side by side in one run: batches appended to a store one at a time, and
// the same bytes written and synced with nothing around them. Then the codec alone, and recovery.
//   ninja wal_bench && src/storage/wal_bench DIRECTORY [NDJSON]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "platform/posix/posix_file_system.h"
#include "storage/batch_codec.h"
#include "storage/embedded_store.h"
#include "storage/wal.h"

namespace logpond::storage {
namespace {

constexpr int kRounds = 600;
constexpr std::size_t kBatchRecords = 1000;

double now_us() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
double cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

/// Value of a string member of a flat JSON line without escapes; empty when absent.
std::string_view member(std::string_view line, std::string_view key) {
  const auto at = line.find("\"" + std::string(key) + "\":\"");
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + key.size() + 4;
  return line.substr(begin, line.find('"', begin) - begin);
}

/// A line of the corpus as a door would decode it; made up when there is no corpus.
void add_line(RecordBatch& batch, const std::string& line, int number) {
  const std::string service(line.empty() ? "service" : member(line, "service"));
  const auto stream = batch.intern_stream(Labels{{"service", service}});
  for (const char* name : {"host", "trace_id"}) {
    const std::string_view value = line.empty() ? "node-024" : member(line, name);
    if (!value.empty()) batch.add_field(name, value);
  }
  batch.finish_record({1'763'700'000'000'000'000 + number * 2'000'000LL, stream, Severity::kInfo,
                       "INFO",
                       line.empty() ? "connection from 83.116.207.11 at " + std::to_string(number)
                                    : member(line, "message")});
}

std::vector<std::string> read_lines(const char* path) {
  std::vector<std::string> lines;
  std::ifstream in(path);
  std::string line;
  while (lines.size() < 200'000 && std::getline(in, line)) lines.push_back(line);
  return lines;
}

class Batches {
 public:
  explicit Batches(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  RecordBatch next() {
    RecordBatch batch(TenantId{"default"}, 1);
    for (std::size_t i = 0; i < kBatchRecords; ++i, ++number_) {
      add_line(batch,
               lines_.empty() ? std::string()
                              : lines_[static_cast<std::size_t>(number_) % lines_.size()],
               number_);
    }
    return batch;
  }

 private:
  std::vector<std::string> lines_;
  int number_ = 0;
};

void print_latencies(const char* what, std::vector<double> us) {
  std::sort(us.begin(), us.end());
  std::printf("%-34s p50 %7.0f us   p99 %7.0f us   max %7.0f us\n", what, us[us.size() / 2],
              us[us.size() * 99 / 100], us.back());
}

void bench_codec(Batches& batches) {
  std::vector<RecordBatch> input;
  for (int i = 0; i < 100; ++i) input.push_back(batches.next());
  std::string front;
  std::uint64_t front_bytes = 0;
  std::uint64_t payload_bytes = 0;
  double begin = cpu_us();
  for (const RecordBatch& batch : input) {
    front.clear();
    encode_batch_front(batch, front);
    front_bytes += front.size();
    payload_bytes += front.size() + batch.arena().size();
  }
  const double records = static_cast<double>(kBatchRecords) * 100;
  std::printf("encode    %6.1f ns a record, %.1f bytes a record beyond the text\n",
              (cpu_us() - begin) * 1e3 / records, static_cast<double>(front_bytes) / records);
  begin = cpu_us();
  std::uint64_t sum = 0;
  for (const RecordBatch& batch : input) sum += Wal::payload_checksum({}, batch.arena());
  std::printf("checksum  %6.1f ns a record (%llx)\n", (cpu_us() - begin) * 1e3 / records,
              static_cast<unsigned long long>(sum));
  std::vector<std::string> payloads(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) encode_batch(input[i], payloads[i]);
  begin = cpu_us();
  std::size_t decoded = 0;
  for (const std::string& payload : payloads) decoded += decode_batch(payload)->size();
  std::printf("decode    %6.1f ns a record, %.2f GB/s (%zu records)\n",
              (cpu_us() - begin) * 1e3 / records,
              static_cast<double>(payload_bytes) / 1e3 / (cpu_us() - begin), decoded);
}

void bench_appends(platform::FileSystem& fs, const std::filesystem::path& directory,
                   Batches& batches) {
  EmbeddedStoreOptions options;
  options.directory = directory / "store";
  options.head_bytes_max = std::size_t{2} << 30;
  options.maintain = false;
  telemetry::MetricsRegistry metrics;
  auto store = open_embedded_store(fs, platform::system_clock(), metrics, options, {});
  auto file = fs.open(directory / "bare", platform::OpenMode::kCreateOrTruncate);
  (void)(*file)->allocate(std::uint64_t{256} << 20);
  (void)(*file)->sync();
  std::vector<double> appends;
  std::vector<double> writes;
  std::uint64_t offset = 0;
  double append_cpu = 0;
  for (int i = 0; i < kRounds; ++i) {
    RecordBatch batch = batches.next();
    std::string bytes;
    encode_batch(batch, bytes);
    double begin = now_us();
    const double cpu_begin = cpu_us();
    if (!(*store)->append_and_wait(std::move(batch))) std::abort();
    append_cpu += cpu_us() - cpu_begin;
    appends.push_back(now_us() - begin);
    begin = now_us();
    if (!(*file)->write_at(offset, bytes) || !(*file)->sync()) std::abort();
    writes.push_back(now_us() - begin);
    offset += bytes.size();
  }
  print_latencies("append_and_wait of 1,000 records", appends);
  print_latencies("bare write and fdatasync", writes);
  std::printf("append takes %.0f ns of CPU a record, all threads\n",
              append_cpu * 1e3 / (kRounds * static_cast<double>(kBatchRecords)));
}

void bench_recovery(platform::FileSystem& fs, const std::filesystem::path& directory) {
  EmbeddedStoreOptions options;
  options.directory = directory / "store";
  options.head_bytes_max = std::size_t{4} << 30;
  options.maintain = false;
  options.read_only = true;
  telemetry::MetricsRegistry metrics;
  const double begin = now_us();
  const double cpu_begin = cpu_us();
  auto store = open_embedded_store(fs, platform::system_clock(), metrics, options, {});
  const double us = now_us() - begin;
  const double cpu = cpu_us() - cpu_begin;
  const StoreStats stats = (*store)->stats();
  std::printf(
      "recovery  %.2f s for %llu records, %.0f MB of log: %.2f GB/s (%.2f s of CPU); head %.0f "
      "MB\n",
      us / 1e6, static_cast<unsigned long long>(stats.head_records),
      static_cast<double>(stats.wal_bytes) / 1e6, static_cast<double>(stats.wal_bytes) / 1e3 / us,
      cpu / 1e6, static_cast<double>(stats.head_bytes) / 1e6);
}

}  // namespace
}  // namespace logpond::storage

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: wal_bench DIRECTORY [NDJSON]\n");
    return 2;
  }
  using namespace logpond::storage;
  const auto fs = logpond::platform::make_posix_file_system();
  const std::filesystem::path directory(argv[1]);
  if (!fs->create_directories(directory)) return 1;
  Batches batches(argc > 2 ? read_lines(argv[2]) : std::vector<std::string>());
  bench_codec(batches);
  bench_appends(*fs, directory, batches);
  bench_recovery(*fs, directory);
  return 0;
}
