#include "storage/batch_codec.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/limits.h"

namespace logpond::storage {
namespace {

/// Version of the payload layout. Never reuse a number (1 was never released).
constexpr std::uint8_t kBatchVersion = 2;

/// How many bytes a number of a column takes on disk: 1, 2 or 4; 0 where all are zero (but for
/// `name_width`: a field always takes a byte, so that its count is bounded by what is there).
using Width = std::uint8_t;

/// First bytes of a payload, as they lie on disk (little-endian; no padding).
struct Header {
  std::uint8_t version = kBatchVersion;
  Width stream_width = 0;
  Width word_width = 0;
  Width count_width = 0;
  Width name_width = 0;  ///< Of name << 2 | kind.
  Width value_width = 0;
  Width message_width = 0;
  std::uint8_t is_received_once = 1;  ///< One receive time for all records.
  std::uint32_t records = 0;
  std::uint32_t fields = 0;
  std::uint32_t streams = 0;
  std::uint32_t names = 0;
  std::uint32_t words = 0;  ///< Severity texts, each slice once.
  std::uint32_t jumps = 0;
  std::uint32_t tenant_bytes = 0;
  std::uint32_t source_bytes = 0;  ///< Of the mark; without one 0 and no offset follows.
  std::uint32_t arena_bytes = 0;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(Header) == 48 && std::is_trivially_copyable_v<Header>);
static_assert(sizeof(Slice) == 8 && sizeof(RecordBatch::Stream) == sizeof(Slice));

/// A text that does not begin where the one before it ended. Slots number the texts of the records
/// in order: the values of a record's fields, then its message.
struct Jump {
  std::uint32_t slot = 0;
  std::uint32_t offset = 0;
};
static_assert(sizeof(Jump) == 8);

constexpr unsigned kKindBits = 2;
static_assert(static_cast<unsigned>(FieldKind::kJson) < (1U << kKindBits));

Width width_of(std::uint32_t bits) {
  if (bits == 0) return 0;
  return bits < 0x100 ? 1 : bits < 0x10000 ? 2 : 4;
}

bool is_width(Width width) {
  return width <= 2 || width == 4;
}

/// What one pass over the records finds out for the header and the small tables.
struct Survey {
  std::vector<Jump> jumps;
  std::vector<Slice> words;
  std::vector<std::uint32_t> word_indexes;  ///< One a record.
  std::uint32_t stream_bits = 0;            // each: all numbers of the column or-ed together
  std::uint32_t count_bits = 0;
  std::uint32_t name_bits = 0;
  std::uint32_t value_bits = 0;
  std::uint32_t message_bits = 0;
  std::uint32_t word_bits = 0;
};

/// Numbers the distinct slices of severity texts: the last one with the same low bits of the offset
/// is found at once; one that was pushed out gets a second number, which costs bytes only.
class WordTable {
 public:
  explicit WordTable(std::vector<Slice>& words) : words_(words) {}
  std::uint32_t index_of(Slice slice) {
    if (slice.size == 0) slice.offset = 0;  // all empty texts are one
    std::uint32_t& known = known_[(slice.offset ^ (slice.offset >> 5)) % known_.size()];
    if (known < words_.size() && words_[known].offset == slice.offset &&
        words_[known].size == slice.size) {
      return known;
    }
    known = static_cast<std::uint32_t>(words_.size());
    words_.push_back(slice);
    return known;
  }

 private:
  std::vector<Slice>& words_;
  std::array<std::uint32_t, 64> known_{};
};

Survey survey(const RecordBatch& batch) {
  Survey found;
  const std::size_t records = batch.size();
  found.word_indexes.resize(records);
  WordTable words(found.words);
  const auto& begins = batch.field_begins();
  const auto& fields = batch.fields();
  std::uint32_t cursor = 0;
  std::uint32_t slot = 0;
  const auto pass = [&](Slice slice) {
    if (slice.offset != cursor) found.jumps.push_back({slot, slice.offset});
    cursor = slice.offset + slice.size;
    ++slot;
  };
  for (std::size_t i = 0; i < records; ++i) {
    for (std::uint32_t f = begins[i]; f < begins[i + 1]; ++f) {
      pass(fields[f].value);
      found.name_bits |= fields[f].name << kKindBits | static_cast<std::uint32_t>(fields[f].kind);
      found.value_bits |= fields[f].value.size;
    }
    pass(batch.messages()[i]);
    found.message_bits |= batch.messages()[i].size;
    found.count_bits |= begins[i + 1] - begins[i];
    found.stream_bits |= batch.record_streams()[i];
    found.word_indexes[i] = words.index_of(batch.severity_texts()[i]);
    found.word_bits |= found.word_indexes[i];
  }
  return found;
}

/// Writes columns one behind the other into room made beforehand.
class ColumnWriter {
 public:
  explicit ColumnWriter(char* at) : at_(at) {}
  char* at() const { return at_; }

