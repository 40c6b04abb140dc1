#include "config/option.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/value_text.h"
#include "core/time.h"

namespace logpond::config {
namespace {

constexpr std::array<std::string_view, 4> kLogLevels{"debug", "info", "warn", "error"};
constexpr std::array<std::string_view, 2> kLogFormats{"text", "json"};
constexpr std::int64_t kThreadsMax = 1024;

const std::vector<SectionSpec>& sections() {
  static const std::vector<SectionSpec> all{
      {"server", "Where the server listens and how much it takes at once"},
      {"store", "Where records are kept and for how long"},
      {"loki", "What Loki's clients see: discovery and query limits"},
      {"log", "What Logpond says about itself on stderr"},
      {"demo", "Sample logs for a first look"},
  };
  return all;
}

void add_server(std::vector<OptionSpec>& t) {
  t.push_back(
      {.section = "server",
       .key = "http",
       .type = OptionType::kAddress,
       .member = [](Config& c) -> std::string& { return c.server.http; },
       .help = "Address of the HTTP port: dashboard, pushes and queries; port 0 takes any free one",
       .short_flag = "http"});
  t.push_back({.section = "server",
               .key = "insecure",
               .type = OptionType::kBool,
               .member = [](Config& c) -> bool& { return c.server.insecure; },
               .help = "Listen on other addresses than loopback although nobody is asked who he is",
               .short_flag = "insecure"});
  t.push_back({.section = "server",
               .key = "io_threads",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.server.io_threads; },
               .help = "Threads that read and write sockets",
               .unit = "threads",
               .least = 1,
               .most = kThreadsMax});
  t.push_back(
      {.section = "server",
       .key = "work_threads",
       .type = OptionType::kInteger,
       .member = [](Config& c) -> std::int64_t& { return c.server.work_threads; },
       .help = "Threads of each pool: one decodes pushes, one runs queries; 0 means one per core",
       .unit = "threads",
       .default_note = "one per core",
       .most = kThreadsMax});
  t.push_back(
      {.section = "server",
       .key = "body_bytes_max",
       .type = OptionType::kBytes,
       .member = [](Config& c) -> std::int64_t& { return c.server.body_bytes_max; },
       .help = "Largest request body, as received and when unpacked; beyond it the answer is 413",
       .least = 1024,
       .most = static_cast<std::int64_t>(kBatchBytesMax)});
  t.push_back({.section = "server",
               .key = "connections_max",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.server.connections_max; },
               .help = "Connections open at once; beyond it the answer is 503",
               .unit = "connections",
               .least = 1,
               .most = 1'000'000});
  t.push_back(
      {.section = "server",
       .key = "multi_tenant",
       .type = OptionType::kBool,
       .member = [](Config& c) -> bool& { return c.server.multi_tenant; },
       .help =
           "Requests must name their tenant in X-Scope-OrgID; without it all data has one owner"});
  t.push_back({.section = "server",
               .key = "query_timeout",
               .type = OptionType::kDuration,
               .member = [](Config& c) -> std::int64_t& { return c.server.query_timeout; },
               .help = "Longest time a query may take; then the answer is 504",
               .least = kMillisecond});
  t.push_back({.section = "server",
               .key = "drain_timeout",
               .type = OptionType::kDuration,
               .member = [](Config& c) -> std::int64_t& { return c.server.drain_timeout; },
               .help = "At a stop, how long requests that were begun may take to end",
               .reloadable = true});
}

void add_store(std::vector<OptionSpec>& t) {
  t.push_back({.section = "store",
               .key = "data",
               .type = OptionType::kPath,
               .member = [](Config& c) -> std::string& { return c.store.data; },
               .help = "The data directory; made when absent",
               .short_flag = "data"});
  t.push_back({.section = "store",
               .key = "url",
               .type = OptionType::kStoreUrl,
               .member = [](Config& c) -> std::string& { return c.store.url; },
               .help = "Where records are kept: `embedded:DIR`",
               .default_note = "`embedded:` and the data directory",
               .short_flag = "store"});
  t.push_back({.section = "store",
               .key = "head_bytes_max",
               .type = OptionType::kBytes,
               .member = [](Config& c) -> std::int64_t& { return c.store.head_bytes_max; },
               .help = "Memory for the newest records, those being sealed into a part included; "
                       "beyond it pushes wait",
               .least = std::int64_t{1} << 20,
               .most = std::int64_t{8} << 30});
  t.push_back({.section = "store",
               .key = "cache_bytes_max",
               .type = OptionType::kBytes,
               .member = [](Config& c) -> std::int64_t& { return c.store.cache_bytes_max; },
               .help = "Memory for what queries have read from parts, kept for the next ones",
               .most = std::int64_t{64} << 30});
  t.push_back({.section = "store",
               .key = "retention",
               .type = OptionType::kDuration,
               .member = [](Config& c) -> std::int64_t& { return c.store.retention; },
               .help = "Parts whose records are all older are dropped; 0 keeps them for ever"});
  t.push_back(
      {.section = "store",
       .key = "retention_bytes",
       .type = OptionType::kBytes,
       .member = [](Config& c) -> std::int64_t& { return c.store.retention_bytes; },
       .help = "When parts take more than this on disk, the oldest are dropped; 0 means no limit"});
  t.push_back({.section = "store",
               .key = "wal_segment_bytes",
               .type = OptionType::kBytes,
               .member = [](Config& c) -> std::int64_t& { return c.store.wal_segment_bytes; },
               .help = "Size of one file of the write-ahead log",
               .least = std::int64_t{1} << 20,
               .most = std::int64_t{4} << 30});
  t.push_back({.section = "store",
               .key = "group_wait",
               .type = OptionType::kDuration,
               .member = [](Config& c) -> std::int64_t& { return c.store.group_wait; },
               .help = "How long a push waits for others to share one sync to disk with; under "
                       "load they share anyway",
               .most = kSecond});
}

