// The walk goes from mark to mark (brackets, colons, commas outside of strings). What lies between
// two of them must be a string or a bare value with nothing but blanks around it, so that the text
// itself is looked at only at both ends of each such stretch. A stretch that begins and ends with a
// quote holds one string or more; that it is exactly one follows in the end, when as many strings
// were met as the index counted.
#include "message/json_splitter.h"

#include <cstring>

namespace logpond::message {

namespace {

bool is_blank(char c) {
  // One comparison settles it for nearly all.
  constexpr std::uint64_t kBlanks = 1ull << ' ' | 1ull << '\t' | 1ull << '\n' | 1ull << '\r';
  const auto code = static_cast<unsigned char>(c);
  return code <= ' ' && (kBlanks >> code & 1) != 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Skips digits; null when there is none.
const char* skip_digits(const char* text, const char* end) {
  const char* const begin = text;
  while (text != end && is_digit(*text)) ++text;
  return text == begin ? nullptr : text;
}

bool is_number(const char* text, const char* end) {
  if (text != end && *text == '-') ++text;
  if (text == end) return false;
  if (*text == '0') {
    ++text;
  } else if ((text = skip_digits(text, end)) == nullptr) {
    return false;
  }
  if (text != end && *text == '.' && (text = skip_digits(text + 1, end)) == nullptr) return false;
  if (text != end && (*text | 0x20) == 'e') {
    ++text;
    if (text != end && (*text == '+' || *text == '-')) ++text;
    if ((text = skip_digits(text, end)) == nullptr) return false;
  }
  return text == end;
}

/// A number or a literal. Four bytes at `text` are readable.
bool is_bare(const char* text, std::size_t size) {
  switch (*text) {
    case 't':
      return size == 4 && std::memcmp(text, "true", 4) == 0;
    case 'n':
      return size == 4 && std::memcmp(text, "null", 4) == 0;
    case 'f':
      return size == 5 && std::memcmp(text, "false", 5) == 0;
    default:
      return is_number(text, text + size);
  }
}

}  // namespace

/// One walk over one text. Its members live in registers: everything is inlined into run().
class JsonSplitter::Walk {
 public:
  Walk(JsonSplitter& owner, const char* text, std::size_t size, Document& document)
      : owner_(owner),
        document_(document),
        text_(text),
        size_(static_cast<std::uint32_t>(size)),
        mark_(owner.index_.begin()),
        hole_(owner.holes_.data()),
        out_(owner.skeletons_.data()),
        closed_node_(owner.closed_nodes_.data()),
        closed_hole_(owner.closed_holes_.data()),
        closed_out_(owner.closed_skeletons_.data()) {}

  LOGPOND_INLINE bool run() {
    Step step = open_root();
    for (;;) {
      while (step == Step::kBehindValue) step = read_behind_value();
      if (step == Step::kWrong) return false;
      if (step == Step::kEnd) return strings_ == owner_.index_.strings();
      if (!frame_->is_array && !read_key()) return false;
      step = read_value();
    }
  }

 private:
  enum class Step { kNextMember, kBehindValue, kEnd, kWrong };

  // Skipping stops at a mark at the latest, which is no blank: the callers know one ahead (behind).
  LOGPOND_INLINE std::uint32_t skip_blanks(std::uint32_t place) const {
    while (is_blank(text_[place])) ++place;
    return place;
  }
  /// The last place before `place` that is no blank.
  LOGPOND_INLINE std::uint32_t last_before(std::uint32_t place) const {
    do --place;
    while (is_blank(text_[place]));
    return place;
  }

  LOGPOND_INLINE Step open_root() {
    const std::uint32_t begin = *mark_++;
    if (begin >= size_ || text_[begin] != '{' || skip_blanks(0) != begin) return Step::kWrong;
    frame_ = owner_.frames_.data();
    *frame_ = Frame{};
    at_ = begin + 1;
    return at_closing() ? Step::kBehindValue : Step::kNextMember;
  }

  /// Reads `"key":`.
  LOGPOND_INLINE bool read_key() {
    const std::uint32_t colon = *mark_++;
    if (colon >= size_ || text_[colon] != ':') return false;
    const std::uint32_t begin = skip_blanks(at_);
    const std::uint32_t end = last_before(colon);
    if (text_[begin] != '"' || text_[end] != '"' || end <= begin) return false;
    ++strings_;
    key_offset_ = begin + 1;
    key_size_ = static_cast<std::uint16_t>(end - begin - 1);
    at_ = colon + 1;
    return true;
  }

