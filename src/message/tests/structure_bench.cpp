// How fast lines of a file are split: structure_bench flat|json|logfmt FILE
// A line of NDJSON that has a "message" in it counts as that message alone when the kind is flat.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "message/structure.h"

namespace {

using namespace logpond::message;  // NOLINT: one program

struct Lines {
  std::string bytes;
  std::vector<Piece> places;
};

/// The last member of a record of our own generator.
std::string_view message_of(std::string_view line) {
  constexpr std::string_view kBefore = "\"message\":\"";
  const std::size_t place = line.find(kBefore);
  if (place == std::string_view::npos || !line.ends_with("\"}")) return line;
  line.remove_prefix(place + kBefore.size());
  return line.substr(0, line.size() - 2);
}

Lines read_lines(const char* path, bool messages) {
  constexpr std::size_t kBytesMax = 50'000'000;
  Lines lines;
  std::ifstream file(path);
  std::string line;
  while (lines.bytes.size() < kBytesMax && std::getline(file, line)) {
    const std::string_view text = messages ? message_of(line) : std::string_view(line);
    if (text.size() > kSplitBytesMax || text.find(kHole) != std::string_view::npos) continue;
    lines.places.push_back(
        {static_cast<std::uint32_t>(lines.bytes.size()), static_cast<std::uint32_t>(text.size())});
    lines.bytes.append(text).push_back('\n');
  }
  lines.bytes.append(kSplitPadding, '\0');
  return lines;
}

struct Count {
  std::size_t split = 0;
  std::size_t pieces = 0;
};

Count run(std::string_view kind, const Lines& lines, std::span<const Piece> places) {
  static FlatSplitter flat;
  static DocumentSplitter documents;
  static Document document;
  Count count;
  for (const Piece& place : places) {
    const char* const text = lines.bytes.data() + place.offset;
    bool split = true;
    if (kind == "flat") {
      count.pieces += flat.split(text, place.size).variables.size();
    } else {
      split = kind == "json" ? documents.split_json(text, place.size, document)
                             : documents.split_logfmt(text, place.size, document);
      if (split) count.pieces += document.holes.size();
    }
    count.split += split;
  }
  return count;
}

/// CPU time: other programs on the machine do not count.
double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: structure_bench flat|json|logfmt FILE\n");
    return 2;
  }
  const std::string_view kind = argv[1];
  const Lines lines = read_lines(argv[2], kind == "flat");
  if (lines.places.empty()) return 1;
  // The best of several rounds, for each part that fits into L2: what the machine did else counts
  // little then.
  constexpr int kRounds = 9;
  constexpr std::size_t kStepBytes = 200'000;
  const std::size_t step_texts = kStepBytes * lines.places.size() / lines.bytes.size() + 1;
  double best_ns = 0;
  Count count;
  for (std::size_t at = 0; at < lines.places.size(); at += step_texts) {
    const auto places =
        std::span(lines.places).subspan(at).first(std::min(step_texts, lines.places.size() - at));
    Count step;
    double step_ns = 1e18;
    for (int round = 0; round < kRounds; ++round) {
      const double begin = cpu_ns();
      step = run(kind, lines, places);
      step_ns = std::min(step_ns, cpu_ns() - begin);
    }
    best_ns += step_ns;
    count.split += step.split;
    count.pieces += step.pieces;
  }
  const auto texts = static_cast<double>(lines.places.size());
  const auto bytes = static_cast<double>(lines.bytes.size());
  std::printf(
      "%s: %zu texts of %.1f bytes, %.2f %% split, %.1f pieces each: "
      "%.1f ns a text, %.2f ns a piece, %.2f GB/s\n",
      argv[1], lines.places.size(), bytes / texts, 100.0 * static_cast<double>(count.split) / texts,
      static_cast<double>(count.pieces) / texts, best_ns / texts,
      best_ns / static_cast<double>(count.pieces), bytes / best_ns);
  return 0;
}
