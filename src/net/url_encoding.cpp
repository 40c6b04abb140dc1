#include "net/url_encoding.h"

#include "net/http_client.h"
#include "net/http_types.h"

namespace logpond::net {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string percent_decode(std::string_view text, PlusSign plus) {
  const std::string_view special = plus == PlusSign::kBlank ? "%+" : "%";
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t at = text.find_first_of(special);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at);
    const int high = text.size() > 2 && text[0] == '%' ? hex_value(text[1]) : -1;
    const int low = high >= 0 ? hex_value(text[2]) : -1;
    if (text[0] == '+') {
      out.push_back(' ');
      text.remove_prefix(1);
    } else if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      text.remove_prefix(3);
    } else {
      out.push_back('%');
      text.remove_prefix(1);
    }
  }
}

std::string encode_url_component(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(kHex[byte >> 4]);
    out.push_back(kHex[byte & 15]);
  }
  return out;
}

Parameters Parameters::parse(std::string_view text) {
  Parameters parameters;
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::string value;
    if (equals != std::string_view::npos) {
      value = percent_decode(pair.substr(equals + 1), PlusSign::kBlank);
    }
    parameters.add(percent_decode(pair.substr(0, equals), PlusSign::kBlank), std::move(value));
  }
  return parameters;
}

}  // namespace logpond::net
