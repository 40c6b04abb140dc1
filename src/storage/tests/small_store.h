// An embedded store on a simulated disk that does everything by hand, and short words for it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/sim/sim_file_system.h"
#include "storage/embedded_store.h"
#include "storage/tests/record_model.h"

namespace logpond::storage::testing {

inline const TimestampNs kNow = *parse_rfc3339("2026-11-21T12:00:00Z");

class SmallStore {
 public:
  explicit SmallStore(platform::FileSystem& fs, EmbeddedStoreOptions options = {}) : fs_(fs) {
    options.directory = "/data";
    options.wal_segment_bytes = 4096;
    options.maintain = false;
    options_ = std::move(options);
    reopen();
  }

  void reopen() {
    store_.reset();
    auto opened = open_embedded_store(fs_, clock, metrics, options_, {});
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    store_ = *std::move(opened);
  }
  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }

  /// Lines of `{app="<app>"}`, a second apart from `first` on.
  void add(const std::string& app, const std::vector<std::string>& lines, TimestampNs first = kNow,
           const std::string& tenant = "default") {
    std::vector<ModelRecord> records;
    for (const std::string& line : lines) {
      ModelRecord one;
      one.tenant.value = tenant;
      one.timestamp = first;
      one.received = kNow;
      one.labels = Labels{{"app", app}};
      one.severity = Severity::kInfo;
      one.severity_text = "info";
      one.message = line;
      one.fields = {{"trace", line, FieldKind::kString}};
      records.push_back(std::move(one));
      first += kSecond;
    }
    const auto done = store_->append_and_wait(make_batch(records));
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  void flush() { ASSERT_TRUE(store_->flush()); }
  void merge() {
    const Status merged = store_->merge();
    ASSERT_TRUE(merged) << merged.error().message;
  }

  /// Messages in the order of their ids.
  std::vector<std::string> lines(const std::string& tenant = "default") {
    CollectingSink sink;
    ScanRequest request;
    request.tenant.value = tenant;
    EXPECT_TRUE(store_->scan(request, sink).has_value());
    EXPECT_TRUE(sink.sizes_agree);
    std::vector<std::string> lines;
    for (const ModelRecord& one : sorted_by_id(sink.records)) {
      EXPECT_EQ(one.fields.at(0).value, one.message);
      EXPECT_EQ(one.severity_text, "info");
      lines.push_back(one.message);
    }
    return lines;
  }
  std::uint64_t volume_records(const std::string& tenant = "default") {
    const auto volumes = store_->volume({tenant}, {}, Selector(), {});
    EXPECT_TRUE(volumes.has_value());
    std::uint64_t records = 0;
    for (const StreamVolume& volume : *volumes) records += volume.records;
    return records;
  }

  platform::ManualClock clock{kNow};
  telemetry::MetricsRegistry metrics;

 private:
  platform::FileSystem& fs_;
  EmbeddedStoreOptions options_;
  std::unique_ptr<Store> store_;
};

/// `{app="<app>"}` of all times, with a line filter `|= "<text>"` when `text` is not empty.
inline DeleteRequest delete_of(const std::string& app, const std::string& text = {},
                               const std::string& tenant = "default") {
  DeleteRequest request;
  request.tenant.value = tenant;
  request.selector = Selector({*Matcher::create("app", MatchOp::kEqual, app)});
  if (!text.empty()) {
    request.line_filters.push_back(
        *codec::LineFilter::compile(codec::LineFilterOp::kContains, {text}));
  }
  request.query = "{app=\"" + app + "\"}" + (text.empty() ? "" : " |= \"" + text + "\"");
  return request;
}

}  // namespace logpond::storage::testing
