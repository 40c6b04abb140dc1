#include "net/client/answer_parser.h"

#include <algorithm>
#include <charconv>

#include "net/header_text.h"

namespace logpond::net {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

tl::unexpected<Error> not_http(std::string_view what) {
  return fail(ErrorCode::kIo, "the answer is not HTTP: " + std::string(what));
}

bool parse_number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

Result<AnswerParser::Step> AnswerParser::feed(std::string_view input) {
  Step step;
  switch (state_) {
    case State::kHead: {
      const std::size_t had = head_.size();
      head_.append(input.substr(0, kHeadBytesMax - std::min(had, kHeadBytesMax)));
      const std::size_t end = head_.find(kHeadEnd, had < 3 ? 0 : had - 3);
      if (end == std::string::npos) {
        if (head_.size() >= kHeadBytesMax) return not_http("its head does not end");
        step.consumed = input.size();
        return step;
      }
      step.consumed = end + kHeadEnd.size() - had;
      const std::string head = head_.substr(0, end + 2);
      head_.clear();
      LOGPOND_CHECK_OK(parse_head(head));
      return step;
    }
    case State::kLength:
      step.data =
          input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
      step.consumed = step.data.size();
      left_ -= step.consumed;
      if (left_ == 0) state_ = State::kDone;
      return step;
    case State::kChunked: {
      const ChunkedDecoder::Step piece = chunks_.feed(input);
      if (chunks_.is_broken()) return not_http("malformed chunk");
      if (chunks_.done()) state_ = State::kDone;
      return Step{piece.consumed, piece.data};
    }
    case State::kUntilClose:
      return Step{input.size(), input};
    case State::kDone:
      break;
  }
  return step;
}

Status AnswerParser::end() {
  keep_alive_ = false;
  if (state_ == State::kUntilClose) state_ = State::kDone;
  if (state_ == State::kDone) return {};
  return fail(ErrorCode::kIo, state_ == State::kHead
                                  ? "the server closed the connection before it answered"
                                  : "the server closed the connection inside its answer");
}

Status AnswerParser::parse_status_line(std::string_view line) {
  std::uint64_t status = 0;
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ' ||
      !parse_number(line.substr(9, 3), status) || status < 100) {
    return not_http("bad status line");
  }
  response_ = {};
  response_.status = static_cast<int>(status);
  keep_alive_ = line[7] == '1';
  return {};
}

/// `head` is lines that each end with CRLF.
Status AnswerParser::parse_head(std::string_view head) {
  std::size_t end = head.find("\r\n");
  LOGPOND_CHECK_OK(parse_status_line(head.substr(0, end)));
  head.remove_prefix(end + 2);
  while (!head.empty()) {
    end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) return not_http("bad header line");
    response_.headers.add(std::string(line.substr(0, colon)),
                          std::string(trim_blanks(line.substr(colon + 1))));
  }
  const bool interim = response_.status < 200 && response_.status != 101;
  return interim ? Status() : choose_framing();
}

Status AnswerParser::choose_framing() {
  const Headers& headers = response_.headers;
  const std::string_view connection = headers.get("Connection");
  if (list_names(connection, "close")) keep_alive_ = false;
  if (list_names(connection, "keep-alive")) keep_alive_ = true;
  if (without_body_ || response_.status == 204 || response_.status == 304) {
    state_ = State::kDone;
  } else if (list_names(headers.get("Transfer-Encoding"), "chunked")) {
    state_ = State::kChunked;
  } else if (headers.has("Content-Length")) {
    if (!parse_number(headers.get("Content-Length"), left_)) return not_http("bad Content-Length");
    state_ = left_ == 0 ? State::kDone : State::kLength;
  } else {
    keep_alive_ = false;
    state_ = State::kUntilClose;
  }
  return {};
}

}  // namespace logpond::net
