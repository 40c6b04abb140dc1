// A store in a vector: obvious, slow, and right. For tests that need a store's answers without its
// files.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "storage/store.h"

namespace logpond::logql::testing {

/// What a MemoryStore tells about rows that are alike.
enum class ClassMode {
  kNone,
  kWithoutFields,
  kWithFields,
  kMixed,  ///< Each block something else, always the same for the same rows.
};

struct MemoryStoreOptions {
  /// At most so many, so that consumers meet several blocks.
  std::size_t rows_per_block = 4;
  ClassMode classes = ClassMode::kMixed;
  /// Leaves out every field that ScanRequest::field_names does not name.
  bool drops_fields = true;
};

/// Keeps records in the order of their arrival and looks at each of them in every scan. Honours the
/// whole ScanRequest. Its classes are no better than they must be: like rows may have several, some
/// have no row.
///
/// Threads: any; one lock around everything.
class MemoryStore final : public storage::Store {
 public:
  explicit MemoryStore(MemoryStoreOptions options = {}) : options_(options) {}

  void append(RecordBatch batch, storage::AppendCallback done) override;
  Result<storage::ScanStats> scan(const storage::ScanRequest& request,
                                  storage::ScanSink& sink) override;
  Result<std::vector<StreamPtr>> series(const TenantId& tenant, TimeRange range,
                                        const storage::Selector& selector) override;
  Result<std::vector<storage::StreamVolume>> volume(const TenantId& tenant, TimeRange range,
                                                    const storage::Selector& selector,
                                                    const platform::CancelToken& cancel) override;
  Status flush() override { return {}; }
  Status merge() override { return {}; }
  storage::StoreStats stats() const override;

  /// The request of the last scan: what was pushed down.
  const storage::ScanRequest& last_request() const { return last_request_; }
  /// Rows that scans have handed out so far.
  std::size_t rows_given() const { return rows_given_; }

 private:
  class BlockMaker;
  struct Field {
    std::string name;
    std::string value;
    FieldKind kind = FieldKind::kString;
  };
  struct Record {
    std::uint64_t id = 0;
    StreamPtr stream;
    TimestampNs timestamp = 0;
    TimestampNs received = 0;
    Severity severity = Severity::kUnset;
    std::string severity_text;
    std::string message;
    std::vector<Field> fields;
  };
  StreamPtr intern(const TenantId& tenant, const Labels& labels);
  static bool matches(const Record& record, const storage::ScanRequest& request);
  bool give(const std::vector<const Record*>& rows, const storage::ScanRequest& request,
            storage::ScanSink& sink);

  MemoryStoreOptions options_;
  mutable std::mutex mutex_;
  std::vector<StreamPtr> streams_;
  std::vector<Record> records_;
  storage::ScanRequest last_request_;
  std::size_t rows_given_ = 0;
};

}  // namespace logpond::logql::testing
