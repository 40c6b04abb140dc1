// Finding the values that hold a literal.
#include <algorithm>
#include <string>

#include "codec/line_filter.h"
#include "column/column_impl.h"
#include "column/digits.h"
#include "column/number_search.h"
#include "column/value_text.h"

namespace logpond::column {

namespace {

/// One question to a column: does a text hold this?
struct Question {
  Place place;
  std::string_view literal;

  bool holds(std::string_view text) const {
    switch (place) {
      case Place::kEqual:
        return text == literal;
      case Place::kPrefix:
        return text.starts_with(literal);
      case Place::kSuffix:
        return text.ends_with(literal);
      case Place::kContains:
        return codec::find_literal(text, literal, 0) != std::string_view::npos;
    }
    return false;
  }
};

/// A byte a value: not zero where it matches.
using Hits = std::vector<std::uint8_t>;

/// Searches the joined texts once; a place counts when it lies in one text.
void mark_texts_containing(const TypedValues& values, std::string_view literal, Hits& hits) {
  const std::string_view joined = std::string_view(values.bytes).substr(0, values.offsets.back());
  std::uint32_t i = 0;
  for (std::size_t from = 0;;) {
    const std::size_t found = codec::find_literal(joined, literal, from);
    if (found == std::string_view::npos) return;
    // Few texts lie between two finds, or else many: then steps that double find the text.
    std::uint32_t step = 1;
    while (i + step < values.count && values.offsets[i + step] <= found) {
      i += step;
      step *= 2;
    }
    const auto begin = values.offsets.begin() + i;
    const auto end = values.offsets.begin() + std::min(i + step, values.count) + 1;
    i = static_cast<std::uint32_t>(std::upper_bound(begin, end, found) - values.offsets.begin()) -
        1;
    if (found + literal.size() <= values.offsets[i + 1]) {
      hits[i] = 1;
      from = values.offsets[i + 1];
    } else {
      from = found + 1;
    }
  }
}

/// Marks the values in whose packed digits `needle` is found, if their text holds the literal.
void mark_packed(const TypedValues& values, const Question& question, std::string_view needle,
                 Hits& hits) {
  const std::size_t each =
      values.type.family == TypeFamily::kUuid ? kUuidBytes : values.type.aux / 2U;
  const std::string_view packed = std::string_view(values.bytes).substr(0, values.count * each);
  char buffer[kTypedTextMax];
  for (std::size_t from = 0;;) {
    const std::size_t found = codec::find_literal(packed, needle, from);
    if (found == std::string_view::npos) return;
    const auto i = static_cast<std::uint32_t>(found / each);
    const char* const end = write_typed_text(values, i, buffer);
    if (question.holds(std::string_view(buffer, static_cast<std::size_t>(end - buffer)))) {
      hits[i] = 1;
    }
    from = (i + std::size_t{1}) * each;
  }
}

/// Digits lie two in a byte, so that a literal begins at either half: its whole bytes are looked
/// for both ways. False when it has too few of them to be worth it.
bool mark_hex(const TypedValues& values, const Question& question, Hits& hits) {
  constexpr std::size_t kBytesMin = 2;
  std::string digits;
  for (const char c : question.literal) {
    if (values.type.family == TypeFamily::kUuid && c == '-') continue;
    if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) return true;
    digits.push_back(c);
  }
  if (digits.size() > kTypedTextMax) return true;
  if (digits.size() < 2 * kBytesMin + 1) return false;
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}}) {
    const std::size_t bytes = (digits.size() - first) / 2;
    // Packing takes digits by eights; what is behind the whole bytes is cut off.
    std::string padded = digits.substr(first, 2 * bytes);
    padded.resize((padded.size() + 7) / 8 * 8, '0');
    char needle[kTypedTextMax / 2 + 4];
    pack_hex(padded.data(), static_cast<unsigned>(padded.size()), needle);
    mark_packed(values, question, {needle, bytes}, hits);
  }
  return true;
}

template <typename Holds>
void mark_each(const TypedValues& values, Holds holds, Hits& hits) {
  if (values.type.family == TypeFamily::kReference) return;
  if (values.type.family == TypeFamily::kText) {
    for (std::uint32_t i = 0; i < values.count; ++i) hits[i] = holds(values.text(i)) ? 1 : 0;
    return;
  }
  char buffer[kTypedTextMax];
  for (std::uint32_t i = 0; i < values.count; ++i) {
    const char* const end = write_typed_text(values, i, buffer);
    hits[i] = holds(std::string_view(buffer, static_cast<std::size_t>(end - buffer))) ? 1 : 0;
  }
}

