// The walk goes from mark to mark (equals signs and spaces outside of strings). As in JSON, a value
// that begins and ends with a quote holds one string or more; that no other strings are anywhere
// follows in the end from their number.
#include "message/logfmt_splitter.h"

namespace logpond::message {

namespace {

bool has_digit(const char* text, const char* end) {
  for (; text != end; ++text) {
    if (*text >= '0' && *text <= '9') return true;
  }
  return false;
}

}  // namespace

/// One walk over one text. Its members live in registers: everything is inlined into run().
class LogfmtSplitter::Walk {
 public:
  Walk(LogfmtSplitter& owner, const char* text, std::size_t size)
      : owner_(owner),
        text_(text),
        size_(static_cast<std::uint32_t>(size)),
        mark_(owner.index_.begin()),
        hole_(owner.holes_.data()),
        out_(owner.skeleton_.data()) {}

  LOGPOND_INLINE bool run() {
    for (;;) {
      // Each space is a mark of its own.
      while (at_ == *mark_ && at_ < size_ && text_[at_] == ' ') {
        ++mark_;
        ++at_;
      }
      if (at_ >= size_) break;
      const std::uint32_t key_end = *mark_++;
      if (key_end == size_ || text_[key_end] == ' ') {
        if (!read_word(key_end)) return false;
      } else if (!read_pair(key_end)) {
        return false;
      }
    }
    out_ = append(out_, text_ + done_, size_ - done_);
    const std::size_t pairs = static_cast<std::size_t>(hole_ - owner_.holes_.data());
    return pairs >= 2 && words_ <= pairs && strings_ == owner_.index_.strings();
  }

  LOGPOND_INLINE const char* skeleton_end() const { return out_; }
  LOGPOND_INLINE const Hole* hole_end() const { return hole_; }

 private:
  /// A word that is no pair stays in the skeleton. One with a digit is refused: a time in front
  /// would make each line a skeleton of its own, which the flat splitter knows to avoid.
  LOGPOND_INLINE bool read_word(std::uint32_t end) {
    if (has_digit(text_ + at_, text_ + end)) return false;
    ++words_;
    at_ = end + 1;
    return true;
  }

  LOGPOND_INLINE bool read_pair(std::uint32_t equals) {
    if (equals == at_) return false;
    // What ends the value: a space, or the end of the text.
    const std::uint32_t end = *mark_++;
    if (end < size_ && text_[end] != ' ') return false;
    const std::uint32_t begin = equals + 1;
    if (begin < end && text_[begin] == '"') {
      if (text_[end - 1] != '"' || end - begin < 2) return false;
      ++strings_;
      put_hole(equals, begin + 1, end - 1, HoleKind::kString);
    } else {
      put_hole(equals, begin, end, HoleKind::kBare);
    }
    at_ = end + 1;
    return true;
  }

  /// Copies the text up to the value, and takes the value out.
  LOGPOND_INLINE void put_hole(std::uint32_t equals, std::uint32_t begin, std::uint32_t end,
                               HoleKind kind) {
    out_ = append(out_, text_ + done_, begin - done_);
    *out_++ = kHole;
    *hole_++ = {begin, end - begin, at_, static_cast<std::uint16_t>(equals - at_), kind};
    done_ = end;
  }

  LogfmtSplitter& owner_;
  const char* text_;
  std::uint32_t size_;
  const std::uint32_t* mark_;  ///< The next one.
  Hole* hole_;                 ///< Where the next one goes.
  char* out_;                  ///< Where the skeleton goes on.
  std::uint32_t at_ = 0;       ///< Behind the last mark.
  std::uint32_t done_ = 0;     ///< The text before it is in the skeleton or a hole.
  std::size_t words_ = 0;
  std::size_t strings_ = 0;  ///< Met so far.
};

bool LogfmtSplitter::split(const char* text, std::size_t size, Document& document) {
  document.nodes.clear();
  document.holes.clear();
  document.skeletons.clear();
  if (!index_.build(text, size)) return false;
  // A pair has a key and `=`; a hole may stand for nothing, and then grows the skeleton by one.
  holes_.make_room(size / 2 + 1);
  skeleton_.make_room(size + size / 2 + 1 + kCopySlack);
  Walk walk(*this, text, size);
  if (!walk.run()) return false;
  document.skeletons.assign(static_cast<const char*>(skeleton_.data()), walk.skeleton_end());
  document.holes.assign(static_cast<const Hole*>(holes_.data()), walk.hole_end());
  document.nodes.push_back({.skeleton_size = static_cast<std::uint32_t>(document.skeletons.size()),
                            .hole_count = static_cast<std::uint32_t>(document.holes.size())});
  return true;
}

}  // namespace logpond::message
