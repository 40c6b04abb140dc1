# Every library Logpond links, each with the reason it is here. Nothing is downloaded at configure time.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

find_package(tl-expected CONFIG REQUIRED)    # Result<T>: std::expected before C++23
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers)  # Asio and Beast: sockets, HTTP heads, WebSocket frames (net/ only)
find_package(simdjson CONFIG REQUIRED)       # JSON of every ingest dialect
find_package(zstd CONFIG REQUIRED)           # column blocks, Content-Encoding: zstd
find_package(ZLIB REQUIRED)                  # Content-Encoding: gzip and deflate
find_package(Snappy CONFIG REQUIRED)         # Loki's protobuf pushes
find_package(spdlog CONFIG REQUIRED)         # diagnostics; the compiled library, never header-only
find_package(fmt CONFIG REQUIRED)            # text formatting behind spdlog and messages
find_package(tomlplusplus CONFIG REQUIRED)   # the configuration file
find_package(CLI11 CONFIG REQUIRED)          # the command line
find_package(prometheus-cpp CONFIG REQUIRED) # /metrics
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)         # every regular expression: linear time on any input
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash) # checksums of WAL frames and blocks

if(LOGPOND_TESTS)
  find_package(GTest CONFIG REQUIRED)
  find_path(LOGPOND_RAPIDCHECK_INCLUDE rapidcheck.h REQUIRED) # property tests
  find_library(LOGPOND_RAPIDCHECK_LIB rapidcheck REQUIRED)
  add_library(logpond_rapidcheck INTERFACE)
  target_include_directories(logpond_rapidcheck SYSTEM INTERFACE ${LOGPOND_RAPIDCHECK_INCLUDE})
  target_link_libraries(logpond_rapidcheck INTERFACE ${LOGPOND_RAPIDCHECK_LIB})
endif()
