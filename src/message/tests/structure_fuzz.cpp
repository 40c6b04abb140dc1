// Any bytes as a message: every splitter agrees with its slow twin, and what it splits fills up to
// the same bytes again.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "message/structure.h"
#include "message/tests/split_support.h"

namespace {

using namespace logpond::message;  // NOLINT: a fuzz target is one function

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "structure: %s\n", what);
  std::abort();
}

void check_document(bool split, const Document& document, std::string_view text,
                    const std::optional<std::vector<std::string>>& expected) {
  require(split == expected.has_value(), "accepted by one only");
  if (!split) return;
  require(testing::faults_of(document, text.data(), text.size()).empty(), "faulty document");
  require(testing::values_of(document, text.data()) == *expected, "other values");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static FlatSplitter flat;
  static DocumentSplitter documents;
  static Document document;
  const char padding = testing::kHostilePadding[size % sizeof(testing::kHostilePadding)];
  const testing::PaddedText padded(text, padding);
  const std::string_view own(padded.data(), padded.size());

  const FlatSplit split = flat.split(padded.data(), size);
  if (text.find(kHole) == std::string_view::npos && size <= kSplitBytesMax) {
    require(testing::fill(split, padded.data()) == text, "flat text does not fill up");
    require(testing::marked(split, padded.data()) == testing::naive_flat(text), "other variables");
  }
  if (size > kSplitBytesMax) return 0;
  const bool json = documents.split_json(padded.data(), size, document);
  check_document(json, document, own, testing::naive_json(text));
  const bool logfmt = documents.split_logfmt(padded.data(), size, document);
  check_document(logfmt, document, own, testing::naive_logfmt(text));
  return 0;
}
