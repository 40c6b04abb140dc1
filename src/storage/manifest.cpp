#include "storage/manifest.h"

#include <charconv>
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

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '/' || c == ':';
}

/// Any text as one word: other bytes as %XX; the empty text as a lone %.
std::string as_word(std::string_view text) {
  if (text.empty()) return "%";
  std::string word;
  for (const char c : text) {
    char buffer[8];
    std::snprintf(buffer, sizeof buffer, "%%%02x", static_cast<unsigned char>(c));
    word += is_plain(c) ? std::string(1, c) : buffer;
  }
  return word;
}

std::optional<std::string> from_word(std::string_view word) {
  std::string text;
  if (word == "%") return text;
  while (!word.empty()) {
    if (word.front() != '%') {
      text.push_back(word.front());
      word.remove_prefix(1);
      continue;
    }
    unsigned char byte = 0;
    if (word.size() < 3) return std::nullopt;
    const auto parsed = std::from_chars(word.data() + 1, word.data() + 3, byte, 16);
    if (parsed.ec != std::errc() || parsed.ptr != word.data() + 3) return std::nullopt;
    text.push_back(static_cast<char>(byte));
    word.remove_prefix(3);
  }
  return text;
}

std::string print(const Manifest& manifest) {
  std::ostringstream out;
  out << "logpond-manifest " << kLayout << "\n"
      << "next_part " << manifest.next_part << "\n"
      << "next_record_id " << manifest.next_record_id << "\n"
      << "sealed_sequence " << manifest.sealed.value << "\n"
      << "wal_floor " << manifest.wal_floor.value << "\n";
  for (const auto& [key, offset] : manifest.marks.all()) {
    out << "mark " << as_word(key.first) << ' ' << as_word(key.second) << ' ' << offset << "\n";
  }
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
    } else if (key == "mark") {
      std::string tenant;
      std::string source;
      std::uint64_t offset = 0;
      words >> tenant >> source >> offset;
      const auto tenant_text = from_word(tenant);
      const auto source_text = from_word(source);
      if (!tenant_text || !source_text) return damaged("line \"" + line + "\"");
      manifest.marks.advance(TenantId{*tenant_text}, *source_text, offset);
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
