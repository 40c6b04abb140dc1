// A slow reading of `| json` on simdjson's DOM, to hold the fast one against.
#pragma once

#include <simdjson.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "codec/utf8.h"
#include "parse/json_pairs.h"

namespace logpond::parse {

class SlowJson {
 public:
  /// The pairs as printed() shows them; nothing when `line` is no valid JSON object, or goes beyond
  /// what the fast reader reads.
  std::optional<std::string> read(std::string_view line) {
    simdjson::dom::parser parser;
    simdjson::dom::object root;
    if (!codec::is_valid_utf8(line)) return std::nullopt;
    if (parser.parse(line.data(), line.size()).get(root) != simdjson::SUCCESS) return std::nullopt;
    // The DOM keeps no source text of numbers: -0 and 0 are the same there.
    if (line.find("-0") != std::string_view::npos) return std::nullopt;
    walk(root, "", 1);
    if (too_much_) return std::nullopt;
    return out_;
  }

 private:
  static bool is_name_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  static std::string joined(const std::string& prefix, std::string_view key) {
    constexpr std::string_view kBlanks = " \t\n\v\f\r";
    const std::size_t first = key.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return prefix;
    key = key.substr(first, key.find_last_not_of(kBlanks) + 1 - first);
    std::string name = prefix.empty() ? "" : prefix + "_";
    if (name.empty() && key[0] >= '0' && key[0] <= '9') name += '_';
    for (const char c : key) {
      const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
      if (!continues) name += is_name_byte(c) ? c : '_';
    }
    return name;
  }

  void add(const std::string& name, std::string value) {
    if (name.size() > kJsonNameBytesMax || names_.size() >= kPairsMax) too_much_ = true;
    if (name.empty() || !names_.insert(name).second) return;
    constexpr std::string_view kMark = "\xEF\xBF\xBD";
    for (std::size_t at = value.find(kMark); at != std::string::npos; at = value.find(kMark)) {
      value.replace(at, kMark.size(), " ");
    }
    if (!out_.empty()) out_ += ' ';
    out_ += name + "=\"" + value + "\"";
  }

  void walk(simdjson::dom::object object, const std::string& prefix, int depth) {
    for (const auto& [key, element] : object) {
      const std::string name = joined(prefix, key);
      switch (element.type()) {
        case simdjson::dom::element_type::OBJECT:
          if (depth >= kJsonDepthMax) too_much_ = true;
          if (!too_much_) walk(simdjson::dom::object(element), name, depth + 1);
          break;
        case simdjson::dom::element_type::STRING:
          add(name, std::string(std::string_view(element)));
          break;
        case simdjson::dom::element_type::BOOL:
          add(name, bool(element) ? "true" : "false");
          break;
        case simdjson::dom::element_type::ARRAY:
        case simdjson::dom::element_type::NULL_VALUE:
          break;
        case simdjson::dom::element_type::DOUBLE:
          too_much_ = true;
          break;
        default:
          add(name, simdjson::minify(element));
          break;  // whole numbers print as they were
      }
    }
  }

  std::set<std::string> names_;
  std::string out_;
  bool too_much_ = false;
};

inline std::optional<std::string> slow_json_pairs(std::string_view line) {
  return SlowJson().read(line);
}

}  // namespace logpond::parse
