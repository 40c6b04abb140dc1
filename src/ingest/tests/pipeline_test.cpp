#include "ingest/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace logpond::ingest {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Takes batches and answers when told to, or at once when `answer_at_once` is set.
class FakeStore : public storage::Store {
 public:
  struct Waiting {
    RecordBatch batch;
    storage::AppendCallback done;
  };

  void append(RecordBatch batch, storage::AppendCallback done) override {
    std::lock_guard lock(mutex);
    const storage::AppendReceipt receipt{{next_id}, batch.size()};
    next_id += batch.size();
    if (answer_at_once) {
      done(receipt);
    } else {
      waiting.push_back({std::move(batch), std::move(done)});
    }
  }
  Result<storage::ScanStats> scan(const storage::ScanRequest&, storage::ScanSink&) override {
    return storage::ScanStats{};
  }
  Result<std::vector<StreamPtr>> series(const TenantId&, TimeRange,
                                        const storage::Selector&) override {
    return std::vector<StreamPtr>{};
  }
  Result<std::vector<storage::StreamVolume>> volume(const TenantId&, TimeRange,
                                                    const storage::Selector&,
                                                    const platform::CancelToken&) override {
    return std::vector<storage::StreamVolume>{};
  }
  Status flush() override { return {}; }
  Status merge() override { return {}; }
  storage::StoreStats stats() const override { return {}; }

  std::mutex mutex;
  bool answer_at_once = false;
  std::uint64_t next_id = 1;
  std::vector<Waiting> waiting;
};

RecordBatch batch_of(const std::vector<std::string>& messages, const std::string& tenant = "acme") {
  RecordBatch batch(TenantId{tenant}, 5);
  const auto stream = batch.intern_stream(Labels({{"app", "till"}}));
  for (const auto& message : messages) {
    batch.finish_record({.timestamp = 1, .stream = stream, .message = message});
  }
  return batch;
}

class PipelineTest : public testing::Test {
 protected:
  /// Submits and keeps the answers, of which there must be one in the end.
  void submit(std::string_view door, RecordBatch batch) {
    pipeline_->submit(door, std::move(batch), [this](Result<storage::AppendReceipt> result) {
      answers_.push_back(std::move(result));
    });
  }

  FakeStore store_;
  platform::ManualClock clock_{1'000 * kSecond};
  telemetry::MetricsRegistry metrics_;
  std::optional<Pipeline> pipeline_{std::in_place, store_, clock_, metrics_};
  std::vector<Result<storage::AppendReceipt>> answers_;
};

TEST_F(PipelineTest, PassesABatchToTheStoreAndItsAnswerBack) {
  submit("loki", batch_of({"one", "three"}));
  EXPECT_TRUE(answers_.empty());
  ASSERT_EQ(store_.waiting.size(), 1U);
  EXPECT_EQ(store_.waiting[0].batch.message(1), "three");
  EXPECT_EQ(store_.waiting[0].batch.tenant().value, "acme");
  store_.waiting[0].done(storage::AppendReceipt{{7}, 2});
  ASSERT_EQ(answers_.size(), 1U);
  ASSERT_TRUE(answers_[0]);
  EXPECT_EQ(answers_[0]->first_id, RecordId{7});
}

TEST_F(PipelineTest, CountsRecordsAndBytesByDoorOnceTheyAreDurable) {
  submit("loki", batch_of({"one", "three"}));
  submit("loki", batch_of({"x"}));
  submit("jsonline", batch_of({"y"}));
  EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("outcome=\"stored\"} 1")));
  for (auto& waiting : store_.waiting) waiting.done(storage::AppendReceipt{{1}, 1});
  const std::string text = metrics_.scrape();
  EXPECT_THAT(text,
              HasSubstr("logpond_ingested_records_total{door=\"loki\",outcome=\"stored\"} 3\n"));
  EXPECT_THAT(
      text, HasSubstr("logpond_ingested_records_total{door=\"jsonline\",outcome=\"stored\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("logpond_ingested_bytes_total{door=\"loki\"} 9\n"));
  EXPECT_THAT(text, HasSubstr("logpond_ingested_bytes_total{door=\"jsonline\"} 1\n"));
}

