#include "column/value_text.h"

#include <array>
#include <cstring>

#include "column/civil_time.h"
#include "column/digits.h"

namespace logpond::column {

namespace {

/// Text of an octet and its size: a word to copy, so that an address takes four stores.
struct OctetText {
  std::array<char, 4> text{};
  std::uint8_t size = 0;
};

constexpr std::array<OctetText, 256> kOctets = [] {
  std::array<OctetText, 256> octets{};
  for (unsigned number = 0; number < 256; ++number) {
    OctetText& octet = octets[number];
    if (number >= 100) octet.text[octet.size++] = static_cast<char>('0' + number / 100);
    if (number >= 10) octet.text[octet.size++] = static_cast<char>('0' + number / 10 % 10);
    octet.text[octet.size++] = static_cast<char>('0' + number % 10);
    octet.text[octet.size] = '.';
  }
  return octets;
}();

/// number / 10^digits: dividing by a constant is a multiplication.
std::uint64_t divide_by_power10(std::uint64_t number, unsigned digits) {
  switch (digits) {
    case 1:
      return number / kPowers10[1];
    case 2:
      return number / kPowers10[2];
    case 3:
      return number / kPowers10[3];
    case 4:
      return number / kPowers10[4];
    case 5:
      return number / kPowers10[5];
    case 6:
      return number / kPowers10[6];
    case 9:
      return number / kPowers10[9];
    default:
      return number / kPowers10[digits];
  }
}

std::uint64_t magnitude(std::int64_t number) {
  return number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
}

char* write_signed(char* at, std::int64_t number) {
  *at = '-';
  return write_digits(at + (number < 0 ? 1 : 0), magnitude(number));
}

char* write_decimal(char* at, std::int64_t scaled, unsigned digits) {
  *at = '-';
  at += scaled < 0 ? 1 : 0;
  const std::uint64_t number = magnitude(scaled);
  const std::uint64_t whole = divide_by_power10(number, digits);
  at = write_digits(at, whole);
  *at++ = '.';
  return write_padded(at, number - whole * kPowers10[digits], digits);
}

char* write_ipv4(char* at, std::uint64_t address) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    const OctetText& octet = kOctets[(address >> shift) & 0xFF];
    std::memcpy(at, octet.text.data(), 4);
    at += octet.size + 1;
  }
  return at - 1;
}