  void copy(const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    std::memcpy(at_, from, bytes);
    at_ += bytes;
  }
  /// `number_at(i)` for each i below `count`, `width` bytes each.
  template <typename NumberAt>
  void numbers(Width width, std::size_t count, const NumberAt& number_at) {
    switch (width) {
      case 0:
        break;
      case 1:
        narrow<std::uint8_t>(count, number_at);
        break;
      case 2:
        narrow<std::uint16_t>(count, number_at);
        break;
      default:
        narrow<std::uint32_t>(count, number_at);
        break;
    }
  }

 private:
  template <typename Narrow, typename NumberAt>
  void narrow(std::size_t count, const NumberAt& number_at) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = static_cast<Narrow>(number_at(i));
      std::memcpy(at_ + i * sizeof number, &number, sizeof number);
    }
    at_ += count * sizeof(Narrow);
  }

  char* at_;
};

std::uint64_t front_bytes(const Header& header) {
  const std::uint64_t records = header.records;
  std::uint64_t bytes = sizeof header + std::uint64_t{header.tenant_bytes};
  if (header.source_bytes > 0) bytes += sizeof(std::uint64_t) + header.source_bytes;
  bytes += (std::uint64_t{header.streams} + header.names + header.words) * sizeof(Slice);
  bytes += std::uint64_t{header.jumps} * sizeof(Jump);
  bytes += (header.is_received_once != 0 ? 1 : records) * sizeof(TimestampNs);
  bytes += records * (sizeof(TimestampNs) + sizeof(Severity) + header.stream_width +
                      header.word_width + header.count_width + header.message_width);
  return bytes + std::uint64_t{header.fields} * (header.name_width + header.value_width);
}

bool is_received_once(const RecordBatch& batch) {
  if (batch.empty()) return true;
  const TimestampNs first = batch.received(0);
  bool is_same = true;
  for (const TimestampNs received : batch.received()) is_same &= received == first;
  return is_same;
}

Header header_of(const RecordBatch& batch, const Survey& found) {
  Header header;
  header.stream_width = width_of(found.stream_bits);
  header.word_width = width_of(found.word_bits);
  header.count_width = width_of(found.count_bits);
  header.name_width = std::max<Width>(width_of(found.name_bits), 1);
  header.value_width = width_of(found.value_bits);
  header.message_width = width_of(found.message_bits);
  header.is_received_once = is_received_once(batch) ? 1 : 0;
  header.records = static_cast<std::uint32_t>(batch.size());
  header.fields = batch.field_begins().back();
  header.streams = static_cast<std::uint32_t>(batch.streams().size());
  header.names = static_cast<std::uint32_t>(batch.field_names().size());
  header.words = static_cast<std::uint32_t>(found.words.size());
  header.jumps = static_cast<std::uint32_t>(found.jumps.size());
  header.tenant_bytes = static_cast<std::uint32_t>(batch.tenant().value.size());
  if (batch.mark()) header.source_bytes = static_cast<std::uint32_t>(batch.mark()->source.size());
  header.arena_bytes = static_cast<std::uint32_t>(batch.arena().size());
  return header;
}

tl::unexpected<Error> damaged() {
  return fail(ErrorCode::kCorruption, "batch payload is damaged");
}

/// Reads columns one behind the other. The caller has checked that all of them are there.
class ColumnReader {
 public:
  explicit ColumnReader(std::string_view rest) : rest_(rest) {}

