#include "telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <utility>

#include "core/check.h"
#include "platform/process.h"

namespace logpond::telemetry {
namespace {

using Labels = std::map<std::string, std::string>;

class PrometheusCounter : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double amount) override { counter_.Increment(amount); }
  double value() const override { return counter_.Value(); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void set(double value) override { gauge_.Set(value); }
  void add(double amount) override { gauge_.Increment(amount); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

/// All metrics of one kind, by name and labels.
template <typename Ours, typename Theirs>
class Kind {
 public:
  /// `make_family` registers the name when it is new; `arguments` make the metric when its labels
  /// are.
  template <typename MakeFamily, typename... Arguments>
  Ours& get(const std::string& name, Labels labels, MakeFamily make_family,
            const Arguments&... arguments) {
    Family& family = families_[name];
    try {
      if (family.theirs == nullptr) family.theirs = &make_family();
      auto& metric = family.metrics[labels];
      if (metric == nullptr) {
        metric = std::make_unique<Ours>(family.theirs->Add(labels, arguments...));
      }
      return *metric;
    } catch (const std::exception&) {
      // The library refuses bad names and one name for two kinds of metric: our own mistake.
      check_failed(("metric \"" + name + "\" has valid names and one kind").c_str(), __FILE__,
                   __LINE__);
    }
  }

 private:
  struct Family {
    prometheus::Family<Theirs>* theirs = nullptr;
    std::map<Labels, std::unique_ptr<Ours>> metrics;
  };
  std::map<std::string, Family> families_;
};

/// A gauge that is a function.
struct Reading {
  Reading(std::string the_name, std::string the_help, Labels the_labels,
          std::function<double()> the_function)
      : name(std::move(the_name)),
        help(std::move(the_help)),
        labels(std::move(the_labels)),
        read(std::move(the_function)) {}

  const std::string name;
  const std::string help;
  const Labels labels;
  std::mutex mutex;              // held during a call, so that the end of the handle waits for it
  std::function<double()> read;  // guarded by mutex; empty once the handle is gone
};

/// The readings whose handles are alive, oldest first. Outlives the registry when a handle does.
class Readings {
 public:
  std::shared_ptr<void> add(const std::shared_ptr<Readings>& self,
                            std::shared_ptr<Reading> reading) {
    std::lock_guard lock(mutex_);
    readings_.push_back(reading);
    return {reading.get(), [self, reading](void*) { self->remove(reading); }};
  }
  std::vector<std::shared_ptr<Reading>> all() const {
    std::lock_guard lock(mutex_);
    return readings_;
  }

 private:
  void remove(const std::shared_ptr<Reading>& reading) {
    {
      std::lock_guard lock(reading->mutex);
      reading->read = nullptr;
    }
    std::lock_guard lock(mutex_);
    std::erase(readings_, reading);
  }

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Reading>> readings_;
};

/// What a scrape has gathered so far. A family of the same name is extended, not repeated.
class Gathered {
 public:
  explicit Gathered(std::vector<prometheus::MetricFamily> families) {
    for (auto& family : families) families_[family.name] = std::move(family);
  }

  void add_gauge(const std::string& name, const std::string& help, const Labels& labels,
                 double value) {
    metric(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
  }
  void add_counter(const std::string& name, const std::string& help, double value) {
    metric(name, help, prometheus::MetricType::Counter, {}).counter.value = value;
  }

  std::string to_text() && {
    std::vector<prometheus::MetricFamily> families;
    for (auto& [name, family] : families_) families.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(families);
  }

 private:
  // The last one wins where two have the same labels: a sample given twice spoils the whole scrape.
  prometheus::ClientMetric& metric(const std::string& name, const std::string& help,
                                   prometheus::MetricType type, const Labels& labels) {
    prometheus::MetricFamily& family = families_[name];
    if (family.name.empty()) {
      family.name = name;
      family.help = help;
      family.type = type;
    }
    prometheus::ClientMetric made;
    for (const auto& [key, value] : labels) made.label.push_back({key, value});
    for (auto& metric : family.metric) {
      if (metric.label == made.label) return metric;
    }
    family.metric.push_back(std::move(made));
    return family.metric.back();
  }

  std::map<std::string, prometheus::MetricFamily> families_;
};

void add_process_figures(Gathered& gathered) {
  const platform::ProcessFigures process = platform::process_figures();
  const auto gauge = [&](const char* name, const char* help, double value) {
    gathered.add_gauge(name, help, {}, value);
  };
  gathered.add_counter("process_cpu_seconds_total",
                       "Total user and system CPU time spent in seconds.", process.cpu_seconds);
  gauge("process_resident_memory_bytes", "Resident memory size in bytes.",
        static_cast<double>(process.resident_bytes));
  gauge("process_open_fds", "Number of open file descriptors.",
        static_cast<double>(process.open_files));
  gauge("process_max_fds", "Maximum number of open file descriptors.",
        static_cast<double>(process.open_files_max));
  gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
        process.start_time_seconds);
}

Labels copy_of(MetricLabels labels) {
  return {labels.begin(), labels.end()};
}

}  // namespace

class MetricsRegistry::Impl {
 public:
  Counter& counter(const std::string& name, const std::string& help, MetricLabels labels) {
    std::lock_guard lock(mutex_);
    return counters_.get(name, copy_of(labels), [&]() -> auto& {
      return prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
    });
  }

  Gauge& gauge(const std::string& name, const std::string& help, MetricLabels labels) {
    std::lock_guard lock(mutex_);
    return gauges_.get(name, copy_of(labels), [&]() -> auto& {
      return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
    });
  }

  Histogram& histogram(const std::string& name, const std::string& help,
                       const std::vector<double>& bounds, MetricLabels labels) {
    LOGPOND_CHECK(std::is_sorted(bounds.begin(), bounds.end()));
    std::lock_guard lock(mutex_);
    return histograms_.get(
        name, copy_of(labels),
        [&]() -> auto& {
          return prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
        },
        bounds);
  }

  std::shared_ptr<void> gauge_from(const std::string& name, const std::string& help,
                                   MetricLabels labels, std::function<double()> read) {
    return readings_->add(readings_,
                          std::make_shared<Reading>(name, help, copy_of(labels), std::move(read)));
  }

  std::string scrape() const {
    Gathered gathered(registry_.Collect());
    for (const auto& reading : readings_->all()) {
      std::lock_guard lock(reading->mutex);
      if (reading->read != nullptr) {
        gathered.add_gauge(reading->name, reading->help, reading->labels, reading->read());
      }
    }
    add_process_figures(gathered);
    return std::move(gathered).to_text();
  }

 private:
  prometheus::Registry registry_;
  std::mutex mutex_;  // guards the three maps; not held while readings are called
  Kind<PrometheusCounter, prometheus::Counter> counters_;
  Kind<PrometheusGauge, prometheus::Gauge> gauges_;
  Kind<PrometheusHistogram, prometheus::Histogram> histograms_;
  std::shared_ptr<Readings> readings_ = std::make_shared<Readings>();
};

MetricsRegistry::MetricsRegistry() : impl_(std::make_unique<Impl>()) {}

MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::counter(const std::string& name, const std::string& help,
                                  MetricLabels labels) {
  return impl_->counter(name, help, labels);
}

Gauge& MetricsRegistry::gauge(const std::string& name, const std::string& help,
                              MetricLabels labels) {
  return impl_->gauge(name, help, labels);
}

std::shared_ptr<void> MetricsRegistry::gauge_from(const std::string& name, const std::string& help,
                                                  MetricLabels labels,
                                                  std::function<double()> read) {
  return impl_->gauge_from(name, help, labels, std::move(read));
}

Histogram& MetricsRegistry::histogram(const std::string& name, const std::string& help,
                                      std::vector<double> bounds, MetricLabels labels) {
  return impl_->histogram(name, help, bounds, labels);
}

std::vector<double> MetricsRegistry::seconds_bounds() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
          0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30,    60};
}

std::string MetricsRegistry::scrape() const {
  return impl_->scrape();
}

}  // namespace logpond::telemetry