  LOGPOND_INLINE Step read_value() {
    const std::uint32_t behind = *mark_;
    if (behind >= size_) return Step::kWrong;
    const std::uint32_t begin = skip_blanks(at_);
    const char first = text_[begin];
    if (first == '"') {
      const std::uint32_t end = last_before(behind);
      if (text_[end] != '"' || end <= begin) return Step::kWrong;
      ++strings_;
      put_hole(begin + 1, end, HoleKind::kString);
      return Step::kBehindValue;
    }
    if (begin == behind) return open(begin, first);
    const std::uint32_t end = last_before(behind) + 1;
    if (!is_bare(text_ + begin, end - begin)) return Step::kWrong;
    put_hole(begin, end, HoleKind::kBare);
    return Step::kBehindValue;
  }

  /// Copies the text up to the value, and takes the value out.
  LOGPOND_INLINE void put_hole(std::uint32_t begin, std::uint32_t end, HoleKind kind) {
    out_ = append(out_, text_ + done_, begin - done_);
    *out_++ = kHole;
    *hole_++ = {begin, end - begin, key_offset_, key_size_, kind};
    done_ = end;
  }

  LOGPOND_INLINE Step open(std::uint32_t begin, char bracket) {
    if (bracket != '{' && bracket != '[') return Step::kWrong;
    if (frame_ + 1 == owner_.frames_.data() + kDepthMax) return Step::kWrong;
    out_ = append(out_, text_ + done_, begin - done_);
    done_ = begin;
    const std::string_view key(text_ + key_offset_, key_size_);
    const std::uint64_t path =
        frame_->is_array ? path_of_element(frame_->path) : path_of_member(frame_->path, key);
    frame_->has_children = true;
    ++frame_;
    *frame_ = {.path = path,
               .text_begin = begin,
               .skeleton_begin = static_cast<std::uint32_t>(out_ - owner_.skeletons_.data()),
               .hole_begin = static_cast<std::uint32_t>(hole_ - owner_.holes_.data()),
               .key_offset = key_offset_,
               .key_size = key_size_,
               .is_array = bracket == '['};
    key_offset_ = 0;
    key_size_ = 0;
    ++mark_;
    at_ = begin + 1;
    return at_closing() ? Step::kBehindValue : Step::kNextMember;
  }

  /// True when nothing but blanks stands before the next mark, which closes what is open.
  LOGPOND_INLINE bool at_closing() const {
    const std::uint32_t next = *mark_;
    return next < size_ && text_[next] == (frame_->is_array ? ']' : '}') &&
           skip_blanks(at_) == next;
  }

  LOGPOND_INLINE Step read_behind_value() {
    const std::uint32_t next = *mark_++;
    if (next >= size_) return Step::kWrong;
    const char mark = text_[next];
    at_ = next + 1;
    if (mark == ',') return Step::kNextMember;
    if (mark != (frame_->is_array ? ']' : '}')) return Step::kWrong;
    if (frame_ == owner_.frames_.data()) return close_root();
    return close();
  }

  LOGPOND_INLINE Step close() {
    out_ = append(out_, text_ + done_, at_ - done_);
    const Frame closed = *frame_;
    const std::uint32_t number = close_node();
    hole_ = owner_.holes_.data() + closed.hole_begin;
    out_ = owner_.skeletons_.data() + closed.skeleton_begin;
    --frame_;
    *out_++ = kHole;
    *hole_++ = {number, at_ - closed.text_begin, closed.key_offset, closed.key_size,
                HoleKind::kDocument};
    done_ = at_;
    key_offset_ = 0;  // The elements of an array have none.
    key_size_ = 0;
    const std::uint32_t next = *mark_;
    if (next >= size_ || skip_blanks(at_) != next) return Step::kWrong;
    return Step::kBehindValue;
  }

  LOGPOND_INLINE Step close_root() {
    if (mark_ != owner_.index_.end()) return Step::kWrong;
    for (std::uint32_t i = at_; i < size_; ++i) {
      if (!is_blank(text_[i])) return Step::kWrong;
    }
    out_ = append(out_, text_ + done_, size_ - done_);
    finish();
    return Step::kEnd;
  }

