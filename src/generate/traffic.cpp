#include "generate/traffic.h"

#include <cmath>
#include <numbers>

#include "generate/catalogue.h"
#include "generate/dice.h"

namespace logpond::generate {
namespace {

constexpr DurationNs kIncidentSlot = 15 * kMinute;
constexpr DurationNs kBurstSlot = 20 * kSecond;
/// Evening is busiest: the wave's top.
constexpr double kBusiestHour = 19;

std::int64_t slot_of(TimestampNs t, DurationNs slot) {
  return t / slot - (t % slot < 0 ? 1 : 0);
}

Dice dice_of(std::uint64_t seed, std::int64_t slot, std::uint64_t purpose) {
  return Dice(Dice::mix(seed * 3 + purpose) ^ Dice::mix(static_cast<std::uint64_t>(slot)));
}

}  // namespace

double traffic_at(TimestampNs t, std::uint64_t seed) {
  const double hour = static_cast<double>(t - utc_day(t) * kDay) / static_cast<double>(kHour);
  const double wave = std::cos((hour - kBusiestHour) / 24 * 2 * std::numbers::pi);
  Dice dice = dice_of(seed, slot_of(t, kBurstSlot), 1);
  const double noise = 0.75 + 0.5 * dice.fraction();
  const double burst = dice.chance(0.06) ? 1.8 : 1.0;
  return (1 + 0.45 * wave) * noise * burst;
}

std::optional<Incident> incident_at(TimestampNs t, std::uint64_t seed) {
  const std::int64_t slot = slot_of(t, kIncidentSlot);
  Dice dice = dice_of(seed, slot, 2);
  if (!dice.chance(0.5)) return std::nullopt;
  Incident incident;
  incident.service = dice.below(catalogue().size());
  incident.start = slot * kIncidentSlot + dice.between(0, 12) * kMinute;
  incident.end = incident.start + dice.between(45, 150) * kSecond;
  if (t < incident.start || t >= incident.end) return std::nullopt;
  return incident;
}

}  // namespace logpond::generate
