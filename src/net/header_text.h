// Small rules of header text: names without case, comma lists, qualities.
#pragma once

#include <string_view>

namespace logpond::net {

/// ASCII comparison without case.
bool equal_without_case(std::string_view a, std::string_view b);
/// Without blanks and tabs at both ends.
std::string_view trim_blanks(std::string_view text);
/// True when the comma list names `token` (without case; parameters after `;` are not looked at).
bool list_names(std::string_view list, std::string_view token);
/// True when an Accept-Encoding value allows gzip: named, or by `*`, with a quality above zero.
bool allows_gzip(std::string_view accept_encoding);

}  // namespace logpond::net
