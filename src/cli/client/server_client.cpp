#include "cli/client/server_client.h"

#include <charconv>
#include <cstdlib>
#include <optional>

#include "cli/command_line.h"

namespace logpond::cli {
namespace {

constexpr const char* kDefaultAddress = "http://127.0.0.1:3100";

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::optional<std::size_t> number_after(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  const char* begin = text.data() + at + word.size();
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

}  // namespace

void ServerFlags::declare(CommandLine& line, std::string addr_names) {
  addr = variable("LOGPOND_ADDR", kDefaultAddress);
  tenant = variable("LOGPOND_TENANT", "");
  line.heading("Server");
  line.flag(std::move(addr_names), "URL", &addr, "The server; also as LOGPOND_ADDR");
  line.flag("--tenant", "ID", &tenant,
            "Tenant (X-Scope-OrgID), where the server wants one; also as LOGPOND_TENANT");
}

std::string make_target(std::string_view path, const UrlParameters& parameters) {
  std::string target(path);
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    target += separator;
    target += net::encode_url_component(name) + "=" + net::encode_url_component(value);
    separator = '&';
  }
  return target;
}

ServerClient::ServerClient(net::HttpClient http, net::Headers headers)
    : http_(std::move(http)), headers_(std::move(headers)) {}

Result<ServerClient> ServerClient::create(const ServerFlags& flags, DurationNs patience) {
  LOGPOND_TRY(net::HttpClient http,
              net::HttpClient::create(flags.addr, {.idle_timeout = patience}));
  net::Headers headers;
  headers.add("User-Agent", "logpond");
  if (!flags.tenant.empty()) headers.add("X-Scope-OrgID", flags.tenant);
  return ServerClient(std::move(http), std::move(headers));
}

Error error_of(const net::ClientResponse& response) {
  std::string sentence = error_sentence(response.body);
  if (sentence.empty()) sentence = "the server answered " + std::to_string(response.status);
  ErrorCode code = ErrorCode::kInternal;
  if (response.status == 429) code = ErrorCode::kLimitExceeded;
  if (response.status == 503) code = ErrorCode::kUnavailable;
  if (response.status == 507) code = ErrorCode::kNoSpace;
  if (response.status == 404) code = ErrorCode::kNotFound;
  if (response.status == 400) code = ErrorCode::kInvalidArgument;
  return {code, std::move(sentence)};
}

Result<std::string> ServerClient::get(std::string_view path, const UrlParameters& parameters) {
  LOGPOND_TRY(net::ClientResponse response,
              http_.request("GET", make_target(path, parameters), headers_, {}));
  if (response.status / 100 != 2) return tl::unexpected<Error>(error_of(response));
  return std::move(response.body);
}

Result<std::string> ServerClient::post(std::string_view path, std::string_view body) {
  LOGPOND_TRY(net::ClientResponse response, http_.request("POST", path, headers_, body));
  if (response.status / 100 != 2) return tl::unexpected<Error>(error_of(response));
  return std::move(response.body);
}

Result<Answer> ServerClient::ask_range(const Question& question) {
  UrlParameters parameters{{"query", question.query},
                           {"start", std::to_string(question.start)},
                           {"end", std::to_string(question.end)},
                           {"limit", std::to_string(question.limit)},
                           {"direction", question.is_forward ? "forward" : "backward"}};
  if (!question.step.empty()) parameters.emplace_back("step", question.step);
  net::Headers headers = headers_;
  headers.add("X-Loki-Response-Encoding-Flags", "categorize-labels");
  LOGPOND_TRY(
      net::ClientResponse response,
      http_.request("GET", make_target("/loki/api/v1/query_range", parameters), headers, {}));
  if (response.status != 200) return tl::unexpected<Error>(error_of(response));
  return parse_answer(response.body);
}

Result<Answer> ServerClient::ask_instant(const std::string& query, TimestampNs time,
                                         std::size_t limit) {
  LOGPOND_TRY(
      const std::string body,
      get("/loki/api/v1/query",
          {{"query", query}, {"time", std::to_string(time)}, {"limit", std::to_string(limit)}}));
  return parse_answer(body);
}

std::string with_caret(std::string_view sentence, std::string_view query) {
  std::string text(sentence);
  const auto line = number_after(sentence, "line ");
  const auto column = number_after(sentence, "col ");
  if (!line || !column || *line == 0 || *column == 0) return text;
  std::string_view rest = query;
  for (std::size_t i = 1; i < *line; ++i) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return text;
    rest.remove_prefix(end + 1);
  }
  const std::string_view shown = rest.substr(0, rest.find('\n'));
  if (*column > shown.size() + 1) return text;
  text += "\n  " + std::string(shown) + "\n  " + std::string(*column - 1, ' ') + "^";
  return text;
}

}  // namespace logpond::cli
