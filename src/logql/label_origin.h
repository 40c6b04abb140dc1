// Where a label of a line comes from.
#pragma once

#include <cstdint>

namespace logpond::logql {

/// In rising order of precedence when names meet.
enum class LabelOrigin : std::uint8_t {
  kStream,    ///< Of the stored stream.
  kMetadata,  ///< A field of the record, or the virtual `detected_level`.
  kParsed,    ///< Made by a stage of the query, `__error__` included.
};

}  // namespace logpond::logql
