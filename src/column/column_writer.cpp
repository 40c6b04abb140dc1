// Packing a column: what its values have in common decides its form.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <numeric>

#include "codec/varint.h"
#include "column/bit_packing.h"
#include "column/character_classes.h"
#include "column/column.h"
#include "column/column_type.h"
#include "column/digits.h"
#include "column/distinct_values.h"
#include "column/number_packer.h"
#include "column/value_text.h"
#include "core/check.h"

namespace logpond::column {

namespace {

constexpr unsigned bit_of(ValueKind kind) {
  return 1U << static_cast<unsigned>(kind);
}
constexpr unsigned kTextKinds = bit_of(ValueKind::kUuid) | bit_of(ValueKind::kHex) |
                                bit_of(ValueKind::kText) | bit_of(ValueKind::kLongText);

std::size_t text_size(const Value& value) {
  return value.kind == ValueKind::kLongText ? value.bits : value.size;
}
std::string_view text_of(const Value& value, const char* base) {
  return {base + value.offset, text_size(value)};
}
std::int64_t signed_bits(const Value& value) {
  return static_cast<std::int64_t>(value.bits);
}

void put_code(std::string& out, ColumnForm form) {
  out.push_back(static_cast<char>(form));
}
void put_code(std::string& out, ColumnType type) {
  out.push_back(static_cast<char>(type.code()));
}

/// What one pass over the values shows.
struct Survey {
  unsigned kinds = 0;
  bool same_bits = true;
  bool same_spelling = true;  ///< Size, kind and aux.
  std::uint32_t size_min = 255;
  std::uint32_t size_max = 0;
};

Survey survey_of(std::span<const Value> values) {
  Survey survey;
  const std::uint64_t bits = values[0].bits;
  const auto spelling_of = [](const Value& value) {
    return static_cast<std::uint32_t>(value.size | static_cast<std::uint32_t>(value.kind) << 16 |
                                      static_cast<std::uint32_t>(value.aux) << 24);
  };
  const std::uint32_t spelling = spelling_of(values[0]);
  std::uint64_t other_bits = 0;
  std::uint32_t other_spelling = 0;
  std::uint32_t size_min = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t size_max = 0;
  unsigned kinds = 0;
  for (const Value& value : values) {
    other_bits |= value.bits ^ bits;
    other_spelling |= spelling_of(value) ^ spelling;
    kinds |= 1U << static_cast<unsigned>(value.kind);
    // References have no text and do not count.
    const bool is_text = value.kind != ValueKind::kReference;
    size_min = std::min(size_min, is_text ? value.size : size_min);
    size_max = std::max<std::uint32_t>(size_max, is_text ? value.size : 0);
  }
  survey.kinds = kinds;
  survey.same_bits = other_bits == 0;
  survey.same_spelling = other_spelling == 0;
  survey.size_min = std::min(size_min, 255U);
  survey.size_max = std::min(size_max, 255U);
  return survey;
}

/// How the decimals and padded numbers of a column are best stored.
struct NumberPlan {
  bool has_decimals = false;
  bool is_shortest = false;  ///< Integers and decimals without a last zero are scaled to `scale`.
  std::uint8_t scale = 0;
  std::uint8_t padded_digits = 0;  ///< Integers as long join padded numbers of these digits; or 0.
};

bool fits_scale(const Value& value, unsigned scale) {
  const auto power = static_cast<std::int64_t>(kPowers10[scale - value.aux]);
  const std::int64_t limit = kScaledMax / power;
  return signed_bits(value) <= limit && signed_bits(value) >= -limit;
}

/// The only aux of values of `kind`, or 0 when they differ.
std::uint8_t common_aux(std::span<const Value> values, ValueKind kind) {
  std::uint8_t aux = 0;
  for (const Value& value : values) {
    if (value.kind != kind) continue;
    if (aux != 0 && aux != value.aux) return 0;
    aux = value.aux;
  }
  return aux;
}

NumberPlan plan_numbers(std::span<const Value> values, unsigned kinds) {
  NumberPlan plan;
  const bool has_integers = (kinds & bit_of(ValueKind::kInteger)) != 0;
  if ((kinds & bit_of(ValueKind::kDecimal)) != 0) {
    plan.has_decimals = true;
    bool ends_in_zero = false;
    for (const Value& value : values) {
      if (value.kind != ValueKind::kDecimal) continue;
      plan.scale = std::max(plan.scale, value.aux);
      ends_in_zero |= signed_bits(value) % 10 == 0;
    }
    const bool same_digits = common_aux(values, ValueKind::kDecimal) != 0;
    // Digits that are all the same say nothing; neither do zeros that are not spelt.
    plan.is_shortest = !same_digits || (has_integers && !ends_in_zero);
  }
  if ((kinds & bit_of(ValueKind::kPadded)) != 0 && has_integers) {
    plan.padded_digits = common_aux(values, ValueKind::kPadded);
    for (const Value& value : values) {
      if (value.kind != ValueKind::kInteger) continue;
      if (value.size != plan.padded_digits || signed_bits(value) < 0) plan.padded_digits = 0;
    }
  }
  return plan;
}

/// Type to store a value as; scales its bits when the type says so.
ColumnType assign_type(Value& value, const NumberPlan& plan) {
  switch (value.kind) {
    case ValueKind::kInteger:
      if (plan.padded_digits != 0) return {TypeFamily::kPadded, plan.padded_digits};
      if (!plan.is_shortest || !fits_scale(value, plan.scale)) return {TypeFamily::kInteger, 0};
      value.bits *= kPowers10[plan.scale];
      return {TypeFamily::kShortest, plan.scale};
    case ValueKind::kDecimal:
      if (!plan.is_shortest || signed_bits(value) % 10 == 0 || !fits_scale(value, plan.scale)) {
        return {TypeFamily::kDecimal, value.aux};
      }
      value.bits *= kPowers10[plan.scale - value.aux];
      return {TypeFamily::kShortest, plan.scale};
    case ValueKind::kPadded:
      return {TypeFamily::kPadded, value.aux};
    case ValueKind::kIpv4:
      return {TypeFamily::kIpv4, 0};
    case ValueKind::kTime:
      return {TypeFamily::kTime, value.aux};
    case ValueKind::kUuid:
      return {TypeFamily::kUuid, 0};
    case ValueKind::kHex:
      return {TypeFamily::kHex, value.aux};
    case ValueKind::kReference:
      return {TypeFamily::kReference, 0};
    case ValueKind::kText:
    case ValueKind::kLongText:
      break;
  }
  return {TypeFamily::kText, 0};
}

/// Classes of the bytes of many texts: a note a byte is faster than a table's word a byte.
class CharacterNotes {
 public:
  void add(std::string_view text) {
    for (const char c : text) seen_[static_cast<unsigned char>(c)] = 1;
  }
  std::uint16_t classes() const {
    unsigned classes = 0;
    for (std::size_t c = 0; c < 256; ++c) classes |= seen_[c] != 0 ? kCharacterClasses[c] : 0U;
    return static_cast<std::uint16_t>(classes);
  }

