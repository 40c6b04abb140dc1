#include "message/mark_index.h"

#include <bit>

namespace logpond::message {

namespace {

/// Bit i: an odd number of bits up to and with i.
std::uint64_t parity_up_to(std::uint64_t bits) {
  for (const unsigned shift : {1u, 2u, 4u, 8u, 16u, 32u}) bits ^= bits << shift;
  return bits;
}

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/// `text`: the character behind the backslash; what follows the document is readable.
bool is_escape(const char* text) {
  switch (text[0]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return true;
    case 'u':
      // Four digits that are not all in the document leave their string open: refused anyway.
      return is_hex_digit(text[1]) && is_hex_digit(text[2]) && is_hex_digit(text[3]) &&
             is_hex_digit(text[4]);
    default:
      return false;
  }
}

bool are_escapes(const char* block, std::uint64_t backslashes) {
  for (; backslashes != 0; backslashes &= backslashes - 1) {
    if (!is_escape(block + std::countr_zero(backslashes) + 1)) return false;
  }
  return true;
}

/// Which characters are escaped, block after block: those behind an odd run of backslashes.
class EscapeFinder {
 public:
  struct Found {
    std::uint64_t escaped = 0;  ///< Characters behind an escaping backslash.
    std::uint64_t escapes = 0;  ///< The escaping backslashes.
  };
  Found next(std::uint64_t backslash) {
    if ((backslash | first_is_escaped_) == 0) return {};
    // A run's escaping backslashes are every other one from its first. Subtracting them as if each
    // were one carries through runs, so that odd and even places fall apart.
    constexpr std::uint64_t kOdd = 0xAAAA'AAAA'AAAA'AAAA;
    const std::uint64_t candidates = backslash & ~first_is_escaped_;
    const std::uint64_t code = (((candidates << 1) | kOdd) - candidates) ^ kOdd;
    const Found found{code ^ (backslash | first_is_escaped_), code & backslash};
    first_is_escaped_ = found.escapes >> 63;
    return found;
  }

 private:
  std::uint64_t first_is_escaped_ = 0;
};

}  // namespace

bool MarkIndex::build(const char* text, std::size_t size, const MarkRules& rules) {
  const std::size_t blocks = (size + kBlockBytes - 1) / kBlockBytes;
  classes_.make_room(blocks);
  places_.make_room(size + kPlacesSlack + kSentinels);
  DocumentClasses* const classes = classes_.data();
  rules.classify(text, blocks, classes);
  if (size % kBlockBytes != 0) {
    const std::uint64_t valid = (std::uint64_t{1} << size % kBlockBytes) - 1;
    DocumentClasses& last = classes[blocks - 1];
    last = {last.quote & valid, last.backslash & valid, last.mark & valid, last.control & valid};
  }
  std::uint32_t* out = places_.data();
  EscapeFinder escapes;
  std::uint64_t in_string = 0;  // All ones when the block before ended in a string.
  std::uint64_t wrong = 0;
  std::size_t strings = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    const DocumentClasses& block = classes[i];
    const auto [escaped, escaping] = escapes.next(block.backslash);
    const std::uint64_t quotes = block.quote & ~escaped;
    // From each opening quote up to the character before the closing one.
    const std::uint64_t inside = parity_up_to(quotes) ^ in_string;
    in_string = 0 - (inside >> 63);
    strings += static_cast<std::size_t>(std::popcount(quotes & inside));
    wrong |= rules.is_json ? (block.control & inside) | (block.backslash & ~inside)
                           : block.control | (block.quote & escaped & ~inside);
    if (block.backslash != 0 && !are_escapes(text + i * kBlockBytes, escaping & inside)) {
      return false;
    }
    out = put_places(block.mark & ~inside, static_cast<std::uint32_t>(i * kBlockBytes), out);
  }
  end_ = out;
  strings_ = strings;
  for (std::size_t i = 0; i < kSentinels; ++i) out[i] = static_cast<std::uint32_t>(size);
  return wrong == 0 && in_string == 0;
}

}  // namespace logpond::message
