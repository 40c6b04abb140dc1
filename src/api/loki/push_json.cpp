// Hot path. simdjson's stage 1 (run-time dispatched SIMD) finds the structure of the whole body,
// then one forward walk hands every text to the assembler as a view into the body; only strings
// with escapes are copied, into a scratch buffer whose capacity is set once. Nothing is allocated a
// record.
#include "api/loki/push_json.h"

#include <simdjson.h>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/json_strings.h"
#include "api/padded_json.h"
#include "codec/utf8.h"
#include "core/time.h"

namespace logpond::api::loki {
namespace {

namespace od = simdjson::ondemand;

class PushReader {
 public:
  PushReader(std::string_view text, PushAssembler& out) : text_(text), out_(out) {}

  Status read() {
    od::document document;
    if (const auto error =
            json_.parser()
                .iterate(text_.data(), text_.size(), text_.size() + simdjson::SIMDJSON_PADDING)
                .get(document)) {
      return broken(simdjson::error_message(error));
    }
    od::object root;
    if (const auto error = document.get_object().get(root)) {
      return error == simdjson::INCORRECT_TYPE ? broken("the body is not an object")
                                               : broken(error);
    }
    for (auto member : root) {
      od::field field;
      if (const auto error = std::move(member).get(field))
        return broken(simdjson::error_message(error));
      if (field.key() == "streams") LOGPOND_CHECK_OK(read_streams(field.value()));
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return broken("there is text after the object");
    }
    return {};
  }

 private:
  Status broken(std::string_view why) const {
    std::string text = "couldn't parse push request: ";
    text.append(why);
    if (stream_ != 0) text.append(", in stream ").append(std::to_string(stream_));
    if (value_ != 0) text.append(", value ").append(std::to_string(value_));
    return fail(ErrorCode::kInvalidArgument, std::move(text));
  }
  Status broken(simdjson::error_code error) const { return broken(simdjson::error_message(error)); }

  const char* end() const { return text_.data() + text_.size(); }

  /// The text of a string; lives as long as the body, or until scratch_ is cleared.
  Result<std::string_view> text_of(od::value value, const char* what) {
    od::raw_json_string raw;
    if (value.get_raw_json_string().get(raw)) {
      return broken_text(std::string(what) + " must be a string");
    }
    return unescaped(raw.raw(), what);
  }
  Result<std::string_view> unescaped(const char* begin, const char* what) {
    const RawString found = scan_json_string(begin, end());
    if (!found.closed) return broken_text(std::string(what) + " is cut short");
    if (!found.has_escapes) return found.text;
    const std::size_t start = scratch_.size();
    if (!unescape_json(found.text, scratch_)) {
      return broken_text(std::string(what) + " has a bad escape");
    }
    return std::string_view(scratch_).substr(start);
  }
  tl::unexpected<Error> broken_text(const std::string& why) const {
    return tl::unexpected<Error>(broken(why).error());
  }
  void clear_scratch() {
    scratch_.clear();
    // What is unescaped between two clears is never longer than the body, so views stay put.
    if (scratch_.capacity() < text_.size()) scratch_.reserve(text_.size());
  }

  /// What begins with an n: `null` counts as an empty list, anything else is no JSON.
  Status read_null(od::value value) const {
    bool is_null = false;
    const auto error = value.is_null().get(is_null);
    return error || !is_null ? broken("a literal is not valid") : Status{};
  }

  Status read_streams(od::value value) {
    od::json_type type{};
    if (const auto error = value.type().get(type)) return broken(error);
    if (type == od::json_type::null) return read_null(value);
    od::array streams;
    if (value.get_array().get(streams)) return broken("\"streams\" must be an array");
    for (auto element : streams) {
      ++stream_;
      value_ = 0;
      od::object stream;
      if (const auto error = element.get_object().get(stream)) {
        return error == simdjson::INCORRECT_TYPE ? broken("a stream must be an object")
                                                 : broken(error);
      }
      LOGPOND_CHECK_OK(read_stream(stream));
    }
    stream_ = 0;
    return {};
  }

  Status read_stream(od::object stream) {
    bool has_labels = false;
    std::vector<std::string_view> waiting;  // records that came before the labels
    for (auto member : stream) {
      od::field field;
      if (const auto error = std::move(member).get(field)) return broken(error);
      if (field.key() == "stream" && !has_labels) {
        LOGPOND_CHECK_OK(read_label_object(field.value()));
        has_labels = true;
      } else if (field.key() == "labels" && !has_labels) {
        clear_scratch();
        LOGPOND_TRY(const std::string_view text, text_of(field.value(), "\"labels\""));
        out_.begin_stream(text);
        has_labels = true;
      } else if (field.key() == "values" || field.key() == "entries") {
        if (has_labels) {
          LOGPOND_CHECK_OK(read_records(field.value()));
          continue;
        }
        std::string_view raw;
        if (const auto error = raw_of(field.value(), raw)) return broken(error);
        waiting.push_back(raw);
      }
    }
    if (!has_labels) out_.begin_stream(std::vector<Label>());
    for (const std::string_view raw : waiting) LOGPOND_CHECK_OK(read_waiting(raw));
    return {};
  }

  static simdjson::error_code raw_of(od::value value, std::string_view& raw) {
    od::array array;
    if (const auto error = value.get_array().get(array)) return error;
    return array.raw_json().get(raw);
  }