 private:
  std::array<std::uint8_t, 256> seen_{};
};

}  // namespace

class ColumnWriter::Impl {
 public:
  explicit Impl(int zstd_level) : packer_(zstd_level) {}

  Stamp write(std::span<Value> values, const char* base, std::string& out) {
    LOGPOND_CHECK(!values.empty() && values.size() <= kColumnValuesMax);
    const Survey survey = survey_of(values);
    characters_ = 0;
    if (survey.same_bits && survey.same_spelling && is_same_text(values, base)) {
      write_constant(values[0], values.size(), base, out);
    } else if (values.size() < kShortColumn &&
               (survey.kinds & bit_of(ValueKind::kReference)) == 0) {
      write_short(values, base, out);
    } else {
      write_long(values, survey.kinds, base, out);
    }
    Stamp stamp{.size_min = static_cast<std::uint8_t>(survey.size_min),
                .size_max = static_cast<std::uint8_t>(survey.size_max),
                .characters = characters_};
    return stamp;
  }

 private:
  /// Requires: equal bits and spelling.
  static bool is_same_text(std::span<const Value> values, const char* base) {
    if ((bit_of(values[0].kind) & kTextKinds) == 0) return true;
    const std::string_view first = text_of(values[0], base);
    return std::all_of(values.begin() + 1, values.end(),
                       [&](const Value& value) { return text_of(value, base) == first; });
  }

