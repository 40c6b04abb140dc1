// Runs tests/queries/*.test. LOGPOND_UPDATE_GOLDEN=1 rewrites the expected answers.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "logql/engine.h"
#include "logql/tests/dataset.h"
#include "logql/tests/memory_store.h"
#include "logql/tests/result_text.h"
#include "platform/sim/sim_file_system.h"
#include "storage/embedded_store.h"

namespace logpond::logql::testing {
namespace {

/// One case of a file: what is asked, and what the file says the answer is.
struct Case {
  std::string preamble;  ///< Comments before it, kept when rewriting.
  std::string kind;
  std::string query;
  std::string expected;
};

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  std::string preamble;
  std::string line;
  bool in_answer = false;
  while (std::getline(file, line)) {
    if (line.starts_with("=== ")) {
      cases.push_back({preamble, line.substr(4), "", ""});
      preamble.clear();
      in_answer = false;
    } else if (line.starts_with("##") || (cases.empty() && line.empty())) {
      preamble += line + "\n";
    } else if (line == "---") {
      in_answer = true;
    } else if (in_answer) {
      if (!line.empty()) cases.back().expected += line + "\n";
    } else {
      cases.back().query += (cases.back().query.empty() ? "" : "\n") + line;
    }
  }
  return cases;
}

void write_cases(const std::filesystem::path& path, const std::vector<Case>& cases) {
  std::ofstream file(path);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    file << c.preamble << "=== " << c.kind << "\n"
         << c.query << "\n---\n"
         << c.expected << (i + 1 < cases.size() ? "\n" : "");
  }
}

std::string answer(Engine& engine, const Case& c) {
  RangeQuery range{.text = c.query};
  range.start = kDatasetTime;
  range.end = kDatasetTime + 120 * kSecond;
  range.step = 30 * kSecond;
  range.direction = storage::Order::kForward;
  if (c.kind == "log") return text_of(engine.range(range));
  if (c.kind == "log backward 2") {
    range.direction = storage::Order::kBackward;
    range.limit = 2;
    return text_of(engine.range(range));
  }
  if (c.kind == "log interval 20s") {
    range.interval = 20 * kSecond;
    return text_of(engine.range(range));
  }
  if (c.kind == "inst") {
    return text_of(engine.instant({.text = c.query, .time = kDatasetTime + 60 * kSecond}));
  }
  if (c.kind == "explain") {
    const auto plan = engine.explain(c.query);
    return plan ? *plan : plan.error().message + "\n";
  }
  range.start = kDatasetTime + 30 * kSecond;
  range.end = kDatasetTime + 90 * kSecond;
  if (c.kind == "range 10s") range.step = 10 * kSecond;
  EXPECT_TRUE(c.kind == "range" || c.kind == "range 10s") << "unknown kind " << c.kind;
  return text_of(engine.range(range));
}

class QueryFile : public ::testing::TestWithParam<std::filesystem::path> {
 protected:
  /// Asks `store` every query of the file.
  void ask(storage::Store& store, bool update) {
    Engine engine(store, clock_, metrics_, {});
    std::vector<Case> cases = read_cases(GetParam());
    ASSERT_FALSE(cases.empty());
    for (Case& c : cases) {
      const std::string got = answer(engine, c);
      if (update) {
        c.expected = got;
      } else {
        EXPECT_EQ(got, c.expected) << c.kind << " " << c.query;
      }
    }
    if (update) write_cases(GetParam(), cases);
  }

  platform::ManualClock clock_{kDatasetTime};
  telemetry::MetricsRegistry metrics_;
};

TEST_P(QueryFile, AnswersAsWritten) {
  MemoryStore store;
  load_dataset(store);
  ask(store, std::getenv("LOGPOND_UPDATE_GOLDEN") != nullptr);
}

TEST_P(QueryFile, AnswersTheSameFromHeadAndParts) {
  const auto fs = platform::SimFileSystem::create(1);
  auto store = storage::open_embedded_store(*fs, clock_, metrics_,
                                            {.directory = "/data", .maintain = false}, {});
  ASSERT_TRUE(store.has_value()) << store.error().message;
  load_dataset(**store);
  ask(**store, false);
  ASSERT_TRUE((*store)->flush().has_value());
  ask(**store, false);
}

std::vector<std::filesystem::path> query_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LOGPOND_QUERIES_DIR)) {
    if (entry.path().extension() == ".test") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

INSTANTIATE_TEST_SUITE_P(Queries, QueryFile, ::testing::ValuesIn(query_files()),
                         [](const auto& file) {
                           const auto folder = file.param.parent_path().filename().string();
                           const auto name = file.param.stem().string();
                           return folder == "queries" ? name : folder + "_" + name;
                         });

}  // namespace
}  // namespace logpond::logql::testing
