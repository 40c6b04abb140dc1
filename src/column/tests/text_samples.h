// Texts that tempt the rules of spelling, for property tests.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

namespace logpond::column::testing {

inline rc::Gen<std::string> digits(int size_max) {
  return rc::gen::resize(size_max, rc::gen::container<std::string>(rc::gen::inRange('0', ':')));
}

/// Texts of every kind, and those that just miss it.
inline rc::Gen<std::string> sample_text() {
  using rc::gen::element;
  using rc::gen::inRange;
  using rc::gen::map;
  const auto number =
      map(rc::gen::arbitrary<std::int32_t>(), [](std::int32_t v) { return std::to_string(v); });
  const auto large =
      map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t v) { return std::to_string(v); });
  const auto small = map(inRange(-5, 300), [](int v) { return std::to_string(v); });
  const auto decimal = map(rc::gen::tuple(inRange(-2000, 2000), digits(6)), [](const auto& parts) {
    return std::to_string(std::get<0>(parts)) + "." + std::get<1>(parts);
  });
  const auto address =
      map(rc::gen::tuple(inRange(0, 260), inRange(0, 260), inRange(0, 260), inRange(0, 260)),
          [](const auto& p) {
            return std::to_string(std::get<0>(p)) + "." + std::to_string(std::get<1>(p)) + "." +
                   std::to_string(std::get<2>(p)) + "." + std::to_string(std::get<3>(p));
          });
  const auto two = [](int last) {
    return map(inRange(0, last),
               [](int v) { return std::string(v < 10 ? "0" : "") + std::to_string(v); });
  };
  const auto time = map(
      rc::gen::tuple(inRange(1968, 2203), two(14), two(33), two(26), two(62), two(62),
                     element<std::string>("T", " ", "t"), element<std::string>(".", ",", ""),
                     digits(10), element<std::string>("", "Z", "+00:00", "-00:00", "+01:00", "z")),
      [](const auto& p) {
        const std::string& point = std::get<7>(p);
        return std::to_string(std::get<0>(p)) + "-" + std::get<1>(p) + "-" + std::get<2>(p) +
               std::get<6>(p) + std::get<3>(p) + ":" + std::get<4>(p) + ":" + std::get<5>(p) +
               point + (point.empty() ? "" : std::get<8>(p)) + std::get<9>(p);
      });
  const auto hex = map(rc::gen::tuple(element<std::size_t>(15, 16, 17, 31, 32, 33, 40, 64, 65),
                                      rc::gen::arbitrary<std::uint64_t>()),
                       [](const auto& p) {
                         std::string text;
                         std::uint64_t state = std::get<1>(p);
                         while (text.size() < std::get<0>(p)) {
                           text.push_back("0123456789abcdef"[(state >> 60) & 15]);
                           state = state * 6364136223846793005ULL + 1442695040888963407ULL;
                         }
                         return text;
                       });
  const auto uuid = map(rc::gen::tuple(hex, inRange(0, 36)), [](const auto& p) {
    std::string text = std::get<0>(p);
    text.resize(36, '7');
    for (const std::size_t at : {8U, 13U, 18U, 23U}) text[at] = '-';
    // One in some is spoilt.
    if (std::get<1>(p) < 4) text[static_cast<std::size_t>(std::get<1>(p)) * 8] = 'G';
    return text;
  });
  const auto odd = element<std::string>(
      "", "-", "-0", "0", "00", "007", "-007", "0.0", "-0.0", "-0.5", "1.", ".5", "1e3", "1e-05",
      "999999999999999999", "-999999999999999999", "1000000000000000000", "18446744073709551615",
      "0.000000000000000001", "1.000000000000000000", "12345678901.2345678", "true", "null", "INFO",
      "2024-02-30T00:00:00Z", "2024-02-29 23:59:59", "2023-02-29 23:59:59", "1969-12-31T23:59:59",
      "1970-01-01T00:00:00", "2199-12-31T23:59:59.999999999Z", "2200-01-01T00:00:00",
      "2024-01-01T24:00:00", "2024-01-01T00:00:60", "0.0.0.0", "255.255.255.255", "1.2.3.256",
      "01.2.3.4", "1.2.3", "1.2.3.4.5", "1..2.3", "error: disk full", "caf\xC3\xA9", "a b",
      "user_17");
  const auto any = rc::gen::arbitrary<std::string>();
  return rc::gen::oneOf(number, large, small, decimal, address, time, hex, uuid, odd, any);
}

/// Texts side by side with the padding that typing wants.
class TextStore {
 public:
  explicit TextStore(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
      bytes_ += text;
    }
    bytes_.append(64, 'x');
  }
  const char* base() const { return bytes_.data(); }
  std::uint32_t offset(std::size_t i) const { return offsets_[i]; }

 private:
  std::string bytes_;
  std::vector<std::uint32_t> offsets_;
};

}  // namespace logpond::column::testing
