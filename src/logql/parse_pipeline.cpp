// Selectors and pipeline stages.
#include "logql/quantity.h"
#include "logql/token_reader.h"

namespace logpond::logql {

using namespace ast;

namespace {

std::optional<storage::MatchOp> match_op_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEqual:
      return storage::MatchOp::kEqual;
    case TokenKind::kNotEqual:
      return storage::MatchOp::kNotEqual;
    case TokenKind::kRegexMatch:
      return storage::MatchOp::kRegex;
    case TokenKind::kRegexNotMatch:
      return storage::MatchOp::kNotRegex;
    default:
      return std::nullopt;
  }
}

std::optional<LineOp> line_op_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kPipeExact:
      return LineOp::kContains;
    case TokenKind::kNotEqual:
      return LineOp::kNotContains;
    case TokenKind::kPipeMatch:
      return LineOp::kMatches;
    case TokenKind::kRegexNotMatch:
      return LineOp::kNotMatches;
    case TokenKind::kPipePattern:
      return LineOp::kPattern;
    case TokenKind::kPatternNotMatch:
      return LineOp::kNotPattern;
    default:
      return std::nullopt;
  }
}

std::optional<Compare> compare_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEqual:
    case TokenKind::kEqualEqual:
      return Compare::kEqual;
    case TokenKind::kNotEqual:
      return Compare::kNotEqual;
    case TokenKind::kLess:
      return Compare::kLess;
    case TokenKind::kLessEqual:
      return Compare::kLessEqual;
    case TokenKind::kGreater:
      return Compare::kGreater;
    case TokenKind::kGreaterEqual:
      return Compare::kGreaterEqual;
    default:
      return std::nullopt;
  }
}

/// `name op "value"`, when the name was taken already.
Result<Matcher> parse_matcher_rest(TokenReader& reader, const Token& name) {
  const auto op = match_op_of(reader.peek().kind);
  if (!op) {
    return reader.unexpected({TokenKind::kEqual, TokenKind::kRegexMatch, TokenKind::kRegexNotMatch,
                              TokenKind::kNotEqual});
  }
  reader.take();
  LOGPOND_TRY(auto value, reader.expect(TokenKind::kString));
  return Matcher{.at = name.at, .name = name.text, .op = *op, .value = std::move(value.text)};
}

/// `ip("spec")`.
Result<std::string> parse_ip(TokenReader& reader) {
  reader.take();
  LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenParen));
  LOGPOND_TRY(auto spec, reader.expect(TokenKind::kString));
  LOGPOND_TRY(const auto close, reader.expect(TokenKind::kCloseParen));
  return std::move(spec.text);
}

Result<Stage> parse_line_filter(TokenReader& reader) {
  const Token op = reader.take();
  LineFilter filter{.at = op.at, .op = *line_op_of(op.kind)};
  do {
    if (reader.at(TokenKind::kIp)) {
      LOGPOND_TRY(auto spec, parse_ip(reader));
      filter.operands.push_back({.is_ip = true, .text = std::move(spec)});
    } else if (reader.at(TokenKind::kString)) {
      filter.operands.push_back({.is_ip = false, .text = reader.take().text});
    } else {
      return reader.unexpected({TokenKind::kString, TokenKind::kIp});
    }
  } while (reader.take_if(TokenKind::kOr));
  return Stage{std::move(filter)};
}

Result<LabelFilter> parse_quantity_test(TokenReader& reader, const Token& name, Compare op) {
  const Token& token = reader.peek();
  switch (token.kind) {
    case TokenKind::kDuration: {
      const std::string text = reader.take().text;
      return LabelFilter{DurationTest{.at = name.at,
                                      .name = name.text,
                                      .op = op,
                                      .value = *parse_duration_literal(text),
                                      .text = text}};
    }
    case TokenKind::kBytes: {
      const std::string text = reader.take().text;
      return LabelFilter{BytesTest{
          .at = name.at, .name = name.text, .op = op, .value = *parse_bytes(text), .text = text}};
    }
    case TokenKind::kNumber:
    case TokenKind::kPlus:
    case TokenKind::kMinus: {
      LOGPOND_TRY(const double value, parse_number(reader));
      return LabelFilter{NumberTest{.at = name.at, .name = name.text, .op = op, .value = value}};
    }
    default:
      return reader.unexpected();
  }
}

