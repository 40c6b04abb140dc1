// Walks over a JSON object and splits it; the part of DocumentSplitter for JSON.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "message/char_class.h"
#include "message/mark_index.h"
#include "message/scratch.h"
#include "message/structure.h"

namespace logpond::message {

class JsonSplitter {
 public:
  /// Requires: has_form(form).
  explicit JsonSplitter(Form form) : index_(Grammar::kJson, form) {}
  /// As DocumentSplitter::split_json; `size` is at most kSplitBytesMax.
  bool split(const char* text, std::size_t size, Document& document);

 private:
  class Walk;
  /// An object or array that is not closed yet.
  struct Frame {
    std::uint64_t path = 0;
    std::uint32_t text_begin = 0;
    std::uint32_t skeleton_begin = 0;  ///< In skeletons_.
    std::uint32_t hole_begin = 0;      ///< In holes_.
    std::uint32_t key_offset = 0;
    std::uint16_t key_size = 0;
    bool is_array = false;
    bool has_children = false;
  };

  MarkIndex index_;
  std::array<Frame, kDepthMax> frames_;
  // Of open objects and arrays, the innermost last: stacks.
  Scratch<Hole> holes_;
  Scratch<char> skeletons_;
  // Of closed ones, in the order they closed.
  Scratch<Node> closed_nodes_;
  Scratch<Hole> closed_holes_;
  Scratch<char> closed_skeletons_;
};

}  // namespace logpond::message
