// Nanoseconds a value to type, write, read and match columns of several kinds, and their size.
// Usage: column_bench [values a column]
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "column/column.h"

namespace {

using namespace logpond::column;  // NOLINT: a program of one file

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Least time of several rounds, divided among `count`; short runs are repeated.
template <typename Run>
double best_ns(std::size_t count, Run run) {
  const std::size_t repeats = 1 + 100'000 / count;
  double best = 1e300;
  for (int i = 0; i < 7; ++i) {
    const double begin = cpu_ns();
    for (std::size_t k = 0; k < repeats; ++k) run();
    best = std::min(best, cpu_ns() - begin);
  }
  return best / static_cast<double>(count * repeats);
}

struct Texts {
  std::string bytes;
  std::vector<std::uint32_t> ends;

  void type_all(std::vector<Value>& typed) const {
    std::uint32_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      typed[i] = type_value(bytes.data(), begin, ends[i] - begin);
      begin = ends[i];
    }
  }
};

using Make = std::function<std::string(std::mt19937_64&, std::size_t)>;

void run(const char* name, std::size_t count, const char* literal, const Make& make) {
  std::mt19937_64 random(1);
  Texts texts;
  for (std::size_t i = 0; i < count; ++i) {
    texts.bytes += make(random, i);
    texts.ends.push_back(static_cast<std::uint32_t>(texts.bytes.size()));
  }
  texts.bytes.append(kTextPadding, '\0');
  std::vector<Value> typed(count);
  const double type_ns = best_ns(count, [&] { texts.type_all(typed); });
  ColumnWriter writer(1);
  std::string bytes;
  std::vector<Value> scratch;
  const double copy_ns = best_ns(count, [&] { scratch = typed; });
  const double write_ns = best_ns(count, [&] {
    scratch = typed;
    bytes.clear();
    writer.write(scratch, texts.bytes.data(), bytes);
  });
  const auto size = static_cast<std::uint32_t>(count);
  const double read_ns = best_ns(count, [&] {
    if (!Column::read(bytes, size)) std::abort();
  });
  const auto column = Column::read(bytes, size);
  std::string text;
  const double text_ns = best_ns(count, [&] {
    for (std::uint32_t i = 0; i < size; ++i) {
      text.clear();
      column->append_text(i, text);
    }
  });
  std::printf("%-12s %7.2f B  type %5.1f  write %5.1f  read %5.1f  text %5.1f  |", name,
              static_cast<double>(bytes.size()) / static_cast<double>(count), type_ns,
              write_ns - copy_ns, read_ns, text_ns);
  std::vector<std::uint32_t> places;
  for (const Place place : {Place::kEqual, Place::kPrefix, Place::kSuffix, Place::kContains}) {
    const double match_ns = best_ns(count, [&] {
      places.clear();
      column->match(place, literal, places);
    });
    std::printf(" %5.2f", match_ns);
  }
  std::printf("  (%zu hold %s)\n", places.size(), literal);
}

std::string format(const char* form, auto... values) {
  char buffer[128];
  return {buffer, static_cast<std::size_t>(std::snprintf(buffer, sizeof buffer, form, values...))};
}

}  // namespace

int main(int count_arguments, char** arguments) {
  const std::size_t count =
      count_arguments > 1 ? std::strtoull(arguments[1], nullptr, 10) : 200'000;
  using Random = std::mt19937_64;
  std::printf("%zu values a column; ns a value; match: equal, prefix, suffix, contains\n", count);
  run("int16", count, "358",
      [](Random& random, std::size_t) { return std::to_string(random() % 60'000); });
  run("int32", count, "3584", [](Random& random, std::size_t) {
    return std::to_string(10'000'000 + random() % 89'000'000);
  });
  run("int0", count, "058", [](Random& random, std::size_t) {
    return std::to_string(10'000'000 + random() % 89'000'000);
  });
  run("int60", count, "3584", [](Random& random, std::size_t) {
    return std::to_string(1'000'000'000'000'000 + random() % 99'000'000'000'000'000);
  });
  run("latency", count, "358", [](Random& random, std::size_t) {
    return std::to_string(static_cast<int>(std::lognormal_distribution<>(5, 1)(random)));
  });
  run("sequence", count, "358", [](Random& random, std::size_t i) {
    return std::to_string(5'000'000 + i * 3 + random() % 2);
  });
  run("decimal", count, "3.58", [](Random& random, std::size_t) {
    return format("%.4g", std::lognormal_distribution<>(3, 1)(random));
  });
  run("address", count, "10.7.3", [](Random& random, std::size_t) {
    return format("10.%d.%d.%d", int(random() % 8), int(random() % 256), int(random() % 256));
  });
  run("time", count, "21T10:0", [](Random& random, std::size_t i) {
    return format("2026-11-21T10:%02d:%02d.%03dZ", int(i / 60 % 60), int(i % 60),
                  int(random() % 1000));
  });
  run("hex32", count, "3584a", [](Random& random, std::size_t) {
    return format("%016llx%016llx", static_cast<unsigned long long>(random()),
                  static_cast<unsigned long long>(random()));
  });
  run("words", count, "ice7",
      [](Random& random, std::size_t) { return format("service%d", int(random() % 40)); });
  run("users", count, "user_358",
      [](Random& random, std::size_t) { return format("user_%d", int(random() % 50'000)); });
  run("paths", count, "/358", [](Random& random, std::size_t) {
    return format("/api/v1/items/%d/%x", int(random() % 900), unsigned(random() % 1'000'000));
  });
  run("mixed", count, "358", [](Random& random, std::size_t) {
    return random() % 50 == 0 ? std::string("null") : std::to_string(random() % 60'000);
  });
  return 0;
}
