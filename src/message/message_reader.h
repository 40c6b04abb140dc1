// Puts the messages and fields of a row group together again, reading only the columns it needs.
// Layout: docs/formats/messages.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "column/column.h"
#include "core/result.h"
#include "message/directory.h"

namespace logpond::message {

/// Reads page `page` of the group, decompressed and checked.
using LoadPage = std::function<Result<std::string>(std::uint32_t page)>;

/// A column with what its references mean.
struct LaneColumn {
  column::Column values;
  /// Where value i is a reference: which occurrence of that shape it is. Empty without references.
  std::vector<std::uint32_t> occurrences;
  std::vector<std::uint32_t> shapes;  ///< Shapes that are referred to, ascending.
};

/// A hole of a shape, and where its values lie: at first + occurrence * step in the lane.
struct HoleView {
  std::uint32_t lane = 0;
  std::uint32_t first = 0;
  std::uint32_t step = 0;
  std::uint32_t at = 0;  ///< Of the hole in Directory::texts.
};

/// Static text beside a hole: the bytes nearest to it, each half the high byte first as they stand.
struct BorderBytes {
  std::uint16_t before = 0;      ///< The two bytes before the hole.
  std::uint16_t after = 0;       ///< The two bytes behind it.
  std::uint8_t before_size = 0;  ///< How many there are, at most 2.
  std::uint8_t after_size = 0;
  bool is_end = false;  ///< The shape's last hole.
};

/// Owns the directory and the columns read so far.
///
/// Threads: every call from any thread at once. Errors of all calls: kIo, kCorruption.
class MessageReader {
 public:
  /// `load` must stay callable as long as the reader lives.
  static Result<std::unique_ptr<MessageReader>> open(std::string_view directory, LoadPage load);

  const Directory& directory() const { return directory_; }
  const std::vector<HoleView>& holes() const { return holes_; }
  /// False when a hole of the same shape that stands before it has the same lane.
  bool is_first_of_lane(std::size_t hole) const { return is_first_of_lane_[hole]; }
  std::uint32_t lane_size(std::uint32_t lane) const { return lane_sizes_[lane]; }
  /// Reads what searching needs beside the directory: stamps of the small columns, borders of
  /// holes. Before stamp() and borders() are called.
  Status prepare_search();
  /// What values of the lane can be; references do not count.
  const column::Stamp& stamp(std::uint32_t lane) const { return stamps_[lane]; }
  /// As holes().
  const std::vector<BorderBytes>& borders() const { return borders_; }
  /// Memory held, columns read so far included.
  std::size_t memory_bytes() const { return memory_bytes_.load(std::memory_order_relaxed); }

  /// The column of a lane; valid as long as this object.
  Result<const LaneColumn*> lane(std::uint32_t lane);
  /// Appends the text of the `occurrence`-th message, value or part of that shape.
  Status append_text(std::uint32_t shape, std::uint32_t occurrence, std::string& out);
  /// Its size, without making it.
  Result<std::uint64_t> text_size(std::uint32_t shape, std::uint32_t occurrence);
  /// Appends the text at place `at` of a lane.
  Status append_lane_text(std::uint32_t lane, std::uint32_t at, std::string& out);

 private:
  MessageReader(Directory directory, LoadPage load);
  Status map_holes();
  Status load_lane(std::uint32_t lane);
  Result<column::Column> read_column(std::uint32_t lane);
  Result<std::string_view> small_page(std::uint32_t page);
  Status number_references(std::uint32_t lane, LaneColumn& column);
  struct Budget;
  Status append_nested(std::uint32_t shape, std::uint32_t occurrence, Budget& budget,
                       std::string& out);
  Status append_value(std::uint32_t lane, std::uint32_t at, Budget& budget, std::string& out);
  /// A text that a reference stands for. Apart: it keeps what most values need short.
  [[gnu::noinline]] Status append_part(std::uint32_t shape, std::uint32_t occurrence,
                                       Budget& budget, std::string& out);
  Status add_size(std::uint32_t shape, std::uint32_t occurrence, Budget& budget,
                  std::uint64_t& size);

  Directory directory_;
  const LoadPage load_;
  std::vector<HoleView> holes_;
  std::vector<bool> is_first_of_lane_;  // by hole
  std::vector<std::uint32_t> lane_sizes_;
  std::uint32_t small_pages_ = 0;  // before places_, whose making sets it
  std::vector<ColumnPlace> places_;
  std::atomic<std::size_t> memory_bytes_ = 0;

  Status stamp_small_columns();
  void note_borders();

  std::once_flag prepared_;
  Status prepare_status_;
  std::vector<column::Stamp> stamps_;
  std::vector<BorderBytes> borders_;

  std::mutex load_mutex_;  // guards loading; what is loaded stays as it is
  std::vector<std::atomic<const LaneColumn*>> lanes_;
  std::vector<std::unique_ptr<LaneColumn>> owned_lanes_;
  std::vector<std::unique_ptr<std::string>> pages_;  // of small columns
  std::vector<std::uint32_t> referrers_;  // by shape, the lane that refers to it, as far as known
};

}  // namespace logpond::message
