// Whether Logpond can do its work, and if not, why not: what /ready answers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace logpond::telemetry {

/// What one component said last.
struct HealthFact {
  std::string component;
  bool is_ready = false;
  std::string reason;  ///< Why not; empty when ready.
};

struct HealthSummary {
  bool is_ready = true;           ///< Every component is.
  std::vector<HealthFact> facts;  ///< In the order in which the components came.

  /// `ready`, or `not ready: store: the disk is full; alerts: starting`.
  std::string to_text() const;
};

/// Where components report. Without any component it is ready.
///
/// Threads: any.
class Health {
 public:
  /// A component's voice. Not ready ("starting") until it says otherwise; gone when destroyed.
  ///
  /// Threads: any. May outlive the Health.
  class Reporter {
   public:
    virtual ~Reporter() = default;
    virtual void ready() = 0;
    /// `reason` is a sentence for the operator, in lower case without a full stop.
    virtual void not_ready(std::string reason) = 0;
  };

  Health();
  ~Health();

  /// Adds a component. Names are for people and need not be unique.
  [[nodiscard]] std::unique_ptr<Reporter> reporter(std::string_view component);
  HealthSummary summary() const;

 private:
  class Facts;
  std::shared_ptr<Facts> facts_;
};

}  // namespace logpond::telemetry
