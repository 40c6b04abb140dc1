// A variable ends where its run of word characters ends, and begins at the first character of the
// run that makes it one: a digit, or the character right behind `=`. What stands before that in the
// run is a prefix of letters. All of this is arithmetic on masks:
//
//   text      took 17ms, id=ab3, blk_42
//   word      #### ####  ## ###  ######
//   starts    #    #     #  #    #         first of each run
//   triggers       ##       # #      ##    digits, and the word character behind `=`
//   prefixes  ####       ##      ####      flooded from the starts through what triggers nothing
//   variables      ####     ###      ##    word without prefixes
//
// The flood is an addition: word & ~triggers, plus the starts in it, carries through each prefix. A
// prefix of nothing but hexadecimal letters (`ab3` without the `=`) belongs to the variable after
// all; that is looked up in the text, for the few variables that have a letter before them.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "message/char_class.h"
#include "message/scratch.h"
#include "message/structure.h"

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

/// Finds the variables of one block after the other; remembers what the last one left open.
class VariableFinder {
 public:
  /// Bits where a variable begins or ends, by turns. `next_digit`: the byte behind the block is
  /// one.
  std::uint64_t edges(const FlatClasses& block, bool next_digit) {
    const std::uint64_t after_digit = block.digit << 1 | was_digit_;
    const std::uint64_t before_digit = block.digit >> 1 | static_cast<std::uint64_t>(next_digit)
                                                              << 63;
    const std::uint64_t word = block.word | (block.dot & after_digit & before_digit);
    const std::uint64_t triggers = block.digit | (word & (block.equals << 1 | was_equals_));
    const std::uint64_t starts = word & ~(word << 1 | was_word_);
    const std::uint64_t quiet = word & ~triggers;
    // Floods each run from its start; a prefix that fills the last block's end goes on in this one.
    const std::uint64_t seeds = (starts & quiet) | (quiet & was_prefix_);
    const std::uint64_t prefixes = quiet & ~(quiet + seeds);
    const std::uint64_t variables = word & ~prefixes;
    const std::uint64_t edges = variables ^ (variables << 1 | was_variable_);
    was_digit_ = block.digit >> 63;
    was_equals_ = block.equals >> 63;
    was_word_ = word >> 63;
    was_prefix_ = prefixes >> 63;
    was_variable_ = variables >> 63;
    return edges;
  }
  bool in_variable() const { return was_variable_ != 0; }

 private:
  std::uint64_t was_digit_ = 0;
  std::uint64_t was_equals_ = 0;
  std::uint64_t was_word_ = 0;
  std::uint64_t was_prefix_ = 0;
  std::uint64_t was_variable_ = 0;
};

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
    if (size > kSplitBytesMax) return {{text, size}, {}};
    const std::size_t blocks = (size + kBlockBytes - 1) / kBlockBytes;
    make_room(size);
    classify_.flat(text, blocks, classes_.data());
    const std::size_t edges = find_edges(size, blocks);
    return cut(text, size, edges);
  }

 private:
  void make_room(std::size_t size) {
    classes_.make_room(size / kBlockBytes + 2);  // One more than blocks: none behind the last.
    // One edge a byte and one behind the text, and what put_places writes too far.
    edges_.make_room(size + 1 + kPlacesSlack);
    variables_.make_room(size / 2 + 1);
    // A variable has a byte at least, which its hole replaces.
    skeleton_.make_room(size + kCopySlack);
  }

  /// Places where variables begin and end, by turns. Returns their number, which is even.
  std::size_t find_edges(std::size_t size, std::size_t blocks) {
    FlatClasses* const classes = classes_.data();
    if (size % kBlockBytes != 0) {
      const std::uint64_t valid = (std::uint64_t{1} << size % kBlockBytes) - 1;
      FlatClasses& last = classes[blocks - 1];
      last = {last.word & valid, last.digit & valid, last.equals & valid, last.dot & valid};
    }
    classes[blocks] = {};
    VariableFinder finder;
    std::uint32_t* out = edges_.data();
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::uint64_t edges = finder.edges(classes[i], (classes[i + 1].digit & 1) != 0);
      out = put_places(edges, static_cast<std::uint32_t>(i * kBlockBytes), out);
    }
    // In an unfilled block the bit behind the text closes the last variable.
    if (finder.in_variable()) *out++ = static_cast<std::uint32_t>(size);
    return static_cast<std::size_t>(out - edges_.data());
  }

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

  const Classifier& classify_ = best_classifier();
  Scratch<FlatClasses> classes_;
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
