// The edges of variables come from masks (variable_edges.h). What is left is rare and looked up in
// the text: a prefix of nothing but hexadecimal letters (`ab12`) belongs to the variable after all,
// and `0x` does not.
#include <array>

#include "message/scratch.h"
#include "message/structure.h"
#include "message/variable_edges.h"

namespace logpond::message {

namespace {

enum LetterKind : std::uint8_t { kNoLetter, kHexLetter, kOtherLetter };

constexpr std::array<LetterKind, 256> make_letter_kinds() {
  std::array<LetterKind, 256> kinds{};
  for (std::size_t c = 'a'; c <= 'z'; ++c) {
    kinds[c] = c <= 'f' ? kHexLetter : kOtherLetter;
    kinds[c - 0x20] = kinds[c];
  }
  kinds['_'] = kOtherLetter;
  return kinds;
}
constexpr std::array<LetterKind, 256> kLetterKinds = make_letter_kinds();

LetterKind letter_kind(char c) {
  return kLetterKinds[static_cast<unsigned char>(c)];
}

/// Where a variable really begins whose first digit is at `begin`: at the start of its run when all
/// letters before are hexadecimal. `floor`: where the variable before ended.
std::uint32_t with_hex_prefix(const char* text, std::uint32_t begin, std::uint32_t floor) {
  std::uint32_t start = begin;
  while (start > floor) {
    const LetterKind kind = letter_kind(text[start - 1]);
    if (kind == kOtherLetter) return begin;
    if (kind == kNoLetter) return start;
    --start;
  }
  return start;
}

bool is_0x(const char* text) {
  return text[0] == '0' && (text[1] | 0x20) == 'x';
}

}  // namespace

class FlatSplitter::Impl {
 public:
  FlatSplit split(const char* text, std::size_t size) {
    if (size == 0 || size > kSplitBytesMax) return {{text, size}, {}};
    edges_.make_room(size + 1 + kPlacesSlack);
    variables_.make_room(size / 2 + 1);
    // A hole replaces a byte at least.
    skeleton_.make_room(size + kCopySlack);
    return cut(text, size, find_edges_(text, size, edges_.data()));
  }

 private:
  FlatSplit cut(const char* text, std::size_t size, std::size_t edges) {
    const std::uint32_t* edge = edges_.data();
    const std::uint32_t* const edge_end = edge + edges;
    char* out = skeleton_.data();
    Piece* variable = variables_.data();
    std::uint32_t done = 0;
    for (; edge != edge_end; edge += 2) {
      std::uint32_t begin = edge[0];
      const std::uint32_t end = edge[1];
      if (begin > done && letter_kind(text[begin - 1]) != kNoLetter) {
        begin = with_hex_prefix(text, begin, done);
      }
      if (end - begin > 2 && is_0x(text + begin)) begin += 2;
      out = append(out, text + done, begin - done);
      *out++ = kHole;
      *variable++ = {begin, end - begin};
      done = end;
    }
    out = append(out, text + done, size - done);
    return {{skeleton_.data(), static_cast<std::size_t>(out - skeleton_.data())},
            {variables_.data(), variable}};
  }

  const FindVariableEdges find_edges_ = variable_edges(best_form());
  Scratch<std::uint32_t> edges_;
  Scratch<Piece> variables_;
  Scratch<char> skeleton_;
};

FlatSplitter::FlatSplitter() : impl_(std::make_unique<Impl>()) {}
FlatSplitter::~FlatSplitter() = default;

FlatSplit FlatSplitter::split(const char* text, std::size_t size) {
  return impl_->split(text, size);
}

}  // namespace logpond::message
