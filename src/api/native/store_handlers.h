// Looking at the store and after it.
#pragma once

#include "api/dialect.h"
#include "net/http_types.h"

namespace logpond::api::native {

net::HttpResponse handle_parts(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_stats(const ApiContext& context, const net::HttpRequest& request);
net::HttpResponse handle_explain(const ApiContext& context, const net::HttpRequest& request);
/// Answers when everything acknowledged before is in durable parts.
net::HttpResponse handle_flush(const ApiContext& context, const net::HttpRequest& request);
/// Kinds of lines: count, first seen, course (parameters as Loki's patterns).
net::HttpResponse handle_patterns(const ApiContext& context, const net::HttpRequest& request);
/// Answers when the backup is durable.
net::HttpResponse handle_backup(const ApiContext& context, const net::HttpRequest& request);

}  // namespace logpond::api::native
