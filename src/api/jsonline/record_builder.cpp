#include "api/jsonline/record_builder.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "codec/checksum.h"
#include "codec/varint.h"
#include "parse/level.h"

namespace logpond::api::jsonline {
namespace {

/// What a body held for each of its bytes. Bodies of one sender are alike, so the last one of a
/// thread says how much room the next one's batch wants: growing and shrinking columns costs a copy
/// and fresh pages each.
struct Density {
  double text = 1;
  double records = 1.0 / 128;
  double fields = 1.0 / 128;
};
constexpr Density kDensityMax{1, 1.0 / 32,
                              1.0 / 16};  // small bodies must not make large ones greedy
constexpr double kDensityMargin = 1.05;
thread_local Density last_density;

double density_of(std::size_t count, std::size_t body_bytes, double max) {
  return std::min(kDensityMargin * static_cast<double>(count) / static_cast<double>(body_bytes),
                  max);
}

template <typename List>
std::size_t place_in(const List& list, std::string_view name) {
  const auto at = std::find(list.begin(), list.end(), name);
  return static_cast<std::size_t>(at - list.begin());
}

bool is_listed(const std::vector<std::string>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(), [name](std::string_view one) {
    if (!one.ends_with('*')) return one == name;
    one.remove_suffix(1);
    return name.starts_with(one);
  });
}

/// Size of the ANSI escape sequence at the front of `text` (ESC [ parameters, one final letter).
std::size_t escape_size(std::string_view text) {
  if (text.size() < 2 || text[0] != '\x1B' || text[1] != '[') return 0;
  std::size_t size = 2;
  while (size < text.size() && text[size] >= 0x20 && text[size] <= 0x3F) ++size;
  return size < text.size() && text[size] >= 0x40 && text[size] <= 0x7E ? size + 1 : 0;
}

bool is_now(std::string_view text) {
  return text == "0" || text == "-";
}

/// `t` moved by `span`, at most to the ends of time.
TimestampNs moved(TimestampNs t, DurationNs span) {
  TimestampNs sum = 0;
  if (!__builtin_add_overflow(t, span, &sum)) return sum;
  return span > 0 ? std::numeric_limits<TimestampNs>::max()
                  : std::numeric_limits<TimestampNs>::min();
}

/// Places of `names` in the order of the names; empty when one comes twice.
std::vector<std::size_t> order_of(const std::vector<std::string>& names) {
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return names[a] < names[b]; });
  const auto twice =
      std::adjacent_find(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return names[a] == names[b]; });
  if (twice != order.end()) order.clear();
  return order;
}

}  // namespace

Name* NameTable::find(std::string_view name) {
  const auto at = names_.find(name);
  if (at != names_.end()) return at->second.get();
  if (name.size() > kFieldNameBytesMax || names_.size() >= kNamesMax) {
    ++dropped_;
    return nullptr;
  }
  return names_.emplace(std::string(name), resolve(name)).first->second.get();
}

std::unique_ptr<Name> NameTable::resolve(std::string_view name) const {
  auto made = std::make_unique<Name>();
  made->text = name;
  made->is_level = parse::is_level_name(name);
  made->is_decolorized = is_listed(arguments_.decolorize_fields, name);
  const auto take = [&](const std::vector<std::string>& list, Role role) {
    const std::size_t place = place_in(list, name);
    if (made->role != Role::kField || place == list.size()) return;
    made->role = role;
    made->place = static_cast<std::uint32_t>(place);
  };
  const bool is_extra = std::any_of(arguments_.extra_fields.begin(), arguments_.extra_fields.end(),
                                    [name](const auto& pair) { return pair.first == name; });
  // An extra field stands in for the sender's own of that name.
  if (is_extra || is_listed(arguments_.ignore_fields, name)) made->role = Role::kIgnored;
  take(arguments_.time_fields, Role::kTime);
  take(arguments_.message_fields, Role::kMessage);
  take(arguments_.stream_fields, Role::kStream);
  made->needs_look = made->is_level || made->is_decolorized;
  return made;
}

RecordBuilder::RecordBuilder(const Arguments& arguments, const Rules& rules, TenantId tenant,
                             TimestampNs received, Way way)
    : arguments_(arguments),
      rules_(rules),
      recalls_(way == Way::kPredict),
      received_(received),
      oldest_(moved(received, -rules.reject_older_than)),
      newest_(moved(received, rules.reject_newer_than)),
      batch_(std::move(tenant), received),
      messages_(arguments.message_fields.size()),
      times_given_(arguments.time_fields.size()),
      stream_values_(arguments.stream_fields.size()),
      streams_(256),
      recent_streams_(kRecentStreams) {
  for (const std::string& field : arguments.stream_fields) {
    stream_label_names_.push_back(sanitize_label_name(field));
  }
  for (const auto& [name, value] : arguments.extra_fields) {
    if (is_listed(arguments.stream_fields, name)) {
      extra_labels_.push_back({sanitize_label_name(name), value});
    } else {
      extra_pairs_.emplace_back(name, value);
      extra_bytes_ += name.size() + value.size();
    }
  }
  if (recalls_ && extra_labels_.empty()) label_order_ = order_of(stream_label_names_);
}

