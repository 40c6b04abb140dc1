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
// The flood is an addition: a start plus the bits behind it carries through the whole prefix and
// clears it. Each mask hands its last bit on to the next block.
#include "message/variable_edges.h"

namespace logpond::message {

namespace {

/// Finds the edges of one block after the other; remembers what the last one left open.
class EdgeFinder {
 public:
  /// Bits where a variable begins or ends. `next_is_digit`: the byte behind the block is one.
  LOGPOND_INLINE std::uint64_t next(const FlatClasses& block, bool next_is_digit) {
    const std::uint64_t behind_digit = block.digit << 1 | was_digit_;
    const std::uint64_t before_digit = block.digit >> 1 | static_cast<std::uint64_t>(next_is_digit)
                                                              << 63;
    const std::uint64_t word = block.word | (block.dot & behind_digit & before_digit);
    const std::uint64_t triggers = block.digit | (word & (block.equals << 1 | was_equals_));
    const std::uint64_t starts = word & ~(word << 1 | was_word_);
    const std::uint64_t quiet = word & ~triggers;
    // A prefix that reached the end of the last block goes on in this one.
    const std::uint64_t seeds = quiet & (starts | was_prefix_);
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
  LOGPOND_INLINE bool in_variable() const { return was_variable_ != 0; }

 private:
  std::uint64_t was_digit_ = 0;
  std::uint64_t was_equals_ = 0;
  std::uint64_t was_word_ = 0;
  std::uint64_t was_prefix_ = 0;
  std::uint64_t was_variable_ = 0;
};

LOGPOND_INLINE bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <class AnyForm>
LOGPOND_INLINE std::size_t find_edges(const char* text, std::size_t size, std::uint32_t* edges) {
  EdgeFinder finder;
  std::uint32_t* out = edges;
  for (std::size_t at = 0; at < size; at += kBlockBytes) {
    // One code for whole blocks and the last: which of them comes is hard to foresee.
    const bool is_last = size - at <= kBlockBytes;
    const std::uint64_t valid = is_last ? last_block_mask(size) : ~std::uint64_t{0};
    const char next = is_last ? ' ' : text[at + kBlockBytes];
    out = put_places(finder.next(AnyForm::flat(text + at).within(valid), is_digit(next)),
                     static_cast<std::uint32_t>(at), out);
  }
  // In an unfilled block the bit behind the text closes the last variable.
  if (finder.in_variable()) *out++ = static_cast<std::uint32_t>(size);
  return static_cast<std::size_t>(out - edges);
}

std::size_t edges_scalar(const char* text, std::size_t size, std::uint32_t* edges) {
  return find_edges<ScalarForm>(text, size, edges);
}

#if defined(__x86_64__)
std::size_t edges_sse2(const char* text, std::size_t size, std::uint32_t* edges) {
  return find_edges<Sse2Form>(text, size, edges);
}
LOGPOND_AVX2 std::size_t edges_avx2(const char* text, std::size_t size, std::uint32_t* edges) {
  return find_edges<Avx2Form>(text, size, edges);
}
LOGPOND_AVX512 std::size_t edges_avx512(const char* text, std::size_t size, std::uint32_t* edges) {
  return find_edges<Avx512Form>(text, size, edges);
}
#endif

}  // namespace

FindVariableEdges variable_edges(Form form) {
#if defined(__x86_64__)
  switch (form) {
    case Form::kScalar:
      return edges_scalar;
    case Form::kSse2:
      return edges_sse2;
    case Form::kAvx2:
      return edges_avx2;
    case Form::kAvx512:
      return edges_avx512;
  }
#endif
  return edges_scalar;
}

}  // namespace logpond::message