TEST_F(PipelineTest, CountsRefusalsByTheirKindAndNoBytes) {
  submit("loki", batch_of({"one", "two"}));
  store_.waiting[0].done(fail(ErrorCode::kLimitExceeded, "queue full"));
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(answers_[0].error().message, "queue full");
  const std::string text = metrics_.scrape();
  EXPECT_THAT(
      text,
      HasSubstr("logpond_ingested_records_total{door=\"loki\",outcome=\"limit_exceeded\"} 2\n"));
  EXPECT_THAT(text,
              HasSubstr("logpond_ingested_records_total{door=\"loki\",outcome=\"stored\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("logpond_ingested_bytes_total{door=\"loki\"} 0\n"));
}

TEST_F(PipelineTest, RefusesATenantThatIsNone) {
  submit("loki", batch_of({"one"}, "a/b"));
  EXPECT_TRUE(store_.waiting.empty());
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(
      answers_[0].error().message,
      "the tenant id \"a/b\" is not valid: 1 to 150 characters of A-Z a-z 0-9 ! - _ . * ' ( )");
  EXPECT_THAT(metrics_.scrape(), HasSubstr("{door=\"loki\",outcome=\"invalid_argument\"} 1\n"));
}

TEST_F(PipelineTest, AnswersAnEmptyBatchAtOnceAndCountsNothing) {
  submit("loki", RecordBatch(TenantId{"acme"}, 5));
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_TRUE(answers_[0]);
  EXPECT_EQ(answers_[0]->records, 0U);
  EXPECT_TRUE(store_.waiting.empty());
  EXPECT_THAT(metrics_.scrape(), Not(HasSubstr("logpond_ingested")));
}

TEST_F(PipelineTest, MeasuresTheTimeToTheAnswer) {
  submit("loki", batch_of({"one"}));
  clock_.advance(3 * kSecond / 2);
  store_.waiting[0].done(storage::AppendReceipt{{1}, 1});
  const std::string text = metrics_.scrape();
  EXPECT_THAT(text, HasSubstr("logpond_ingest_seconds_sum{door=\"loki\"} 1.5\n"));
  EXPECT_THAT(text, HasSubstr("logpond_ingest_seconds_count{door=\"loki\"} 1\n"));
}

TEST_F(PipelineTest, MayGoBeforeTheAnswersCome) {
  submit("loki", batch_of({"one"}));
  pipeline_.reset();
  store_.waiting[0].done(storage::AppendReceipt{{1}, 1});
  EXPECT_EQ(answers_.size(), 1U);
  EXPECT_THAT(metrics_.scrape(), HasSubstr("{door=\"loki\",outcome=\"stored\"} 1\n"));
}

TEST_F(PipelineTest, CountsWhatDecodersRefuseByReason) {
  pipeline_->count_refused("loki", "line_too_long", 2);
  pipeline_->count_refused("loki", "line_too_long", 3);
  pipeline_->count_refused("loki", "bad_labels", 0);
  const std::string text = metrics_.scrape();
  EXPECT_THAT(
      text, HasSubstr("logpond_refused_records_total{door=\"loki\",reason=\"line_too_long\"} 5\n"));
  EXPECT_THAT(text, Not(HasSubstr("bad_labels")));
}

TEST_F(PipelineTest, TakesBatchesFromManyThreads) {
  store_.answer_at_once = true;
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        pipeline_->submit(t % 2 == 0 ? "loki" : "jsonline", batch_of({"12345"}),
                          [&](const Result<storage::AppendReceipt>& result) {
                            EXPECT_TRUE(result);
                            ++answered;
                          });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, 800);
  EXPECT_THAT(metrics_.scrape(), HasSubstr("{door=\"loki\",outcome=\"stored\"} 400\n"));
  EXPECT_THAT(metrics_.scrape(), HasSubstr("_bytes_total{door=\"jsonline\"} 2000\n"));
}

}  // namespace
}  // namespace logpond::ingest