void RecordBuilder::reserve(std::size_t body_bytes) {
  reserved_for_ = body_bytes;
  const auto share = [&](double per_byte) {
    return static_cast<std::size_t>(static_cast<double>(body_bytes) * per_byte) + 64;
  };
  batch_.reserve(share(last_density.text), share(last_density.records), share(last_density.fields));
}

RecordBatch RecordBuilder::take() {
  if (reserved_for_ > 0) {
    last_density = {density_of(batch_.arena().size(), reserved_for_, kDensityMax.text),
                    density_of(batch_.size(), reserved_for_, kDensityMax.records),
                    density_of(batch_.field_count(), reserved_for_, kDensityMax.fields)};
  }
  return std::move(batch_);
}

void RecordBuilder::begin() {
  ++record_;
  record_bytes_ = 0;
  record_fields_ = 0;
  for (Candidate& candidate : messages_) candidate.name = nullptr;
  for (Candidate& candidate : times_given_) candidate.name = nullptr;
  std::fill(stream_values_.begin(), stream_values_.end(), std::string_view());
  level_ = {};
  if (!decolorized_.empty()) decolorized_.clear();
}

void RecordBuilder::abandon() {
  batch_.abandon_record();
}

std::string_view RecordBuilder::look_at(const Name& name, std::string_view value) {
  if (name.is_decolorized) value = without_colours(value);
  if (name.is_level && name.role != Role::kIgnored && level_.empty()) level_ = value;
  return value;
}

std::string_view RecordBuilder::without_colours(std::string_view text) {
  if (text.find('\x1B') == std::string_view::npos) return text;
  std::string& plain_text = decolorized_.emplace_back();
  while (!text.empty()) {
    if (const std::size_t size = escape_size(text); size > 0) {
      text.remove_prefix(size);
      continue;
    }
    const std::size_t plain = text.find('\x1B', 1);
    plain_text.append(text.substr(0, plain));
    text.remove_prefix(std::min(plain, text.size()));
  }
  return plain_text;
}

Status RecordBuilder::refuse(std::string_view reason, std::string text) {
  batch_.abandon_record();
  reason_ = reason;
  return fail(ErrorCode::kInvalidArgument, std::move(text));
}

const RecordBuilder::Candidate* RecordBuilder::take_best(const std::vector<Candidate>& candidates) {
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.name == nullptr) continue;
    if (best == nullptr) {
      best = &candidate;
    } else {
      put_field(*candidate.name, candidate.value, candidate.kind);
    }
  }
  return best;
}

TimestampNs RecordBuilder::decide_time() {
  const Candidate* const given = take_best(times_given_);
  if (given == nullptr || is_now(given->value)) return received_;
  const auto time = recalls_ ? times_.read(given->value) : TimeReader::read_plainly(given->value);
  if (time) return *time;
  put_field(*given->name, given->value, given->kind);  // nobody loses what he wrote
  return received_;
}

std::size_t RecordBuilder::stream_slot() const {
  std::uint64_t hash = 0;
  for (const std::string_view value : stream_values_) hash = mix_text(hash, value);
  return static_cast<std::size_t>(hash % kRecentStreams);
}

RecordBatch::StreamIndex RecordBuilder::recall_stream() const {
  if (!recalls_) return kNoStream;
  const StreamPlace place = recent_streams_[stream_slot()];
  if (place == 0) return kNoStream;
  const KnownStream& known = known_streams_[place - 1];
  const char* at = keys_.data() + known.key_begin;
  for (const std::string_view value : stream_values_) {
    const auto size = static_cast<std::size_t>(load_word<std::uint32_t>(at));
    at += sizeof(std::uint32_t);
    if (!is_same_text({at, size}, value)) return kNoStream;
    at += size;
  }
  return known.index;
}

Result<RecordBatch::StreamIndex> RecordBuilder::decide_stream() {
  key_.clear();
  for (const std::string_view value : stream_values_) {
    const auto size = static_cast<std::uint32_t>(value.size());
    key_.append(reinterpret_cast<const char*>(&size), sizeof size);
    key_.append(value);
  }
  // Seeded, unlike the slot of recent streams: whoever sends the values must not be able to make
  // them collide here.
  const std::uint64_t hash = codec::checksum(key_, static_cast<std::uint64_t>(received_));
  const std::size_t mask = streams_.size() - 1;
  for (std::size_t at = hash & mask; streams_[at] != 0; at = (at + 1) & mask) {
    const KnownStream& known = known_streams_[streams_[at] - 1];
    if (known.hash != hash ||
        std::string_view(keys_).substr(known.key_begin, known.key_size) != key_) {
      continue;
    }
    recent_streams_[stream_slot()] = streams_[at];
    return known.index;
  }
  return make_stream(hash);
}

