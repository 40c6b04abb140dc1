#include "logql/tail.h"

#include "logql/pipeline.h"

namespace logpond::logql {
namespace {

class Tail final : public LineFilterPipeline {
 public:
  explicit Tail(LogPlan plan) : plan_(std::move(plan)), pipeline_(plan_) {}

  bool wants_stream(const TenantId&, const Labels& labels) override {
    return plan_.selector.matches(labels);
  }

  std::optional<ResultLine> process(const storage::StoredBatch& batch, std::size_t row) override {
    const RecordBatch& records = batch.batch;
    const StreamPtr& stream = batch.streams[records.stream(row)];
    if (!plan_.selector.matches(stream->labels)) return std::nullopt;
    fields_.clear();
    for (const RecordBatch::Field& field : records.fields(row)) {
      fields_.push_back(records.field(field));
    }
    const Row view{.timestamp = records.timestamp(row),
                   .stream = stream.get(),
                   .severity = records.severity(row),
                   .message = records.message(row),
                   .fields = fields_};
    if (!pipeline_.run(view)) return std::nullopt;
    return make_result_line(pipeline_.context(), RecordId{batch.first_id.value + row}, stream,
                            view.severity);
  }

 private:
  LogPlan plan_;
  Pipeline pipeline_;
  std::vector<FieldView> fields_;
};

}  // namespace

std::unique_ptr<LineFilterPipeline> make_tail(LogPlan plan) {
  return std::make_unique<Tail>(std::move(plan));
}

}  // namespace logpond::logql
