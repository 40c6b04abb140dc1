// Matching by RE2 alone, to hold Regex and its shortcuts against.
#pragma once

#include <re2/re2.h>

#include <string>
#include <string_view>

#include "codec/regex.h"

namespace logpond::codec {

class PlainRe2 {
 public:
  PlainRe2(const std::string& pattern, Regex::Form form)
      : anchored_(form == Regex::Form::kAnchored), program_(pattern, options(anchored_)) {}
  bool ok() const { return program_.ok(); }
  bool matches(std::string_view text) const {
    return program_.Match({text.data(), text.size()}, 0, text.size(),
                          anchored_ ? RE2::ANCHOR_BOTH : RE2::UNANCHORED, nullptr, 0);
  }

 private:
  static RE2::Options options(bool anchored) {
    RE2::Options options;
    options.set_log_errors(false);
    options.set_dot_nl(anchored);
    return options;
  }
  bool anchored_;
  RE2 program_;
};

}  // namespace logpond::codec
