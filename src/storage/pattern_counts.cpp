#include "storage/pattern_counts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "message/message_encoder.h"
#include "message/structure.h"
#include "storage/group_selection.h"
#include "storage/hidden_rows.h"

namespace logpond::storage {
namespace {

constexpr std::size_t kRowsPerCheck = 16 * 1024;
constexpr std::string_view kPlaceholder = "<_>";

/// Shapes whose text says something of the message.
bool has_text(message::ShapeKind kind) {
  return kind == message::ShapeKind::kFlat || kind == message::ShapeKind::kJson ||
         kind == message::ShapeKind::kLogfmt;
}

std::string pattern_text(std::string_view skeleton) {
  std::string text;
  for (const char c : skeleton) {
    if (c == message::kHole) {
      text.append(kPlaceholder);
    } else {
      text.push_back(c);
    }
  }
  return text;
}

TimestampNs start_of_step(TimestampNs time, DurationNs step) {
  const TimestampNs rest = time % step;
  return time - (rest < 0 ? rest + step : rest);
}

struct Course {
  TimestampNs first_seen = std::numeric_limits<TimestampNs>::max();
  std::uint64_t records = 0;
  std::map<TimestampNs, std::uint64_t> counts;
};

class Courses {
 public:
  explicit Courses(const PatternRequest& request) : step_(std::max<DurationNs>(request.step, 1)) {}

  Course& of(std::string_view skeleton) { return courses_[std::string(skeleton)]; }
  /// The course of a template that was met in the range; null for others.
  Course* find(std::string_view skeleton) {
    const auto at = courses_.find(std::string(skeleton));
    return at == courses_.end() ? nullptr : &at->second;
  }
  void add(Course& course, TimestampNs time) {
    ++course.records;
    course.first_seen = std::min(course.first_seen, time);
    ++course.counts[start_of_step(time, step_)];
  }
  std::vector<Pattern> sorted() const {
    std::vector<Pattern> all;
    for (const auto& [skeleton, course] : courses_) {
      if (course.records == 0) continue;
      Pattern pattern;
      pattern.text = pattern_text(skeleton);
      pattern.first_seen = course.first_seen;
      pattern.records = course.records;
      pattern.counts.assign(course.counts.begin(), course.counts.end());
      all.push_back(std::move(pattern));
    }
    std::sort(all.begin(), all.end(), [](const Pattern& a, const Pattern& b) {
      return a.records != b.records ? a.records > b.records : a.text < b.text;
    });
    return all;
  }

 private:
  DurationNs step_;
  std::unordered_map<std::string, Course> courses_;
};

/// Counts patterns over one view.
class PatternCounter {
 public:
  PatternCounter(const StoreView& view, const PatternRequest& wanted)
      : view_(view), hidden_rows_(view.deletions), courses_(wanted) {
    request_.tenant = wanted.tenant;
    request_.range = wanted.range;
    request_.selector = wanted.selector;
    request_.cancel = wanted.cancel;
  }

  const ScanRequest& request() const { return request_; }
  Status count_group(GroupData& data, codec::Bitmap stream_matches);
  Status count_batches();
  /// Templates met in the range may have been there long before it.
  Status look_before(GroupData& data, codec::Bitmap stream_matches);
  std::vector<Pattern> sorted() const { return courses_.sorted(); }

 private:
  /// Rows in `range` of streams that match and that no deletion hides.
  Result<codec::Bitmap> rows_of(GroupData& data, TimeRange range, codec::Bitmap stream_matches);
  void count_batch(const StoredBatch& stored, message::MessageEncoder& encoder);