void add_loki(std::vector<OptionSpec>& t) {
  t.push_back({.section = "loki",
               .key = "discover_service_name",
               .type = OptionType::kBool,
               .member = [](Config& c) -> bool& { return c.loki.discover_service_name; },
               .help = "Gives pushed streams without `service_name` one, from their other labels"});
  t.push_back({.section = "loki",
               .key = "discover_log_levels",
               .type = OptionType::kBool,
               .member = [](Config& c) -> bool& { return c.loki.discover_log_levels; },
               .help = "Finds the level of pushed lines and shows it as `detected_level`"});
  t.push_back({.section = "loki",
               .key = "entries_max",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.loki.entries_max; },
               .help = "Lines that one query may ask for",
               .unit = "lines",
               .least = 1,
               .most = 1'000'000});
  t.push_back({.section = "loki",
               .key = "series_max",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.loki.series_max; },
               .help = "Series that a metric query may answer with",
               .unit = "series",
               .least = 1,
               .most = 1'000'000});
  t.push_back({.section = "loki",
               .key = "points_max",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.loki.points_max; },
               .help = "Points of one series, range divided by step",
               .unit = "points",
               .least = 1,
               .most = 10'000'000});
  t.push_back({.section = "loki",
               .key = "range_max",
               .type = OptionType::kDuration,
               .member = [](Config& c) -> std::int64_t& { return c.loki.range_max; },
               .help = "Longest time range of a query; 0 means any"});
  t.push_back({.section = "loki",
               .key = "tails_max",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.loki.tails_max; },
               .help = "Live tails at once",
               .unit = "tails",
               .least = 1,
               .most = 100'000});
  t.push_back(
      {.section = "loki",
       .key = "reject_older_than",
       .type = OptionType::kDuration,
       .member = [](Config& c) -> std::int64_t& { return c.loki.reject_older_than; },
       .help = "Pushed lines older than this are refused by name; 0 takes lines of any age"});
  t.push_back(
      {.section = "loki",
       .key = "reject_newer_than",
       .type = OptionType::kDuration,
       .member = [](Config& c) -> std::int64_t& { return c.loki.reject_newer_than; },
       .help =
           "Pushed lines further ahead of the server's clock than this are refused; 0 takes any"});
}

void add_log_and_demo(std::vector<OptionSpec>& t) {
  t.push_back({.section = "log",
               .key = "level",
               .type = OptionType::kText,
               .member = [](Config& c) -> std::string& { return c.log.level; },
               .help = "The least level that is written",
               .reloadable = true,
               .choices = kLogLevels});
  t.push_back({.section = "log",
               .key = "format",
               .type = OptionType::kText,
               .member = [](Config& c) -> std::string& { return c.log.format; },
               .help = "Lines for people, or one JSON object a line",
               .reloadable = true,
               .choices = kLogFormats});
  t.push_back({.section = "demo",
               .key = "enabled",
               .type = OptionType::kBool,
               .member = [](Config& c) -> bool& { return c.demo.enabled; },
               .help = "Lets realistic sample logs of many formats flow in, the last hour first",
               .short_flag = "demo"});
  t.push_back({.section = "demo",
               .key = "rate",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.demo.rate; },
               .help = "How many sample lines come on average",
               .unit = "lines/s",
               .least = 1,
               .most = 100'000});
  t.push_back({.section = "demo",
               .key = "seed",
               .type = OptionType::kInteger,
               .member = [](Config& c) -> std::int64_t& { return c.demo.seed; },
               .help = "Samples of the same seed have the same services and the same troubles"});
}

std::vector<OptionSpec> make_table() {
  std::vector<OptionSpec> table;
  add_server(table);
  add_store(table);
  add_loki(table);
  add_log_and_demo(table);
  return table;
}

tl::unexpected<Error> bad(std::string text) {
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string number_text(const OptionSpec& option, std::int64_t value) {
  if (option.type == OptionType::kBytes) return format_bytes(value);
  if (option.type == OptionType::kDuration) return format_duration(value);
  return std::to_string(value);
}

Result<std::int64_t> parse_number(const OptionSpec& option, std::string_view text) {
  std::int64_t value = 0;
  if (option.type == OptionType::kBytes) {
    const auto bytes = parse_bytes(text);
    if (!bytes) return bad(in_quotes(text) + " is not a size: write bytes, or 64KiB, 64MiB, 10GB");
    value = *bytes;
  } else if (option.type == OptionType::kDuration) {
    const auto span = parse_span(text);
    if (!span)
      return bad(in_quotes(text) + " is not a duration: write 250ms, 30s, 1h30m, 14d or 0");
    value = *span;
  } else {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
      return bad(in_quotes(text) + " is not a whole number");
    }
  }
  if (value < option.least) {
    return bad(in_quotes(text) + " is too small: at least " + number_text(option, option.least));
  }
  if (value > option.most) {
    return bad(in_quotes(text) + " is too large: at most " + number_text(option, option.most));
  }
  return value;
}

Status check_text(const OptionSpec& option, std::string_view text) {
  if (option.type == OptionType::kAddress) LOGPOND_CHECK_OK(parse_address(text));
  if (option.type == OptionType::kStoreUrl) LOGPOND_CHECK_OK(parse_store_url(text));
  if (option.type == OptionType::kPath && text.empty()) return bad("the path is empty");
  if (option.choices.empty()) return {};
  if (std::find(option.choices.begin(), option.choices.end(), text) != option.choices.end())
    return {};
  std::string all;
  for (const std::string_view choice : option.choices) {
    all += (all.empty()                       ? ""
            : choice == option.choices.back() ? " or "
                                              : ", ") +
           std::string(choice);
  }
  return bad(in_quotes(text) + " is not one of " + all);
}

Result<bool> parse_truth(std::string_view text) {
  if (text == "true" || text == "1" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "0" || text == "no" || text == "off") return false;
  return bad(in_quotes(text) + " is neither true nor false");
}

}  // namespace

