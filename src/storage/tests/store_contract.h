// The tests that every Store passes: embedded, ClickHouse, PostgreSQL. A test binary compiles
// store_contract.cpp beside an INSTANTIATE_TEST_SUITE_P(name, StoreContract, Values(factory)).
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "storage/tests/record_model.h"

namespace logpond::storage::testing {

/// A store and what it stands on. reopen() closes it and opens the same data again.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  virtual void reopen() = 0;
};
struct StoreFactory {
  std::string name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

class StoreContract : public ::testing::TestWithParam<StoreFactory> {
 protected:
  void SetUp() override { under_test_ = GetParam().make(); }
  Store& store() { return under_test_->store(); }
  void reopen() { under_test_->reopen(); }
  /// Appends to the store and the model.
  void append(std::vector<ModelRecord> records);
  /// Fails the test unless the store answers `request` as the model does.
  void expect_same(const ScanRequest& request);
  RecordModel model_;

 private:
  std::unique_ptr<StoreUnderTest> under_test_;
};

ModelRecord record(TimestampNs timestamp, Labels labels, std::string message);
ScanRequest everything();

}  // namespace logpond::storage::testing
