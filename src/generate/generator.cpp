#include "generate/generator.h"

#include <array>

#include "generate/catalogue.h"
#include "generate/dice.h"
#include "generate/line_writer.h"
#include "generate/phrase.h"
#include "generate/traffic.h"

namespace logpond::generate {
namespace {

/// A service in trouble talks so much more.
constexpr int kTroubleWeight = 4;
/// Requests under way: a trace id is heard from several services before it goes.
constexpr std::size_t kTracesOpen = 48;

bool belongs(Format format, Style style) {
  switch (format) {
    case Format::kJson:
      return style == Style::kJson;
    case Format::kLogfmt:
      return style == Style::kLogfmt;
    case Format::kNginx:
      return style == Style::kNginx;
    case Format::kSyslog:
      return style == Style::kSyslog;
    default:
      return true;
  }
}

}  // namespace

std::optional<Format> format_from_word(std::string_view word) {
  constexpr std::array<std::pair<std::string_view, Format>, 6> kWords{
      {{"mixed", Format::kMixed},
       {"ndjson", Format::kNdjson},
       {"json", Format::kJson},
       {"logfmt", Format::kLogfmt},
       {"nginx", Format::kNginx},
       {"syslog", Format::kSyslog}}};
  for (const auto& [name, format] : kWords) {
    if (name == word) return format;
  }
  return std::nullopt;
}

class Generator::Impl {
 public:
  explicit Impl(Options options) : options_(options), dice_(Dice::mix(options.seed + 1)) {
    for (std::size_t i = 0; i < catalogue().size(); ++i) {
      const Service& service = catalogue()[i];
      if (!belongs(options.format, service.style)) continue;
      members_.push_back({i, sources_.size()});
      for (const std::string_view host : service.hosts) {
        sources_.push_back(Labels({{"service_name", std::string(service.name)},
                                   {"host", std::string(host)},
                                   {"env", "prod"},
                                   {"format", std::string(style_name(service.style))}}));
      }
    }
    for (std::string& trace : traces_) append_hex(trace, 32, dice_);
  }

  void next(TimestampNs at, Event& event) {
    const auto incident = incident_at(at, options_.seed);
    const Member& member = pick_member(incident);
    const Service& service = catalogue()[member.service];
    const bool in_trouble = incident && incident->service == member.service;
    const std::size_t host = dice_.below(service.hosts.size());
    const Saying& saying = pick_saying(service, in_trouble);
    event.timestamp = at;
    event.source = member.first_source + host;
    event.severity = saying.severity;
    event.trace_id.clear();
    if (service.traced) event.trace_id = pick_trace();
    event.line.clear();
    const LineParts parts{&service, &saying, service.hosts[host], event.trace_id, at};
    append_line(event.line, parts, dice_);
    if (options_.format != Format::kNdjson) return;
    std::string wrapped;
    append_wrapped(wrapped, parts, event.line);
    event.line = std::move(wrapped);
  }

  double rate_at(TimestampNs at) const {
    const double rate = traffic_at(at, options_.seed);
    const auto incident = incident_at(at, options_.seed);
    if (!incident) return rate;
    int all = 0;
    int troubled = 0;
    for (const Member& member : members_) {
      const int weight = catalogue()[member.service].weight;
      all += weight;
      if (member.service == incident->service) troubled = weight;
    }
    return rate * (1 + static_cast<double>((kTroubleWeight - 1) * troubled) / all);
  }

  const std::vector<Labels>& sources() const { return sources_; }

 private:
  struct Member {
    std::size_t service = 0;       ///< Index into catalogue().
    std::size_t first_source = 0;  ///< Its hosts follow one another.
  };

  const Member& pick_member(const std::optional<Incident>& incident) {
    const auto weight_of = [&](const Member& member) {
      const int weight = catalogue()[member.service].weight;
      return incident && incident->service == member.service ? weight * kTroubleWeight : weight;
    };
    int all = 0;
    for (const Member& member : members_) all += weight_of(member);
    auto left = static_cast<int>(dice_.below(static_cast<std::uint64_t>(all)));
    for (const Member& member : members_) {
      left -= weight_of(member);
      if (left < 0) return member;
    }
    return members_.back();
  }

  const Saying& pick_saying(const Service& service, bool in_trouble) {
    int all = 0;
    for (const Saying& saying : service.sayings) {
      if (in_trouble || !saying.only_in_trouble) all += saying.weight;
    }
    auto left = static_cast<int>(dice_.below(static_cast<std::uint64_t>(all)));
    for (const Saying& saying : service.sayings) {
      if (!in_trouble && saying.only_in_trouble) continue;
      left -= saying.weight;
      if (left < 0) return saying;
    }
    return service.sayings.front();
  }

  const std::string& pick_trace() {
    std::string& trace = traces_[dice_.below(traces_.size())];
    if (dice_.chance(0.2)) {
      trace.clear();
      append_hex(trace, 32, dice_);
    }
    return trace;
  }

  const Options options_;
  Dice dice_;
  std::vector<Member> members_;
  std::vector<Labels> sources_;
  std::array<std::string, kTracesOpen> traces_;
};

Generator::Generator(Options options) : impl_(std::make_unique<Impl>(options)) {}
Generator::~Generator() = default;
const std::vector<Labels>& Generator::sources() const {
  return impl_->sources();
}
void Generator::next(TimestampNs at, Event& event) {
  impl_->next(at, event);
}
double Generator::rate_at(TimestampNs at) const {
  return impl_->rate_at(at);
}

}  // namespace logpond::generate
