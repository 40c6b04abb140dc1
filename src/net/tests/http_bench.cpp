// How much one io thread does: small GETs, and large POST bodies. Prints, checks nothing.
// ninja net_bench && net_bench [seconds]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "net/tests/test_server.h"

namespace {

using namespace logpond;
using namespace logpond::net;
using namespace logpond::net::test;
using Clock = std::chrono::steady_clock;

double cpu_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Runs `turn`, which gives the number of answers, for `span` seconds; the server's CPU is the
/// process's without this thread's.
void measure(const char* name, double span, double bytes_per_answer,
             const std::function<std::size_t()>& turn) {
  turn();
  const double process = cpu_seconds(RUSAGE_SELF);
  const double client = cpu_seconds(RUSAGE_THREAD);
  const auto start = Clock::now();
  std::size_t answers = 0;
  double wall = 0;
  while (wall < span) {
    answers += turn();
    wall = std::chrono::duration<double>(Clock::now() - start).count();
  }
  const double cpu = cpu_seconds(RUSAGE_SELF) - process - (cpu_seconds(RUSAGE_THREAD) - client);
  const auto count = static_cast<double>(answers);
  std::printf("%-26s %9.0f/s  %9.0f per server CPU s  %8.2f us each", name, count / wall,
              count / cpu, cpu / count * 1e6);
  if (bytes_per_answer > 0)
    std::printf("  %8.0f MB per server CPU s", count * bytes_per_answer / cpu / 1e6);
  std::printf("\n");
}

std::size_t ask_all(std::vector<RawClient>& clients, std::string_view request, int pipelined) {
  for (RawClient& client : clients) {
    for (int i = 0; i < pipelined; ++i) client.send(request);
  }
  std::size_t answers = 0;
  for (RawClient& client : clients) {
    for (int i = 0; i < pipelined; ++i) answers += client.receive_answer().status == 200;
  }
  return answers;
}

void run(double span) {
  const Handler ready = [](HttpRequest, Responder responder) {
    responder.send(HttpResponse::text(200, "ready\n"));
  };
  const Handler size = [](HttpRequest request, Responder responder) {
    responder.send(HttpResponse::text(200, std::to_string(request.body.size())));
  };
  Route push = pool_route(only(Method::kPost), "/push", RunOn::kIngest, size);
  push.limits.body_bytes_max = std::size_t{64} << 20;
  HttpServer::Options options;
  options.io_threads = 1;
  TestServer server({io_route(only(Method::kGet), "/ready", ready),
                     pool_route(only(Method::kGet), "/query", RunOn::kQuery, ready), push},
                    options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 32; ++i) clients.push_back(server.client());
  const std::string usual = "User-Agent: bench\r\nAccept: */*\r\n";
  measure("GET, io, 32 connections", span, 0,
          [&] { return ask_all(clients, get("/ready", usual), 1); });
  measure("GET, pool, 32 connections", span, 0,
          [&] { return ask_all(clients, get("/query", usual), 1); });
  for (const std::size_t mebibytes : {1, 4, 8}) {
    const std::size_t bytes = mebibytes << 20;
    const std::string body(bytes, 'x');
    const std::string sized = post("/push", body);
    const std::string pieces =
        "POST /push HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
        chunked(body, std::size_t{64} << 10);
    std::vector<RawClient> one;
    one.push_back(server.client());
    const std::string name = "POST " + std::to_string(mebibytes) + " MiB";
    measure(name.c_str(), span, static_cast<double>(bytes), [&] { return ask_all(one, sized, 1); });
    measure((name + " chunked").c_str(), span, static_cast<double>(bytes),
            [&] { return ask_all(one, pieces, 1); });
  }
}

}  // namespace

int main(int argc, char** argv) {
  run(argc > 1 ? std::atof(argv[1]) : 2);
  return 0;
}
