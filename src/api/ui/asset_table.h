// The dashboard's files inside the program: a table that embed_assets.cmake generates.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace logpond::api::ui {

struct Asset {
  std::string_view path;  ///< Below web/dist: `index.html`, `assets/index-Ab12Cd34.js`.
  std::string_view content_type;
  std::string_view etag;   ///< With its quotes.
  std::string_view bytes;  ///< As embedded.
  bool is_gzip = false;    ///< `bytes` is a gzip member of the file.
};

/// Sorted by path; empty when the dashboard was not built.
std::span<const Asset> assets();

}  // namespace logpond::api::ui
