// One of the few files that see Boost.Beast: its parser reads request heads, and nothing else of it
// is used here. It reads a head as soon as the blank line is there and skips over what it already
// searched.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/server/head_parser.h"

namespace logpond::net {
namespace http = boost::beast::http;
namespace {

using boost::beast::error_code;
using boost::beast::string_view;

/// Collects the fields of one head. Its base only ever sees heads, so the body calls never come.
class FieldCollector final : public http::basic_parser<true> {
 public:
  explicit FieldCollector(std::size_t bytes_max) {
    header_limit(static_cast<std::uint32_t>(bytes_max));
    body_limit(boost::none);  // bodies are framed by interpret_framing()
  }
  RequestHead head;

 private:
  static std::string copy(string_view text) { return {text.data(), text.size()}; }
  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    head.method = copy(method);
    head.target = copy(target);
    head.version = version;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    head.headers.add(copy(name), copy(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

/// A version we do not speak, rather than a line that is broken behind it.
bool is_foreign_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::size_t version = line.rfind(" HTTP/");
  return version != std::string_view::npos && line.size() == version + 9 &&
         line[version + 7] == '.';
}

Refusal refusal_of(const error_code& error, std::size_t bytes_max, std::string_view head) {
  if (error == http::error::header_limit) {
    return {431, "the request head is longer than " + std::to_string(bytes_max) + " bytes",
            "head_too_large"};
  }
  if (error == http::error::bad_version && is_foreign_version(head)) {
    return {505, "only HTTP/1.0 and HTTP/1.1 are spoken"};
  }
  return {400, "malformed request head: " + error.message()};
}

/// Old-style folded header lines are read differently by different servers: refused.
bool has_folded_line(std::string_view head) {
  for (std::size_t at = head.find('\n'); at != std::string_view::npos && at + 1 < head.size();
       at = head.find('\n', at + 1)) {
    if (head[at + 1] == ' ' || head[at + 1] == '\t') return true;
  }
  return false;
}

}  // namespace

class HeadParser::Impl {
 public:
  std::optional<FieldCollector> parser;
  std::size_t bytes_max = 0;
  std::size_t consumed = 0;
};

HeadParser::HeadParser() : impl_(std::make_unique<Impl>()) {}
HeadParser::~HeadParser() = default;

void HeadParser::reset(std::size_t bytes_max) {
  impl_->parser.emplace(bytes_max);
  impl_->bytes_max = bytes_max;
  impl_->consumed = 0;
}

HeadParser::Outcome HeadParser::parse(std::string_view buffer) {
  Outcome outcome;
  while (true) {
    const std::string_view rest = buffer.substr(impl_->consumed);
    error_code error;
    impl_->consumed += impl_->parser->put(boost::asio::buffer(rest.data(), rest.size()), error);
    const bool wants_more = error == http::error::need_more;
    if (error && !wants_more) {
      outcome.refusal = refusal_of(error, impl_->bytes_max, buffer);
      return outcome;
    }
    if (impl_->parser->is_header_done() || impl_->consumed > impl_->bytes_max) break;
    if (wants_more) break;
  }
  if (impl_->consumed > impl_->bytes_max ||
      (!impl_->parser->is_header_done() && buffer.size() >= impl_->bytes_max)) {
    outcome.refusal =
        refusal_of(make_error_code(http::error::header_limit), impl_->bytes_max, buffer);
    return outcome;
  }
  outcome.complete = impl_->parser->is_header_done();
  if (outcome.complete && has_folded_line(buffer.substr(0, impl_->consumed))) {
    outcome.refusal = Refusal{400, "malformed request head: a header line is folded"};
  }
  return outcome;
}

std::size_t HeadParser::consumed() const {
  return impl_->consumed;
}

RequestHead HeadParser::take() {
  return std::move(impl_->parser->head);
}

}  // namespace logpond::net