Result<LabelFilter> parse_label_test(TokenReader& reader) {
  if (reader.take_if(TokenKind::kOpenParen)) {
    LOGPOND_TRY(auto inner, parse_label_filter(reader));
    if (!reader.take_if(TokenKind::kCloseParen)) return reader.unexpected();
    return inner;
  }
  if (!reader.at(TokenKind::kIdentifier)) {
    return reader.unexpected({TokenKind::kIdentifier, TokenKind::kOpenParen});
  }
  const Token name = reader.take();
  const TokenKind op = reader.peek().kind;
  const bool is_equality = op == TokenKind::kEqual || op == TokenKind::kNotEqual;
  if (op == TokenKind::kRegexMatch || op == TokenKind::kRegexNotMatch ||
      (is_equality && reader.peek(1).kind == TokenKind::kString)) {
    LOGPOND_TRY(auto matcher, parse_matcher_rest(reader, name));
    return LabelFilter{std::move(matcher)};
  }
  const auto compare = compare_of(op);
  if (!compare) return reader.unexpected();
  reader.take();
  if (is_equality && reader.at(TokenKind::kIp)) {
    LOGPOND_TRY(auto spec, parse_ip(reader));
    return LabelFilter{IpTest{.at = name.at,
                              .name = name.text,
                              .negated = op == TokenKind::kNotEqual,
                              .spec = std::move(spec)}};
  }
  return parse_quantity_test(reader, name, *compare);
}

Result<LabelFilter> parse_label_and(TokenReader& reader) {
  AndTest all;
  while (true) {
    LOGPOND_TRY(auto test, parse_label_test(reader));
    all.tests.push_back(std::move(test));
    if (reader.take_if(TokenKind::kAnd) || reader.take_if(TokenKind::kComma)) continue;
    if (!reader.at(TokenKind::kIdentifier) && !reader.at(TokenKind::kOpenParen)) break;
  }
  if (all.tests.size() == 1) return std::move(all.tests.front());
  return LabelFilter{std::move(all)};
}

/// `a="path", b`: the list after json and logfmt.
Result<std::vector<Extraction>> parse_extractions(TokenReader& reader) {
  std::vector<Extraction> out;
  if (!reader.at(TokenKind::kIdentifier)) return out;
  do {
    LOGPOND_TRY(auto name, reader.expect(TokenKind::kIdentifier));
    Extraction extraction{.name = name.text, .path = name.text};
    if (reader.take_if(TokenKind::kEqual)) {
      LOGPOND_TRY(auto path, reader.expect(TokenKind::kString));
      extraction.path = std::move(path.text);
    }
    out.push_back(std::move(extraction));
  } while (reader.take_if(TokenKind::kComma));
  return out;
}

Result<std::vector<NamedLabel>> parse_named_labels(TokenReader& reader) {
  std::vector<NamedLabel> out;
  do {
    LOGPOND_TRY(auto name, reader.expect(TokenKind::kIdentifier));
    NamedLabel label{.name = name.text};
    if (match_op_of(reader.peek().kind)) {
      LOGPOND_TRY(label.matcher, parse_matcher_rest(reader, name));
    }
    out.push_back(std::move(label));
  } while (reader.take_if(TokenKind::kComma));
  return out;
}

Result<std::vector<LabelAssignment>> parse_assignments(TokenReader& reader) {
  std::vector<LabelAssignment> out;
  do {
    LOGPOND_TRY(auto name, reader.expect(TokenKind::kIdentifier));
    LOGPOND_TRY(const auto equal, reader.expect(TokenKind::kEqual));
    const bool is_rename = reader.at(TokenKind::kIdentifier);
    if (!is_rename && !reader.at(TokenKind::kString)) {
      return reader.unexpected({TokenKind::kIdentifier, TokenKind::kString});
    }
    out.push_back({.name = name.text, .is_rename = is_rename, .value = reader.take().text});
  } while (reader.take_if(TokenKind::kComma));
  return out;
}

Result<Stage> parse_logfmt(TokenReader& reader, Position at) {
  Logfmt stage{.at = at};
  while (reader.at(TokenKind::kFlag)) {
    const bool is_strict = reader.take().text == "--strict";
    (is_strict ? stage.strict : stage.keep_empty) = true;
  }
  LOGPOND_TRY(stage.extractions, parse_extractions(reader));
  return Stage{std::move(stage)};
}

