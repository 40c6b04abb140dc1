// Every hash has three slots, one in each of three neighbouring segments; its fingerprint is the
// exclusive or of the three bytes there. Building finds an order in which each hash has a slot that
// no later one uses ("peeling"), and fills the slots backwards.
#include "codec/fuse_filter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <vector>

#include "codec/varint.h"
#include "core/check.h"

namespace logpond::codec {

namespace {

constexpr std::size_t kHeaderBytes = 8 + 1 + 4;
constexpr unsigned kSegmentBitsMax = 18;
constexpr std::size_t kHashesMax = std::size_t{1} << 28;

std::uint64_t mix(std::uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDULL;
  hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53ULL;
  return hash ^ (hash >> 33);
}

std::uint8_t fingerprint(std::uint64_t mixed) {
  return static_cast<std::uint8_t>(mixed ^ (mixed >> 32));
}

/// Where the slots of a hash are.
struct Shape {
  std::uint64_t seed = 0;
  unsigned segment_bits = 2;
  std::uint32_t segments = 1;  ///< In which the first slot of a hash may lie; two more follow.

  std::size_t slots() const { return (std::size_t{segments} + 2) << segment_bits; }
  std::array<std::size_t, 3> slots_of(std::uint64_t mixed) const {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t first_slots = std::uint64_t{segments} << segment_bits;
    const auto first = static_cast<std::size_t>((static_cast<Wide>(mixed) * first_slots) >> 64);
    const std::size_t segment = std::size_t{1} << segment_bits;
    return {first, (first + segment) ^ ((mixed >> 18) & (segment - 1)),
            (first + 2 * segment) ^ (mixed & (segment - 1))};
  }
};

/// Sizes by the paper's formulas for three slots.
Shape shape_of(std::size_t count) {
  Shape shape;
  if (count < 2) return shape;
  const double size = static_cast<double>(count);
  const double bits = std::floor(std::log(size) / std::log(3.33) + 2.25);
  shape.segment_bits = std::min(static_cast<unsigned>(bits), kSegmentBitsMax);
  const double factor = std::max(1.125, 0.875 + 0.25 * std::log(1'000'000.0) / std::log(size));
  const auto capacity = static_cast<std::size_t>(size * factor);
  const std::size_t segments =
      (capacity + (std::size_t{1} << shape.segment_bits) - 1) >> shape.segment_bits;
  shape.segments = segments > 3 ? static_cast<std::uint32_t>(segments - 2) : 1;
  return shape;
}

class Builder {
 public:
  explicit Builder(std::span<const std::uint64_t> hashes) : hashes_(hashes) {}

  std::string build() {
    // A seed fails about once in a hundred; this many in a row do not happen.
    constexpr std::uint64_t kTries = 1000;
    for (std::uint64_t attempt = 0; attempt < kTries; ++attempt) {
      const std::uint64_t seed = mix(attempt + 1);
      sort_distinct(seed);
      if (attempt == 0) shape_ = shape_of(mixed_.size());
      shape_.seed = seed;
      // Very small sets may need more room than the formulas give.
      if (attempt % 8 == 7) ++shape_.segments;
      count_slots();
      if (peel()) return fill();
    }
    LOGPOND_CHECK(false);
    return {};
  }

 private:
  struct Slot {
    std::uint64_t hashes = 0;  ///< Exclusive or of those that use the slot.
    std::uint32_t count = 0;
    std::uint32_t turns = 0;  ///< Exclusive or of which of its three slots this is to each.
  };
  struct Peeled {
    std::uint64_t mixed;
    std::uint32_t turn;
  };

