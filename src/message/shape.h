// Shapes, lanes and cells: how messages are taken apart into columns. Words:
// docs/formats/messages.md.
//
//   shape  static text with holes: a template of plain text, one JSON object or array, a logfmt
//   line lane   one column of values: what fills holes of one meaning, whatever shapes they stand
//   in cell   the values that one shape puts into one lane
#pragma once

#include <cstddef>
#include <cstdint>

namespace logpond::message {

/// What a shape is. Stored on disk: never renumber.
enum class ShapeKind : std::uint8_t {
  kFlat = 0,    ///< A whole message of plain text.
  kJson = 1,    ///< The root object of a message.
  kLogfmt = 2,  ///< A whole message of key=value pairs.
  kRaw = 3,     ///< One hole: a message that is not taken apart.
  kField = 4,   ///< One hole: the values of one structured field.
  kNode = 5,    ///< A nested object or array.
  kList = 6,    ///< An object or array whose members are stored one by one; holes are members.
  kMember = 7,  ///< One member of such a list, or the text that ends it.
  kPart = 8,    ///< A string value of a document or field, taken apart as plain text.
};
inline constexpr ShapeKind kShapeKindLast = ShapeKind::kPart;

/// What fills the holes of a lane. Stored on disk: never renumber.
enum class LaneKind : std::uint8_t {
  kString = 0,    ///< Raw text between quotes.
  kBare = 1,      ///< Numbers, literals, unquoted values, nested documents.
  kDocument = 2,  ///< The same in older files, where a document was the first that a hole held.
  kMembers = 3,   ///< References to shapes of kind kMember.
  kField = 4,     ///< Values of a structured field.
  kRaw = 5,       ///< Messages that are not taken apart.
  kOwned = 6,     ///< Variables of one shape of kind kFlat or kPart; has no name.
};
inline constexpr LaneKind kLaneKindLast = LaneKind::kOwned;

inline constexpr std::uint32_t kNoShape = 0xFFFF'FFFF;
/// A group has no more shapes; documents and templates beyond are stored as raw text.
inline constexpr std::size_t kShapesMax = 200'000;
/// Values of all lanes of a group together, references included. A group that is being built ends
/// at 192 MiB of memory, of which a value takes 36 bytes; merging once joined several
/// of them. What claims more is damage, not a reason to take memory.
inline constexpr std::uint64_t kGroupValuesMax = std::uint64_t{1} << 25;

/// Columns with this many packed bytes or more have a page of their own; smaller ones share pages
/// of up to kPageBytes.
inline constexpr std::size_t kLargeColumnBytes = 16 * 1024;
inline constexpr std::size_t kPageBytes = 64 * 1024;
/// Columns of at least this size have a stamp in the directory; smaller ones are quicker read.
inline constexpr std::size_t kStampedColumnBytes = 48;

}  // namespace logpond::message