  /// Records whose labels stood behind them in the body: parsed again from their place in it.
  Status read_waiting(std::string_view raw) {
    PaddedJson second;
    od::document document;
    const auto behind = static_cast<std::size_t>(end() - raw.data());
    if (const auto error = second.parser()
                               .iterate(raw.data(), raw.size(), behind + simdjson::SIMDJSON_PADDING)
                               .get(document)) {
      return broken(error);
    }
    od::value value;
    if (const auto error = document.get_value().get(value)) return broken(error);
    return read_records(value);
  }

  Status read_label_object(od::value value) {
    od::object object;
    if (value.get_object().get(object)) return broken("\"stream\" must be an object");
    std::vector<Label> labels;
    clear_scratch();
    for (auto member : object) {
      od::field field;
      if (const auto error = std::move(member).get(field)) return broken(error);
      LOGPOND_TRY(const std::string_view name, unescaped(field.key().raw(), "a label name"));
      LOGPOND_TRY(const std::string_view text, text_of(field.value(), "a label value"));
      labels.push_back({std::string(name), std::string(text)});
    }
    out_.begin_stream(std::move(labels));
    return {};
  }

  Status read_records(od::value value) {
    value_ = 0;
    od::json_type type{};
    if (const auto error = value.type().get(type)) return broken(error);
    if (type == od::json_type::null) return read_null(value);
    od::array records;
    if (value.get_array().get(records)) return broken("the records must be an array");
    for (auto element : records) {
      ++value_;
      clear_scratch();
      od::value record;
      if (const auto error = std::move(element).get(record)) return broken(error);
      if (const auto error = record.type().get(type)) return broken(error);
      if (type == od::json_type::array) {
        LOGPOND_CHECK_OK(read_triple(record));
      } else if (type == od::json_type::object) {
        LOGPOND_CHECK_OK(read_entry(record));
      } else {
        return broken("a record must be an array of a time, a line and perhaps an object");
      }
    }
    return {};
  }

  Status read_triple(od::value value) {
    od::array parts;
    if (const auto error = value.get_array().get(parts)) return broken(error);
    std::size_t place = 0;
    std::string_view time;
    std::string_view line;
    for (auto element : parts) {
      od::value part;
      if (const auto error = std::move(element).get(part)) return broken(error);
      if (place == 0) {
        LOGPOND_TRY(time, text_of(part, "the time (nanoseconds)"));
      } else if (place == 1) {
        LOGPOND_TRY(line, text_of(part, "the line"));
      } else if (place == 2) {
        LOGPOND_CHECK_OK(read_metadata(part));
      } else {
        return broken("a record has more than a time, a line and an object");
      }
      ++place;
    }
    if (place < 2) return broken("a record needs a time and a line");
    LOGPOND_TRY(const TimestampNs timestamp, nanoseconds_of(time));
    return out_.add_record(timestamp, line);
  }

  Result<TimestampNs> nanoseconds_of(std::string_view text) const {
    TimestampNs timestamp = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), timestamp);
    if (error != std::errc{} || rest != text.data() + text.size()) {
      return broken_text("the time must be a string of nanoseconds, not \"" +
                         std::string(text.substr(0, 64)) + "\"");
    }
    return timestamp;
  }

  Status read_metadata(od::value value) {
    od::object object;
    if (value.get_object().get(object)) return broken("structured metadata must be an object");
    for (auto member : object) {
      od::field field;
      if (const auto error = std::move(member).get(field)) return broken(error);
      LOGPOND_TRY(const std::string_view name, unescaped(field.key().raw(), "a metadata name"));
      LOGPOND_TRY(const std::string_view text, text_of(field.value(), "a metadata value"));
      out_.add_metadata(name, text);
    }
    return {};
  }

  /// {"ts":"2026-11-21T00:00:00.5Z","line":"..","structuredMetadata":{..}}
  Status read_entry(od::value value) {
    od::object entry;
    if (const auto error = value.get_object().get(entry)) return broken(error);
    std::optional<TimestampNs> timestamp;
    std::string_view line;
    for (auto member : entry) {
      od::field field;
      if (const auto error = std::move(member).get(field)) return broken(error);
      if (field.key() == "ts" || field.key() == "timestamp") {
        LOGPOND_TRY(const std::string_view text, text_of(field.value(), "\"ts\""));
        timestamp = parse_rfc3339(text);
        if (!timestamp) {
          return broken("\"ts\" must be an RFC 3339 time, not \"" +
                        std::string(text.substr(0, 64)) + "\"");
        }
      } else if (field.key() == "line") {
        LOGPOND_TRY(line, text_of(field.value(), "\"line\""));
      } else if (field.key() == "structuredMetadata") {
        LOGPOND_CHECK_OK(read_metadata(field.value()));
      }
    }
    if (!timestamp) return broken("a record needs \"ts\"");
    return out_.add_record(*timestamp, line);
  }

  std::string_view text_;
  PushAssembler& out_;
  PaddedJson json_;
  std::string scratch_;
  std::size_t stream_ = 0;  // counted from 1, for messages
  std::size_t value_ = 0;
};

}  // namespace

Status decode_push_json(const net::Body& body, PushAssembler& out) {
  static_assert(net::Body::kPadding >= simdjson::SIMDJSON_PADDING);
  out.reserve(body.size());
  if (codec::is_valid_utf8(body.view())) return PushReader(body.view(), out).read();
  const net::Body repaired(codec::repair_utf8(body.view()));
  out.count_repaired(1);
  return PushReader(repaired.view(), out).read();
}

}  // namespace logpond::api::loki
