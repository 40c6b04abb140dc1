#include "net/server/exchange.h"

#include <utility>

#include "codec/compression.h"
#include "net/server/response_head.h"

namespace logpond::net {
namespace {

/// Below this a gzip answer is hardly smaller than the header that announces it.
constexpr std::size_t kGzipBytesMin = 1024;
/// The fastest level: answers are made while somebody waits.
constexpr int kGzipLevel = 1;

/// On the thread that answers, never on an io thread's behalf.
void compress(HttpResponse& response, bool accepted) {
  if (!response.compressible || response.body.size() <= kGzipBytesMin) return;
  if (!status_has_body(response.status) || response.headers.has("Content-Encoding")) return;
  response.headers.add("Vary", "Accept-Encoding");
  if (!accepted) return;
  std::string packed = codec::gzip_compress(response.body, kGzipLevel);
  if (packed.size() >= response.body.size()) return;
  response.body = std::move(packed);
  response.headers.add("Content-Encoding", "gzip");
}

}  // namespace

Responder::~Responder() {
  if (!exchange_) return;
  send(exchange_->core->error_response(exchange_->path, 500,
                                       "the server dropped the request without an answer"));
}

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(exchange_, other.exchange_);
  return *this;
}

void Responder::send(HttpResponse response) {
  if (!exchange_) return;
  const std::shared_ptr<Exchange> exchange = std::move(exchange_);
  compress(response, exchange->accepts_gzip);
  exchange->port->respond(std::move(response));
}

std::shared_ptr<OutboundStream> Responder::start_stream(int status, std::string content_type,
                                                        Headers headers, OutboundLimits limits) {
  if (!exchange_) return nullptr;
  const std::shared_ptr<Exchange> exchange = std::move(exchange_);
  HttpResponse head;
  head.status = status;
  head.content_type = std::move(content_type);
  head.headers = std::move(headers);
  return exchange->port->begin_stream(std::move(head), limits);
}

std::shared_ptr<OutboundStream> Responder::accept_websocket(OutboundLimits limits) {
  if (!exchange_) return nullptr;
  if (exchange_->websocket_key.empty()) {
    send(HttpResponse::text(400, "Bad Request\n"));
    return nullptr;
  }
  const std::shared_ptr<Exchange> exchange = std::move(exchange_);
  return exchange->port->begin_websocket(std::move(exchange->websocket_key), limits);
}

}  // namespace logpond::net
