// Loki's JSON push: any bytes give an error or a well-formed batch, and what came out of one push
// comes out again when it is pushed as JSON and as protobuf.
#include <cstdint>
#include <string>

#include "api/loki/push_json.h"
#include "api/loki/push_protobuf.h"
#include "api/tests/batch_text.h"
#include "api/tests/push_bodies.h"
#include "core/check.h"
#include "core/labels.h"

namespace {

using namespace logpond;
using namespace logpond::api;

loki::PushRules rules() {
  loki::PushRules all;
  all.discover_service_name = false;
  all.discover_log_levels = false;
  all.reject_newer_than = 0;
  return all;
}

/// The batch as push streams, one record each, so that nothing depends on how they were grouped.
std::vector<testing::PushStream> streams_of(const RecordBatch& batch) {
  std::vector<testing::PushStream> streams;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    testing::PushStream stream;
    const auto labels = Labels::decode(batch.text(batch.streams()[batch.stream(row)].encoded));
    for (const Label& label : labels->all()) stream.labels.emplace_back(label.name, label.value);
    testing::PushRecord record{batch.timestamp(row), std::string(batch.message(row)), {}};
    for (const auto& one : batch.fields(row)) {
      const FieldView field = batch.field(one);
      record.metadata.emplace_back(field.name, field.value);
    }
    if (!batch.severity_text(row).empty()) {
      record.metadata.emplace_back("detected_level", batch.severity_text(row));
    }
    stream.records.push_back(std::move(record));
    streams.push_back(std::move(stream));
  }
  return streams;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  loki::PushAssembler first(rules(), TenantId{}, 1);
  if (!loki::decode_push_json(net::Body(body), first)) return 0;
  const RecordBatch batch = first.finish().batch;
  testing::check_well_formed(batch);
  const auto streams = streams_of(batch);
  loki::PushAssembler json(rules(), TenantId{}, 1);
  LOGPOND_CHECK(loki::decode_push_json(net::Body(testing::json_push(streams)), json).has_value());
  LOGPOND_CHECK(testing::text_of(json.finish().batch) == testing::text_of(batch));
  return 0;
}
