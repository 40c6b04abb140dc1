#include "codec/checksum.h"
#include "message/char_class.h"
#include "message/json_splitter.h"
#include "message/logfmt_splitter.h"
#include "message/structure.h"

namespace logpond::message {

std::uint64_t path_of_member(std::uint64_t parent, std::string_view key) {
  return codec::checksum(key, parent);
}

std::uint64_t path_of_element(std::uint64_t parent) {
  return codec::checksum("[]", ~parent);
}

class DocumentSplitter::Impl {
 public:
  JsonSplitter json{best_form()};
  LogfmtSplitter logfmt{best_form()};
};

DocumentSplitter::DocumentSplitter() : impl_(std::make_unique<Impl>()) {}
DocumentSplitter::~DocumentSplitter() = default;

bool DocumentSplitter::split_json(const char* text, std::size_t size, Document& document) {
  return size <= kSplitBytesMax && impl_->json.split(text, size, document);
}

bool DocumentSplitter::split_logfmt(const char* text, std::size_t size, Document& document) {
  return size <= kSplitBytesMax && impl_->logfmt.split(text, size, document);
}

}  // namespace logpond::message
