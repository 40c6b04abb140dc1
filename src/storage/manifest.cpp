#include "storage/manifest.h"

#include <cinttypes>
#include <cstdio>
#include <sstream>

#include "codec/checksum.h"

namespace logpond::storage {
namespace {

constexpr std::string_view kFileName = "MANIFEST";
constexpr int kLayout = 1;
constexpr std::uint64_t kManifestBytesMax = std::uint64_t{256} << 20;

std::string hex(std::uint64_t value) {
  char buffer[24];
  std::snprintf(buffer, sizeof buffer, "%016" PRIx64, value);
  return buffer;
}

std::string print(const Manifest& manifest) {
  std::ostringstream out;
  out << "logpond-manifest " << kLayout << "\n"
      << "next_part " << manifest.next_part << "\n"
      << "next_record_id " << manifest.next_record_id << "\n"
      << "sealed_sequence " << manifest.sealed.value << "\n"
      << "wal_floor " << manifest.wal_floor.value << "\n";
  for (const PartSummary& part : manifest.parts) {
    out << "part " << part.name << ' ' << part.bytes << ' ' << part.rows << ' '
        << part.message_bytes << ' ' << part.time_min << ' ' << part.time_max << ' ' << part.id_min
        << ' ' << part.id_max << "\n";
  }
  std::string text = out.str();
  text += "checksum " + hex(codec::checksum(text)) + "\n";
  return text;
}

tl::unexpected<Error> damaged(const std::string& why) {
  return fail(ErrorCode::kCorruption,
              "MANIFEST is damaged (" + why + "): restore it from a backup of the data directory");
}

Result<Manifest> parse(const std::string& text) {
  int layout = 0;
  if (std::sscanf(text.c_str(), "logpond-manifest %d\n", &layout) != 1) return damaged("no header");
  if (layout > kLayout) {
    return fail(ErrorCode::kUnavailable,
                "this data directory has layout " + std::to_string(layout) +
                    ", this program reads up to " + std::to_string(kLayout) +
                    ": use the newer logpond that wrote it");
  }
  const std::size_t last = text.rfind("checksum ");
  if (last == std::string::npos ||
      text.substr(last) != "checksum " + hex(codec::checksum(text.substr(0, last))) + "\n") {
    return damaged("bad checksum");
  }
  Manifest manifest;
  std::istringstream lines(text.substr(0, last));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "next_part") {
      words >> manifest.next_part;
    } else if (key == "next_record_id") {
      words >> manifest.next_record_id;
    } else if (key == "sealed_sequence") {
      words >> manifest.sealed.value;
    } else if (key == "wal_floor") {
      words >> manifest.wal_floor.value;
    } else if (key == "part") {
      PartSummary part;
      words >> part.name >> part.bytes >> part.rows >> part.message_bytes >> part.time_min >>
          part.time_max >> part.id_min >> part.id_max;
      manifest.parts.push_back(std::move(part));
    }
    if (words.fail()) return damaged("line \"" + line + "\"");
  }
  return manifest;
}

}  // namespace

Result<std::optional<Manifest>> read_manifest(platform::FileSystem& fs,
                                              const std::filesystem::path& directory) {
  const std::filesystem::path path = directory / kFileName;
  if (!fs.exists(path)) return std::optional<Manifest>();
  LOGPOND_TRY(const std::string text, platform::read_file(fs, path, kManifestBytesMax));
  LOGPOND_TRY(auto manifest, parse(text));
  return std::optional<Manifest>(std::move(manifest));
}

Status write_manifest(platform::FileSystem& fs, const std::filesystem::path& directory,
                      const Manifest& manifest) {
  return platform::write_file_atomically(fs, directory / kFileName, print(manifest));
}

}  // namespace logpond::storage
