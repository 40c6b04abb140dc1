#include "generate/line_writer.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "codec/json_text.h"
#include "generate/phrase.h"

namespace logpond::generate {
namespace {

constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 5> kAgents{
    "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36",
    "curl/8.5.0", "shop-monitor/2.1"};

struct CivilTime {
  int year, month, day, hour, minute, second;
  int nanos;
};

CivilTime civil(TimestampNs t) {
  const std::int64_t day = utc_day(t);
  const std::int64_t rest = t - day * kDay;
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(day)}}};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(rest / kHour),
          static_cast<int>(rest / kMinute % 60),
          static_cast<int>(rest / kSecond % 60),
          static_cast<int>(rest % kSecond)};
}

template <typename... Args>
void append_printed(std::string& out, const char* format, Args... args) {
  std::array<char, 128> text{};
  const int size = std::snprintf(text.data(), text.size(), format, args...);
  out.append(text.data(), std::min(static_cast<std::size_t>(size), text.size() - 1));
}

std::string_view lower_word(Severity severity) {
  return severity_word(severity);
}

std::string_view upper_word(Severity severity) {
  switch (severity) {
    case Severity::kDebug:
      return "DEBUG";
    case Severity::kWarn:
      return "WARN";
    case Severity::kError:
      return "ERROR";
    default:
      return "INFO";
  }
}

