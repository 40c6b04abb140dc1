#include "telemetry/health.h"

#include <cstdint>
#include <map>
#include <utility>

#include "platform/guarded.h"

namespace logpond::telemetry {

/// The facts by the order in which their reporters came.
class Health::Facts {
 public:
  std::uint64_t add(std::string_view component) {
    auto state = state_.lock();
    const std::uint64_t number = state->next++;
    state->facts[number] = {std::string(component), false, "starting"};
    return number;
  }
  void set(std::uint64_t number, bool is_ready, std::string reason) {
    auto state = state_.lock();
    HealthFact& fact = state->facts[number];
    fact.is_ready = is_ready;
    fact.reason = std::move(reason);
  }
  void remove(std::uint64_t number) { state_.lock()->facts.erase(number); }

  HealthSummary summary() const {
    HealthSummary summary;
    const auto state = state_.lock();
    for (const auto& [number, fact] : state->facts) {
      summary.is_ready = summary.is_ready && fact.is_ready;
      summary.facts.push_back(fact);
    }
    return summary;
  }

 private:
  struct State {
    std::uint64_t next = 0;
    std::map<std::uint64_t, HealthFact> facts;
  };
  platform::Guarded<State> state_;
};

std::string HealthSummary::to_text() const {
  if (is_ready) return "ready";
  std::string text = "not ready";
  std::string_view separator = ": ";
  for (const HealthFact& fact : facts) {
    if (fact.is_ready) continue;
    text.append(separator).append(fact.component).append(": ").append(fact.reason);
    separator = "; ";
  }
  return text;
}

Health::Health() : facts_(std::make_shared<Facts>()) {}

Health::~Health() = default;

std::unique_ptr<Health::Reporter> Health::reporter(std::string_view component) {
  class FactsReporter : public Reporter {
   public:
    FactsReporter(std::shared_ptr<Facts> facts, std::string_view name)
        : facts_(std::move(facts)), number_(facts_->add(name)) {}
    ~FactsReporter() override { facts_->remove(number_); }
    void ready() override { facts_->set(number_, true, ""); }
    void not_ready(std::string reason) override { facts_->set(number_, false, std::move(reason)); }

   private:
    std::shared_ptr<Facts> facts_;
    std::uint64_t number_;
  };
  return std::make_unique<FactsReporter>(facts_, component);
}

HealthSummary Health::summary() const {
  return facts_->summary();
}

}  // namespace logpond::telemetry
