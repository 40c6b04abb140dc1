// Names of record fields as label names.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace logpond::logql {

/// Suffix of a name that the stream (or, for parsed labels, the metadata) has already.
inline constexpr std::string_view kExtractedSuffix = "_extracted";

/// Turns field names into label names, remembering those it has seen: records repeat them.
///
/// Threads: one.
class LabelNames {
 public:
  struct Name {
    std::string label;      ///< Empty when nothing is left of the name.
    std::string extracted;  ///< With the suffix.
  };
  /// Valid until begin_line().
  const Name& of(std::string_view field);
  /// Forgets the names when they are too many to keep.
  void begin_line() {
    if (known_.size() > kNamesMax) known_.clear();
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  /// Names kept from line to line, so that hostile data cannot fill the memory.
  static constexpr std::size_t kNamesMax = 4096;
  std::unordered_map<std::string, Name, Hash, std::equal_to<>> known_;
};

}  // namespace logpond::logql