// Status code and size of an access line follow from its severity.
void append_nginx(std::string& out, const LineParts& parts, Dice& dice) {
  constexpr std::array<int, 6> kGood{200, 200, 200, 200, 304, 201};
  constexpr std::array<int, 4> kClient{404, 404, 403, 429};
  constexpr std::array<int, 3> kServer{502, 503, 504};
  int status = dice.pick(std::span<const int>(kGood));
  if (parts.saying->severity == Severity::kWarn) status = dice.pick(std::span<const int>(kClient));
  if (parts.saying->severity == Severity::kError) status = dice.pick(std::span<const int>(kServer));
  const CivilTime t = civil(parts.at);
  append_phrase(out, "{ip} - - ", dice);
  append_printed(out, "[%02d/%s/%04d:%02d:%02d:%02d +0000] \"%s ", t.day,
                 kMonths[static_cast<std::size_t>(t.month - 1)], t.year, t.hour, t.minute, t.second,
                 dice.chance(0.15) ? "POST" : "GET");
  append_phrase(out, parts.saying->text, dice);
  const bool slow = status == 504;
  const std::int64_t took = slow ? dice.between(30'000, 31'000) : latency_ms(dice);
  append_printed(out, " HTTP/1.1\" %d %lld \"-\" \"", status,
                 status == 304 ? 0LL : static_cast<long long>(dice.between(120, 60'000)));
  out += dice.pick(std::span<const std::string_view>(kAgents));
  append_printed(out, "\" rt=%lld.%03lld trace=", static_cast<long long>(took / 1000),
                 static_cast<long long>(took % 1000));
  out += parts.trace_id.empty() ? "-" : parts.trace_id;
}

// Turns filled attributes (`key=value key="two words"`) into JSON members; numbers stay numbers.
void append_members(std::string& out, std::string_view attributes) {
  while (!attributes.empty()) {
    const std::size_t equals = attributes.find('=');
    if (equals == std::string_view::npos) return;
    const std::string_view key = attributes.substr(0, equals);
    attributes.remove_prefix(equals + 1);
    const bool is_quoted = attributes.starts_with('"');
    if (is_quoted) attributes.remove_prefix(1);
    const std::size_t end = std::min(attributes.find(is_quoted ? '"' : ' '), attributes.size());
    const std::string_view value = attributes.substr(0, end);
    attributes.remove_prefix(std::min(attributes.size(), end + (is_quoted ? 2 : 1)));
    out += ',';
    codec::append_json_string(out, key);
    out += ':';
    const bool is_number = !is_quoted && !value.empty() && value.size() < 16 &&
                           value.find_first_not_of("0123456789") == std::string_view::npos &&
                           (value.size() == 1 || value.front() != '0');
    if (is_number) {
      out += value;
    } else {
      codec::append_json_string(out, value);
    }
  }
}

void append_json(std::string& out, const LineParts& parts, Dice& dice) {
  out += "{\"ts\":\"" + format_rfc3339(parts.at) + "\",\"level\":\"";
  out += lower_word(parts.saying->severity);
  out += "\",\"caller\":\"";
  out += parts.service->component;
  append_printed(out, ":%lld\",\"msg\":", static_cast<long long>(dice.between(20, 400)));
  std::string text;
  append_phrase(text, parts.saying->text, dice);
  codec::append_json_string(out, text);
  std::string attributes;
  append_phrase(attributes, parts.saying->attributes, dice);
  append_members(out, attributes);
  if (!parts.trace_id.empty()) {
    out += ",\"trace_id\":\"";
    out += parts.trace_id;
    out += '"';
  }
  out += '}';
}

void append_logfmt(std::string& out, const LineParts& parts, Dice& dice) {
  out += "ts=" + format_rfc3339(parts.at) + " level=";
  out += lower_word(parts.saying->severity);
  out += " component=";
  out += parts.service->component;
  out += " msg=\"";
  append_phrase(out, parts.saying->text, dice);
  out += '"';
  if (!parts.saying->attributes.empty()) out += ' ';
  append_phrase(out, parts.saying->attributes, dice);
  if (parts.trace_id.empty()) return;
  out += " trace_id=";
  out += parts.trace_id;
}

void append_syslog(std::string& out, const LineParts& parts, Dice& dice) {
  const CivilTime t = civil(parts.at);
  append_printed(out, "%s %2d %02d:%02d:%02d ", kMonths[static_cast<std::size_t>(t.month - 1)],
                 t.day, t.hour, t.minute, t.second);
  out += parts.host;
  out += ' ';
  out += parts.service->component;
  append_phrase(out, "[{pid}]: ", dice);
  append_phrase(out, parts.saying->text, dice);
}

void append_java(std::string& out, const LineParts& parts, Dice& dice) {
  const CivilTime t = civil(parts.at);
  append_printed(out, "%04d-%02d-%02d %02d:%02d:%02d,%03d ", t.year, t.month, t.day, t.hour,
                 t.minute, t.second, t.nanos / 1'000'000);
  out += upper_word(parts.saying->severity);
  append_printed(out, " [worker-%d] ", static_cast<int>(dice.between(1, 8)));
  out += parts.service->component;
  out += " - ";
  append_phrase(out, parts.saying->text, dice);
  if (parts.saying->severity != Severity::kError) return;
  out += "\njava.sql.SQLTransientConnectionException: pool shop-orders - no connection within ";
  append_phrase(out, "{n:5000-9000} ms", dice);
  append_phrase(out, "\n\tat shop.orders.Pool.borrow(Pool.java:{n:40-90})", dice);
  append_phrase(out, "\n\tat shop.orders.OrderRepository.load(OrderRepository.java:{n:30-140})",
                dice);
  append_phrase(out, "\n\tat shop.orders.OrderService.handle(OrderService.java:{n:60-220})", dice);
  out += "\n\tat java.base/java.lang.Thread.run(Thread.java:1583)";
  if (dice.chance(0.5)) {
    append_phrase(
        out, "\nCaused by: java.net.SocketTimeoutException: {inner_ip}:5432 did not answer", dice);
    out += "\n\t... 4 more";
  }
}

void append_kube(std::string& out, const LineParts& parts, Dice& dice) {
  const CivilTime t = civil(parts.at);
  const char letter = parts.saying->severity == Severity::kError  ? 'E'
                      : parts.saying->severity == Severity::kWarn ? 'W'
                                                                  : 'I';
  append_printed(out, "%c%02d%02d %02d:%02d:%02d.%06d %7d ", letter, t.month, t.day, t.hour,
                 t.minute, t.second, t.nanos / 1000, static_cast<int>(dice.between(900, 990)));
  out += parts.service->component;
  append_phrase(out, ":{n:100-990}] ", dice);
  append_phrase(out, parts.saying->text, dice);
}

void append_postgres(std::string& out, const LineParts& parts, Dice& dice) {
  const CivilTime t = civil(parts.at);
  append_printed(out, "%04d-%02d-%02d %02d:%02d:%02d.%03d UTC ", t.year, t.month, t.day, t.hour,
                 t.minute, t.second, t.nanos / 1'000'000);
  append_phrase(out, "[{pid}] ", dice);
  out += parts.saying->severity == Severity::kError  ? "ERROR:  "
         : parts.saying->severity == Severity::kWarn ? "WARNING:  "
                                                     : "LOG:  ";
  append_phrase(out, parts.saying->text, dice);
}

void append_python(std::string& out, const LineParts& parts, Dice& dice) {
  const CivilTime t = civil(parts.at);
  append_printed(out, "%04d-%02d-%02d %02d:%02d:%02d,%03d - ", t.year, t.month, t.day, t.hour,
                 t.minute, t.second, t.nanos / 1'000'000);
  out += parts.service->component;
  out += " - ";
  out += parts.saying->severity == Severity::kWarn ? "WARNING" : upper_word(parts.saying->severity);
  out += " - ";
  append_phrase(out, parts.saying->text, dice);
}

}  // namespace

void append_line(std::string& out, const LineParts& parts, Dice& dice) {
  switch (parts.service->style) {
    case Style::kNginx:
      return append_nginx(out, parts, dice);
    case Style::kJson:
      return append_json(out, parts, dice);
    case Style::kLogfmt:
      return append_logfmt(out, parts, dice);
    case Style::kSyslog:
      return append_syslog(out, parts, dice);
    case Style::kJava:
      return append_java(out, parts, dice);
    case Style::kKube:
      return append_kube(out, parts, dice);
    case Style::kPostgres:
      return append_postgres(out, parts, dice);
    case Style::kPython:
      return append_python(out, parts, dice);
  }
}

void append_wrapped(std::string& out, const LineParts& parts, std::string_view line) {
  out += "{\"timestamp\":\"" + format_rfc3339(parts.at) + "\",\"service\":\"";
  out += parts.service->name;
  out += "\",\"host\":\"";
  out += parts.host;
  out += "\",\"level\":\"";
  out += lower_word(parts.saying->severity);
  out += "\",\"message\":";
  codec::append_json_string(out, line);
  if (!parts.trace_id.empty()) {
    out += ",\"trace_id\":\"";
    out += parts.trace_id;
    out += '"';
  }
  out += '}';
}

}  // namespace logpond::generate
