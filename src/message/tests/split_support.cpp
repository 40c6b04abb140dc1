#include "message/tests/split_support.h"

namespace logpond::message::testing {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_hex_letter(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Reads one JSON text by the grammar of RFC 8259, production after production.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::optional<std::vector<std::string>> read() {
    skip_blanks();
    if (peek() != '{' || !value("", 1)) return std::nullopt;
    skip_blanks();
    if (at_ != text_.size()) return std::nullopt;
    return values_;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void skip_blanks() {
    while (take(' ') || take('\t') || take('\n') || take('\r')) {
    }
  }
  bool hex() {
    if (!is_digit(peek()) && !is_hex_letter(peek())) return false;
    ++at_;
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') continue;
      if (take('u')) {
        if (!hex() || !hex() || !hex() || !hex()) return false;
      } else if (peek() == '\0' || std::strchr("\"\\/bfnrt", peek()) == nullptr) {
        return false;
      } else {
        ++at_;
      }
    }
    return false;
  }
  bool digits() {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++at_;
    return true;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }
  bool literal(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool members(const std::string& path, std::size_t depth) {
    for (;;) {
      skip_blanks();
      const std::size_t begin = at_;
      if (!string()) return false;
      const std::string key(text_.substr(begin + 1, at_ - begin - 2));
      skip_blanks();
      if (!take(':') || !value(path + "." + key, depth)) return false;
      skip_blanks();
      if (take('}')) return true;
      if (!take(',')) return false;
    }
  }
  bool elements(const std::string& path, std::size_t depth) {
    for (;;) {
      if (!value(path + "[]", depth)) return false;
      skip_blanks();
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }
  bool value(const std::string& path, std::size_t depth) {
    skip_blanks();
    const std::size_t begin = at_;
    if (peek() == '{' || peek() == '[') {
      const bool is_array = text_[at_++] == '[';
      if (depth > kDepthMax) return false;
      skip_blanks();
      if (take(is_array ? ']' : '}')) {
        values_.push_back(path + (is_array ? "=[]" : "={}"));
        return true;
      }
      return is_array ? elements(path, depth + 1) : members(path, depth + 1);
    }
    if (!(peek() == '"' ? string()
                        : literal("true") || literal("false") || literal("null") || number())) {
      return false;
    }
    values_.push_back(path + "=" + std::string(text_.substr(begin, at_ - begin)));
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> values_;
};

void append_values(const Document& document, const Node& node, const std::string& path,
                   const char* text, std::vector<std::string>& values) {
  if (node.hole_count == 0) values.push_back(path + (node.is_array ? "=[]" : "={}"));
  for (std::size_t i = 0; i < node.hole_count; ++i) {
    const Hole& hole = document.holes[node.hole_begin + i];
    const std::string key(text + hole.key_offset, hole.key_size);
    const std::string step = node.is_array ? path + "[]" : path + "." + key;
    const std::string value(text + hole.offset, hole.kind == HoleKind::kDocument ? 0 : hole.size);
    switch (hole.kind) {
      case HoleKind::kDocument:
        append_values(document, document.nodes[hole.offset], step, text, values);
        break;
      case HoleKind::kString:
        values.push_back(step + "=\"" + value + "\"");
        break;
      case HoleKind::kBare:
        values.push_back(step + "=" + value);
        break;
    }
  }
}

std::string faults_of_child(const Document& document, std::uint32_t parent, const Hole& hole,
                            const char* text) {
  if (hole.offset >= parent) return "a child behind its parent";
  const Node& node = document.nodes[parent];
  const Node& child = document.nodes[hole.offset];
  if (child.parent != parent) return "a child that does not know its parent";
  if (child.key_size != hole.key_size || child.key_offset != hole.key_offset) return "another key";
  const std::uint64_t path =
      node.is_array ? path_of_element(node.path)
                    : path_of_member(node.path, {text + child.key_offset, child.key_size});
  if (child.path != path) return "another path";
  if (fill(document, child, text).size() != hole.size) return "another size";
  return {};
}

}  // namespace

std::string naive_flat(std::string_view text) {
  const auto joins = [&](std::size_t i) {
    return text[i] == '.' && i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) &&
           is_digit(text[i + 1]);
  };
  const auto in_run = [&](std::size_t i) {
    return i < text.size() &&
           (is_digit(text[i]) || is_letter(text[i]) || text[i] == '_' || joins(i));
  };
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (!in_run(i)) {
      out += text[i++];
      continue;
    }
    std::size_t end = i;
    while (in_run(end)) ++end;
    std::size_t begin = i;
    if (i == 0 || text[i - 1] != '=') {
      bool all_hex = true;
      while (begin < end && !is_digit(text[begin])) all_hex &= is_hex_letter(text[begin++]);
      if (all_hex && begin < end) begin = i;
    }
    if (end - begin > 2 && text[begin] == '0' && (text[begin + 1] | 0x20) == 'x') begin += 2;
    out.append(text.substr(i, begin - i));
    if (begin < end) out += "<" + std::string(text.substr(begin, end - begin)) + ">";
    i = end;
  }
  return out;
}

std::string marked(const FlatSplit& split, const char* text) {
  std::string out;
  std::size_t next = 0;
  for (const char c : split.skeleton) {
    if (c == kHole && next < split.variables.size()) {
      const Piece& piece = split.variables[next++];
      out += "<" + std::string(text + piece.offset, piece.size) + ">";
    } else {
      out += c;
    }
  }
  return next == split.variables.size() ? out : "variables left over";
}

std::optional<std::vector<std::string>> naive_json(std::string_view text) {
  return JsonReader(text).read();
}

std::optional<std::vector<std::string>> naive_logfmt(std::string_view text) {
  std::vector<std::string> values;
  std::size_t words = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    const auto ends_bare = [](char c) {
      return c == ' ' || c == '=' || c == '"' || static_cast<unsigned char>(c) < 0x20;
    };
    bool digit = false;
    for (; i < text.size() && !ends_bare(text[i]); ++i) digit |= is_digit(text[i]);
    const std::string key(text.substr(begin, i - begin));
    if (i == text.size() || text[i] == ' ') {
      if (digit) return std::nullopt;
      ++words;
      continue;
    }
    if (text[i] != '=' || key.empty()) return std::nullopt;
    std::size_t from = ++i;
    if (i < text.size() && text[i] == '"') {
      // Strings are JSON's.
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\';
      if (i >= text.size()) return std::nullopt;
      ++i;
      const std::string object = "{\"\":" + std::string(text.substr(from, i - from)) + "}";
      if (!naive_json(object)) return std::nullopt;
    } else {
      while (i < text.size() && !ends_bare(text[i])) ++i;
    }
    if (i < text.size() && text[i] != ' ') return std::nullopt;
    values.push_back("." + key + "=" + std::string(text.substr(from, i - from)));
  }
  if (values.size() < 2 || words > values.size()) return std::nullopt;
  return values;
}

