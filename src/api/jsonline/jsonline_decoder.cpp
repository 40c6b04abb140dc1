// Hot path: the benchmarks of the product come through here. A line first walks the tree of shapes;
// what the tree does not know is parsed, and teaches it. See shape_tree.h.
#include "api/jsonline/jsonline_decoder.h"

#include <cstring>

#include "api/json_strings.h"
#include "api/jsonline/line_parser.h"
#include "api/jsonline/shape_tree.h"
#include "codec/utf8.h"

namespace logpond::api::jsonline {
namespace {

static_assert(net::Body::kPadding >= kScanPadding + 48, "shape texts are compared past the end");

class BodyDecoder {
 public:
  BodyDecoder(const Arguments& arguments, const Rules& rules, TenantId tenant, TimestampNs received,
              Way way)
      : way_(way),
        names_(arguments),
        builder_(arguments, rules, std::move(tenant), received, way),
        parser_(names_, builder_, scratch_) {}

  Status decode(std::string_view body) {
    builder_.reserve(body.size());
    // A line's unescaped texts together are never longer than the line: the scratch never grows, so
    // views into it stay put.
    scratch_.reserve(body.size());
    const char* at = body.data();
    const char* const end = at + body.size();
    while (at < end) {
      const char* next = way_ == Way::kPredict ? predicted(at, end) : nullptr;
      if (next == nullptr) next = parsed(at, end);
      if (next == nullptr) return tl::unexpected<Error>(std::move(full_));
      at = next;
    }
    return {};
  }

  DecodeResult finish() {
    result_.batch = builder_.take();
    result_.dropped_fields = builder_.dropped_fields() + names_.dropped();
    return std::move(result_);
  }

 private:
  /// Takes a line through the tree. Null when it is not as predicted.
  const char* predicted(const char* begin, const char* end) {
    builder_.begin();
    scratch_.clear();
    const char* at = shapes_.walk(begin, end, builder_, scratch_);
    if (at != nullptr) at = line_end(at, end);
    if (at == nullptr) {
      builder_.abandon();
      return nullptr;
    }
    ++result_.lines;
    ++result_.predicted;
    return finish_record() ? at : nullptr;
  }

  /// Behind the line feed when nothing but blanks stands before it.
  static const char* line_end(const char* at, const char* end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r')) ++at;
    if (at >= end) return end;
    return *at == '\n' ? at + 1 : nullptr;
  }

  const char* parsed(const char* begin, const char* end) {
    if (!full_.message.empty()) return nullptr;
    const auto* stop =
        static_cast<const char*>(std::memchr(begin, '\n', static_cast<std::size_t>(end - begin)));
    const char* const next = stop == nullptr ? end : stop + 1;
    if (stop == nullptr) stop = end;
    std::string_view line(begin, static_cast<std::size_t>(stop - begin));
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) return next;
    ++result_.lines;
    builder_.begin();
    scratch_.clear();
    if (const std::string_view error = parser_.parse(line); !error.empty()) {
      builder_.abandon();
      skip("bad_json", std::string(error));
      return next;
    }
    if (way_ == Way::kPredict) shapes_.learn(line, names_);
    return finish_record() ? next : nullptr;
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

  /// False when the batch is full.
  bool finish_record() {
    Status status = builder_.finish();
    if (status) return true;
    if (status.error().code == ErrorCode::kLimitExceeded) {
      full_ = std::move(status.error());
      return false;
    }
    skip(builder_.reason(), std::move(status.error().message));
    return true;
  }

  void skip(std::string_view reason, std::string why) {
    if (result_.skipped++ == 0) {
      result_.first_error = "line " + std::to_string(result_.lines) + ": " + why;
    }
    for (auto& [known, lines] : result_.refused) {
      if (known == reason) {
        ++lines;
        return;
      }
    }
    result_.refused.emplace_back(reason, 1);
  }

  Way way_;
  NameTable names_;
  RecordBuilder builder_;
  std::string scratch_;
  LineParser parser_;
  ShapeTree shapes_;
  DecodeResult result_;
  Error full_{};  // its message is empty while there is room
};

}  // namespace

Result<DecodeResult> decode_jsonline(const net::Body& body, const Arguments& arguments,
                                     const Rules& rules, TenantId tenant, TimestampNs received,
                                     Way way) {
  BodyDecoder decoder(arguments, rules, std::move(tenant), received, way);
  if (codec::is_valid_utf8(body.view())) {
    LOGPOND_CHECK_OK(decoder.decode(body.view()));
    return decoder.finish();
  }
  const net::Body repaired(codec::repair_utf8(body.view()));
  LOGPOND_CHECK_OK(decoder.decode(repaired.view()));
  DecodeResult result = decoder.finish();
  result.repaired = 1;
  return result;
}

}  // namespace logpond::api::jsonline