Result<RecordBatch::StreamIndex> RecordBuilder::make_stream(std::uint64_t hash) {
  if (known_streams_.size() >= kStreamsMax) {
    reason_ = "too_many_streams";
    return fail(ErrorCode::kInvalidArgument,
                "more than " + std::to_string(kStreamsMax) +
                    " streams in one request, choose stream fields with fewer values");
  }
  for (std::size_t i = 0; i < stream_values_.size(); ++i) {
    const std::string_view value = stream_values_[i];
    if (value.size() > kLabelValueBytesMax) {
      reason_ = "label_value_too_long";
      return fail(ErrorCode::kInvalidArgument, "stream field \"" + arguments_.stream_fields[i] +
                                                   "\" has " + std::to_string(value.size()) +
                                                   " bytes; limit " +
                                                   std::to_string(kLabelValueBytesMax));
    }
  }
  const RecordBatch::StreamIndex index = intern_labels();
  add_stream(hash, index);
  return index;
}

RecordBatch::StreamIndex RecordBuilder::intern_labels() {
  if (!label_order_.empty()) {
    encoded_.clear();
    for (const std::size_t i : label_order_) {
      if (stream_values_[i].empty()) continue;
      codec::put_bytes(encoded_, stream_label_names_[i]);
      codec::put_bytes(encoded_, stream_values_[i]);
    }
    return batch_.intern_stream_encoded(encoded_);
  }
  std::vector<Label> labels = extra_labels_;
  for (std::size_t i = 0; i < stream_values_.size(); ++i) {
    if (stream_values_[i].empty()) continue;
    labels.push_back({stream_label_names_[i], std::string(stream_values_[i])});
  }
  return batch_.intern_stream(Labels(std::move(labels)));
}

void RecordBuilder::add_stream(std::uint64_t hash, RecordBatch::StreamIndex index) {
  known_streams_.push_back({hash, keys_.size(), key_.size(), index});
  keys_.append(key_);
  const auto count = static_cast<StreamPlace>(known_streams_.size());
  recent_streams_[stream_slot()] = count;
  if (known_streams_.size() * 2 <= streams_.size()) return place_stream(count);
  streams_.assign(streams_.size() * 4, 0);
  for (StreamPlace place = 1; place <= count; ++place) place_stream(place);
}

void RecordBuilder::place_stream(StreamPlace place) {
  const std::size_t mask = streams_.size() - 1;  // sizes are powers of two
  std::size_t at = known_streams_[place - 1].hash & mask;
  while (streams_[at] != 0) at = (at + 1) & mask;
  streams_[at] = place;
}

void RecordBuilder::decide_severity(RecordBatch::Record& record) {
  if (!rules_.discover_log_levels) return;
  if (level_.empty()) {
    const parse::DetectedLevel found = parse::detect_level(record.message);
    record.severity = found.severity;
    record.severity_text = found.word;
    return;
  }
  record.severity = severity_of(level_);
  record.severity_text = level_;
}

Severity RecordBuilder::severity_of(std::string_view word) {
  if (!recalls_ || word.size() > TextEnds::kShortMax) return severity_from_word(word);
  const TextEnds ends = ends_of(word);
  KnownWord& known = recent_words_[mix_text(0, word) % kRecentWords];
  if (known.size != word.size() || known.ends != ends) {
    known = {ends, word.size(), severity_from_word(word)};
  }
  return known.severity;
}

Status RecordBuilder::finish() {
  // What is still to be put: message, level word, stream, and what each record gets.
  constexpr std::size_t kStreamBytes = kLabelsMax * kFieldNameBytesMax;
  if (!has_room(batch_, 3 * record_bytes_ + extra_bytes_ + kStreamBytes)) {
    batch_.abandon_record();
    return fail(ErrorCode::kLimitExceeded, "request body too large: its records take more than " +
                                               std::to_string(kBatchBytesMax) +
                                               " bytes, send fewer at once");
  }
  if (record_bytes_ == 0) return refuse("empty", "the object has no value");
  RecordBatch::Record record;
  record.timestamp = decide_time();
  if (rules_.reject_newer_than != 0 && record.timestamp > newest_) {
    return refuse("too_far_in_future", "timestamp too new: " + format_rfc3339(record.timestamp));
  }
  if (rules_.reject_older_than != 0 && record.timestamp < oldest_) {
    return refuse("greater_than_max_sample_age",
                  "timestamp too old: " + format_rfc3339(record.timestamp));
  }
  if (const Candidate* const message = take_best(messages_)) record.message = message->value;
  if (record.message.size() > kMessageBytesMax) {
    return refuse("line_too_long", "message of " + std::to_string(record.message.size()) +
                                       " bytes; limit " + std::to_string(kMessageBytesMax));
  }
  record.stream = recall_stream();
  if (record.stream == kNoStream) {
    Result<RecordBatch::StreamIndex> stream = decide_stream();
    if (!stream) {
      batch_.abandon_record();
      return tl::unexpected<Error>(std::move(stream).error());
    }
    record.stream = *stream;
  }
  decide_severity(record);
  for (const auto& [name, value] : extra_pairs_) batch_.add_field(name, value);
  batch_.finish_record(record);
  return {};
}

}  // namespace logpond::api::jsonline
