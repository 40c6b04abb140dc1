#include "logql/tests/dataset.h"

#include "core/check.h"

namespace logpond::logql::testing {
namespace {

struct Line {
  const char* app;
  const char* env;
  int seconds;
  const char* text;
  const char* trace = nullptr;
  const char* user = nullptr;
};

constexpr Line kLines[] = {
    {"shop", "prod", 10, R"(level=info msg="order placed" id=101 dur=120ms size=2KB ip=10.0.0.5)"},
    {"shop", "prod", 20, R"(level=error msg="card refused" id=102 dur=1.5s size=512B ip=10.0.1.9)"},
    {"shop", "prod", 30,
     R"(level=info msg="order placed" id=103 dur=80ms size=4KB ip=192.168.7.1)"},
    {"shop", "prod", 70, R"(level=warn msg="slow db" id=104 dur=oops size=1MB ip=fe80::1)"},
    {"gate", "prod", 15,
     R"({"level":"info","req":{"method":"GET","path":"/a"},"code":200,"ms":12,"tags":["x","y"]})"},
    {"gate", "prod", 25,
     R"({"level":"error","req":{"method":"POST","path":"/b"},"code":500,"ms":250,"tags":[]})"},
    {"gate", "prod", 45,
     R"({"level":"info","req":{"method":"GET","path":"/c"},"code":404,"ms":7})"},
    {"gate", "prod", 65, R"({"level":"info","req":{)"},
    {"gate", "dev", 12, "10.1.2.3 - GET /health 200 15"},
    {"gate", "dev", 40, "10.1.2.4 - POST /login 401 230"},
    {"gate", "dev", 55, "::1 - GET /metrics 200 9"},
    {"pack", "dev", 18, R"({"_entry":"real line","pod":"p-7","n":"1"})"},
    {"pack", "dev", 35, "\x1B[31mred alert\x1B[0m"},
    {"meta", "prod", 22, "login ok", "abc", "ann"},
    {"meta", "prod", 44, "login failed", "def", "bob"},
};

}  // namespace

void load_dataset(storage::Store& store) {
  RecordBatch batch(TenantId{}, kDatasetTime);
  for (const Line& line : kLines) {
    if (line.trace != nullptr) batch.add_field("trace", line.trace);
    if (line.user != nullptr) batch.add_field("user", line.user);
    const auto stream = batch.intern_stream(Labels({{"app", line.app}, {"env", line.env}}));
    batch.finish_record({.timestamp = kDatasetTime + line.seconds * kSecond,
                         .stream = stream,
                         .message = line.text});
  }
  LOGPOND_CHECK(store.append_and_wait(std::move(batch)).has_value());
}

}  // namespace logpond::logql::testing
