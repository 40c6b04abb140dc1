#include "api/native/openapi.h"

#include <array>
#include <map>
#include <vector>

#include "codec/json_text.h"

namespace logpond::api::native {
namespace {

struct MethodName {
  net::Method method;
  const char* name;
};
constexpr std::array<MethodName, 6> kMethods{{{net::Method::kGet, "get"},
                                              {net::Method::kPost, "post"},
                                              {net::Method::kPut, "put"},
                                              {net::Method::kDelete, "delete"},
                                              {net::Method::kHead, "head"},
                                              {net::Method::kOptions, "options"}}};

const char* role_name(net::AccessRole role) {
  switch (role) {
    case net::AccessRole::kNone:
      return "none";
    case net::AccessRole::kMetrics:
      return "metrics";
    case net::AccessRole::kRead:
      return "read";
    case net::AccessRole::kIngest:
      return "ingest";
    case net::AccessRole::kAdmin:
      return "admin";
  }
  return "none";
}

/// `/a/{rest*}` is `/a/{rest}` there; the names go into `names`.
std::string template_path(std::string_view path, std::vector<std::string>& names) {
  std::string out;
  while (!path.empty()) {
    const std::size_t open = path.find('{');
    out.append(path.substr(0, open));
    if (open == std::string_view::npos) break;
    const std::size_t close = path.find('}', open);
    std::string_view name = path.substr(open + 1, close - open - 1);
    if (name.ends_with('*')) name.remove_suffix(1);
    names.emplace_back(name);
    out.append("{").append(name).append("}");
    path.remove_prefix(close == std::string_view::npos ? path.size() : close + 1);
  }
  return out;
}

void append_operation(std::string& out, const net::Route& route,
                      const std::vector<std::string>& names) {
  out.append("{\"summary\":");
  codec::append_json_string(out, route.summary);
  out.append(",\"x-access\":\"").append(role_name(route.access.role())).append("\"");
  if (!names.empty()) {
    out.append(",\"parameters\":[");
    for (const std::string& name : names) {
      if (out.back() != '[') out.push_back(',');
      out.append("{\"name\":");
      codec::append_json_string(out, name);
      out.append(",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}");
    }
    out.push_back(']');
  }
  out.append(",\"responses\":{\"default\":{\"description\":\"see the description\"}}}");
}

}  // namespace

std::string openapi_document(std::span<const net::Route> routes, const std::string& version) {
  std::map<std::string, std::string> paths;  // the members of each path's object
  for (const net::Route& route : routes) {
    std::vector<std::string> names;
    std::string& members = paths[template_path(route.path, names)];
    for (const auto& [method, name] : kMethods) {
      if ((route.methods & static_cast<unsigned>(method)) == 0) continue;
      if (!members.empty()) members.push_back(',');
      members.append("\"").append(name).append("\":");
      append_operation(members, route, names);
    }
  }
  std::string out = "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Logpond\",\"version\":";
  codec::append_json_string(out, version);
  out.append("},\"paths\":{");
  for (const auto& [path, members] : paths) {
    if (out.back() != '{') out.push_back(',');
    codec::append_json_string(out, path);
    out.append(":{").append(members).append("}");
  }
  out.append("}}\n");
  return out;
}

}  // namespace logpond::api::native
