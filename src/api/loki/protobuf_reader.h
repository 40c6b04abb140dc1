// Protocol Buffers wire format, read forward over borrowed bytes. Hand-written: the messages we
// take have a handful of fields, and the reader never runs past its end or allocates.
#pragma once

#include <cstdint>
#include <string_view>

namespace logpond::api::loki {

/// One message. Loop over next(); take the value of fields you know, the others are skipped by the
/// following next(). After a broken byte ok() is false, stays so, and next() ends the loop.
class ProtobufReader {
 public:
  enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit ProtobufReader(std::string_view message) : rest_(message) {}

  /// Reads the next field's head. False at the end, and when the bytes are broken.
  bool next();
  std::uint32_t field() const { return field_; }
  bool is(std::uint32_t field, Wire wire) const { return field_ == field && wire_ == wire; }

  /// Value of the field that next() found; each once. Zero or empty when the wire type is another.
  std::uint64_t varint();
  std::string_view bytes();

  bool ok() const { return ok_; }

 private:
  std::uint64_t raw_varint();
  void skip();
  void fail();

  std::string_view rest_;
  std::uint32_t field_ = 0;
  Wire wire_ = Wire::kVarint;
  bool pending_ = false;  // the value was not taken yet
  bool ok_ = true;
};

}  // namespace logpond::api::loki
