// Texts of values: sizes, spans, addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/time.h"

namespace logpond::config {

/// `65536`, `64KiB`, `1.5GB`, `10g`: B, kB/MB/GB/TB count in thousands, KiB/MiB/GiB/TiB and the
/// single letters k, m, g, t in 1024s; case does not matter. Nothing when it is no such text or
/// does not fit.
std::optional<std::int64_t> parse_bytes(std::string_view text);
/// The shortest exact form: `64MiB`, `1000`.
std::string format_bytes(std::int64_t bytes);

/// A Prometheus duration (`1h30m`, `14d`) or a bare `0`.
std::optional<DurationNs> parse_span(std::string_view text);

struct Address {
  std::string host;  ///< Without brackets.
  std::uint16_t port = 0;
};
/// `host:port`, `:port` (every address), `[::1]:port`. Errors: kInvalidArgument.
Result<Address> parse_address(std::string_view text);
/// True for localhost, 127.0.0.0/8 and ::1.
bool is_loopback_host(std::string_view host);

/// Directory of `embedded:DIR`. Errors: kInvalidArgument for any other store.
Result<std::string> parse_store_url(std::string_view url);

}  // namespace logpond::config
