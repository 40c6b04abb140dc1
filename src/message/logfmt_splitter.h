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
  explicit LogfmtSplitter(const Classifier& classify) : rules_{classify.logfmt, false} {}
  /// As DocumentSplitter::split_logfmt; `size` is at most kSplitBytesMax.
  bool split(const char* text, std::size_t size, Document& document);

 private:
  class Walk;

  MarkRules rules_;
  MarkIndex index_;
  Scratch<Hole> holes_;
  Scratch<char> skeleton_;
};

}  // namespace logpond::message