std::vector<std::string> values_of(const Document& document, const char* text) {
  std::vector<std::string> values;
  append_values(document, document.nodes.back(), "", text, values);
  return values;
}

std::string faults_of(const Document& document, const char* text, std::size_t size) {
  if (document.nodes.empty()) return "no node";
  const auto root = static_cast<std::uint32_t>(document.nodes.size() - 1);
  if (document.nodes[root].parent != root) return "a root with a parent";
  if (document.nodes[root].path != 0) return "a root with a path";
  std::size_t holes = 0;
  for (std::uint32_t number = 0; number <= root; ++number) {
    const Node& node = document.nodes[number];
    holes += node.hole_count;
    for (std::size_t i = 0; i < node.hole_count; ++i) {
      const Hole& hole = document.holes[node.hole_begin + i];
      if (hole.kind == HoleKind::kDocument) {
        if (std::string fault = faults_of_child(document, number, hole, text); !fault.empty()) {
          return fault;
        }
      } else if (std::size_t{hole.offset} + hole.size > size) {
        return "a hole outside of the text";
      }
      if (node.is_array && hole.key_size != 0) return "an element with a key";
    }
  }
  if (holes != document.holes.size()) return "holes of no node";
  if (fill(document, document.nodes[root], text) != std::string_view(text, size)) {
    return "holes that do not fill the text";
  }
  return {};
}

}  // namespace logpond::message::testing
