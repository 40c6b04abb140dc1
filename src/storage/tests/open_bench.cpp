// How long a directory of many parts takes to open: ninja open_bench && src/storage/open_bench
// [parts] [directory] [groups of a part]. Each part has the headers of a big one (streams, columns,
// groups), though few rows: only headers are read at an opening. 100 GB are about 100 parts of 480
// groups.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "platform/posix/posix_file_system.h"
#include "storage/group_encoder.h"
#include "storage/manifest.h"
#include "storage/part_set.h"

namespace {

using namespace logpond;           // NOLINT: a benchmark is one file
using namespace logpond::storage;  // NOLINT

constexpr int kStreams = 30;
constexpr int kFields = 25;

bool add_rows(StreamTable& streams, int part, GroupEncoder& rows, PartWriter& writer) {
  RecordBatch batch(TenantId{}, 0);
  const TimestampNs day = kDay * (20'000 + part / 20);
  for (int i = 0; i < kStreams * 4; ++i) {
    const Labels labels{{"service_name", "service-" + std::to_string(i % kStreams)},
                        {"env", "prod"},
                        {"host", "host-" + std::to_string(i % kStreams % 7)}};
    for (int field = 0; field < kFields; ++field)
      batch.add_field("field_" + std::to_string(field), std::to_string(i * field),
                      FieldKind::kNumber);
    batch.finish_record({day + i * kSecond, batch.intern_stream(labels), Severity::kInfo, "info",
                         "request " + std::to_string(i) + " took " + std::to_string(i * 7) + "ms"});
  }
  StoredBatch stored;
  stored.first_id.value = static_cast<std::uint64_t>(part) * 1000 + 1;
  for (const RecordBatch::Stream& stream : batch.streams())
    stored.streams.push_back(*streams.intern(TenantId{}, batch.text(stream.encoded)));
  stored.batch = std::move(batch);
  for (std::size_t row = 0; row < stored.batch.size(); ++row) rows.add(stored, row);
  return writer.add(rows).has_value();
}

bool write_parts(platform::FileSystem& fs, const std::filesystem::path& directory, int parts,
                 int groups) {
  StreamTable streams;
  Manifest manifest;
  GroupEncoder rows(1);
  for (int part = 0; part < parts; ++part) {
    char name[64];
    std::snprintf(name, sizeof name, "2026-11-%02d/%016x.part", 1 + part % 28,
                  static_cast<unsigned>(part));
    auto writer = PartWriter::create(fs, {directory / "parts", name, 1});
    if (!writer) return false;
    for (int group = 0; group < groups; ++group) {
      if (!add_rows(streams, part, rows, *writer)) return false;
    }
    const auto written = writer->finish();
    if (!written) return false;
    manifest.parts.push_back((*written)->summary());
  }
  manifest.next_part = static_cast<std::uint64_t>(parts);
  return write_manifest(fs, directory, manifest).has_value();
}

}  // namespace

int main(int argc, char** argv) {
  const int parts = argc > 1 ? std::atoi(argv[1]) : 2'000;
  const auto directory = argc > 2 ? std::filesystem::path(argv[2])
                                  : std::filesystem::temp_directory_path() / "logpond-open-bench";
  const int groups = argc > 3 ? std::atoi(argv[3]) : 2;
  const auto fs = platform::make_posix_file_system();
  std::filesystem::remove_all(directory);
  if (!write_parts(*fs, directory, parts, groups)) {
    std::fputs("cannot write the parts\n", stderr);
    return 1;
  }
  for (int round = 0; round < 3; ++round) {
    StreamTable streams;
    const auto begin = std::chrono::steady_clock::now();
    const auto set = PartSet::open(*fs, directory, false, streams);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (!set || static_cast<int>((*set)->parts().size()) != parts) {
      std::fputs("the parts do not open\n", stderr);
      return 1;
    }
    std::printf("%d parts opened in %.3f s, %.0f us each\n", parts, seconds.count(),
                seconds.count() * 1e6 / parts);
  }
  std::filesystem::remove_all(directory);
  return 0;
}
