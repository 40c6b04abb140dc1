// Takes the messages and fields of one row group apart and packs them into columns.
// Layout of what comes out: docs/formats/messages.md. Reverse: message_reader.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/shape.h"

namespace logpond::message {

/// One page: columns side by side.
struct Page {
  std::size_t begin = 0;   ///< In EncodedMessages::page_bytes; the next page's begin is its end.
  bool is_packed = false;  ///< Holds one large column: compressing it again brings nothing.
};

struct EncodedMessages {
  std::string directory;  ///< Shapes, lanes, where columns lie; not compressed.
  std::string page_bytes;
  std::vector<Page> pages;
  /// Of all values spelt like random ids, for a filter. Empty also when they were too many.
  std::vector<std::uint64_t> id_hashes;
};

/// Hash under which EncodedMessages::id_hashes holds an id; none for text that is not spelt like
/// one. It is that of column::Value::bits: filters on disk hang on it.
std::optional<std::uint64_t> id_hash(std::string_view id);

/// Owns a copy of every text added. Keeps its memory from one group to the next.
///
/// Threads: one at a time. No allocation per message once warm.
class MessageEncoder {
 public:
  explicit MessageEncoder(int zstd_level);
  MessageEncoder(MessageEncoder&&) noexcept;
  ~MessageEncoder();

  /// Adds a message; returns its shape (kind kFlat, kJson, kLogfmt or kRaw), whose next occurrence
  /// it is. `sender` tells apart who writes: documents of different senders do not share lanes.
  std::uint32_t add(std::uint32_t sender, std::string_view text);
  /// The shape that stands for a field; the same name and `tag` give the same one.
  std::uint32_t field_shape(std::string_view name, std::uint8_t tag);
  /// Adds the next value of a field.
  void add_field(std::uint32_t field_shape, std::string_view value);

  /// What add() returned: its kind, and its text with kHole in place of values (until clear()).
  ShapeKind kind(std::uint32_t shape) const;
  std::string_view skeleton(std::uint32_t shape) const;
  /// Memory of what was added, near enough for limits.
  std::size_t size_bytes() const;
  /// Packs everything added and forgets it.
  void finish(EncodedMessages& out);
  void clear();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::message