  std::string_view bytes(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  template <typename T>
  void copy(std::vector<T>& into, std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    into.resize(count);
    const std::string_view from = bytes(count * sizeof(T));
    if (count > 0) std::memcpy(into.data(), from.data(), from.size());
  }
  /// Calls `put(i, number)` for each i below `count`.
  template <typename Put>
  void numbers(Width width, std::size_t count, const Put& put) {
    switch (width) {
      case 0:
        for (std::size_t i = 0; i < count; ++i) put(i, 0);
        break;
      case 1:
        widen<std::uint8_t>(count, put);
        break;
      case 2:
        widen<std::uint16_t>(count, put);
        break;
      default:
        widen<std::uint32_t>(count, put);
        break;
    }
  }

 private:
  template <typename Narrow, typename Put>
  void widen(std::size_t count, const Put& put) {
    const std::string_view from = bytes(count * sizeof(Narrow));
    for (std::size_t i = 0; i < count; ++i) {
      Narrow number;
      std::memcpy(&number, from.data() + i * sizeof number, sizeof number);
      put(i, std::uint32_t{number});
    }
  }

  std::string_view rest_;
};

/// Finds out where the texts of the records lie, from their sizes and the jumps. False when they
/// leave the arena.
bool place_texts(RecordBatch::Columns& columns, const std::vector<Jump>& jumps) {
  const std::uint64_t arena_bytes = columns.arena.size();
  std::uint64_t cursor = 0;
  std::uint32_t slot = 0;
  auto jump = jumps.begin();
  bool is_sound = true;
  const auto place = [&](Slice& slice) {
    if (jump != jumps.end() && jump->slot == slot) {
      cursor = jump->offset;
      ++jump;
    }
    ++slot;
    slice.offset = static_cast<std::uint32_t>(cursor);
    cursor += slice.size;
    is_sound &= cursor <= arena_bytes;
  };
  for (std::size_t i = 0; i < columns.messages.size(); ++i) {
    for (std::uint32_t f = columns.field_begins[i]; f < columns.field_begins[i + 1]; ++f) {
      place(columns.fields[f].value);
    }
    place(columns.messages[i]);
  }
  // A jump that is left over had a slot out of order.
  return is_sound && jump == jumps.end();
}

bool read_words(ColumnReader& reader, const Header& header, const std::vector<Slice>& words,
                std::vector<Slice>& texts) {
  texts.resize(header.records);
  std::uint32_t index_max = 0;
  const auto last = static_cast<std::uint32_t>(words.size() - 1);
  if (words.empty()) return header.records == 0;
  reader.numbers(header.word_width, header.records, [&](std::size_t i, std::uint32_t index) {
    index_max = std::max(index_max, index);
    texts[i] = words[std::min(index, last)];
  });
  return index_max <= last;
}

bool read_counts(ColumnReader& reader, const Header& header, std::vector<std::uint32_t>& begins) {
  begins.resize(std::size_t{header.records} + 1);
  std::uint64_t sum = 0;
  begins[0] = 0;
  reader.numbers(header.count_width, header.records, [&](std::size_t i, std::uint32_t count) {
    sum += count;
    begins[i + 1] = static_cast<std::uint32_t>(sum);
  });
  if (sum != header.fields) return false;
  return true;
}

/// The columns behind the tenant and mark. False when they do not fit together.
bool read_columns(ColumnReader& reader, const Header& header, RecordBatch::Columns& columns) {
  std::vector<Slice> words;
  std::vector<Jump> jumps;
  reader.copy(columns.streams, header.streams);
  reader.copy(columns.field_names, header.names);
  reader.copy(words, header.words);
  reader.copy(jumps, header.jumps);
  if (header.is_received_once != 0) {
    TimestampNs received = 0;
    std::memcpy(&received, reader.bytes(sizeof received).data(), sizeof received);
    columns.received.assign(header.records, received);
  } else {
    reader.copy(columns.received, header.records);
  }
  reader.copy(columns.timestamps, header.records);
  reader.copy(columns.severities, header.records);
  columns.record_streams.resize(header.records);
  reader.numbers(header.stream_width, header.records,
                 [&](std::size_t i, std::uint32_t n) { columns.record_streams[i] = n; });
  if (!read_words(reader, header, words, columns.severity_texts)) return false;
  if (!read_counts(reader, header, columns.field_begins)) return false;
  columns.messages.resize(header.records);
  reader.numbers(header.message_width, header.records,
                 [&](std::size_t i, std::uint32_t n) { columns.messages[i].size = n; });
  columns.fields.resize(header.fields);
  reader.numbers(header.name_width, header.fields, [&](std::size_t i, std::uint32_t n) {
    columns.fields[i].name = n >> kKindBits;
    columns.fields[i].kind = static_cast<FieldKind>(n & ((1U << kKindBits) - 1));
  });
  reader.numbers(header.value_width, header.fields,
                 [&](std::size_t i, std::uint32_t n) { columns.fields[i].value.size = n; });
  const std::string_view arena = reader.bytes(header.arena_bytes);
  columns.arena.reserve(arena.size());
  columns.arena.append(arena);
  return place_texts(columns, jumps);
}

}  // namespace

