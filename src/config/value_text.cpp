#include "config/value_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace logpond::config {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};
constexpr double kKi = 1024.0;
constexpr std::array<Unit, 14> kUnits{{{"", 1},
                                       {"b", 1},
                                       {"kb", 1e3},
                                       {"mb", 1e6},
                                       {"gb", 1e9},
                                       {"tb", 1e12},
                                       {"k", kKi},
                                       {"kib", kKi},
                                       {"m", kKi* kKi},
                                       {"mib", kKi* kKi},
                                       {"g", kKi* kKi* kKi},
                                       {"gib", kKi* kKi* kKi},
                                       {"t", kKi* kKi* kKi* kKi},
                                       {"tib", kKi* kKi* kKi* kKi}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, digits);
  std::string_view unit = text.substr(digits);
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const std::string wanted = lower(unit);
  const auto* found =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == wanted; });
  if (number.empty() || found == kUnits.end()) return std::nullopt;
  if (number.find('.') == std::string_view::npos) {
    std::int64_t whole = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), whole);
    const auto factor = static_cast<std::int64_t>(found->factor);
    std::int64_t product = 0;
    if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
    if (__builtin_mul_overflow(whole, factor, &product)) return std::nullopt;
    return product;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  value *= found->factor;
  if (!(value >= 0 && value < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(std::llround(value));
}

std::string format_bytes(std::int64_t bytes) {
  constexpr std::array<std::string_view, 5> kNames{"", "KiB", "MiB", "GiB", "TiB"};
  std::size_t power = 0;
  while (bytes != 0 && bytes % 1024 == 0 && power + 1 < kNames.size()) {
    bytes /= 1024;
    ++power;
  }
  return std::to_string(bytes) + std::string(kNames[power]);
}

std::optional<DurationNs> parse_span(std::string_view text) {
  if (text == "0") return 0;
  return parse_prometheus_duration(text);
}

Result<Address> parse_address(std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(text) + "\" is not an address: " + std::string(why));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad("write host:port, as in 127.0.0.1:3100");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad("an IPv6 address needs brackets, as in [::1]:3100");
  }
  Address address;
  address.host = host.empty() ? "0.0.0.0" : std::string(host);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size()) {
    return bad("the port is a number from 0 to 65535");
  }
  return address;
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Result<std::string> parse_store_url(std::string_view url) {
  constexpr std::string_view kEmbedded = "embedded:";
  if (!url.starts_with(kEmbedded)) {
    return fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(url) + "\" is not a store this build has: write embedded:DIR");
  }
  const std::string_view directory = url.substr(kEmbedded.size());
  if (directory.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "\"embedded:\" names no directory: write embedded:DIR");
  }
  return std::string(directory);
}

}  // namespace logpond::config
