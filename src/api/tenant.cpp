#include "api/tenant.h"

namespace logpond::api {

TenantChoice tenant_of(const net::HttpRequest& request, const ApiOptions& options) {
  TenantChoice choice;
  if (!options.multi_tenant) return choice;
  const std::string_view given = request.headers.get("X-Scope-OrgID");
  choice.tenant.value = given;
  if (given.empty()) {
    choice.refusal = net::HttpResponse::text(401, "no org id\n");
  } else if (!is_valid_tenant(choice.tenant.value)) {
    choice.refusal = net::HttpResponse::text(
        400, "tenant ID '" + choice.tenant.value +
                 "' must be 1 to 150 characters of A-Z a-z 0-9 ! - _ . * ' ( )\n");
  }
  return choice;
}

}  // namespace logpond::api
