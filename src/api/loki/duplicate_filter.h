// Finds records that repeat an earlier one of the same batch exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/record.h"

namespace logpond::api::loki {

/// Records of a stream usually come with rising times, and a record later than all before it in its
/// stream repeats nothing. So nothing is hashed until a time does not rise; then the batch so far
/// is indexed once, and from there on every record.
///
/// Threads: one.
class DuplicateFilter {
 public:
  /// `seed` keeps senders from choosing lines that collide.
  explicit DuplicateFilter(std::uint64_t seed) : seed_(seed) {}

  /// True when `batch` has an equal record. Otherwise the record must be finished in `batch` next.
  bool is_repeated(const RecordBatch& batch, RecordBatch::StreamIndex stream, TimestampNs timestamp,
                   std::string_view line, std::span<const FieldView> fields);

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::uint32_t record = 0;
    bool used = false;
  };
  void insert(std::uint64_t hash, std::uint32_t record);
  void index_all(const RecordBatch& batch);
  void grow();

  std::uint64_t seed_;
  std::vector<TimestampNs> newest_;  // by stream
  std::vector<Entry> table_;         // open addressing; empty until a time did not rise
  std::size_t entries_ = 0;
  std::vector<FieldView> scratch_;
};

}  // namespace logpond::api::loki