char* write_time(char* at, std::uint64_t ticks, TimeSpelling spelling) {
  const std::uint64_t seconds = divide_by_power10(ticks, spelling.digits);
  const CivilDate date = date_of(static_cast<std::uint32_t>(seconds / 86'400));
  const auto second = static_cast<std::uint32_t>(seconds % 86'400);
  const std::uint64_t day = digits_word(date.year * 10'000ULL + date.month * 100 + date.day);
  const std::uint64_t time = digits_word((second / 3600) * 1'000'000ULL +
                                         (second / 60 % 60) * 10'000ULL + second % 60 * 100ULL);
  // Punctuation stands between the digits of two words each.
  constexpr std::uint64_t kDate = 0x2D30302D30303030ULL;   // 0000-00-
  constexpr std::uint64_t kClock = 0x30303A3030003030ULL;  // 00?00:00
  const std::uint64_t separator = spelling.has_space ? ' ' : 'T';
  write_word(at, kDate + ((day & 0xFFFFFFFF) | (day & 0x0000FFFF00000000ULL) << 8));
  write_word(at + 8, kClock + ((day >> 48) | separator << 16 | (time & 0xFFFF) << 24 |
                               (time & 0xFFFF0000) << 32));
  write_word(at + 16, 0x30303A + ((time >> 32 & 0xFFFF) << 8));  // :00
  at += 19;
  if (spelling.digits > 0) {
    *at++ = spelling.has_comma ? ',' : '.';
    at = write_padded(at, ticks - seconds * kPowers10[spelling.digits], spelling.digits);
  }
  if (spelling.ending == TimeSpelling::Ending::kZulu) {
    *at++ = 'Z';
  } else if (spelling.ending == TimeSpelling::Ending::kZeroOffset) {
    std::memcpy(at, "+00:00", 6);
    at += 6;
  }
  return at;
}

unsigned ipv4_text_size(std::uint64_t address) {
  unsigned size = 3;
  for (int shift = 24; shift >= 0; shift -= 8) size += kOctets[(address >> shift) & 0xFF].size;
  return size;
}

struct Shortest {
  std::int64_t number;
  unsigned digits;
};

Shortest shorten(std::int64_t scaled, unsigned scale) {
  while (scale > 0 && scaled % 10 == 0) {
    scaled /= 10;
    --scale;
  }
  return {scaled, scale};
}

/// Eight hexadecimal digits as four bytes: letters have 0x40 and are 9 short; then nibbles, bytes
/// and pairs move together.
std::uint32_t hex_bytes(std::uint64_t text) {
  const std::uint64_t letters = (text >> 6) & 0x0101010101010101ULL;
  std::uint64_t nibbles = (text & 0x0F0F0F0F0F0F0F0FULL) + letters * 9;
  nibbles = ((nibbles << 4) | (nibbles >> 8)) & 0x00FF00FF00FF00FFULL;
  nibbles = (nibbles | (nibbles >> 8)) & 0x0000FFFF0000FFFFULL;
  return static_cast<std::uint32_t>(nibbles | (nibbles >> 16));
}

constexpr std::array<std::array<char, 2>, 256> kHexPairs = [] {
  std::array<std::array<char, 2>, 256> pairs{};
  constexpr const char* kDigits = "0123456789abcdef";
  for (unsigned byte = 0; byte < 256; ++byte)
    pairs[byte] = {kDigits[byte >> 4], kDigits[byte & 15]};
  return pairs;
}();

}  // namespace

char* write_number(char* at, ValueKind kind, std::uint64_t bits, std::uint8_t aux) {
  switch (kind) {
    case ValueKind::kInteger:
      return write_signed(at, static_cast<std::int64_t>(bits));
    case ValueKind::kDecimal:
      return write_decimal(at, static_cast<std::int64_t>(bits), aux);
    case ValueKind::kPadded:
      return write_padded(at, bits, aux);
    case ValueKind::kIpv4:
      return write_ipv4(at, bits);
    case ValueKind::kTime:
      return write_time(at, bits, TimeSpelling::of(aux));
    default:
      return at;
  }
}

unsigned number_text_size(ValueKind kind, std::uint64_t bits, std::uint8_t aux) {
  const auto number = static_cast<std::int64_t>(bits);
  switch (kind) {
    case ValueKind::kInteger:
      return count_digits(magnitude(number)) + (number < 0 ? 1 : 0);
    case ValueKind::kDecimal:
      return count_digits(divide_by_power10(magnitude(number), aux)) + 1U + aux +
             (number < 0 ? 1 : 0);
    case ValueKind::kPadded:
      return aux;
    case ValueKind::kIpv4:
      return ipv4_text_size(bits);
    case ValueKind::kTime:
      return TimeSpelling::of(aux).text_size();
    default:
      return 0;
  }
}

char* write_shortest(char* at, std::int64_t scaled, unsigned scale) {
  const Shortest shortest = shorten(scaled, scale);
  return shortest.digits == 0 ? write_signed(at, shortest.number)
                              : write_decimal(at, shortest.number, shortest.digits);
}

unsigned shortest_text_size(std::int64_t scaled, unsigned scale) {
  const Shortest shortest = shorten(scaled, scale);
  const auto bits = static_cast<std::uint64_t>(shortest.number);
  return shortest.digits == 0 ? number_text_size(ValueKind::kInteger, bits, 0)
                              : number_text_size(ValueKind::kDecimal, bits,
                                                 static_cast<std::uint8_t>(shortest.digits));
}

void pack_hex(const char* text, unsigned digits, char* bytes) {
  for (unsigned i = 0; i < digits; i += 8) {
    const std::uint32_t four = hex_bytes(load_word(text + i));
    std::memcpy(bytes + i / 2, &four, sizeof four);
  }
}

void write_hex(const char* bytes, unsigned digits, char* text) {
  for (unsigned i = 0; i < digits; i += 2) {
    std::memcpy(text + i, kHexPairs[static_cast<unsigned char>(bytes[i / 2])].data(), 2);
  }
}

void pack_uuid(const char* text, char* bytes) {
  char digits[32];
  std::memcpy(digits, text, 8);
  std::memcpy(digits + 8, text + 9, 4);
  std::memcpy(digits + 12, text + 14, 4);
  std::memcpy(digits + 16, text + 19, 4);
  std::memcpy(digits + 20, text + 24, 12);
  pack_hex(digits, 32, bytes);
}

void write_uuid(const char* bytes, char* text) {
  write_hex(bytes, 8, text);
  text[8] = '-';
  write_hex(bytes + 4, 4, text + 9);
  text[13] = '-';
  write_hex(bytes + 6, 4, text + 14);
  text[18] = '-';
  write_hex(bytes + 8, 4, text + 19);
  text[23] = '-';
  write_hex(bytes + 10, 12, text + 24);
}

}  // namespace logpond::column
