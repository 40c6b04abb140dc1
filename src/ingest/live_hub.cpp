#include "ingest/live_hub.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace logpond::ingest {

// Shared by the hub and its subscriptions, because a tail may end after the hub.
class LiveHub::Impl : public std::enable_shared_from_this<LiveHub::Impl> {
 public:
  explicit Impl(telemetry::MetricsRegistry& metrics)
      : subscribers_gauge_(metrics.gauge(
            "logpond_live_subscribers", "Tails and alerts that receive new records as they come")) {
  }

  void start_from(RecordId next) {
    std::lock_guard lock(mutex_);
    set_next(next);
  }

  void publish(const std::shared_ptr<const storage::StoredBatch>& batch) {
    std::lock_guard lock(mutex_);
    if (batch->batch.empty()) return;
    set_next(batch->first_id);
    for (Place* place : places_) place->take(batch);
    next_ = RecordId{batch->first_id.value + batch->batch.size()};
  }

  std::unique_ptr<Subscription> subscribe(Take take);

  std::size_t subscribers() const {
    std::lock_guard lock(mutex_);
    return places_.size();
  }

 private:
  class Place : public Subscription {
   public:
    Place(std::shared_ptr<Impl> hub, Take the_take)
        : take(std::move(the_take)), hub_(std::move(hub)) {}
    ~Place() override { hub_->remove(this); }
    RecordId live_from() const override { return {live_from_id.load()}; }

    const Take take;
    // Under the hub's lock only written; read at any time.
    std::atomic<std::uint64_t> live_from_id{std::numeric_limits<std::uint64_t>::max()};

   private:
    std::shared_ptr<Impl> hub_;
  };

  /// Moves the border up to `next`, and sets it for those who came when it was not known.
  void set_next(RecordId next) {
    if (!next_.has_value()) {
      for (Place* place : places_) place->live_from_id.store(next.value);
    }
    next_ = std::max(next_.value_or(next), next);
  }

  void remove(Place* place) {
    std::lock_guard lock(mutex_);
    std::erase(places_, place);
    subscribers_gauge_.set(static_cast<double>(places_.size()));
  }

  telemetry::Gauge& subscribers_gauge_;
  mutable std::mutex mutex_;      // guards what follows; held while subscribers are called
  std::vector<Place*> places_;    // each takes itself out before it goes
  std::optional<RecordId> next_;  // one above the last id published; unknown at first
};

std::unique_ptr<LiveHub::Subscription> LiveHub::Impl::subscribe(Take take) {
  auto place = std::make_unique<Place>(shared_from_this(), std::move(take));
  std::lock_guard lock(mutex_);
  if (next_.has_value()) place->live_from_id.store(next_->value);
  places_.push_back(place.get());
  subscribers_gauge_.set(static_cast<double>(places_.size()));
  return place;
}

LiveHub::LiveHub(telemetry::MetricsRegistry& metrics) : impl_(std::make_shared<Impl>(metrics)) {}

LiveHub::~LiveHub() = default;

void LiveHub::start_from(RecordId next) {
  impl_->start_from(next);
}

void LiveHub::publish(const std::shared_ptr<const storage::StoredBatch>& batch) {
  impl_->publish(batch);
}

std::unique_ptr<LiveHub::Subscription> LiveHub::subscribe(Take take) {
  return impl_->subscribe(std::move(take));
}

std::size_t LiveHub::subscribers() const {
  return impl_->subscribers();
}

}  // namespace logpond::ingest
