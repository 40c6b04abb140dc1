// Lines of every kind that logs have, and of kinds that they should not have, for property tests.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

namespace logpond::message::testing {

inline std::string word() {
  return *rc::gen::element<std::string>("GET", "user", "blk_", "error", "x", "10.0.0.7", "0x1f",
                                        "dfe3", "-", "a=b", "\"", "{", "", "connection", "\\n",
                                        "2026-11-21T10:00:00.123Z", "00712", "12.50", "-0");
}

inline std::string number() {
  return std::to_string(*rc::gen::inRange(0, 100'000));
}

inline std::string hex_id() {
  std::string id;
  for (int i = 0; i < 32; ++i) id.push_back("0123456789abcdef"[*rc::gen::inRange(0, 16)]);
  return id;
}

inline std::string flat_line() {
  std::string line;
  const int words = *rc::gen::inRange(0, 8);
  for (int i = 0; i < words; ++i) {
    line += *rc::gen::arbitrary<bool>() ? word() : word() + number();
    line += *rc::gen::element<std::string>(" ", ", ", ":", "=", "");
  }
  return line;
}

inline std::string json_value(int depth);

inline std::string json_object(int depth) {
  std::string text = "{";
  const int members = *rc::gen::inRange(0, 5);
  for (int i = 0; i < members; ++i) {
    if (i > 0) text += *rc::gen::element<std::string>(",", ", ");
    text += "\"" + *rc::gen::element<std::string>("a", "b", "a.b", "", "status", "[]", "msg") +
            "\":" + json_value(depth + 1);
  }
  return text + "}";
}

inline std::string json_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 3 ? 4 : 6)) {
    case 0:
      return number();
    case 1:
      return "\"" + *rc::gen::element<std::string>("up", "took 17 ms", "user 5 left", "", "\\\"") +
             "\"";
    case 2:
      return *rc::gen::element<std::string>("true", "null", "-1.50", "1e3", "12.5");
    case 3:
      return "\"req " + number() + "\"";
    case 4:
      return json_object(depth);
    default: {
      std::string text = "[";
      const int items = *rc::gen::inRange(0, 4);
      for (int i = 0; i < items; ++i) text += (i > 0 ? "," : "") + json_value(depth + 1);
      return text + "]";
    }
  }
}

inline std::string logfmt_line() {
  std::string line = "level=" + word();
  const int pairs = *rc::gen::inRange(1, 6);
  for (int i = 0; i < pairs; ++i) {
    line += " " + *rc::gen::element<std::string>("ts", "msg", "k", "dur") + "=";
    line += *rc::gen::arbitrary<bool>() ? number() : "\"took " + number() + " ms\"";
  }
  return line;
}

/// One line; any bytes may occur in some.
inline std::string any_line() {
  std::string line;
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
    case 1:
      line = flat_line();
      break;
    case 2:
      line = json_object(0);
      break;
    case 3:
      line = logfmt_line();
      break;
    case 4:
      line = "trace " + hex_id() + " done in " + number();
      break;
    default:
      line = *rc::gen::container<std::string>(
          rc::gen::map(rc::gen::inRange(0, 256), [](int c) { return static_cast<char>(c); }));
  }
  if (!line.empty() && *rc::gen::inRange(0, 8) == 0) {  // cut or damaged somewhere
    const auto at = *rc::gen::inRange<std::size_t>(0, line.size());
    if (*rc::gen::arbitrary<bool>()) {
      line.resize(at);
    } else {
      line[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    }
  }
  return line;
}

/// Lines, most of them of a few kinds met again and again.
inline std::vector<std::string> lines(std::size_t count_max) {
  const auto count = *rc::gen::inRange<std::size_t>(1, count_max);
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    if (!all.empty() && *rc::gen::inRange(0, 4) == 0) {
      all.push_back(all[*rc::gen::inRange<std::size_t>(0, all.size())]);
    } else {
      all.push_back(any_line());
    }
  }
  return all;
}

}  // namespace logpond::message::testing
