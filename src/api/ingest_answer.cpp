#include "api/ingest_answer.h"

#include <memory>
#include <utility>

#include "api/native_error.h"

namespace logpond::api {
namespace {

net::HttpResponse store_refusal(const Error& error, AnswerForm form) {
  net::HttpResponse response =
      form == AnswerForm::kNative
          ? native_error(error)
          : net::HttpResponse::text(http_status_of(error.code), error.message + "\n");
  const bool may_work_later = error.code == ErrorCode::kLimitExceeded ||
                              error.code == ErrorCode::kUnavailable ||
                              error.code == ErrorCode::kNoSpace;
  if (may_work_later) response.headers.add("Retry-After", "1");
  return response;
}

}  // namespace

void answer_when_stored(const ApiContext& context, std::string_view door, RecordBatch batch,
                        net::HttpResponse answer, net::Responder responder, AnswerForm form) {
  if (batch.empty()) return responder.send(std::move(answer));
  // A callback is copyable, a responder is not: it waits in a shared place.
  struct Waiting {
    net::HttpResponse answer;
    net::Responder responder;
  };
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(answer), std::move(responder)});
  context.pipeline.submit(door, std::move(batch),
                          [waiting, form](const Result<storage::AppendReceipt>& receipt) {
                            waiting->responder.send(receipt ? std::move(waiting->answer)
                                                            : store_refusal(receipt.error(), form));
                          });
}

void count_repaired(const ApiContext& context, std::string_view door, std::size_t texts) {
  if (texts == 0) return;
  context.metrics
      .counter("logpond_ingest_repaired_texts_total",
               "Texts in which invalid UTF-8 was replaced by U+FFFD.",
               {{"door", std::string(door)}})
      .add(static_cast<double>(texts));
}

}  // namespace logpond::api
