// How fast request bodies become batches, on one core, without a server or a store.
//   decoder_bench jsonline FILE [ROUNDS]   lines of timestamp, service, host, level, message
//   decoder_bench loki FILE [ROUNDS]       one body of Loki's JSON push a line
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "api/jsonline/jsonline_decoder.h"
#include "api/loki/push_json.h"

namespace {

using namespace logpond;
using namespace logpond::api;

constexpr std::size_t kBodyBytes = std::size_t{4} << 20;

std::size_t decode_jsonline_body(const net::Body& body, jsonline::Way way) {
  static const jsonline::Arguments kArguments = [] {
    jsonline::Arguments arguments;
    arguments.message_fields = {"message"};
    arguments.time_fields = {"timestamp"};
    arguments.stream_fields = {"service", "host"};
    return arguments;
  }();
  jsonline::Rules rules;
  rules.reject_newer_than = 0;
  const auto result = jsonline::decode_jsonline(body, kArguments, rules, TenantId{}, 1, way);
  if (!result) std::abort();
  return result->batch.size();
}

std::size_t decode_loki_body(const net::Body& body) {
  loki::PushRules rules;
  rules.reject_newer_than = 0;
  loki::PushAssembler assembler(rules, TenantId{}, 1);
  if (!loki::decode_push_json(body, assembler)) std::abort();
  return assembler.finish().batch.size();
}

template <typename Decode>
void measure(const char* name, const std::vector<net::Body>& bodies, Decode decode) {
  std::size_t records = 0;
  std::size_t bytes = 0;
  const std::clock_t start = std::clock();  // CPU, so that a busy machine does not blur it
  for (const net::Body& body : bodies) {
    records += decode(body);
    bytes += body.size();
  }
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("%s: %zu records, %.0f MB a CPU second, %.0f ns a record\n", name, records,
              static_cast<double>(bytes) / took / 1e6,
              took * 1e9 / static_cast<double>(std::max<std::size_t>(records, 1)));
}

/// Bodies of at least `least` bytes that end with a line.
std::vector<net::Body> split(const std::string& text, std::size_t least) {
  std::vector<net::Body> bodies;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t stop = text.find('\n', std::min(text.size(), at + least));
    stop = stop == std::string::npos ? text.size() : stop + 1;
    bodies.emplace_back(text.substr(at, stop - at));
    at = stop;
  }
  return bodies;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  if (argc < 3 || (what != "jsonline" && what != "loki")) {
    std::fprintf(stderr, "usage: decoder_bench jsonline|loki FILE [ROUNDS]\n");
    return 2;
  }
  std::ifstream file(argv[2], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bodies = split(text, what == "loki" ? 1 : kBodyBytes);
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  for (int round = 0; round < rounds; ++round) {
    if (what == "loki") {
      measure("loki", bodies, decode_loki_body);
      continue;
    }
    measure("jsonline, predicted", bodies, [](const net::Body& body) {
      return decode_jsonline_body(body, jsonline::Way::kPredict);
    });
    measure("jsonline, parsed", bodies, [](const net::Body& body) {
      return decode_jsonline_body(body, jsonline::Way::kParse);
    });
  }
  return 0;
}