void mark(const TypedValues& values, const Question& question, Hits& hits) {
  if (question.place == Place::kEqual && question.literal.empty() &&
      values.type.family != TypeFamily::kText) {
    return;  // all that has a type has a text
  }
  if (values.type.family == TypeFamily::kText && question.place == Place::kContains &&
      !question.literal.empty()) {
    mark_texts_containing(values, question.literal, hits);
    return;
  }
  if (values.type.is_written_number() &&
      mark_numbers(values, question.place, question.literal, hits)) {
    return;
  }
  const bool is_hex =
      values.type.family == TypeFamily::kUuid || values.type.family == TypeFamily::kHex;
  if (is_hex && mark_hex(values, question, hits)) return;
  mark_each(values, [&](std::string_view text) { return question.holds(text); }, hits);
}

/// Appends the places of the hits; most runs of eight have none.
void append_hits(const Hits& hits, std::vector<std::uint32_t>& places) {
  const auto size = static_cast<std::uint32_t>(hits.size());
  std::uint32_t i = 0;
  for (; i + 8 <= size; i += 8) {
    if (load_word(reinterpret_cast<const char*>(hits.data()) + i) == 0) continue;
    for (std::uint32_t k = i; k < i + 8; ++k) {
      if (hits[k] != 0) places.push_back(k);
    }
  }
  for (; i < size; ++i) {
    if (hits[i] != 0) places.push_back(i);
  }
}

template <typename T>
void mark_codes(const T* codes, std::uint64_t base, const Hits& distinct, Hits& hits) {
  const std::uint8_t* const table = distinct.data() + base;
  const auto size = static_cast<std::uint32_t>(hits.size());
  if (std::count(distinct.begin(), distinct.end(), 1) == 1) {
    // The usual case of one value compares whole vectors.
    const auto only = static_cast<std::uint64_t>(std::find(distinct.begin(), distinct.end(), 1) -
                                                 distinct.begin());
    const auto code = static_cast<T>(only - base);
    for (std::uint32_t i = 0; i < size; ++i) hits[i] = codes[i] == code ? 1 : 0;
  } else {
    for (std::uint32_t i = 0; i < size; ++i) hits[i] = table[codes[i]];
  }
}

/// Marks the distinct values, then those whose code is marked. `mark_values(values, hits)`.
template <typename MarkValues>
void mark_part(const ColumnPart& part, MarkValues mark_values, Hits& hits) {
  hits.assign(part.count, 0);
  if (!part.has_dictionary) {
    mark_values(part.values, hits);
    return;
  }
  Hits distinct(part.values.count, 0);
  mark_values(part.values, distinct);
  if (std::find(distinct.begin(), distinct.end(), 1) == distinct.end()) return;
  const Numbers& codes = part.codes;
  switch (codes.element_bytes()) {
    case 0:
      std::fill(hits.begin(), hits.end(), distinct[codes.base()]);
      break;
    case 1:
      mark_codes(codes.distances<std::uint8_t>(), codes.base(), distinct, hits);
      break;
    case 2:
      mark_codes(codes.distances<std::uint16_t>(), codes.base(), distinct, hits);
      break;
    default:
      mark_codes(codes.distances<std::uint32_t>(), codes.base(), distinct, hits);
  }
}

template <typename MarkValues>
void match_all(const ColumnData& column, MarkValues mark_values,
               std::vector<std::uint32_t>& places) {
  std::vector<Hits> hits(column.parts.size());
  for (std::size_t k = 0; k < hits.size(); ++k) mark_part(column.parts[k], mark_values, hits[k]);
  if (hits.size() == 1) {
    append_hits(hits[0], places);
    return;
  }
  for (std::uint32_t i = 0; i < column.size; ++i) {
    if (hits[column.plane[i]][column.ranks[i]] != 0) places.push_back(i);
  }
}

}  // namespace

void Column::match(Place place, std::string_view literal,
                   std::vector<std::uint32_t>& places) const {
  const Question question{place, literal};
  match_all(
      *impl_, [&](const TypedValues& values, Hits& hits) { mark(values, question, hits); }, places);
}

void Column::match(TextTest keeps, const void* context, std::vector<std::uint32_t>& places) const {
  match_all(
      *impl_,
      [&](const TypedValues& values, Hits& hits) {
        mark_each(values, [&](std::string_view text) { return keeps(context, text); }, hits);
      },
      places);
}

}  // namespace logpond::column
