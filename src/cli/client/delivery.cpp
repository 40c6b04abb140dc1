#include "cli/client/delivery.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

namespace logpond::cli {
namespace {

bool is_worth_another_try(int status) {
  switch (status) {
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
    case 507:
      return true;
    default:
      return false;
  }
}

DurationNs retry_after(const net::Headers& headers) {
  const std::string_view text = headers.get("Retry-After");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || seconds < 0 || seconds > 3600) return 0;
  return seconds * kSecond;
}

}  // namespace

Delivery::Delivery(ServerClient client, Options options)
    : client_(std::move(client)), options_(std::move(options)) {
  if (!options_.pause) {
    options_.pause = [](DurationNs span) {
      std::this_thread::sleep_for(std::chrono::nanoseconds(span));
    };
  }
}

DeliveryOutcome Delivery::send(std::string_view path, std::string_view content_type,
                               std::string_view body) {
  net::Headers headers = client_.headers();
  headers.add("Content-Type", std::string(content_type));
  DurationNs waited = 0;
  DurationNs pause = options_.pause_first;
  DeliveryOutcome outcome;
  while (true) {
    const auto response = client_.http().request("POST", path, headers, body);
    DurationNs at_least = 0;
    if (response) {
      if (response->status / 100 == 2) return {.is_stored = true};
      outcome.sentence = error_of(*response).message;
      if (!is_worth_another_try(response->status)) {
        outcome.is_refused = true;
        return outcome;
      }
      at_least = retry_after(response->headers);
    } else {
      outcome.sentence = response.error().message;
      if (response.error().code == ErrorCode::kInvalidArgument) return outcome;
    }
    const DurationNs next = std::min(std::max(pause, at_least), options_.patience - waited);
    if (next <= 0) return outcome;
    if (waited == 0 && options_.notice) options_.notice(outcome.sentence + "; trying again");
    options_.pause(next);
    waited += next;
    pause = std::min(pause * 2, options_.pause_max);
  }
}

}  // namespace logpond::cli
