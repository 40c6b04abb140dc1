// The text of a typed value, from its bits and aux alone.
#pragma once

#include <cstdint>

#include "column/value.h"

namespace logpond::column {

/// No number, address or time is longer; write_number() may scribble on all of it.
inline constexpr unsigned kNumberTextMax = 48;

/// Writes the text of a number (kInteger, kDecimal, kPadded, kIpv4 or kTime) and returns its end.
/// Requires: kNumberTextMax writable bytes; bits and aux in the range that type_value() gives.
char* write_number(char* at, ValueKind kind, std::uint64_t bits, std::uint8_t aux);
/// Bytes that write_number() writes.
unsigned number_text_size(ValueKind kind, std::uint64_t bits, std::uint8_t aux);

/// Writes a decimal of at most `scale` digits without its last zeros, nor a point with nothing
/// behind it: the text of kInteger or kDecimal.
char* write_shortest(char* at, std::int64_t scaled, unsigned scale);
unsigned shortest_text_size(std::int64_t scaled, unsigned scale);

inline constexpr unsigned kUuidTextSize = 36;
inline constexpr unsigned kUuidBytes = 16;

/// Lower-case hexadecimal digits to bytes and back; `digits` is a multiple of 8.
void pack_hex(const char* text, unsigned digits, char* bytes);
void write_hex(const char* bytes, unsigned digits, char* text);
/// The same for a UUID: 36 characters, 16 bytes.
void pack_uuid(const char* text, char* bytes);
void write_uuid(const char* bytes, char* text);

}  // namespace logpond::column