/// The stage after a `|`.
Result<Stage> parse_piped_stage(TokenReader& reader) {
  const Position at = reader.peek().at;
  const TokenKind kind = reader.peek().kind;
  if (kind == TokenKind::kIdentifier || kind == TokenKind::kOpenParen) {
    LOGPOND_TRY(auto filter, parse_label_filter(reader));
    return Stage{LabelFilterStage{.at = at, .filter = std::move(filter)}};
  }
  const auto text_of_stage = [&reader] {
    reader.take();
    return reader.expect(TokenKind::kString);
  };
  switch (kind) {
    case TokenKind::kJson: {
      reader.take();
      LOGPOND_TRY(auto extractions, parse_extractions(reader));
      return Stage{Json{.at = at, .extractions = std::move(extractions)}};
    }
    case TokenKind::kLogfmt:
      reader.take();
      return parse_logfmt(reader, at);
    case TokenKind::kRegexp: {
      LOGPOND_TRY(auto text, text_of_stage());
      return Stage{Regexp{.at = at, .pattern = std::move(text.text)}};
    }
    case TokenKind::kPattern: {
      LOGPOND_TRY(auto text, text_of_stage());
      return Stage{Pattern{.at = at, .pattern = std::move(text.text)}};
    }
    case TokenKind::kLineFormat: {
      LOGPOND_TRY(auto text, text_of_stage());
      return Stage{LineFormat{.at = at, .format = std::move(text.text)}};
    }
    case TokenKind::kUnpack:
      reader.take();
      return Stage{Unpack{.at = at}};
    case TokenKind::kDecolorize:
      reader.take();
      return Stage{Decolorize{.at = at}};
    case TokenKind::kLabelFormat: {
      reader.take();
      LOGPOND_TRY(auto assignments, parse_assignments(reader));
      return Stage{LabelFormat{.at = at, .assignments = std::move(assignments)}};
    }
    case TokenKind::kDrop:
    case TokenKind::kKeep: {
      reader.take();
      LOGPOND_TRY(auto labels, parse_named_labels(reader));
      if (kind == TokenKind::kDrop) return Stage{Drop{.at = at, .labels = std::move(labels)}};
      return Stage{Keep{.at = at, .labels = std::move(labels)}};
    }
    default:
      return reader.unexpected();
  }
}

}  // namespace

Result<double> parse_number(TokenReader& reader) {
  double sign = 1;
  if (reader.at(TokenKind::kPlus) || reader.at(TokenKind::kMinus)) {
    sign = reader.take().kind == TokenKind::kMinus ? -1 : 1;
  }
  LOGPOND_TRY(const auto token, reader.expect(TokenKind::kNumber));
  const auto value = parse_float(token.text);
  if (!value) {
    return parse_error("unable to parse literal as a float: " + value.error().message);
  }
  return sign * *value;
}

Result<std::vector<std::string>> parse_bracketed_names(TokenReader& reader) {
  LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenParen));
  std::vector<std::string> names;
  if (reader.take_if(TokenKind::kCloseParen)) return names;
  if (!reader.at(TokenKind::kIdentifier)) {
    return reader.unexpected({TokenKind::kIdentifier, TokenKind::kCloseParen});
  }
  do {
    LOGPOND_TRY(auto name, reader.expect(TokenKind::kIdentifier));
    names.push_back(std::move(name.text));
  } while (reader.take_if(TokenKind::kComma));
  if (!reader.take_if(TokenKind::kCloseParen)) {
    return reader.unexpected({TokenKind::kComma, TokenKind::kCloseParen});
  }
  return names;
}

Result<Selector> parse_selector_part(TokenReader& reader) {
  LOGPOND_TRY(const auto open, reader.expect(TokenKind::kOpenBrace));
  Selector selector{.at = open.at};
  if (reader.take_if(TokenKind::kCloseBrace)) return selector;
  if (!reader.at(TokenKind::kIdentifier)) {
    return reader.unexpected({TokenKind::kIdentifier, TokenKind::kCloseBrace});
  }
  do {
    LOGPOND_TRY(const auto name, reader.expect(TokenKind::kIdentifier));
    LOGPOND_TRY(auto matcher, parse_matcher_rest(reader, name));
    selector.matchers.push_back(std::move(matcher));
  } while (reader.take_if(TokenKind::kComma));
  if (!reader.take_if(TokenKind::kCloseBrace)) {
    return reader.unexpected({TokenKind::kCloseBrace, TokenKind::kComma});
  }
  return selector;
}

Result<LabelFilter> parse_label_filter(TokenReader& reader) {
  const TokenReader::Level level(reader);
  if (reader.is_too_deep()) return reader.too_deep();
  OrTest any;
  do {
    LOGPOND_TRY(auto test, parse_label_and(reader));
    any.tests.push_back(std::move(test));
  } while (reader.take_if(TokenKind::kOr));
  if (any.tests.size() == 1) return std::move(any.tests.front());
  return LabelFilter{std::move(any)};
}

Result<std::vector<Stage>> parse_pipeline(TokenReader& reader, bool allow_unwrap) {
  std::vector<Stage> stages;
  while (true) {
    if (line_op_of(reader.peek().kind)) {
      LOGPOND_TRY(auto stage, parse_line_filter(reader));
      stages.push_back(std::move(stage));
      continue;
    }
    if (!reader.at(TokenKind::kPipe)) return stages;
    if (allow_unwrap && reader.peek(1).kind == TokenKind::kUnwrap) return stages;
    reader.take();
    LOGPOND_TRY(auto stage, parse_piped_stage(reader));
    stages.push_back(std::move(stage));
  }
}

}  // namespace logpond::logql
