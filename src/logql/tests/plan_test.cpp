#include "logql/plan.h"

#include <gtest/gtest.h>

#include "logql/parser.h"

namespace logpond::logql {
namespace {

std::string explained(const std::string& text) {
  const auto expr = parse(text);
  if (!expr) return expr.error().message;
  const auto planned = plan(*expr);
  return planned ? explain(*planned) : planned.error().message;
}

storage::Columns columns_of(const std::string& text) {
  const auto planned = plan(*parse(text)).value();
  const MetricPlan& metric = *std::get<MetricPlanPtr>(planned);
  return std::get<RangePlan>(metric.node).log.columns;
}

std::optional<std::vector<std::string>> fields_of(const std::string& text) {
  const auto planned = plan(*parse(text)).value();
  const MetricPlan& metric = *std::get<MetricPlanPtr>(planned);
  return std::get<RangePlan>(metric.node).log.field_names;
}

using storage::Columns;

TEST(Plan, MovesLineFiltersBeforeStagesThatLeaveTheLineAlone) {
  EXPECT_EQ(explained(R"({a="b"} | json | x="y" |= "t" or "u" | label_format c=d !~ "v")"),
            "scan {a=\"b\"}, columns: timestamp, id, stream, severity, message, fields\n"
            "  in the scan: line |= \"t\" or \"u\"\n"
            "  in the scan: line !~ \"v\"\n"
            "  then | json\n"
            "  then | x=\"y\"\n"
            "  then | label_format c=d\n");
}

TEST(Plan, LeavesLineFiltersBehindStagesThatChangeTheLine) {
  for (const char* stage : {"decolorize", "unpack", "line_format \"x\""}) {
    const std::string plan = explained(std::string("{a=\"b\"} |= \"s\" | ") + stage + " |= \"t\"");
    EXPECT_NE(plan.find("in the scan: line |= \"s\""), std::string::npos) << plan;
    EXPECT_NE(plan.find("then |= \"t\""), std::string::npos) << plan;
  }
}

TEST(Plan, MovesLabelTestsOfStoredLabelsIntoTheScan) {
  EXPECT_EQ(explained(R"({a="b"} | trace="x" and user=~"y.*" | json | level="z")"),
            "scan {a=\"b\"}, columns: timestamp, id, stream, severity, message, fields\n"
            "  in the scan: label trace=\"x\"\n"
            "  in the scan: label user=~\"y.*\"\n"
            "  then | json\n"
            "  then | level=\"z\"\n");
}

TEST(Plan, KeepsLabelTestsThatAStoreCannotAnswer) {
  for (const char* test :
       {R"(a="x" or b="y")", "a>5", R"(__error__="")", R"(a_extracted="x")", R"(a="x" and b>5)"}) {
    const std::string plan = explained(std::string("{a=\"b\"} | ") + test);
    EXPECT_EQ(plan.find("in the scan"), std::string::npos) << plan;
    EXPECT_NE(plan.find("then | "), std::string::npos) << plan;
  }
  EXPECT_EQ(explained(R"({a="b"} | drop x | x="")").find("in the scan"), std::string::npos);
}

TEST(Plan, AsksForTheColumnsThatAreNeeded) {
  EXPECT_EQ(columns_of(R"(sum(count_over_time({a="b"}[1m])))"), Columns::kNone);
  EXPECT_EQ(columns_of(R"(sum(count_over_time({a="b"} |= "x" [1m])))"), Columns::kNone);
  EXPECT_EQ(columns_of(R"(sum(count_over_time({a="b"} | json [1m])))"), Columns::kNone);
  EXPECT_EQ(columns_of(R"(sum(bytes_over_time({a="b"}[1m])))"), Columns::kMessageSize);
  EXPECT_EQ(columns_of(R"(sum by (app) (count_over_time({a="b"}[1m])))"), Columns::kFields);
  EXPECT_EQ(columns_of(R"(sum by (detected_level) (rate({a="b"}[1m])))"),
            Columns::kFields | Columns::kSeverity);
  EXPECT_EQ(columns_of(R"(count_over_time({a="b"}[1m]))"), Columns::kFields | Columns::kSeverity);
  EXPECT_EQ(columns_of(R"(sum by (x) (count_over_time({a="b"} | json [1m])))"),
            Columns::kMessage | Columns::kFields);
  EXPECT_EQ(columns_of(R"(sum(bytes_over_time({a="b"} | line_format "{{.x}}" [1m])))"),
            Columns::kMessage | Columns::kFields);
}

TEST(Plan, SumsGroupLinesInsteadOfSeries) {
  EXPECT_EQ(explained(R"(sum by (x) (rate({a="b"}[1m] offset 5s)))"),
            "rate over 1m0s, shifted by 5s, series by (x)\n"
            "  scan {a=\"b\"}, columns: timestamp, id, stream, fields: x\n");
  EXPECT_EQ(explained(R"(max by (x) (rate({a="b"}[1m])) / 2 > bool vector(1))"),
            "left > right\n"
            "  left / right\n"
            "    max, series by (x)\n"
            "      rate over 1m0s, a series for each label set\n"
            "        scan {a=\"b\"}, columns: timestamp, id, stream, severity, fields\n"
            "    number 2\n"
            "  vector of 1\n");
}

TEST(Plan, NamesTheFieldsThatMayMakeADifference) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(fields_of(R"(sum by (b, a) (count_over_time({a="b"}[1m])))"), (Names{"a", "b"}));
  EXPECT_EQ(fields_of(R"(sum by (a) (rate({a="b"} | c="d" [1m])))"), (Names{"a"}));
  EXPECT_EQ(fields_of(R"(sum by (a) (rate({a="b"} | c > 5 or d="x" [1m])))"),
            (Names{"a", "c", "d"}));
  EXPECT_EQ(fields_of(R"(sum by (a) (rate({a="b"} | c="d" | json [1m])))"), (Names{"a", "c"}));
  EXPECT_EQ(fields_of(R"(sum by (a_extracted_extracted) (rate({a="b"}[1m])))"),
            (Names{"a", "a_extracted", "a_extracted_extracted"}));
  EXPECT_EQ(fields_of(R"(max_over_time({a="b"} | unwrap c | d > 5 [1m]) by (e))"),
            (Names{"c", "d", "e"}));
  EXPECT_EQ(fields_of(R"(sum(rate({a="b"} | drop c, d="x" | label_format e=f [1m])))"),
            (Names{"d", "f"}));
  EXPECT_EQ(fields_of(R"(count_over_time({a="b"}[1m]))"), std::nullopt);
  EXPECT_EQ(fields_of(R"(sum without (a) (rate({a="b"}[1m])))"), std::nullopt);
  EXPECT_EQ(columns_of(R"(sum(rate({a="b"} | drop c [1m])))"), Columns::kNone);
}

TEST(Plan, TellsWhatStagesLookAt) {
  const auto log = [](const std::string& text) { return std::get<LogPlan>(*plan(*parse(text))); };
  EXPECT_EQ(log(R"({a="b"} | c > 5 | d="e" or f="g" | drop a | h > 5)").label_tests, 2U);
  EXPECT_EQ(log(R"({a="b"} | json | c > 5)").label_tests, 0U);
  EXPECT_FALSE(log(R"({a="b"} |= "x" | c > 5 | label_format d=e | keep d)").stages_read_line);
  EXPECT_TRUE(log(R"({a="b"} | c > 5 | logfmt)").stages_read_line);
  EXPECT_TRUE(log(R"({a="b"} | line_format "x")").stages_read_line);
}

TEST(Plan, NamesWhatThisVersionDoesNotEvaluate) {
  EXPECT_EQ(explained("{a=\"b\"} |= \"x\"\n | line_format \"{{.a | ToUpper}}\""),
            "line 2, col 4: line_format with more than {{.label}} in its template is not evaluated "
            "by this version");
  EXPECT_EQ(explained(R"(rate_counter({a="b"} | unwrap x [1m]))"),
            "line 1, col 1: rate_counter is not evaluated by this version");
}

TEST(Plan, RefusesBadStageParametersEvenWhereNobodyRunsThem) {
  EXPECT_EQ(explained(R"(sum(count_over_time({a="b"} | regexp "x" [1m])))"),
            "parse error : invalid regexp parser: at least one named capture must be supplied");
  EXPECT_EQ(explained(R"({a="b"} | a=~"(")"),
            "parse error : error parsing regexp: missing closing ): `(`");
  EXPECT_EQ(explained(R"({a="b"} |= ip("10.0.0"))"),
            "parse error : stage '|= ip(\"10.0.0\")' : ip: invalid pattern: \"10.0.0\"");
  EXPECT_EQ(explained(R"({a="b"} | pattern "<a> <a>")"),
            "parse error : invalid pattern parser: duplicate capture name (a): invalid expression");
  EXPECT_EQ(explained(R"(sum(rate({a="b"}[1m])) or rate({x!="y"}[1m]))").substr(0, 35),
            "parse error : queries require at le");
}

}  // namespace
}  // namespace logpond::logql
