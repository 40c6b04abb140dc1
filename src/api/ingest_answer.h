// The end of every push: hand the batch over, and answer when it is durable or refused.
#pragma once

#include <cstddef>
#include <string_view>

#include "api/dialect.h"
#include "net/http_server.h"
#include "net/http_types.h"

namespace logpond::api {

/// How an error looks to the client.
enum class AnswerForm {
  kText,    ///< The bare message.
  kNative,  ///< {"error":{"code","message","hint"}}.
};

/// Submits `batch` and sends `answer` once it is durable; when the store refuses it, sends why,
/// with Retry-After where a later try may succeed.
void answer_when_stored(const ApiContext& context, std::string_view door, RecordBatch batch,
                        net::HttpResponse answer, net::Responder responder, AnswerForm form);

/// Counts texts in which invalid UTF-8 was replaced.
void count_repaired(const ApiContext& context, std::string_view door, std::size_t texts);

}  // namespace logpond::api
