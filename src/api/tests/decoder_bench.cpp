// How fast request bodies become batches, on one core, without a server or a store.
//   decoder_bench jsonline|parsed FILE [ROUNDS [KIB]]
//     lines of timestamp, service, host, level, message, cut into bodies of KIB (1024); `parsed`
//     takes the slow way
//   decoder_bench loki FILE [ROUNDS]   one body of Loki's JSON push a line
// A body's time is the least of its rounds, in CPU time, so that a busy machine blurs little.
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

/// Decodes a body and gives its number of records.
using Decode = std::size_t (*)(const net::Body& body);

template <jsonline::Way way>
std::size_t decode_jsonline_body(const net::Body& body) {
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

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void measure(std::string_view name, const std::vector<net::Body>& bodies, int rounds,
             Decode decode) {
  std::size_t records = 0;
  std::size_t bytes = 0;
  double took = 0;
  for (const net::Body& body : bodies) {
    double best = 1e9;
    std::size_t count = 0;
    for (int round = 0; round < rounds; ++round) {
      const double start = cpu_seconds();
      count = decode(body);
      best = std::min(best, cpu_seconds() - start);
    }
    records += count;
    bytes += body.size();
    took += best;
  }
  std::printf("%.*s: %zu records, %.0f MB a CPU second, %.1f ns a record\n",
              static_cast<int>(name.size()), name.data(), records,
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

Decode decode_named(std::string_view what) {
  if (what == "jsonline") return decode_jsonline_body<jsonline::Way::kPredict>;
  if (what == "parsed") return decode_jsonline_body<jsonline::Way::kParse>;
  if (what == "loki") return decode_loki_body;
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const Decode decode = decode_named(what);
  if (argc < 3 || decode == nullptr) {
    std::fprintf(stderr, "usage: decoder_bench jsonline|parsed|loki FILE [ROUNDS [KIB]]\n");
    return 2;
  }
  std::ifstream file(argv[2], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 5;
  const auto body_kib = static_cast<std::size_t>(argc > 4 ? std::atoi(argv[4]) : 1024);
  measure(what, split(text, what == "loki" ? 1 : body_kib << 10), rounds, decode);
  return 0;
}
