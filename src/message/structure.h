// Splits a message where its structure says: flat text at its variables, JSON and logfmt at their
// values. The text is looked at once; what comes out are places in it.
// How the pieces are stored: docs/formats/messages.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace logpond::message {

/// Stands in a skeleton for a value. Text that holds this byte itself is not split.
inline constexpr char kHole = '\x11';
/// Longer text is not split.
inline constexpr std::size_t kSplitBytesMax = 60'000;
/// Text handed to a splitter may be read this far beyond its end (any content).
inline constexpr std::size_t kSplitPadding = 64;
/// Nested deeper, a document is not split.
inline constexpr std::size_t kDepthMax = 200;

struct Piece {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// Static text with kHole in place of each variable, and the variables. Valid until the splitter's
/// next call.
struct FlatSplit {
  std::string_view skeleton;
  std::span<const Piece> variables;
};

/// Variables of plain text: runs of [A-Za-z0-9_] with a digit in it, or any run right behind `=`;
/// dots between digits join. An alphabetic prefix with a character that is no hex digit (`blk_`,
/// `attempt_`) and `0x` stay outside.
///
/// Threads: one at a time. Requires: no kHole in the text, at most kSplitBytesMax bytes,
/// kSplitPadding readable bytes behind it.
class FlatSplitter {
 public:
  FlatSplitter();
  ~FlatSplitter();
  FlatSplit split(const char* text, std::size_t size);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A value of a document: raw text between its quotes, bare text, or a nested document.
enum class HoleKind : std::uint8_t { kString, kBare, kDocument };

struct Hole {
  std::uint32_t offset = 0;      ///< In the text; of kDocument the node's number.
  std::uint32_t size = 0;        ///< Of the text; of kDocument that of the whole object or array.
  std::uint32_t key_offset = 0;  ///< In the text, between the key's quotes; size 0 in arrays.
  std::uint16_t key_size = 0;
  HoleKind kind = HoleKind::kString;
};

/// One object, array or logfmt line: its skeleton and holes. Quotes of strings stand in the
/// skeleton.
struct Node {
  std::uint32_t skeleton_offset = 0;
  std::uint32_t skeleton_size = 0;
  std::uint32_t hole_begin = 0;
  std::uint32_t hole_count = 0;
  std::uint32_t parent = 0;      ///< Number of the parent's node; its own at the root.
  std::uint32_t key_offset = 0;  ///< Of the key it stands under.
  std::uint16_t key_size = 0;
  bool is_array = false;
  std::uint64_t path =
      0;  ///< Hash of the keys down to here; 0 at the root. Array steps count as `[]`.
};

/// Paths of nodes: XXH3 of the last step, seeded with the path of the parent, so that paths are the
/// same in every process. An element is told from a member whose key is `[]`.
std::uint64_t path_of_member(std::uint64_t parent, std::string_view key);
std::uint64_t path_of_element(std::uint64_t parent);

/// A split document. Children come before their parents, the root last.
struct Document {
  std::vector<Node> nodes;
  std::vector<Hole> holes;  ///< Of one node side by side, in the text's order.
  std::vector<char> skeletons;

  std::string_view skeleton(const Node& node) const {
    return {skeletons.data() + node.skeleton_offset, node.skeleton_size};
  }
};

/// Threads: one at a time. Requires as FlatSplitter's. Both give false, and a document of no
/// meaning, for text that is not strictly such a document; filling the holes of the skeletons gives
/// every byte of the text back otherwise.
class DocumentSplitter {
 public:
  DocumentSplitter();
  ~DocumentSplitter();
  /// An object (white space around it allowed) by RFC 8259, nothing lax; keys may repeat.
  bool split_json(const char* text, std::size_t size, Document& document);
  /// At least two `key=value` pairs, and no more bare words than pairs; values bare or in quotes.
  bool split_logfmt(const char* text, std::size_t size, Document& document);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::message
