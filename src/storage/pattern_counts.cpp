#include "storage/pattern_counts.h"

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "message/message_encoder.h"
#include "message/structure.h"
#include "storage/group_selection.h"

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

Status count_group(GroupData& data, const ScanRequest& request, std::vector<bool> stream_matches,
                   Courses& courses) {
  GroupSelection selection(data, request, request.range, std::move(stream_matches));
  LOGPOND_TRY(const codec::Bitmap rows, selection.select());
  LOGPOND_TRY(const auto* row_shapes, data.row_shapes());
  LOGPOND_TRY(const SeriesColumn* times, data.timestamps());
  const auto& directory = data.messages().directory();
  const auto& shapes = data.table().shapes;
  std::vector<Course*> by_shape(shapes.size(), nullptr);
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const auto& shape = directory.shapes[shapes[i].message_shape];
    if (has_text(shape.kind)) by_shape[i] = &courses.of(directory.text(shape));
  }
  Status status;
  std::size_t step = 0;
  rows.for_each([&](std::uint32_t row) {
    if (++step % kRowsPerCheck == 0 && status) status = request.cancel.check();
    Course* const course = by_shape[(*row_shapes)[row]];
    if (status && course != nullptr) courses.add(*course, times->at(row));
  });
  return status;
}

void count_batch(const StoredBatch& stored, const ScanRequest& request,
                 message::MessageEncoder& encoder, Courses& courses) {
  std::vector<bool> wanted;
  for (const StreamPtr& stream : stored.streams) {
    wanted.push_back(stream->tenant == request.tenant && request.selector.matches(stream->labels));
  }
  const RecordBatch& batch = stored.batch;
  for (std::size_t row = 0; row < batch.size(); ++row) {
    if (!wanted[batch.stream(row)] || !request.range.contains(batch.timestamp(row))) continue;
    const std::uint32_t shape = encoder.add(0, batch.message(row));
    if (has_text(encoder.kind(shape))) {
      courses.add(courses.of(encoder.skeleton(shape)), batch.timestamp(row));
    }
  }
  encoder.clear();
}

/// A template of the range may have been there long before it.
Status look_before(GroupData& data, TimestampNs before, Courses& courses) {
  const auto& directory = data.messages().directory();
  const RowIndex* index = nullptr;
  const SeriesColumn* times = nullptr;
  for (std::uint32_t i = 0; i < directory.shapes.size(); ++i) {
    const auto& shape = directory.shapes[i];
    if (!has_text(shape.kind)) continue;
    Course* const course = courses.find(directory.text(shape));
    if (course == nullptr || course->first_seen <= data.group().time_min) continue;
    if (index == nullptr) {
      LOGPOND_TRY(index, data.index());
      LOGPOND_TRY(times, data.timestamps());
    }
    for (const std::uint32_t row : index->rows_of(i)) {
      const TimestampNs time = times->at(row);
      if (time < before) course->first_seen = std::min(course->first_seen, time);
    }
  }
  return {};
}

}  // namespace

Result<std::vector<Pattern>> patterns_of_view(const StoreView& view,
                                              const PatternRequest& wanted,
                                              const std::function<void(const Error&)>& on_damage) {
  ScanRequest request;
  request.tenant = wanted.tenant;
  request.range = wanted.range;
  request.selector = wanted.selector;
  request.cancel = wanted.cancel;
  Courses courses(wanted);
  const auto visit = [&](TimeRange range, const auto& use) -> Status {
    for (const auto& part : view.parts) {
      for (const GroupMeta& group : part->groups()) {
        LOGPOND_CHECK_OK(wanted.cancel.check());
        if (group.time_max < range.start || group.time_min >= range.end) continue;
        std::vector<bool> stream_matches;
        if (!match_streams(*part, group, request, stream_matches)) continue;
        const auto data = view.cache->get(part, group);
        const Status used = data ? use(**data, std::move(stream_matches))
                                 : Status(tl::unexpected(data.error()));
        if (!used && used.error().code != ErrorCode::kCorruption &&
            used.error().code != ErrorCode::kIo) {
          return used;
        }
        if (!used) on_damage(used.error());
        if (data) view.cache->release(*data);
      }
    }
    return {};
  };
  LOGPOND_CHECK_OK(visit(request.range, [&](GroupData& data, std::vector<bool> matches) {
    return count_group(data, request, std::move(matches), courses);
  }));
  message::MessageEncoder encoder(1);
  for (const StoredBatchPtr& batch : view.batches) {
    LOGPOND_CHECK_OK(wanted.cancel.check());
    count_batch(*batch, request, encoder, courses);
  }
  const TimeRange earlier{std::numeric_limits<TimestampNs>::min(), request.range.start};
  LOGPOND_CHECK_OK(visit(earlier, [&](GroupData& data, const std::vector<bool>&) {
    return look_before(data, request.range.start, courses);
  }));
  return courses.sorted();
}

}  // namespace logpond::storage
