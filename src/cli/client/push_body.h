// Bodies for Loki's push door: protobuf, snappy-packed. Fastest to make and to read, and lines keep
// their bytes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/labels.h"
#include "core/time.h"

namespace logpond::cli {

/// Collects lines of several streams. Threads: one.
class PushBody {
 public:
  static constexpr const char* kPath = "/loki/api/v1/push";
  static constexpr const char* kContentType = "application/x-protobuf";

  /// Place of the stream with these labels, for add(). Valid until clear().
  std::size_t stream(const Labels& labels);
  void add(std::size_t stream, TimestampNs timestamp, std::string_view line,
           std::span<const Label> fields = {});

  std::size_t lines() const { return lines_; }
  /// Bytes of the lines.
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return lines_ == 0; }
  /// The body as it is sent.
  std::string encode() const;
  void clear();

 private:
  struct Stream {
    std::string label_text;
    std::string entries;  // encoded EntryAdapter fields, one after the other
  };
  std::vector<Stream> streams_;
  std::unordered_map<std::string, std::size_t> index_;
  std::size_t lines_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace logpond::cli