void encode_batch_front(const RecordBatch& batch, std::string& out) {
  const Survey found = survey(batch);
  const Header header = header_of(batch, found);
  const std::size_t begin = out.size();
  out.resize(begin + front_bytes(header));
  ColumnWriter writer(out.data() + begin);
  const std::size_t records = batch.size();
  writer.copy(&header, sizeof header);
  writer.copy(batch.tenant().value.data(), batch.tenant().value.size());
  if (header.source_bytes > 0) {
    writer.copy(&batch.mark()->offset, sizeof batch.mark()->offset);
    writer.copy(batch.mark()->source.data(), header.source_bytes);
  }
  writer.copy(batch.streams().data(), header.streams * sizeof(Slice));
  writer.copy(batch.field_names().data(), header.names * sizeof(Slice));
  writer.copy(found.words.data(), found.words.size() * sizeof(Slice));
  writer.copy(found.jumps.data(), found.jumps.size() * sizeof(Jump));
  const TimestampNs none = 0;
  writer.copy(batch.empty() ? &none : batch.received().data(),
              (header.is_received_once != 0 ? 1 : records) * sizeof(TimestampNs));
  writer.copy(batch.timestamps().data(), records * sizeof(TimestampNs));
  writer.copy(batch.severities().data(), records * sizeof(Severity));
  writer.numbers(header.stream_width, records,
                 [&](std::size_t i) { return batch.record_streams()[i]; });
  writer.numbers(header.word_width, records, [&](std::size_t i) { return found.word_indexes[i]; });
  const auto& begins = batch.field_begins();
  writer.numbers(header.count_width, records,
                 [&](std::size_t i) { return begins[i + 1] - begins[i]; });
  writer.numbers(header.message_width, records,
                 [&](std::size_t i) { return batch.messages()[i].size; });
  const auto& fields = batch.fields();
  writer.numbers(header.name_width, header.fields, [&](std::size_t i) {
    return fields[i].name << kKindBits | static_cast<std::uint32_t>(fields[i].kind);
  });
  writer.numbers(header.value_width, header.fields,
                 [&](std::size_t i) { return fields[i].value.size; });
}

void encode_batch(const RecordBatch& batch, std::string& out) {
  encode_batch_front(batch, out);
  out.append(batch.arena());
}

Result<RecordBatch> decode_batch(std::string_view bytes) {
  Header header;
  if (bytes.empty()) return damaged();
  if (static_cast<std::uint8_t>(bytes.front()) != kBatchVersion) {
    return fail(ErrorCode::kCorruption,
                "batch payload has version " +
                    std::to_string(static_cast<std::uint8_t>(bytes.front())) +
                    ", this program reads " + std::to_string(kBatchVersion));
  }
  if (bytes.size() < sizeof header || bytes.size() > kBatchBytesMax) return damaged();
  std::memcpy(&header, bytes.data(), sizeof header);
  const bool are_widths = is_width(header.stream_width) && is_width(header.word_width) &&
                          is_width(header.count_width) && is_width(header.name_width) &&
                          is_width(header.value_width) && is_width(header.message_width);
  if (!are_widths || header.name_width == 0 ||
      front_bytes(header) + header.arena_bytes != bytes.size()) {
    return damaged();
  }
  ColumnReader reader(bytes.substr(sizeof header));
  TenantId tenant{std::string(reader.bytes(header.tenant_bytes))};
  RecordBatch::Mark mark;
  if (header.source_bytes > 0) {
    std::memcpy(&mark.offset, reader.bytes(sizeof mark.offset).data(), sizeof mark.offset);
    mark.source = reader.bytes(header.source_bytes);
  }
  RecordBatch::Columns columns;
  if (!read_columns(reader, header, columns)) return damaged();
  auto batch = RecordBatch::from_columns(std::move(tenant), std::move(columns));
  if (!batch) return damaged();
  if (header.source_bytes > 0) batch->set_mark(mark.source, mark.offset);
  return std::move(*batch);
}

}  // namespace logpond::storage
