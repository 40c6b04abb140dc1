// Patterns and field statistics: what row groups tell without their messages being rebuilt.
#include <gtest/gtest.h>

#include "storage/tests/small_store.h"

namespace logpond::storage::testing {
namespace {

class HeaderAnswersTest : public ::testing::Test {
 protected:
  std::vector<Pattern> patterns(TimeRange range = {}, const std::string& app = {}) {
    PatternRequest request;
    request.tenant.value = "default";
    request.range = range;
    if (!app.empty()) request.selector = selector_of(app);
    const auto found = store_->patterns(request);
    EXPECT_TRUE(found.has_value());
    return *found;
  }
  std::vector<FieldStats> fields(const std::string& app = {}) {
    const auto found =
        store_->field_stats({"default"}, {}, app.empty() ? Selector() : selector_of(app), {});
    EXPECT_TRUE(found.has_value());
    return *found;
  }
  static Selector selector_of(const std::string& app) {
    return Selector({*Matcher::create("app", MatchOp::kEqual, app)});
  }
  void add_with_fields(const std::vector<std::vector<ModelField>>& rows) {
    std::vector<ModelRecord> records;
    for (const auto& fields : rows) {
      ModelRecord one;
      one.tenant.value = "default";
      one.timestamp = one.received = kNow;
      one.labels = Labels{{"app", "shop"}};
      one.message = "m";
      one.fields = fields;
      records.push_back(std::move(one));
    }
    ASSERT_TRUE(store_->append_and_wait(make_batch(records)).has_value());
  }
  /// The same question to the head and to the part that it becomes.
  template <typename Check>
  void before_and_after_sealing(Check check) {
    {
      SCOPED_TRACE("head");
      check();
    }
    store_.flush();
    {
      SCOPED_TRACE("part");
      check();
    }
    store_.reopen();
    SCOPED_TRACE("part, opened again");
    check();
  }

  std::unique_ptr<platform::SimFileSystem> fs_ = platform::SimFileSystem::create(1);
  SmallStore store_{*fs_};
};

TEST_F(HeaderAnswersTest, PatternsCountTheirLinesByStep) {
  store_.add("shop", {"user 17 came", "user 4 came", "user 5 left", "user 6 came"});
  store_.add("shop", {"user 99 came"}, kNow + kMinute);
  before_and_after_sealing([&] {
    const auto found = patterns();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].text, "user <_> came");
    EXPECT_EQ(found[0].records, 4U);
    EXPECT_EQ(found[0].first_seen, kNow);
    EXPECT_EQ(found[0].counts,
              (std::vector<std::pair<TimestampNs, std::uint64_t>>{{kNow, 3}, {kNow + kMinute, 1}}));
    EXPECT_EQ(found[1].text, "user <_> left");
    EXPECT_EQ(found[1].first_seen, kNow + 2 * kSecond);
  });
}

TEST_F(HeaderAnswersTest, PatternsKeepToRangeSelectorAndTenantButNotFirstSeen) {
  store_.add("shop", {"user 17 came", "user 18 came"});
  store_.add("gate", {"user 1 came"}, kNow - kMinute);
  store_.add("shop", {"user 2 came"}, kNow, "other");
  before_and_after_sealing([&] {
    const auto found = patterns({kNow + kSecond, kNow + kMinute}, "shop");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].records, 1U);
    const auto every_app = patterns({kNow, kNow + kMinute});
    ASSERT_EQ(every_app.size(), 1U);
    EXPECT_EQ(every_app[0].records, 2U);
  });
  EXPECT_EQ(patterns({kNow + kSecond, kNow + kMinute}, "shop")[0].first_seen, kNow);
  EXPECT_EQ(patterns({kNow, kNow + kMinute})[0].first_seen, kNow - kMinute);
}

TEST_F(HeaderAnswersTest, DeletedLinesHaveNoPattern) {
  store_.add("shop", {"user 17 came", "secret 4", "user 5 came"});
  ASSERT_TRUE(store_->remove(delete_of("shop", "secret")).has_value());
  before_and_after_sealing([&] {
    const auto found = patterns();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].text, "user <_> came");
    EXPECT_EQ(found[0].records, 2U);
  });
}

TEST_F(HeaderAnswersTest, FieldsTellKindCountAndDistinctValues) {
  add_with_fields({{{"code", "200", FieldKind::kNumber}, {"path", "/a", FieldKind::kString}},
                   {{"code", "200", FieldKind::kNumber}, {"path", "/b", FieldKind::kString}},
                   {{"code", "none", FieldKind::kString}, {"size", "3", FieldKind::kNumber}}});
  before_and_after_sealing([&] {
    const auto found = fields();
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].name, "code");
    EXPECT_EQ(found[0].kind, FieldKind::kString) << "mixed";
    EXPECT_EQ(found[0].records, 3U);
    EXPECT_EQ(found[1].name, "path");
    EXPECT_EQ(found[1].records, 2U);
    EXPECT_EQ(found[1].distinct, 2U);
    EXPECT_EQ(found[2].name, "size");
    EXPECT_EQ(found[2].kind, FieldKind::kNumber);
    EXPECT_EQ(found[2].records, 1U);
    EXPECT_TRUE(fields("gate").empty());
  });
}

TEST_F(HeaderAnswersTest, FieldsOfDeletedRecordsAreGone) {
  add_with_fields({{{"secret", "x", FieldKind::kString}}});
  ASSERT_TRUE(store_->remove(delete_of("shop")).has_value());
  add_with_fields({{{"open", "y", FieldKind::kString}}});
  before_and_after_sealing([&] {
    const auto found = fields();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].name, "open");
  });
}

}  // namespace
}  // namespace logpond::storage::testing