  /// Puts what the innermost frame, which is not the root, has gathered behind what is closed.
  /// Returns the node's number.
  LOGPOND_INLINE std::uint32_t close_node() {
    const char* const skeleton = owner_.skeletons_.data() + frame_->skeleton_begin;
    const Hole* const holes = owner_.holes_.data() + frame_->hole_begin;
    const auto number = static_cast<std::uint32_t>(closed_node_ - owner_.closed_nodes_.data());
    fill_node(*closed_node_++, number,
              static_cast<std::uint32_t>(closed_out_ - owner_.closed_skeletons_.data()), skeleton,
              static_cast<std::uint32_t>(closed_hole_ - owner_.closed_holes_.data()), holes);
    closed_out_ = append(closed_out_, skeleton, static_cast<std::size_t>(out_ - skeleton));
    for (const Hole* hole = holes; hole != hole_; ++hole) *closed_hole_++ = *hole;
    return number;
  }

  /// Writes the innermost frame to `node`, whose skeleton and holes are `skeleton` and `holes`.
  LOGPOND_INLINE void fill_node(Node& node, std::uint32_t number, std::uint32_t skeleton_offset,
                                const char* skeleton, std::uint32_t hole_begin, const Hole* holes) {
    node.skeleton_offset = skeleton_offset;
    node.skeleton_size = static_cast<std::uint32_t>(out_ - skeleton);
    node.hole_begin = hole_begin;
    node.hole_count = static_cast<std::uint32_t>(hole_ - holes);
    node.parent = number;
    node.key_offset = frame_->key_offset;
    node.key_size = frame_->key_size;
    node.is_array = frame_->is_array;
    node.path = frame_->path;
    if (!frame_->has_children) return;
    Node* const nodes = owner_.closed_nodes_.data();
    for (const Hole* hole = holes; hole != hole_; ++hole) {
      if (hole->kind == HoleKind::kDocument) nodes[hole->offset].parent = number;
    }
  }

  /// Hands everything to the document, the root last.
  LOGPOND_INLINE void finish() {
    JsonSplitter& from = owner_;
    const char* const skeleton = from.skeletons_.data();
    const Hole* const holes = from.holes_.data();
    const auto number = static_cast<std::uint32_t>(closed_node_ - from.closed_nodes_.data());
    fill_node(*closed_node_++, number,
              static_cast<std::uint32_t>(closed_out_ - from.closed_skeletons_.data()), skeleton,
              static_cast<std::uint32_t>(closed_hole_ - from.closed_holes_.data()), holes);
    document_.nodes.assign(from.closed_nodes_.data(), closed_node_);
    document_.skeletons.assign(from.closed_skeletons_.data(), closed_out_);
    document_.skeletons.insert(document_.skeletons.end(), skeleton, static_cast<const char*>(out_));
    document_.holes.assign(from.closed_holes_.data(), closed_hole_);
    document_.holes.insert(document_.holes.end(), holes, static_cast<const Hole*>(hole_));
  }

  JsonSplitter& owner_;
  Document& document_;
  const char* text_;
  std::uint32_t size_;
  const std::uint32_t* mark_;  ///< The next one.
  Hole* hole_;                 ///< Where the next one goes.
  char* out_;                  ///< Where the skeleton goes on.
  // Where the next node that closes goes.
  Node* closed_node_;
  Hole* closed_hole_;
  char* closed_out_;
  Frame* frame_ = nullptr;        ///< The innermost.
  std::uint32_t at_ = 0;          ///< Behind the last mark.
  std::uint32_t done_ = 0;        ///< The text before it is in a skeleton or a hole.
  std::uint32_t key_offset_ = 0;  ///< Of the member that is read; 0 in arrays.
  std::uint16_t key_size_ = 0;
  std::size_t strings_ = 0;  ///< Met so far.
};

bool JsonSplitter::split(const char* text, std::size_t size, Document& document) {
  document.nodes.clear();
  document.holes.clear();
  document.skeletons.clear();
  if (!index_.build(text, size)) return false;
  // A hole stands for at least one byte and the mark behind it; only `""` grows a skeleton, by one.
  const std::size_t holes_max = size / 2 + 1;
  const std::size_t skeleton_max = size + holes_max + kCopySlack;
  holes_.make_room(holes_max);
  skeletons_.make_room(skeleton_max);
  closed_holes_.make_room(holes_max);
  closed_skeletons_.make_room(skeleton_max);
  closed_nodes_.make_room(holes_max);  // A node but the root takes a hole.
  Walk walk(*this, text, size, document);
  return walk.run();
}

}  // namespace logpond::message
