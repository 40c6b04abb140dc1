// Handlers of Loki's endpoints. The synchronous ones give their answer; push and tail answer later.
#pragma once

#include <memory>
#include <string_view>

#include "api/dialect.h"
#include "net/http_server.h"
#include "net/http_types.h"

namespace logpond::api::loki {

/// An error as Loki answers it: the bare message as text.
net::HttpResponse error_response(const Error& error);

net::HttpResponse handle_query_range(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_query(const ApiContext& context, const net::HttpRequest& request);

net::HttpResponse handle_labels(const ApiContext& context, const net::HttpRequest& request);
/// The label's name is the route's first parameter.
net::HttpResponse handle_label_values(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_series(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_index_stats(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_index_volume(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_detected_labels(const ApiContext& context,
                                         const net::HttpRequest& request);
/// 404 where the store keeps no patterns.
net::HttpResponse handle_patterns(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_detected_fields(const ApiContext& context,
                                         const net::HttpRequest& request);
/// The field's name is the route's first parameter.
net::HttpResponse handle_detected_values(const ApiContext& context,
                                         const net::HttpRequest& request);
net::HttpResponse handle_format_query(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_buildinfo(const ApiContext& context, const net::HttpRequest& request);

/// Accepts a deletion; its id comes in this header, which Loki does not send.
inline constexpr std::string_view kDeleteRequestIdHeader = "X-Logpond-Delete-Request-Id";
net::HttpResponse handle_delete(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_list_deletes(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_cancel_delete(const ApiContext& context, const net::HttpRequest& request);

/// Answers when the records are durable, or refused.
void handle_push(const ApiContext& context, net::HttpRequest request, net::Responder responder);
/// Becomes a WebSocket, or answers why not.
void handle_tail(const ApiContext& context, net::HttpRequest request, net::Responder responder);

}  // namespace logpond::api::loki
