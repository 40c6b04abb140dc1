// Which bytes of a text are digits, quotes, colons: 64 of them to a word, a bit a byte.
// Everything that splits text works on such words, not on the text.
#pragma once

#include <cstddef>
#include <cstdint>

namespace logpond::message {

/// Bytes to a block, and bits to a mask. Bit i stands for byte i of the block.
inline constexpr std::size_t kBlockBytes = 64;

/// What the flat splitter looks at.
struct FlatClasses {
  std::uint64_t word = 0;   ///< [A-Za-z0-9_]
  std::uint64_t digit = 0;  ///< [0-9]
  std::uint64_t equals = 0;
  std::uint64_t dot = 0;
  bool operator==(const FlatClasses&) const = default;
};

/// What the document splitters look at.
struct DocumentClasses {
  std::uint64_t quote = 0;  ///< The double one.
  std::uint64_t backslash = 0;
  std::uint64_t mark = 0;     ///< JSON: `{ } [ ] : ,`. logfmt: `=` and the space.
  std::uint64_t control = 0;  ///< Bytes below 0x20.
  bool operator==(const DocumentClasses&) const = default;
};

/// One implementation of the three classifications. Each writes `blocks` entries for the
/// `blocks * kBlockBytes` bytes at `text`, all of which are read.
struct Classifier {
  void (*flat)(const char* text, std::size_t blocks, FlatClasses* classes);
  void (*json)(const char* text, std::size_t blocks, DocumentClasses* classes);
  void (*logfmt)(const char* text, std::size_t blocks, DocumentClasses* classes);
};

enum class ClassifierForm : std::uint8_t { kScalar, kSse2, kAvx2, kAvx512 };

/// The implementation of that form; null where this processor cannot run it. kScalar always runs.
const Classifier* classifier(ClassifierForm form);

/// The fastest that this processor runs.
const Classifier& best_classifier();

}  // namespace logpond::message
