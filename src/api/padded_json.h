// A simdjson parser on loan: its tables are kept a thread, so that a push does not allocate them
// anew. For .cpp files of decoders only: it includes simdjson.
#pragma once

#include <simdjson.h>
#include <memory>
#include <utility>

namespace logpond::api {

/// Borrows this thread's parser, or makes one when that is on loan already.
class PaddedJson {
 public:
  PaddedJson() : parser_(std::move(kept())) {
    if (!parser_) parser_ = std::make_unique<simdjson::ondemand::parser>();
  }
  ~PaddedJson() {
    // A parser that met a huge body would hold several times its size for ever.
    constexpr std::size_t kKeptCapacityMax = std::size_t{8} << 20;
    if (parser_->capacity() <= kKeptCapacityMax) kept() = std::move(parser_);
  }
  PaddedJson(const PaddedJson&) = delete;
  PaddedJson& operator=(const PaddedJson&) = delete;

  simdjson::ondemand::parser& parser() { return *parser_; }

 private:
  static std::unique_ptr<simdjson::ondemand::parser>& kept() {
    static thread_local std::unique_ptr<simdjson::ondemand::parser> parser;
    return parser;
  }
  std::unique_ptr<simdjson::ondemand::parser> parser_;
};

}  // namespace logpond::api
