// What Logpond counts about itself, in Prometheus form.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace logpond::telemetry {

using MetricLabels = std::initializer_list<std::pair<const char*, std::string>>;

/// Only grows. Threads: any; add() is one relaxed atomic.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void add(double amount = 1) = 0;
  virtual double value() const = 0;
};
/// Goes up and down. Threads: any.
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void set(double value) = 0;
  virtual void add(double amount) = 0;
};
/// Distribution over fixed upper bounds. Threads: any.
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void observe(double value) = 0;
};

/// Makes metrics and prints them. Names carry the `logpond_` prefix and a unit suffix.
/// The same name and labels give the same object; references live as long as the registry.
/// A bad name, or one name for two kinds of metric, is our own mistake and stops the program.
///
/// Threads: any.
class MetricsRegistry {
 public:
  MetricsRegistry();
  ~MetricsRegistry();

  Counter& counter(const std::string& name, const std::string& help, MetricLabels labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, MetricLabels labels = {});
  /// A gauge read when scraped. The function must outlive the registry or be removed by destroying
  /// the handle, which waits for a running call: so not under a lock that `read` takes. `read` may
  /// use the registry. Of several with the same name and labels the newest counts.
  [[nodiscard]] std::shared_ptr<void> gauge_from(const std::string& name, const std::string& help,
                                                 MetricLabels labels, std::function<double()> read);
  Histogram& histogram(const std::string& name, const std::string& help, std::vector<double> bounds,
                       MetricLabels labels = {});
  /// Bounds that suit seconds from 100 us to 60 s.
  static std::vector<double> seconds_bounds();

  /// Text exposition format 0.0.4, process figures (CPU, RSS, open files, start time) included.
  std::string scrape() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace logpond::telemetry
