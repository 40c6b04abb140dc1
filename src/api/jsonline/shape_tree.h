// Predicts the JSON text between values, so that lines like earlier ones are compared, not parsed.
//
// Programs write their lines from one format: between the values stands the same text, as in
//   {"timestamp":"  ","service":"  ","level":"  ","message":"  "}
// The tree holds such texts as they came in lines that were parsed properly: a node is one text and
// the name of the value behind it, its children are the texts seen after that value. Walking a line
// down the tree gives its pairs with one 16-byte compare a text and one scan a value. A line that
// leaves the tree is parsed the slow way, and its texts join the tree.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/jsonline/record_builder.h"

namespace logpond::api::jsonline {

/// Threads: one.
class ShapeTree {
 public:
  ShapeTree();

  /// Walks the line at `begin` and hands its pairs to `builder` (begun). Gives the end of the
  /// object, or null when the line is not as predicted: the record is then to be abandoned, and
  /// nothing is said about the line. `scratch` keeps unescaped texts until the record is finished;
  /// it must have room for the longest line without growing. Requires: valid UTF-8, kScanPadding
  /// readable bytes at `end`.
  const char* walk(const char* begin, const char* end, RecordBuilder& builder,
                   std::string& scratch) const;

  /// Adds the texts of a line that is known to be one valid JSON object. Nested, repeated and
  /// escaped names are left to the slow way.
  void learn(std::string_view line, NameTable& names);

  std::size_t nodes() const { return nodes_.size(); }

 private:
  enum class Kind : std::uint8_t { kString, kBare, kEnd };
  static constexpr std::size_t kTextMax = 48;
  static constexpr std::size_t kNodesMax = 2048;
  static constexpr std::size_t kChildrenMax = 12;
  /// Values of a line that is learned. Comparing each pair of its names is quadratic.
  static constexpr std::size_t kStepsMax = 64;

  struct Node {
    std::array<char, kTextMax> text{};  // zero-padded
    std::uint32_t size = 0;
    Kind kind = Kind::kEnd;
    Name* name = nullptr;
    std::uint32_t first_child = 0;  // 0: none, as the root is nobody's child
    std::uint32_t next_sibling = 0;
    std::uint32_t children = 0;
  };
  struct Step {
    std::string_view text;
    Kind kind = Kind::kEnd;
    Name* name = nullptr;
  };

  static bool starts_with(const Node& node, const char* at);
  static bool predicts(const Node& node, const char* at);
  static bool split(std::string_view line, NameTable& names, std::vector<Step>& steps);
  std::uint32_t child_like(std::uint32_t parent, const Step& step) const;

  std::vector<Node> nodes_;
  std::vector<Step> steps_;  // scratch of learn()
};

}  // namespace logpond::api::jsonline
