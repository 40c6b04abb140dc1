// Random JSON objects for property tests: odd keys, equal keys, escapes, blanks, nesting.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

#include "codec/json_text.h"

namespace logpond::parse {

inline rc::Gen<std::string> random_json_string() {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
                          "a", "b", "level", "\"", "\\", "\n", " ", "ö", "日本", "😀",
                          "\xEF\xBF\xBD", "{", "}", "[", "]", ":", ",", "=", "1", ".", "_", "error",
                          "x long run of plain text, to pass a block")),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& piece : pieces) text += piece;
                        std::string json;
                        codec::append_json_string(json, text);
                        return json;
                      });
}

inline rc::Gen<std::string> random_json_key() {
  return rc::gen::weightedOneOf<std::string>(
      {{4, rc::gen::element<std::string>("\"a\"", "\"b\"", "\"c.d\"", "\"1\"", "\"\"", "\"level\"",
                                         "\"req\"", "\"req_a\"", "\"\\u00e9t\\u00e9\"")},
       {1, random_json_string()}});
}

rc::Gen<std::string> random_json_object(int depth);

inline rc::Gen<std::string> random_json_value(int depth) {
  const auto scalar = rc::gen::oneOf(
      random_json_string(),
      rc::gen::element<std::string>("0", "-12", "34567", "true", "false", "null", "[]", "{}",
                                    "[1,\"]\",{\"x\":[2]}]", "\"\\ud83d\\ude00\""));
  if (depth == 0) return scalar;
  return rc::gen::weightedOneOf<std::string>({{3, scalar}, {1, random_json_object(depth - 1)}});
}

inline rc::Gen<std::string> random_json_object(int depth) {
  constexpr int kMembersMax = 6;  // by default a hundred, each with a hundred in it
  const auto blank = rc::gen::element<std::string>("", "", "", " ", "\t", " \n ");
  const auto member = rc::gen::map(
      rc::gen::tuple(blank, random_json_key(), blank, random_json_value(depth), blank),
      [](const std::tuple<std::string, std::string, std::string, std::string, std::string>& t) {
        return std::get<0>(t) + std::get<1>(t) + std::get<2>(t) + ":" + std::get<2>(t) +
               std::get<3>(t) + std::get<4>(t);
      });
  return rc::gen::map(
      rc::gen::resize(kMembersMax, rc::gen::container<std::vector<std::string>>(member)),
      [](const std::vector<std::string>& members) {
        std::string object = "{";
        for (std::size_t i = 0; i < members.size(); ++i) {
          if (i > 0) object += ',';
          object += members[i];
        }
        return object + "}";
      });
}

}  // namespace logpond::parse
