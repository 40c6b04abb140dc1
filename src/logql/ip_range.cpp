#include "logql/ip_range.h"

#include <charconv>

namespace logpond::logql {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// `a.b.c.d` without leading zeros, as Go reads it.
bool parse_v4(std::string_view text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    unsigned value = 0;
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits]) && digits < 4) {
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
      ++digits;
    }
    if (digits == 0 || digits > 3 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    out[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
    if (i < 3) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

/// Groups of hexadecimal digits, at most one `::`, perhaps an IPv4 tail.
bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& out) {
  std::size_t filled = 0;
  std::optional<std::size_t> gap;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (filled == 16) return false;
    if (filled <= 12 && text.find('.') != std::string_view::npos &&
        text.find(':') == std::string_view::npos) {
      if (!parse_v4(text, out.data() + filled)) return false;
      filled += 4;
      break;
    }
    unsigned value = 0;
    const auto [end, error] = std::from_chars(
        text.data(), text.data() + std::min<std::size_t>(text.size(), 5), value, 16);
    const auto digits = static_cast<std::size_t>(end - text.data());
    if (error != std::errc() || !is_hex(text.front()) || digits > 4) return false;
    out[filled++] = static_cast<std::uint8_t>(value >> 8);
    out[filled++] = static_cast<std::uint8_t>(value & 0xFF);
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (!text.starts_with(':')) return false;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = filled;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;
    }
  }
  if (!gap) return filled == 16;
  if (filled == 16) return false;
  const std::size_t moved = filled - *gap;
  for (std::size_t i = 0; i < moved; ++i) {
    out[15 - i] = out[filled - 1 - i];
    if (filled - 1 - i != 15 - i) out[filled - 1 - i] = 0;
  }
  return true;
}

/// First or last address of the network that `address` lies in.
IpAddress edge_of_network(IpAddress address, unsigned bits, bool last) {
  for (unsigned bit = bits; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    std::uint8_t& byte = address.bytes[bit / 8];
    byte = static_cast<std::uint8_t>(last ? byte | mask : byte & ~mask);
  }
  return address;
}

tl::unexpected<Error> bad_spec(std::string_view spec) {
  return fail(ErrorCode::kInvalidArgument, "ip: invalid pattern: \"" + std::string(spec) + "\"");
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  if (text.find(':') == std::string_view::npos) {
    address.is_v4 = true;
    address.bytes[10] = address.bytes[11] = 0xFF;
    if (!parse_v4(text, address.bytes.data() + 12)) return std::nullopt;
    return address;
  }
  if (!parse_v6(text, address.bytes)) return std::nullopt;
  return address;
}

Result<IpRange> IpRange::parse(std::string_view spec) {
  IpRange range;
  if (const std::size_t slash = spec.find('/'); slash != std::string_view::npos) {
    const auto address = IpAddress::parse(spec.substr(0, slash));
    const std::string_view digits = spec.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (!address || error != std::errc() || end != digits.data() + digits.size() ||
        bits > (address->is_v4 ? 32U : 128U)) {
      return bad_spec(spec);
    }
    if (address->is_v4) bits += 96;
    range.first_ = edge_of_network(*address, bits, false);
    range.last_ = edge_of_network(*address, bits, true);
    return range;
  }
  const std::size_t dash = spec.find('-');
  const auto first = IpAddress::parse(spec.substr(0, dash));
  const auto last =
      dash == std::string_view::npos ? first : IpAddress::parse(spec.substr(dash + 1));
  if (!first || !last || first->is_v4 != last->is_v4 || last->bytes < first->bytes) {
    return bad_spec(spec);
  }
  range.first_ = *first;
  range.last_ = *last;
  return range;
}

bool IpRange::contains(const IpAddress& address) const {
  return address.is_v4 == first_.is_v4 && first_.bytes <= address.bytes &&
         address.bytes <= last_.bytes;
}

bool IpRange::is_in_text(std::string_view text) const {
  const auto is_part = [this](char c) {
    return first_.is_v4 ? is_digit(c) || c == '.' : is_hex(c) || c == ':' || c == '.';
  };
  std::size_t place = 0;
  while (place < text.size()) {
    if (!is_part(text[place])) {
      ++place;
      continue;
    }
    std::size_t end = place;
    while (end < text.size() && is_part(text[end])) ++end;
    // A run that is no address as a whole may be one without the point or colon that ends a
    // sentence.
    std::string_view run = text.substr(place, end - place);
    if (const auto address = IpAddress::parse(run)) {
      if (contains(*address)) return true;
    } else {
      while (!run.empty() && (run.back() == '.' || (run.back() == ':' && !run.ends_with("::")))) {
        run.remove_suffix(1);
      }
      if (const auto trimmed = IpAddress::parse(run); trimmed && contains(*trimmed)) return true;
    }
    place = end;
  }
  return false;
}

}  // namespace logpond::logql