  const StoreView& view_;
  ScanRequest request_;
  HiddenRows hidden_rows_;
  Courses courses_;
};

Result<codec::Bitmap> PatternCounter::rows_of(GroupData& data, TimeRange range,
                                              codec::Bitmap stream_matches) {
  GroupSelection selection(data, request_, range, std::move(stream_matches));
  LOGPOND_TRY(codec::Bitmap rows, selection.select());
  HiddenRows concerned(deletions_of_group(data.part(), data.group(), view_.deletions));
  if (concerned.empty()) return rows;
  LOGPOND_TRY(const codec::Bitmap hidden, hidden_of_group(data, concerned));
  rows.subtract(hidden);
  return rows;
}

Status PatternCounter::count_group(GroupData& data, codec::Bitmap stream_matches) {
  LOGPOND_TRY(const codec::Bitmap rows, rows_of(data, request_.range, std::move(stream_matches)));
  LOGPOND_TRY(const auto* row_shapes, data.row_shapes());
  LOGPOND_TRY(const SeriesColumn* times, data.timestamps());
  const auto& directory = data.messages().directory();
  const auto& shapes = data.table().shapes;
  std::vector<Course*> by_shape(shapes.size(), nullptr);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto& shape = directory.shapes[shapes[i].message_shape];
    if (has_text(shape.kind)) by_shape[i] = &courses_.of(directory.text(shape));
  }
  Status status;
  std::size_t step = 0;
  rows.for_each([&](std::uint32_t row) {
    if (++step % kRowsPerCheck == 0 && status) status = request_.cancel.check();
    Course* const course = by_shape[(*row_shapes)[row]];
    if (status && course != nullptr) courses_.add(*course, times->at(row));
  });
  return status;
}

void PatternCounter::count_batch(const StoredBatch& stored, message::MessageEncoder& encoder) {
  std::vector<bool> wanted;
  for (const StreamPtr& stream : stored.streams) {
    wanted.push_back(stream->tenant == request_.tenant &&
                     request_.selector.matches(stream->labels));
  }
  const RecordBatch& batch = stored.batch;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    const std::string_view line = batch.message(row);
    const TimestampNs time = batch.timestamp(row);
    if (!wanted[batch.stream(row)] || !request_.range.contains(time)) continue;
    if (hidden_rows_.hides(stored.streams[batch.stream(row)], stored.first_id.value + row, time,
                           line)) {
      continue;
    }
    const std::uint32_t shape = encoder.add(0, line);
    if (has_text(encoder.kind(shape))) courses_.add(courses_.of(encoder.skeleton(shape)), time);
  }
}

Status PatternCounter::count_batches() {
  message::MessageEncoder encoder(1);
  for (const StoredBatchPtr& batch : view_.batches) {
    LOGPOND_CHECK_OK(request_.cancel.check());
    count_batch(*batch, encoder);
    encoder.clear();
  }
  return {};
}

Status PatternCounter::look_before(GroupData& data, codec::Bitmap stream_matches) {
  const auto& directory = data.messages().directory();
  const auto& shapes = data.table().shapes;
  std::vector<Course*> by_shape(shapes.size(), nullptr);
  bool any = false;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto& shape = directory.shapes[shapes[i].message_shape];
    Course* const course = has_text(shape.kind) ? courses_.find(directory.text(shape)) : nullptr;
    if (course == nullptr || course->first_seen <= data.group().time_min) continue;
    by_shape[i] = course;
    any = true;
  }
  if (!any) return {};
  const TimeRange earlier{std::numeric_limits<TimestampNs>::min(), request_.range.start};
  LOGPOND_TRY(const codec::Bitmap rows, rows_of(data, earlier, std::move(stream_matches)));
  LOGPOND_TRY(const auto* row_shapes, data.row_shapes());
  LOGPOND_TRY(const SeriesColumn* times, data.timestamps());
  rows.for_each([&](std::uint32_t row) {
    Course* const course = by_shape[(*row_shapes)[row]];
    if (course != nullptr) course->first_seen = std::min(course->first_seen, times->at(row));
  });
  return {};
}

/// Hands each group that may hold matching rows of `range` to `use`.
template <typename Use>
Status visit_groups(const StoreView& view, const ScanRequest& request, TimeRange range,
                    const std::function<void(const Error&)>& on_damage, Use use) {
  const auto visit = [&](const std::shared_ptr<const Part>& part,
                         const GroupMeta& group) -> Status {
    codec::Bitmap stream_matches;
    if (group.time_max < range.start || group.time_min >= range.end) return {};
    if (!match_streams(*part, group, request, stream_matches)) return {};
    LOGPOND_TRY(const auto data, view.cache->get(part, group));
    const Status used = use(*data, std::move(stream_matches));
    view.cache->release(data);
    return used;
  };
  for (const auto& part : view.parts) {
    for (const GroupMeta& group : part->groups()) {
      LOGPOND_CHECK_OK(request.cancel.check());
      const Status visited = visit(part, group);
      if (visited) continue;
      const ErrorCode code = visited.error().code;
      if (code != ErrorCode::kCorruption && code != ErrorCode::kIo) return visited;
      on_damage(visited.error());
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Pattern>> patterns_of_view(const StoreView& view, const PatternRequest& wanted,
                                              const std::function<void(const Error&)>& on_damage) {
  PatternCounter counter(view, wanted);
  const ScanRequest& request = counter.request();
  const auto count = [&](GroupData& data, codec::Bitmap matches) {
    return counter.count_group(data, std::move(matches));
  };
  LOGPOND_CHECK_OK(visit_groups(view, request, request.range, on_damage, count));
  LOGPOND_CHECK_OK(counter.count_batches());
  const TimeRange earlier{std::numeric_limits<TimestampNs>::min(), request.range.start};
  const auto look = [&](GroupData& data, codec::Bitmap matches) {
    return counter.look_before(data, std::move(matches));
  };
  LOGPOND_CHECK_OK(visit_groups(view, request, earlier, on_damage, look));
  return counter.sorted();
}

}  // namespace logpond::storage
