// Loki's protobuf push: any bytes give an error or a well-formed batch, which comes out again when
// it is pushed as JSON.
#include <cstdint>
#include <string>

#include "api/loki/push_json.h"
#include "api/loki/push_protobuf.h"
#include "api/tests/batch_text.h"
#include "api/tests/push_bodies.h"
#include "core/check.h"
#include "core/labels.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace logpond;
  using namespace logpond::api;
  loki::PushRules rules;
  rules.reject_newer_than = 0;
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  loki::PushAssembler assembler(rules, TenantId{}, 1);
  if (!loki::decode_push_protobuf(message, assembler)) return 0;
  const loki::PushResult result = assembler.finish();
  testing::check_well_formed(result.batch);
  LOGPOND_CHECK(result.complaints.empty() == result.complaints.to_text().empty());
  return 0;
}
