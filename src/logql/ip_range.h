// `ip("10.0.0.0/8")`: an address, a range `a-b` or a network, of IPv4 or IPv6.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.h"

namespace logpond::logql {

/// An address as 16 bytes; IPv4 as `::ffff:a.b.c.d`, with its family kept beside.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;

  /// Nothing when `text` is not wholly an address.
  static std::optional<IpAddress> parse(std::string_view text);
};

/// Threads: const and safe to read from any.
class IpRange {
 public:
  /// Errors: kInvalidArgument, `ip: invalid pattern`.
  static Result<IpRange> parse(std::string_view spec);

  bool contains(const IpAddress& address) const;
  /// True when one of the runs in `text` that look like addresses is one and lies in the range.
  bool is_in_text(std::string_view text) const;

 private:
  IpAddress first_;
  IpAddress last_;
};

}  // namespace logpond::logql
