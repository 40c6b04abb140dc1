// Any text: typed, and made again from what its value says.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "column/value.h"
#include "column/value_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace logpond::column;  // NOLINT: a fuzz target is one function
  std::string text(reinterpret_cast<const char*>(data), size);
  text.append(kTextPadding, '9');
  const Value value = type_value(text.data(), 0, static_cast<std::uint32_t>(size));
  text.resize(size);
  char packed[32];
  char again[kNumberTextMax + 64];
  const char* end = again;
  switch (value.kind) {
    case ValueKind::kText:
    case ValueKind::kLongText:
    case ValueKind::kReference:
      return 0;
    case ValueKind::kUuid:
      pack_uuid(text.data(), packed);
      write_uuid(packed, again);
      end = again + kUuidTextSize;
      break;
    case ValueKind::kHex:
      pack_hex(text.data(), value.aux, packed);
      write_hex(packed, value.aux, again);
      end = again + value.aux;
      break;
    default:
      end = write_number(again, value.kind, value.bits, value.aux);
  }
  if (std::string(again, static_cast<std::size_t>(end - again)) != text) std::abort();
  return 0;
}
