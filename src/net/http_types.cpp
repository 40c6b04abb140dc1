#include "net/http_types.h"

#include "net/header_text.h"

namespace logpond::net {

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [key, value] : all_) {
    if (equal_without_case(key, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  for (const auto& header : all_) {
    if (equal_without_case(header.first, name)) return true;
  }
  return false;
}

std::optional<std::string_view> Parameters::get(std::string_view name) const {
  for (const auto& [key, value] : all_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Parameters::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : all_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

Body::Body(std::string bytes) : size_(bytes.size()) {
  bytes.append(kPadding, '\0');
  auto holder = std::make_shared<const std::string>(std::move(bytes));
  bytes_ = std::shared_ptr<const char>(holder, holder->data());
}

Body::Body(std::shared_ptr<const char> padded, std::size_t size)
    : bytes_(std::move(padded)), size_(size) {}

Body::Body(Body&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Body& Body::operator=(Body&& other) noexcept {
  bytes_ = std::move(other.bytes_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Parameters HttpRequest::form_parameters() const {
  Parameters all = query;
  const std::string_view type = headers.get("Content-Type");
  const std::string_view media = trim_blanks(type.substr(0, type.find(';')));
  if (equal_without_case(media, "application/x-www-form-urlencoded")) {
    all.append(Parameters::parse(body.view()));
  }
  return all;
}

HttpResponse HttpResponse::text(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  response.headers.add("X-Content-Type-Options", "nosniff");
  return response;
}

HttpResponse HttpResponse::json(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/json; charset=UTF-8";
  response.body = std::move(body);
  return response;
}

HttpResponse HttpResponse::empty(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

}  // namespace logpond::net
