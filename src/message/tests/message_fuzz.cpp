// Any lines and field values: what the encoder takes apart the reader puts together again, byte for
// byte, and a search finds a piece of them where a plain search finds it, and nowhere else.
//
// The input: how many bytes of the last line are searched for, then lines that end with '\n'. A
// line that begins with '=' is a field's value, one that begins with '#' is added fifty times, with
// a number in place of each '#'.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "message/message_encoder.h"
#include "message/message_reader.h"
#include "message/message_search.h"
#include "message/tests/packed_lines.h"

namespace {

using namespace logpond::message;  // NOLINT: a fuzz target is one file

constexpr int kTimes = 50;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "message: %s\n", what);
  std::abort();
}

struct Line {
  std::string text;
  bool is_field = false;
  std::uint32_t shape = 0;
  std::uint32_t occurrence = 0;
};

std::string numbered(std::string_view line, int number) {
  std::string text;
  for (const char c : line) {
    if (c == '#') {
      text += std::to_string(number * 37);
    } else {
      text.push_back(c);
    }
  }
  return text;
}

std::vector<Line> lines_of(std::string_view input) {
  std::vector<Line> lines;
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    if (line.starts_with('#')) {
      for (int i = 0; i < kTimes; ++i) lines.push_back({numbered(line.substr(1), i)});
    } else if (line.starts_with('=')) {
      lines.push_back({std::string(line.substr(1)), true});
    } else {
      lines.push_back({std::string(line)});
    }
  }
  return lines;
}

void add_all(MessageEncoder& encoder, std::vector<Line>& lines) {
  std::vector<std::uint32_t> counts;
  std::uint32_t sender = 0;
  for (Line& line : lines) {
    line.shape =
        line.is_field ? encoder.field_shape("field", 0) : encoder.add(sender++ / 8 % 2, line.text);
    if (line.is_field) encoder.add_field(line.shape, line.text);
    if (line.shape >= counts.size()) counts.resize(line.shape + 1, 0);
    line.occurrence = counts[line.shape]++;
  }
}

void check_texts(MessageReader& reader, const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    text.clear();
    require(reader.append_text(line.shape, line.occurrence, text).has_value(), "cannot read");
    require(text == line.text, "another text");
    const auto size = reader.text_size(line.shape, line.occurrence);
    require(size && *size == text.size(), "another size");
  }
}

void check_search(MessageReader& reader, const std::vector<Line>& lines,
                  const std::string& literal) {
  require(reader.prepare_search().has_value(), "cannot prepare a search");
  LiteralSearch search(reader, literal);
  std::vector<std::uint32_t> shapes;
  for (const Line& line : lines) shapes.push_back(line.shape);
  std::sort(shapes.begin(), shapes.end());
  shapes.erase(std::unique(shapes.begin(), shapes.end()), shapes.end());
  const auto candidates = search.candidates(shapes);
  std::vector<Found> found(reader.directory().shapes.size());
  for (const std::uint32_t shape : candidates) {
    auto one = search.find(shape);
    require(one.has_value(), "cannot search");
    found[shape] = std::move(*one);
  }
  for (const Line& line : lines) {
    const Found& one = found[line.shape];
    const bool holds = line.text.find(literal) != std::string::npos;
    const bool is_sure =
        one.all || std::binary_search(one.sure.begin(), one.sure.end(), line.occurrence);
    const bool is_maybe =
        one.all_maybe || std::binary_search(one.maybe.begin(), one.maybe.end(), line.occurrence);
    require(!is_sure || holds, "found where it is not");
    require(!holds || is_sure || is_maybe, "not found where it is");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 64 * 1024) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  static MessageEncoder encoder(1);
  static EncodedMessages encoded;
  std::vector<Line> lines = lines_of(input);
  add_all(encoder, lines);
  encoder.finish(encoded);
  const auto reader = MessageReader::open(encoded.directory, testing::pages_of(encoded));
  require(reader.has_value(), "cannot open");
  check_texts(**reader, lines);

  const std::string& last = lines.back().text;
  const std::size_t wanted = std::min<std::size_t>(data[0] % 32 + 1, last.size());
  const std::size_t from = (last.size() - wanted) * (data[0] / 32) / 7;
  if (wanted > 0) check_search(**reader, lines, last.substr(from, wanted));
  return 0;
}
