#include "logql/stages/unpack.h"

#include <utility>
#include <vector>

#include "logql/stages/parsed_labels.h"
#include "parse/json_pairs.h"
#include "parse/json_scan.h"
#include "parse/label_key.h"

namespace logpond::logql {
namespace {

constexpr std::string_view kPackedLine = "_entry";
constexpr std::string_view kUnpackError = "JSONParserErr";
constexpr std::string_view kNoObject = "expecting json object(6), but it is not";

class Unpack final : public Stage {
 public:
  explicit Unpack(const ParserHints& hints) : labels_(hints) {}

  bool process(LineContext& context) override {
    if (!context.line.starts_with('{')) {
      labels_.set_error(context, kUnpackError, kNoObject);
      return true;
    }
    found_.clear();
    packed_ = {};
    is_packed_ = false;
    if (const std::string_view error = read(context); !error.empty()) {
      labels_.set_error(context, kUnpackError, error);
      return true;
    }
    if (!is_packed_) return true;  // an object of somebody else's
    labels_.begin();
    for (const auto& [name, value] : found_) labels_.add(context, name, value);
    context.line = packed_;
    return true;
  }

 private:
  /// Collects the string members of the object; the answer is what is wrong with it.
  std::string_view read(LineContext& context) {
    const std::string_view line = context.line;
    has_marks_ = parse::has_replacement_mark(line);
    std::size_t place = parse::skip_json_blanks(line, 1);
    while (place != parse::kNoPlace && line[place] != '}') {
      const parse::JsonValue key = parse::scan_json_value(line, place);
      if (!key.error.empty()) return key.error;
      if (key.kind != parse::JsonKind::kString) return parse::json_error::kMalformed;
      place = parse::skip_json_blanks(line, key.end);
      if (place == parse::kNoPlace || line[place] != ':') return parse::json_error::kMalformed;
      place = parse::skip_json_blanks(line, place + 1);
      if (place == parse::kNoPlace) return parse::json_error::kMalformed;
      const parse::JsonValue value = parse::scan_json_value(line, place);
      if (!value.error.empty()) return value.error;
      if (value.kind == parse::JsonKind::kString) add(context, key, value);
      place = parse::skip_json_blanks(line, value.end);
      if (place == parse::kNoPlace || line[place] == '}') break;
      if (line[place] != ',') return parse::json_error::kMalformed;
      place = parse::skip_json_blanks(line, place + 1);
    }
    return place == parse::kNoPlace ? parse::json_error::kMalformed : std::string_view();
  }

  void add(LineContext& context, const parse::JsonValue& key, const parse::JsonValue& value) {
    const std::string_view name = parse::json_string_text(key, has_marks_, context.arena);
    const std::string_view text = parse::json_string_text(value, has_marks_, context.arena);
    if (name == kPackedLine) {
      is_packed_ = true;
      packed_ = text;
      return;
    }
    label_.clear();
    parse::append_label_key(label_, name);
    if (!label_.empty()) found_.emplace_back(context.arena.copy(label_), text);
  }

  ParsedLabels labels_;
  std::vector<std::pair<std::string_view, std::string_view>> found_;
  std::string label_;
  std::string_view packed_;
  bool is_packed_ = false;
  bool has_marks_ = false;
};

}  // namespace

Result<std::unique_ptr<Stage>> make_unpack(const ast::Stage&, const ParserHints& hints) {
  return std::make_unique<Unpack>(hints);
}

}  // namespace logpond::logql
