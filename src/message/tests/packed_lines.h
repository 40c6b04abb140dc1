// Lines packed as one group and opened again, for tests and fuzz targets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "message/message_encoder.h"
#include "message/message_reader.h"

namespace logpond::message::testing {

/// Reads pages of `encoded`, which must live as long as what is returned.
inline LoadPage pages_of(const EncodedMessages& encoded) {
  return [&encoded](std::uint32_t page) -> Result<std::string> {
    const auto& pages = encoded.pages;
    if (page >= pages.size()) return fail(ErrorCode::kCorruption, "no such page");
    const std::size_t end =
        page + 1 < pages.size() ? pages[page + 1].begin : encoded.page_bytes.size();
    return encoded.page_bytes.substr(pages[page].begin, end - pages[page].begin);
  };
}

}  // namespace logpond::message::testing
