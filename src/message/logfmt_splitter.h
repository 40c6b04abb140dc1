// Walks over a logfmt line and splits it; the part of DocumentSplitter for logfmt.
#pragma once

#include <cstddef>
#include <cstdint>

#include "message/char_class.h"
#include "message/mark_index.h"
#include "message/scratch.h"
#include "message/structure.h"

namespace logpond::message {

class LogfmtSplitter {
 public:
  /// Requires: has_form(form).
  explicit LogfmtSplitter(Form form) : index_(Grammar::kLogfmt, form) {}
  /// As DocumentSplitter::split_logfmt; `size` is at most kSplitBytesMax.
  bool split(const char* text, std::size_t size, Document& document);

 private:
  class Walk;

  MarkIndex index_;
  Scratch<Hole> holes_;
  Scratch<char> skeleton_;
};

}  // namespace logpond::message
