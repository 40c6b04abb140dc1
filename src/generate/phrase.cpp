#include "generate/phrase.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace logpond::generate {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 16> kUsers{
    "ana",  "bela",  "chidi", "dora", "emil", "farah", "goran", "hana",
    "ivan", "jonas", "kofi",  "lena", "mina", "noor",  "olga",  "pablo"};
constexpr std::array<std::string_view, 10> kArticles{"LAMP-204", "MUG-017", "DESK-330", "CHAIR-112",
                                                     "PEN-005",  "BAG-221", "SOCK-048", "TENT-901",
                                                     "BOOT-377", "KITE-064"};
constexpr std::array<std::string_view, 12> kPaths{
    "/",         "/catalogue",     "/catalogue/lamps", "/cart",          "/cart/items",
    "/checkout", "/api/v2/orders", "/api/v2/search",   "/assets/app.js", "/assets/style.css",
    "/login",    "/healthz"};
constexpr std::array<std::string_view, 6> kTables{"orders",   "order_items", "customers",
                                                  "payments", "stock",       "sessions"};
constexpr std::array<std::string_view, 6> kPods{
    "checkout-7d9c5b6f4-x2x8p", "payments-5f6d8c9b7-k4t2m", "catalog-6b7f9d5c8-w9z4q",
    "cart-84c6f7d9b-h5j7r",     "search-9f8b7c6d5-m3n6v",   "orders-5c7d9f8b6-t8p2s"};

void append_number(std::string& out, std::int64_t value) {
  out += std::to_string(value);
}

void append_client(std::string& out, Dice& dice) {
  // A few hundred clients that come again and again, as real ones do.
  const std::uint64_t who = Dice::mix(dice.below(300) + 1);
  constexpr std::array<std::string_view, 3> kNets{"203.0.113.", "198.51.100.", "192.0.2."};
  out += kNets[who % kNets.size()];
  append_number(out, static_cast<std::int64_t>(1 + (who >> 8) % 254));
}

std::optional<std::pair<std::int64_t, std::int64_t>> number_range(std::string_view place) {
  if (!place.starts_with("n:")) return std::nullopt;
  std::int64_t least = 0;
  std::int64_t most = 0;
  const char* end = place.data() + place.size();
  const auto first = std::from_chars(place.data() + 2, end, least);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, most);
  if (second.ec != std::errc{} || second.ptr != end || most < least) return std::nullopt;
  return std::pair{least, most};
}

bool fill(std::string& out, std::string_view place, Dice& dice) {
  if (const auto range = number_range(place)) {
    append_number(out, dice.between(range->first, range->second));
  } else if (place == "ms") {
    append_number(out, latency_ms(dice));
  } else if (place == "ip") {
    append_client(out, dice);
  } else if (place == "inner_ip") {
    out += "10.20." + std::to_string(dice.below(4)) + "." + std::to_string(10 + dice.below(40));
  } else if (place == "user") {
    out += dice.pick(Words(kUsers));
  } else if (place == "sku") {
    out += dice.pick(Words(kArticles));
  } else if (place == "id") {
    // Begins with a letter, so that JSON and logfmt readers never take an id for a number.
    out += static_cast<char>('a' + dice.below(6));
    append_hex(out, 7, dice);
  } else if (place == "uuid") {
    for (const int digits : {8, 4, 4, 4}) {
      append_hex(out, digits, dice);
      out += '-';
    }
    append_hex(out, 12, dice);
  } else if (place == "path") {
    out += dice.pick(Words(kPaths));
  } else if (place == "port") {
    append_number(out, dice.between(1024, 65535));
  } else if (place == "pid") {
    append_number(out, dice.between(300, 32768));
  } else if (place == "bytes") {
    append_number(out, static_cast<std::int64_t>(std::exp(dice.fraction() * 10) * 90));
  } else if (place == "table") {
    out += dice.pick(Words(kTables));
  } else if (place == "pod") {
    out += dice.pick(Words(kPods));
  } else {
    return false;
  }
  return true;
}

}  // namespace

void append_hex(std::string& out, int count, Dice& dice) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::uint64_t bits = dice.next();
  for (int i = 0; i < count; ++i) {
    if (i % 16 == 0 && i > 0) bits = dice.next();
    out += kDigits[bits & 15U];
    bits >>= 4;
  }
}

std::int64_t latency_ms(Dice& dice) {
  const double common = 3 + 60 * dice.fraction() * dice.fraction();
  if (dice.chance(0.03)) return static_cast<std::int64_t>(common * (5 + 40 * dice.fraction()));
  return static_cast<std::int64_t>(common);
}

void append_phrase(std::string& out, std::string_view phrase, Dice& dice) {
  while (!phrase.empty()) {
    const std::size_t open = phrase.find('{');
    const std::size_t close = open == std::string_view::npos ? open : phrase.find('}', open);
    if (close == std::string_view::npos) break;
    out += phrase.substr(0, open);
    const std::string_view place = phrase.substr(open + 1, close - open - 1);
    if (!fill(out, place, dice)) out += phrase.substr(open, close - open + 1);
    phrase.remove_prefix(close + 1);
  }
  out += phrase;
}

bool is_valid_phrase(std::string_view phrase) {
  std::string filled;
  Dice dice(1);
  append_phrase(filled, phrase, dice);
  return filled.find('{') == std::string::npos;
}

}  // namespace logpond::generate