  /// Mixed hashes in order, so that neighbours in memory come one after another. Nearly all of the
  /// sorting is one pass into buckets of a few.
  void sort_distinct(std::uint64_t seed) {
    constexpr int kBucketBitsMax = 20;
    const int bits =
        std::clamp(static_cast<int>(std::bit_width(hashes_.size())) - 3, 1, kBucketBitsMax);
    const auto bucket_of = [&](std::uint64_t mixed) { return mixed >> (64 - bits); };
    ends_.assign((std::size_t{1} << bits) + 1, 0);
    for (const std::uint64_t hash : hashes_) ++ends_[bucket_of(mix(hash ^ seed)) + 1];
    for (std::size_t i = 1; i < ends_.size(); ++i) ends_[i] += ends_[i - 1];
    mixed_.resize(hashes_.size());
    for (const std::uint64_t hash : hashes_) {
      const std::uint64_t mixed = mix(hash ^ seed);
      mixed_[ends_[bucket_of(mixed)]++] = mixed;
    }
    // Each end is now the begin of the next bucket.
    auto begin = mixed_.begin();
    for (std::size_t i = 0; i + 1 < ends_.size(); ++i) {
      const auto end = mixed_.begin() + ends_[i];
      std::sort(begin, end);
      begin = end;
    }
    mixed_.erase(std::unique(mixed_.begin(), mixed_.end()), mixed_.end());
  }

  void count_slots() {
    slots_.assign(shape_.slots(), Slot());
    for (const std::uint64_t mixed : mixed_) {
      const auto places = shape_.slots_of(mixed);
      for (std::uint32_t turn = 0; turn < 3; ++turn) add(places[turn], mixed, turn, 1);
    }
  }

  void add(std::size_t place, std::uint64_t mixed, std::uint32_t turn, std::uint32_t count) {
    Slot& slot = slots_[place];
    slot.hashes ^= mixed;
    slot.turns ^= turn;
    slot.count += count;
  }

  bool peel() {
    alone_.clear();
    peeled_.clear();
    peeled_.reserve(mixed_.size());
    for (std::size_t place = 0; place < slots_.size(); ++place) {
      if (slots_[place].count == 1) alone_.push_back(place);
    }
    while (!alone_.empty()) {
      const Slot slot = slots_[alone_.back()];
      alone_.pop_back();
      if (slot.count != 1) continue;  // its hash was taken by way of another slot
      peeled_.push_back({slot.hashes, slot.turns});
      const auto places = shape_.slots_of(slot.hashes);
      for (std::uint32_t turn = 0; turn < 3; ++turn) {
        add(places[turn], slot.hashes, turn, ~0U);
        if (slots_[places[turn]].count == 1) alone_.push_back(places[turn]);
      }
    }
    return peeled_.size() == mixed_.size();
  }

  std::string fill() const {
    std::string out;
    out.reserve(kHeaderBytes + shape_.slots());
    put_fixed(out, shape_.seed);
    out.push_back(static_cast<char>(shape_.segment_bits));
    put_fixed(out, shape_.segments);
    out.resize(kHeaderBytes + shape_.slots());
    char* const bytes = out.data() + kHeaderBytes;
    for (std::size_t i = peeled_.size(); i-- > 0;) {
      const auto places = shape_.slots_of(peeled_[i].mixed);
      bytes[places[peeled_[i].turn]] = static_cast<char>(
          fingerprint(peeled_[i].mixed) ^ bytes[places[0]] ^ bytes[places[1]] ^ bytes[places[2]]);
    }
    return out;
  }

  std::span<const std::uint64_t> hashes_;
  Shape shape_;
  std::vector<std::uint32_t> ends_;
  std::vector<std::uint64_t> mixed_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> alone_;
  std::vector<Peeled> peeled_;
};

}  // namespace

std::string FuseFilter::build(std::span<const std::uint64_t> hashes) {
  LOGPOND_CHECK(hashes.size() < kHashesMax);
  if (hashes.empty()) return {};
  return Builder(hashes).build();
}

bool FuseFilter::may_contain(std::string_view bytes, std::uint64_t hash) {
  if (bytes.empty()) return false;
  Reader reader(bytes);
  Shape shape;
  shape.seed = reader.fixed<std::uint64_t>();
  shape.segment_bits = reader.fixed<std::uint8_t>();
  shape.segments = reader.fixed<std::uint32_t>();
  if (!reader.ok() || shape.segment_bits > kSegmentBitsMax || shape.segments == 0 ||
      reader.rest().size() != shape.slots()) {
    return true;
  }
  const std::uint64_t mixed = mix(hash ^ shape.seed);
  const auto places = shape.slots_of(mixed);
  const char* const slots = reader.rest().data();
  const auto found =
      static_cast<std::uint8_t>(slots[places[0]] ^ slots[places[1]] ^ slots[places[2]]);
  return found == fingerprint(mixed);
}

}  // namespace logpond::codec
