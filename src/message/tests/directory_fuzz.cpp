// Any bytes as a directory with its pages: an error or texts, never a crash, and never more text or
// memory than a group has.
//
// The input: the size of the directory in two bytes, the directory, then pages, each with its size
// before it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/varint.h"
#include "message/message_reader.h"
#include "message/message_search.h"
#include "message/structure.h"

namespace {

using namespace logpond::message;  // NOLINT: a fuzz target is one file

constexpr std::uint32_t kOccurrences = 3;
/// What a call may leave behind at most: see MessageReader's budget.
constexpr std::size_t kTextBytesMax = std::size_t{64} << 20;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "message_directory: %s\n", what);
  std::abort();
}

logpond::message::LoadPage pages_of(std::string_view bytes) {
  auto pages = std::make_shared<std::vector<std::string>>();
  for (logpond::codec::Reader reader(bytes); !reader.at_end();) {
    const std::string_view page = reader.sized_bytes();
    if (reader.ok()) pages->emplace_back(page);
  }
  return [pages](std::uint32_t page) -> logpond::Result<std::string> {
    if (page >= pages->size()) {
      return logpond::fail(logpond::ErrorCode::kCorruption, "no such page");
    }
    return (*pages)[page];
  };
}

void read_texts(MessageReader& reader) {
  const auto& shapes = reader.directory().shapes;
  std::string text;
  for (std::uint32_t shape = 0; shape < shapes.size(); ++shape) {
    for (std::uint32_t i = 0; i < std::min(shapes[shape].count, kOccurrences); ++i) {
      text.clear();
      const auto appended = reader.append_text(shape, i, text);
      require(text.size() <= kTextBytesMax, "a text without end");
      const auto size = reader.text_size(shape, i);
      if (appended && size) require(*size == text.size(), "another size");
    }
  }
}

/// What surely holds the literal holds it; what holds it is found.
void search_texts(MessageReader& reader, const std::string& literal) {
  if (!reader.prepare_search()) return;
  LiteralSearch search(reader, literal);
  const auto& shapes = reader.directory().shapes;
  std::string text;
  for (std::uint32_t shape = 0; shape < shapes.size(); ++shape) {
    const auto found = search.find(shape);
    if (!found) continue;
    for (std::uint32_t i = 0; i < std::min(shapes[shape].count, kOccurrences); ++i) {
      text.clear();
      if (!reader.append_text(shape, i, text)) continue;
      const bool is_sure =
          found->all || std::binary_search(found->sure.begin(), found->sure.end(), i);
      if (is_sure) require(text.find(literal) != std::string::npos, "found where it is not");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t directory_size = data[0] | static_cast<std::size_t>(data[1]) << 8;
  const std::string_view directory = input.substr(0, directory_size);
  const std::string_view pages = input.substr(directory.size());
  const auto reader = MessageReader::open(directory, pages_of(pages));
  if (!reader) return 0;
  read_texts(**reader);
  for (const char* const literal : {"1", "a", "\":", "took 1", "},{"}) {
    search_texts(**reader, literal);
  }
  return 0;
}
