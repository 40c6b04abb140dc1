// Any bytes as a part file: opening and reading every group gives an answer or an error, never a
// crash. A part that opens is read whole; what it says of itself must agree with what it holds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "platform/sim/sim_file_system.h"
#include "storage/part.h"
#include "storage/tests/hostile_part.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace logpond;  // NOLINT: a fuzz target is one function
  const auto fs = platform::SimFileSystem::create(1);
  if (!fs->create_directories("/parts")) std::abort();
  {
    auto file = fs->open("/parts/x.part", platform::OpenMode::kCreateOrTruncate);
    if (!file || !(*file)->write_at(0, {reinterpret_cast<const char*>(data), size})) std::abort();
  }
  storage::StreamTable streams;
  const auto part = storage::Part::open(*fs, "/parts", "x.part", streams);
  if (!part) return 0;
  for (const storage::GroupMeta& group : (*part)->groups()) {
    const auto rows = storage::testing::repack(*part, group);
    if (rows && *rows != group.rows) std::abort();
  }
  return 0;
}