std::span<const OptionSpec> option_table() {
  static const std::vector<OptionSpec> table = make_table();
  return table;
}

std::span<const SectionSpec> section_table() {
  return sections();
}

const OptionSpec* find_option(std::string_view path) {
  for (const OptionSpec& option : option_table()) {
    if (option.path() == path) return &option;
  }
  return nullptr;
}

const OptionSpec* find_flag(std::string_view flag) {
  const std::string wanted = flag.starts_with("--") ? std::string(flag) : "--" + std::string(flag);
  for (const OptionSpec& option : option_table()) {
    if (option.flag() == wanted) return &option;
  }
  return nullptr;
}

std::string OptionSpec::flag() const {
  std::string text = "--";
  if (!short_flag.empty()) return text + std::string(short_flag);
  text += std::string(section) + "-" + std::string(key);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string OptionSpec::environment_name() const {
  std::string text = "LOGPOND_" + std::string(section) + "_" + std::string(key);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string OptionSpec::path() const {
  return std::string(section) + "." + std::string(key);
}

std::string_view OptionSpec::value_name() const {
  switch (type) {
    case OptionType::kBool:
      return "";
    case OptionType::kInteger:
      return "N";
    case OptionType::kBytes:
      return "SIZE";
    case OptionType::kDuration:
      return "DURATION";
    case OptionType::kAddress:
      return "ADDR";
    case OptionType::kPath:
      return "DIR";
    case OptionType::kStoreUrl:
      return "URL";
    case OptionType::kText:
      break;
  }
  return "TEXT";
}

std::string OptionSpec::default_text() const {
  return default_note.empty() ? value_text(*this, Config{}) : std::string(default_note);
}

Status assign(const OptionSpec& option, std::string_view text, Config& config) {
  if (const auto* truth = std::get_if<bool& (*)(Config&)>(&option.member)) {
    LOGPOND_TRY((*truth)(config), parse_truth(text));
    return {};
  }
  if (const auto* number = std::get_if<std::int64_t& (*)(Config&)>(&option.member)) {
    LOGPOND_TRY((*number)(config), parse_number(option, text));
    return {};
  }
  LOGPOND_CHECK_OK(check_text(option, text));
  std::get<std::string& (*)(Config&)>(option.member)(config) = text;
  return {};
}

std::string value_text(const OptionSpec& option, const Config& config) {
  Config copy = config;  // members are reached through a mutable reference
  if (const auto* truth = std::get_if<bool& (*)(Config&)>(&option.member)) {
    return (*truth)(copy) ? "true" : "false";
  }
  if (const auto* number = std::get_if<std::int64_t& (*)(Config&)>(&option.member)) {
    return number_text(option, (*number)(copy));
  }
  return std::get<std::string& (*)(Config&)>(option.member)(copy);
}

std::span<const RuleKey> rule_keys() {
  static constexpr std::array<RuleKey, 4> kKeys{{
      {"tenant", OptionType::kText, "Whose records; without it those of every tenant"},
      {"selector", OptionType::kText, "Which streams, in LogQL; without it all"},
      {"max_age", OptionType::kDuration, "Older records are hidden at once and leave the disk"},
      {"max_bytes", OptionType::kBytes,
       "When these streams take more on disk, their oldest parts' records go"},
  }};
  return kKeys;
}

}  // namespace logpond::config
