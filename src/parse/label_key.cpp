#include "parse/label_key.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "codec/line_filter.h"
#include "codec/unicode.h"

namespace logpond::parse {

namespace {

constexpr std::string_view kReplacementMark = "\xEF\xBF\xBD";
constexpr std::string_view kBlanks = " \t\n\v\f\r";

constexpr std::array<bool, 256> make_name_bytes() {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  table['_'] = true;
  return table;
}
constexpr std::array<bool, 256> kNameBytes = make_name_bytes();

bool is_name_byte(char c) {
  return kNameBytes[static_cast<unsigned char>(c)];
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_clean_key(std::string_view key) {
  return !key.empty() && !is_digit(key.front()) && std::ranges::all_of(key, is_name_byte);
}

void append_label_key(std::string& out, std::string_view key) {
  const std::size_t first = key.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return;
  key = key.substr(first, key.find_last_not_of(kBlanks) - first + 1);
  if (out.empty() && is_digit(key.front())) out += '_';
  if (std::ranges::all_of(key, is_name_byte)) {
    out += key;
    return;
  }
  while (!key.empty()) {
    const bool ascii = static_cast<unsigned char>(key.front()) < 0x80;
    out += is_name_byte(key.front()) ? key.front() : '_';
    key.remove_prefix(ascii ? 1 : codec::decode_utf8(key).size);
  }
}

bool has_replacement_mark(std::string_view text) {
  return codec::find_literal(text, kReplacementMark) != std::string_view::npos;
}

std::size_t blank_out_replacement_marks(char* text, std::size_t size) {
  std::size_t written = 0;
  std::size_t read = 0;
  while (read < size) {
    const std::string_view rest(text + read, size - read);
    const std::size_t mark = std::min(codec::find_literal(rest, kReplacementMark), rest.size());
    std::memmove(text + written, text + read, mark);
    written += mark;
    read += mark;
    if (read < size) {
      text[written++] = ' ';
      read += kReplacementMark.size();
    }
  }
  return written;
}

}  // namespace logpond::parse