  void write_constant(const Value& value, std::size_t count, const char* base, std::string& out) {
    if (value.kind == ValueKind::kReference) {
      put_code(out, ColumnForm::kConstantReference);
      codec::put_varint(out, value.bits);
      return;
    }
    characters_ |= character_classes(text_of(value, base));
    if (value.kind == ValueKind::kInteger && count >= kShortColumn) {
      put_code(out, ColumnForm::kConstantInteger);
      codec::put_varint(out, codec::zigzag(signed_bits(value)));
    } else {
      put_code(out, ColumnForm::kConstantText);
      out.append(text_of(value, base));
    }
  }

  void write_short(std::span<const Value> values, const char* base, std::string& out) {
    put_code(out, ColumnForm::kShort);
    for (const Value& value : values) {
      const std::string_view text = text_of(value, base);
      characters_ |= character_classes(text);
      codec::put_bytes(out, text);
    }
  }

  void write_long(std::span<Value> values, unsigned kinds, const char* base, std::string& out) {
    const NumberPlan plan = plan_numbers(values, kinds);
    types_.clear();
    std::array<std::uint8_t, 256> place_of_code;
    place_of_code.fill(255);
    places_.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const ColumnType type = assign_type(values[i], plan);
      std::uint8_t& place = place_of_code[type.code()];
      if (place == 255) {
        place = static_cast<std::uint8_t>(types_.size());
        types_.push_back(type);
      }
      places_[i] = place;
    }
    if (types_.size() == 1) {
      write_typed(types_[0], values, base, out);
      return;
    }
    put_code(out, ColumnForm::kMixed);
    codec::put_varint(out, types_.size());
    packer_.write_codes(places_, out);
    for (std::size_t place = 0; place < types_.size(); ++place) {
      part_.clear();
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (places_[i] == place) part_.push_back(values[i]);
      }
      write_typed(types_[place], part_, base, out);
    }
  }

  /// One type: as a dictionary when that is smaller.
  void write_typed(ColumnType type, std::span<const Value> values, const char* base,
                   std::string& out) {
    if (type.is_number()) {
      numbers_.resize(values.size());
      for (std::size_t i = 0; i < values.size(); ++i) numbers_[i] = values[i].bits;
      write_numbers(type, out);
    } else {
      write_texts(type, values, base, out);
    }
  }

  void write_numbers(ColumnType type, std::string& out) {
    note_number_characters(type);
    const unsigned width = NumberPacker::packed_width(numbers_);
    // A code cannot be much smaller than these.
    constexpr unsigned kNarrow = 3;
    const DictionaryCost cost{
        .plain_bits = 0.95 * width * static_cast<double>(numbers_.size()) - 64,
        .distinct_bits = static_cast<double>(width),
        .is_sorted = true};
    if (width > kNarrow && distinct_.find_numbers(numbers_, cost)) {
      sort_dictionary();
      put_dictionary(type, codes_, out);
      packer_.write(distinct_numbers_, out);
    } else {
      put_code(out, type);
      packer_.write(numbers_, out);
    }
  }

  void write_texts(ColumnType type, std::span<const Value> values, const char* base,
                   std::string& out) {
    std::uint64_t bytes = 0;
    for (const Value& value : values) bytes += text_size(value);
    LOGPOND_CHECK(bytes <= std::numeric_limits<std::uint32_t>::max());
    const auto count = static_cast<double>(values.size());
    // Texts compress to about half of their bytes, and so do the digits of the others.
    const double each = static_cast<double>(bytes) * 4 / count + 8;
    const DictionaryCost cost{.plain_bits = each * count - 64, .distinct_bits = each};
    if (values.size() < 3 || !distinct_.find_texts(values, base, cost)) {
      put_code(out, type);
      write_payload(type, values, base, out);
      return;
    }
    put_dictionary(type, distinct_.codes(), out);
    distinct_texts_.clear();
    for (const std::uint32_t first : distinct_.firsts()) distinct_texts_.push_back(values[first]);
    write_payload(type, distinct_texts_, base, out);
  }

  void put_dictionary(ColumnType type, std::span<const std::uint64_t> codes, std::string& out) {
    put_code(out, ColumnForm::kDictionary);
    put_code(out, type);
    codec::put_varint(out, distinct_.firsts().size());
    packer_.write_codes(codes, out);
  }

  /// Distinct numbers in order, and codes to go with them: their differences are small.
  void sort_dictionary() {
    const std::span<const std::uint32_t> firsts = distinct_.firsts();
    order_.resize(firsts.size());
    std::iota(order_.begin(), order_.end(), 0U);
    const auto number_of = [&](std::uint32_t code) {
      return static_cast<std::int64_t>(numbers_[firsts[code]]);
    };
    std::sort(order_.begin(), order_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return number_of(a) < number_of(b); });
    distinct_numbers_.resize(firsts.size());
    places_of_codes_.resize(firsts.size());
    for (std::size_t place = 0; place < order_.size(); ++place) {
      distinct_numbers_[place] = numbers_[firsts[order_[place]]];
      places_of_codes_[order_[place]] = place;
    }
    codes_.resize(numbers_.size());
    for (std::size_t i = 0; i < codes_.size(); ++i) {
      codes_[i] = places_of_codes_[distinct_.codes()[i]];
    }
  }

  void write_payload(ColumnType type, std::span<const Value> values, const char* base,
                     std::string& out) {
    if (type.family == TypeFamily::kUuid || type.family == TypeFamily::kHex) {
      characters_ |= character_classes(type.family == TypeFamily::kUuid ? "09af-" : "09af");
      const std::size_t each = type.family == TypeFamily::kUuid ? kUuidBytes : type.aux / 2U;
      const std::size_t before = out.size();
      out.resize(before + values.size() * each);
      char* at = out.data() + before;
      for (const Value& value : values) {
        const char* const text = base + value.offset;
        type.family == TypeFamily::kUuid ? pack_uuid(text, at) : pack_hex(text, type.aux, at);
        at += each;
      }
      return;
    }
    numbers_.resize(values.size());
    joined_.clear();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string_view text = text_of(values[i], base);
      numbers_[i] = text.size();
      joined_.append(text);
    }
    CharacterNotes notes;
    notes.add(joined_);
    characters_ |= notes.classes();
    packer_.write_codes(numbers_, out);
    constexpr std::size_t kCompressMin = 96;
    const std::string_view frame = joined_.size() < kCompressMin
                                       ? std::string_view()
                                       : packer_.try_compress(joined_, joined_.size());
    codec::put_varint(out, frame.size());
    out.append(frame.empty() ? std::string_view(joined_) : frame);
  }

  void note_number_characters(ColumnType type) {
    if (!type.is_written_number()) return;
    std::string_view others;
    switch (type.family) {
      case TypeFamily::kShortest:
      case TypeFamily::kDecimal:
      case TypeFamily::kIpv4:
        others = ".";
        break;
      case TypeFamily::kTime:
        others = "-:T .,Z+";
        break;
      default:
        break;
    }
    characters_ |= character_classes("09");
    characters_ |= character_classes(others);
    const bool has_sign = type.family <= TypeFamily::kDecimal;
    if (has_sign && std::any_of(numbers_.begin(), numbers_.end(), [](std::uint64_t bits) {
          return static_cast<std::int64_t>(bits) < 0;
        })) {
      characters_ |= character_class('-');
    }
  }

  NumberPacker packer_;
  DistinctValues distinct_;
  std::vector<std::uint64_t> numbers_;
  std::vector<std::uint64_t> distinct_numbers_;
  std::vector<std::uint64_t> codes_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint64_t> places_of_codes_;
  std::vector<std::uint64_t> places_;
  std::vector<Value> part_;
  std::vector<Value> distinct_texts_;
  std::vector<ColumnType> types_;
  std::string joined_;
  std::uint16_t characters_ = 0;
};

ColumnWriter::ColumnWriter(int zstd_level) : impl_(std::make_unique<Impl>(zstd_level)) {}
ColumnWriter::ColumnWriter(ColumnWriter&&) noexcept = default;
ColumnWriter::~ColumnWriter() = default;

Stamp ColumnWriter::write(std::span<Value> values, const char* base, std::string& out) {
  return impl_->write(values, base, out);
}

bool Stamp::may_match(Place place, std::string_view literal) const {
  if (size_max < 255 && literal.size() > size_max) return false;
  if (place == Place::kEqual && literal.size() < size_min) return false;
  return (character_classes(literal) & ~characters) == 0;
}

}  // namespace logpond::column
