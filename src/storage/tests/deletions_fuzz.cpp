// Any bytes as the list of deletions: an error, or a list that encodes to the same bytes' meaning.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/checksum.h"
#include "codec/varint.h"
#include "storage/deletion.h"

namespace {

void check(std::string_view bytes) {
  const auto list = logpond::storage::decode_deletions(bytes);
  if (!list) return;
  const std::string once = logpond::storage::encode_deletions(*list);
  const auto again = logpond::storage::decode_deletions(once);
  if (!again || logpond::storage::encode_deletions(*again) != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes);
  // With a checksum that holds, the parser behind it is reached too.
  std::string sealed = "LPDEL001" + std::string(bytes);
  logpond::codec::put_fixed(sealed, logpond::codec::checksum(sealed));
  check(sealed);
  return 0;
}
