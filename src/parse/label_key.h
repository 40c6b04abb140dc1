// How a key found in a line becomes a label name.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logpond::parse {

/// True when `key` is a label name as it is: [A-Za-z_][A-Za-z0-9_]*.
bool is_clean_key(std::string_view key);

/// Appends `key` to the label name in `out`: blanks around it are dropped, every character (not
/// byte) outside [A-Za-z0-9_] becomes `_`, and at the begin of `out` a digit gets `_` before it.
void append_label_key(std::string& out, std::string_view key);

/// Makes U+FFFD, which Loki allows in no label value, a blank, in place; returns the new size.
std::size_t blank_out_replacement_marks(char* text, std::size_t size);
/// True when `text` has U+FFFD.
bool has_replacement_mark(std::string_view text);

}  // namespace logpond::parse
