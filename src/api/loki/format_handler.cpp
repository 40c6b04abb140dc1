#include "api/loki/handlers.h"
#include "codec/json_text.h"
#include "logql/parser.h"
#include "logql/print.h"

namespace logpond::api::loki {

net::HttpResponse handle_format_query(const ApiContext&, const net::HttpRequest& request) {
  const net::Parameters parameters = request.form_parameters();
  const std::string_view text = parameters.get("query").value_or(std::string_view());
  const auto expression = logql::parse(text);
  std::string out;
  if (!expression) {
    out = "{\"status\":\"invalid-query\",\"error\":";
    codec::append_json_string(out, expression.error().message);
    out.push_back('}');
    return net::HttpResponse::json(400, std::move(out));
  }
  out = "{\"status\":\"success\",\"data\":";
  codec::append_json_string(out, logql::print(*expression));
  out.push_back('}');
  return net::HttpResponse::json(200, std::move(out));
}

}  // namespace logpond::api::loki
