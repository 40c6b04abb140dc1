// Turns selected rows of a batch of the head into a record block.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/store.h"

namespace logpond::storage {

/// Borrows the batch and the request. Threads: one at a time.
class BatchRows {
 public:
  BatchRows(const StoredBatch& stored, const ScanRequest& request);

  /// Rows in ascending order.
  void add(std::size_t row);
  bool empty() const { return timestamps_.empty(); }
  std::size_t size() const { return timestamps_.size(); }
  /// The rows added so far; valid until the next add() and as long as this lives.
  RecordBlock block() const;

 private:
  void add_fields(std::size_t row);
  void add_class(std::size_t row);
  void drop_classes();

  const StoredBatch& stored_;
  const Columns columns_;
  std::vector<bool> wanted_;   // by field name of the batch
  bool names_fields_ = false;  // the request says which fields matter, so classes may tell them
  bool has_classes_ = true;

  std::vector<TimestampNs> timestamps_;
  std::vector<std::uint64_t> ids_;
  std::vector<std::uint32_t> streams_;
  std::vector<Severity> severities_;
  std::vector<std::string_view> severity_texts_;
  std::vector<std::string_view> messages_;
  std::vector<std::uint32_t> message_sizes_;
  std::vector<TimestampNs> received_;
  std::vector<std::uint32_t> field_begins_{0};
  std::vector<FieldView> fields_;
  std::vector<std::uint32_t> class_indexes_;
  std::vector<RecordClass> classes_;
  std::deque<std::vector<FieldView>> class_fields_;
  std::unordered_map<std::string, std::uint32_t> class_of_;
  std::string key_;
};

}  // namespace logpond::storage
