// Any bytes as a WAL payload: an error, or a batch that encodes to something that decodes to the
// same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "storage/batch_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto batch = logpond::storage::decode_batch({reinterpret_cast<const char*>(data), size});
  if (!batch) return 0;
  std::string once;
  logpond::storage::encode_batch(*batch, once);
  const auto again = logpond::storage::decode_batch(once);
  if (!again || again->size() != batch->size()) std::abort();
  std::string twice;
  logpond::storage::encode_batch(*again, twice);
  if (once != twice) std::abort();
  return 0;
}
