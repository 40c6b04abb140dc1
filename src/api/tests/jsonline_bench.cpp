// How fast bodies of NDJSON become batches, on one core.
//   jsonline_bench FILE [ROUNDS]    lines as bench/ posts them: timestamp, service, host, level,
//   message
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "api/jsonline/jsonline_decoder.h"

namespace {

using namespace logpond;
using namespace logpond::api::jsonline;

double measure(const std::vector<net::Body>& bodies, Way way, std::size_t& records) {
  Arguments arguments;
  arguments.message_fields = {"message"};
  arguments.time_fields = {"timestamp"};
  arguments.stream_fields = {"service", "host"};
  Rules rules;
  rules.reject_newer_than = 0;
  records = 0;
  std::size_t bytes = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const net::Body& body : bodies) {
    const auto result = decode_jsonline(body, arguments, rules, TenantId{}, 1, way);
    if (!result) std::abort();
    records += result->batch.size();
    bytes += body.size();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return static_cast<double>(bytes) / took.count() / 1e6;
}

std::vector<net::Body> split(const std::string& text, std::size_t body_bytes) {
  std::vector<net::Body> bodies;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t stop = text.find('\n', std::min(text.size(), at + body_bytes));
    stop = stop == std::string::npos ? text.size() : stop + 1;
    bodies.emplace_back(text.substr(at, stop - at));
    at = stop;
  }
  return bodies;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: jsonline_bench FILE [ROUNDS]\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto bodies = split(text, std::size_t{4} << 20);
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  for (int round = 0; round < rounds; ++round) {
    std::size_t records = 0;
    const double fast = measure(bodies, Way::kPredict, records);
    const double slow = measure(bodies, Way::kParse, records);
    std::printf("%zu records: predicted %.0f MB/s, parsed %.0f MB/s\n", records, fast, slow);
  }
  return 0;
}
