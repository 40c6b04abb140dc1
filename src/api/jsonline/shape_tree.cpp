#include "api/jsonline/shape_tree.h"

#include <algorithm>
#include <cstring>

#include "api/json_strings.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace logpond::api::jsonline {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Number, true, false or null at `at`; empty when it is none.
std::string_view bare_value(const char* at, const char* end) {
  const char* stop = at;
  while (stop < end && *stop != ',' && *stop != '}' && !is_space(*stop)) ++stop;
  return {at, static_cast<std::size_t>(stop - at)};
}

/// Adds a bare value. False when it is not valid JSON.
bool add_bare(const Name& name, std::string_view text, RecordBuilder& builder) {
  if (text == "null") return true;
  const bool is_bool = text == "true" || text == "false";
  if (!is_bool && !is_json_number(text)) return false;
  builder.add_new(name, text, is_bool ? FieldKind::kBool : FieldKind::kNumber);
  return true;
}

const char* skip_space(const char* at, const char* end) {
  while (at < end && is_space(*at)) ++at;
  return at;
}

}  // namespace

ShapeTree::ShapeTree() : nodes_(1) {}

[[gnu::always_inline]] inline bool ShapeTree::starts_with(const Node& node, const char* at) {
#if defined(__SSE2__)
  // The bytes behind a body are readable, so whole vectors can be loaded at any place in it.
  for (std::uint32_t done = 0; done < node.size; done += 16) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(node.text.data() + done));
    const __m128i line = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + done));
    const auto equal = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(text, line)));
    const std::uint32_t left = node.size - done;
    const unsigned wanted = left >= 16 ? 0xFFFFU : (1U << left) - 1;
    if ((equal & wanted) != wanted) return false;
  }
  return true;
#else
  return std::memcmp(node.text.data(), at, node.size) == 0;
#endif
}

[[gnu::always_inline]] inline bool ShapeTree::predicts(const Node& node, const char* at) {
  // `"k":` is also how `"k":"` begins: a text before a bare value must not take a string's place.
  return starts_with(node, at) && (node.kind != Kind::kBare || at[node.size] != '"');
}

const char* ShapeTree::walk(const char* begin, const char* end, RecordBuilder& builder,
                            std::string& scratch) const {
  // No name comes twice on a way down the tree, since learn() takes no line where one does.
  const char* at = begin;
  const Node* const nodes = nodes_.data();
  std::uint32_t current = 0;
  while (true) {
    std::uint32_t next = nodes[current].first_child;
    while (next != 0 && !predicts(nodes[next], at)) next = nodes[next].next_sibling;
    if (next == 0) return nullptr;
    const Node& node = nodes[next];
    at += node.size;
    if (at > end) return nullptr;
    if (node.kind == Kind::kEnd) return at;
    if (node.kind == Kind::kBare) {
      const std::string_view text = bare_value(at, end);
      if (!add_bare(*node.name, text, builder)) return nullptr;
      at += text.size();
    } else {
      const char* stop = find_string_special(at, end);
      if (stop >= end) return nullptr;
      std::string_view text(at, static_cast<std::size_t>(stop - at));
      if (*stop != '"') {
        const RawString found = scan_json_string(at, end);
        if (!found.closed || found.has_control) return nullptr;
        stop = at + found.text.size();
        const std::size_t start = scratch.size();
        if (!unescape_json(found.text, scratch)) return nullptr;
        text = std::string_view(scratch).substr(start);
      }
      builder.add_new(*node.name, text, FieldKind::kString);
      at = stop;
    }
    current = next;
  }
}

bool ShapeTree::split(std::string_view line, NameTable& names, std::vector<Step>& steps) {
  const char* const end = line.data() + line.size();
  const char* text_begin = line.data();
  const char* at = skip_space(text_begin, end);
  if (at == end || *at != '{') return false;
  at = skip_space(at + 1, end);
  while (at < end && *at == '"') {
    const RawString key = scan_json_string(at + 1, end);
    if (!key.closed || key.has_escapes) return false;
    at = skip_space(at + key.text.size() + 2, end);
    if (at == end || *at != ':') return false;
    at = skip_space(at + 1, end);
    if (at == end || *at == '{' || *at == '[') return false;
    const bool is_string = *at == '"';
    if (is_string) ++at;
    Name* const name = names.find(key.text);
    if (name == nullptr || steps.size() >= kStepsMax) return false;
    const bool repeated = std::any_of(steps.begin(), steps.end(),
                                      [name](const Step& step) { return step.name == name; });
    if (repeated) return false;
    steps.push_back({{text_begin, static_cast<std::size_t>(at - text_begin)},
                     is_string ? Kind::kString : Kind::kBare,
                     name});
    at += is_string ? scan_json_string(at, end).text.size() : bare_value(at, end).size();
    text_begin = at;
    if (is_string) ++at;
    at = skip_space(at, end);
    if (at < end && *at == ',') at = skip_space(at + 1, end);
  }
  if (at >= end || *at != '}') return false;
  steps.push_back(
      {{text_begin, static_cast<std::size_t>(at + 1 - text_begin)}, Kind::kEnd, nullptr});
  return true;
}

std::uint32_t ShapeTree::child_like(std::uint32_t parent, const Step& step) const {
  for (std::uint32_t i = nodes_[parent].first_child; i != 0; i = nodes_[i].next_sibling) {
    const Node& node = nodes_[i];
    if (node.kind == step.kind && node.name == step.name &&
        std::string_view(node.text.data(), node.size) == step.text) {
      return i;
    }
  }
  return 0;
}

void ShapeTree::learn(std::string_view line, NameTable& names) {
  if (nodes_.size() >= kNodesMax) return;
  steps_.clear();
  if (!split(line, names, steps_)) return;
  std::uint32_t current = 0;
  for (const Step& step : steps_) {
    const std::uint32_t known = child_like(current, step);
    if (known != 0) {
      current = known;
      continue;
    }
    if (step.text.size() > kTextMax || nodes_.size() >= kNodesMax ||
        nodes_[current].children >= kChildrenMax) {
      return;
    }
    Node node;
    std::copy(step.text.begin(), step.text.end(), node.text.begin());
    node.size = static_cast<std::uint32_t>(step.text.size());
    node.kind = step.kind;
    node.name = step.name;
    node.next_sibling = nodes_[current].first_child;
    const auto made = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back(node);
    nodes_[current].first_child = made;
    ++nodes_[current].children;
    current = made;
  }
}

}  // namespace logpond::api::jsonline
