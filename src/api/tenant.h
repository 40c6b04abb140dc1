// Whose data a request is about.
#pragma once

#include <optional>
#include <string>

#include "api/dialect.h"
#include "core/ids.h"
#include "net/http_types.h"

namespace logpond::api {

/// Tenant of a request, or the answer that refuses it.
struct TenantChoice {
  TenantId tenant;
  std::optional<net::HttpResponse> refusal;
};

/// With `multi_tenant` the header X-Scope-OrgID decides: without it 401 `no org id`, with a name
/// that is none 400. Otherwise everything belongs to `default` and the header is ignored.
TenantChoice tenant_of(const net::HttpRequest& request, const ApiOptions& options);

}  // namespace logpond::api
