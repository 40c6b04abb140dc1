#include "message/mark_index.h"

#include <bit>

namespace logpond::message {

namespace {

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

/// Apart from the loop that calls it: few texts have backslashes.
__attribute__((noinline)) bool are_escapes(const char* block, std::uint64_t backslashes) {
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
  LOGPOND_INLINE Found next(std::uint64_t backslash) {
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

template <class AnyForm, Grammar grammar>
LOGPOND_INLINE DocumentClasses classes_of(const char* block) {
  return grammar == Grammar::kJson ? AnyForm::json(block) : AnyForm::logfmt(block);
}

/// Looks at one block after the other.
template <class AnyForm, Grammar grammar>
class MarkFinder {
 public:
  MarkFinder(const char* text, std::uint32_t* places) : text_(text), out_(places) {}

  LOGPOND_INLINE void next(const DocumentClasses& block, std::size_t at) {
    const auto [escaped, escapes] = escapes_.next(block.backslash);
    const std::uint64_t quotes = block.quote & ~escaped;
    // From each opening quote up to the character before the closing one.
    const std::uint64_t inside = AnyForm::parity(quotes) ^ in_string_;
    in_string_ = 0 - (inside >> 63);
    strings_ += static_cast<std::size_t>(std::popcount(quotes & inside));
    if (grammar == Grammar::kJson) {
      wrong_ |= (block.control & inside) | (block.backslash & ~inside);
    } else {
      wrong_ |= block.control | (block.quote & escaped & ~inside);
    }
    if (block.backslash != 0 && !are_escapes(text_ + at, escapes & inside)) wrong_ = 1;
    out_ = put_places(block.mark & ~inside, static_cast<std::uint32_t>(at), out_);
  }

  std::uint32_t* end() const { return out_; }
  std::size_t strings() const { return strings_; }
  bool is_sound() const { return wrong_ == 0 && in_string_ == 0; }

 private:
  const char* text_;
  std::uint32_t* out_;
  EscapeFinder escapes_;
  std::uint64_t in_string_ = 0;  ///< All ones when the block before ended in a string.
  std::uint64_t wrong_ = 0;
  std::size_t strings_ = 0;
};

}  // namespace

struct MarkIndex::Forms {
  template <class AnyForm, Grammar grammar>
  LOGPOND_INLINE static Found find(const char* text, std::size_t size, std::uint32_t* places) {
    MarkFinder<AnyForm, grammar> finder(text, places);
    std::size_t at = 0;
    for (; at + kBlockBytes < size; at += kBlockBytes) {
      finder.next(classes_of<AnyForm, grammar>(text + at), at);
    }
    finder.next(classes_of<AnyForm, grammar>(text + at).within(last_block_mask(size)), at);
    return {finder.end(), finder.strings(), finder.is_sound()};
  }

  template <Grammar grammar>
  static Found scalar(const char* text, std::size_t size, std::uint32_t* places) {
    return find<ScalarForm, grammar>(text, size, places);
  }
#if defined(__x86_64__)
  template <Grammar grammar>
  static Found sse2(const char* text, std::size_t size, std::uint32_t* places) {
    return find<Sse2Form, grammar>(text, size, places);
  }
  template <Grammar grammar>
  LOGPOND_AVX2 static Found avx2(const char* text, std::size_t size, std::uint32_t* places) {
    return find<Avx2Form, grammar>(text, size, places);
  }
  template <Grammar grammar>
  LOGPOND_AVX512 static Found avx512(const char* text, std::size_t size, std::uint32_t* places) {
    return find<Avx512Form, grammar>(text, size, places);
  }
#endif

  template <Grammar grammar>
  static Find choose(Form form) {
#if defined(__x86_64__)
    switch (form) {
      case Form::kScalar:
        return scalar<grammar>;
      case Form::kSse2:
        return sse2<grammar>;
      case Form::kAvx2:
        return avx2<grammar>;
      case Form::kAvx512:
        return avx512<grammar>;
    }
#endif
    return scalar<grammar>;
  }
};

MarkIndex::Find MarkIndex::find_for(Grammar grammar, Form form) {
  return grammar == Grammar::kJson ? Forms::choose<Grammar::kJson>(form)
                                   : Forms::choose<Grammar::kLogfmt>(form);
}

MarkIndex::MarkIndex(Grammar grammar, Form form) : find_(find_for(grammar, form)) {}

bool MarkIndex::build(const char* text, std::size_t size) {
  if (size == 0) return false;
  places_.make_room(size + kPlacesSlack + kSentinels);
  const Found found = find_(text, size, places_.data());
  end_ = found.end;
  strings_ = found.strings;
  for (std::size_t i = 0; i < kSentinels; ++i) found.end[i] = static_cast<std::uint32_t>(size);
  return found.sound;
}

}  // namespace logpond::message
