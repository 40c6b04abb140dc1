#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "api/loki/handlers.h"
#include "api/loki/query_parameters.h"
#include "api/loki/result_encoder.h"
#include "api/tenant.h"
#include "codec/json_text.h"
#include "logql/engine.h"

namespace logpond::api::loki {
namespace {

constexpr std::size_t kVolumeLimit = 100;
constexpr std::size_t kVolumeLimitMax = 1000;

/// What every look-up reads first. `limit` lies on what the endpoint does with it.
struct LookUp {
  TenantId tenant;
  net::Parameters parameters;
  TimeRange range;
};

/// Look-ups take `end` inclusive, as labels and series of a window should count its last instant.
Result<LookUp> read_look_up(const ApiContext& context, const net::HttpRequest& request) {
  LookUp look_up;
  look_up.parameters = request.form_parameters();
  LOGPOND_TRY(const TimeBounds bounds,
              read_ordered_bounds(look_up.parameters, context.clock.now()));
  look_up.range = {bounds.start, bounds.end == INT64_MAX ? bounds.end : bounds.end + 1};
  return look_up;
}

/// A selector, or everything when the parameter is absent or empty.
Result<storage::Selector> read_selector(const net::Parameters& parameters, bool allow_empty) {
  const std::string_view text = parameters.get("query").value_or(std::string_view());
  if (text.empty()) return storage::Selector();
  return logql::parse_selector(text, allow_empty);
}

net::HttpResponse names_response(const Result<std::vector<std::string>>& names) {
  if (!names) return error_response(names.error());
  std::string out = "{\"status\":\"success\"";
  if (!names->empty()) {
    out.append(",\"data\":[");
    for (const std::string& name : *names) {
      if (out.back() != '[') out.push_back(',');
      codec::append_json_string(out, name);
    }
    out.push_back(']');
  }
  out.push_back('}');
  return net::HttpResponse::json(200, std::move(out));
}

/// Runs `answer` with the tenant and the parameters read, or gives the answer that refuses them.
template <typename Answer>
net::HttpResponse with_look_up(const ApiContext& context, const net::HttpRequest& request,
                               Answer answer) {
  TenantChoice choice = tenant_of(request, context.options);
  if (choice.refusal) return *std::move(choice.refusal);
  Result<LookUp> look_up = read_look_up(context, request);
  if (!look_up) return error_response(look_up.error());
  look_up->tenant = std::move(choice.tenant);
  return answer(*look_up);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (comma != 0) parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return parts;
}

struct VolumeQuery {
  storage::Selector selector;
  std::set<std::string> names;  ///< Labels to sum by; empty means all.
  bool by_label_name = false;
  std::size_t limit = kVolumeLimit;
};

Result<VolumeQuery> read_volume_query(const net::Parameters& parameters) {
  VolumeQuery query;
  LOGPOND_TRY(query.selector, read_selector(parameters, true));
  LOGPOND_TRY(const std::size_t limit, read_limit(parameters, "limit", kVolumeLimit));
  query.limit = std::min(limit, kVolumeLimitMax);
  const std::string_view by = parameters.get("aggregateBy").value_or("series");
  if (by != "series" && by != "labels" && !by.empty()) {
    return fail(ErrorCode::kInvalidArgument, "invalid aggregation option");
  }
  query.by_label_name = by == "labels";
  std::vector<storage::Matcher> matchers = query.selector.matchers();
  const auto targets = split_list(parameters.get("targetLabels").value_or(std::string_view()));
  for (const std::string& target : targets) {
    const bool named = std::any_of(matchers.begin(), matchers.end(),
                                   [&](const auto& m) { return m.name() == target; });
    if (!named) {  // streams without the label are not asked for
      LOGPOND_TRY(storage::Matcher present,
                  storage::Matcher::create(target, storage::MatchOp::kNotEqual, ""));
      matchers.push_back(std::move(present));
    }
    query.names.insert(target);
  }
  if (targets.empty()) {
    for (const storage::Matcher& matcher : matchers) query.names.insert(matcher.name());
  }
  query.selector = storage::Selector(std::move(matchers));
  return query;
}

std::vector<std::pair<Labels, std::uint64_t>> sum_volumes(
    const VolumeQuery& query, const std::vector<storage::StreamVolume>& volumes) {
  std::map<Labels, std::uint64_t> sums;
  for (const storage::StreamVolume& volume : volumes) {
    std::vector<Label> kept;
    for (const Label& label : volume.stream->labels.all()) {
      if (query.names.empty() || query.names.contains(label.name)) kept.push_back(label);
    }
    if (!query.by_label_name) {
      sums[Labels(std::move(kept))] += volume.bytes;
      continue;
    }
    for (const Label& label : kept) sums[Labels({{label.name, "-"}})] += volume.bytes;
  }
  std::vector<std::pair<Labels, std::uint64_t>> rows(sums.begin(), sums.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (rows.size() > query.limit) rows.resize(query.limit);
  return rows;
}

std::string encode_volumes(const VolumeQuery& query, TimestampNs time,
                           const std::vector<std::pair<Labels, std::uint64_t>>& rows) {
  std::string out = "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[";
  for (const auto& [labels, bytes] : rows) {
    if (out.back() != '[') out.push_back(',');
    out.append("{\"metric\":");
    if (query.by_label_name) {
      out.push_back('{');
      codec::append_json_string(out, labels.all().front().name);
      out.append(":\"\"}");
    } else {
      append_labels(out, labels);
    }
    out.append(",\"value\":[");
    append_seconds(out, time);
    out.append(",\"").append(std::to_string(bytes)).append("\"]}");
  }
  out.append("],\"stats\":");
  append_stats(out, {});
  out.append("}}");
  return out;
}

/// True for values such as 4711 or 0e4b7a9c-... that tell records apart rather than group them.
bool looks_like_id(std::string_view value) {
  const bool is_number = std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
  if (is_number) return true;
  constexpr std::size_t kUuidSize = 36;
  if (value.size() != kUuidSize) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool wants_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto c = static_cast<unsigned char>(value[i]);
    if (wants_dash ? c != '-' : std::isxdigit(c) == 0) return false;
  }
  return true;
}

}  // namespace

net::HttpResponse handle_labels(const ApiContext& context, const net::HttpRequest& request) {
  return with_look_up(context, request, [&](const LookUp& look_up) {
    const auto selector = read_selector(look_up.parameters, false);
    if (!selector) return error_response(selector.error());
    return names_response(context.store.labels(look_up.tenant, look_up.range, *selector));
  });
}

net::HttpResponse handle_label_values(const ApiContext& context, const net::HttpRequest& request) {
  return with_look_up(context, request, [&](const LookUp& look_up) {
    const auto selector = read_selector(look_up.parameters, false);
    if (!selector) return error_response(selector.error());
    return names_response(context.store.label_values(look_up.tenant, look_up.range, *selector,
                                                     request.path_parameters.at(0)));
  });
}

net::HttpResponse handle_series(const ApiContext& context, const net::HttpRequest& request) {
  return with_look_up(context, request, [&](const LookUp& look_up) {
    // Grafana says match[], logcli says match; each may come several times and any may match.
    std::vector<std::string_view> texts = look_up.parameters.get_all("match[]");
    const auto others = look_up.parameters.get_all("match");
    texts.insert(texts.end(), others.begin(), others.end());
    if (texts.empty()) texts.emplace_back("{}");
    std::set<Labels> found;
    for (const std::string_view text : texts) {
      const auto selector = logql::parse_selector(text, true);
      if (!selector) return error_response(selector.error());
      const auto streams = context.store.series(look_up.tenant, look_up.range, *selector);
      if (!streams) return error_response(streams.error());
      for (const StreamPtr& stream : *streams) found.insert(stream->labels);
    }
    std::string out = "{\"status\":\"success\",\"data\":[";
    for (const Labels& labels : found) {
      if (out.back() != '[') out.push_back(',');
      append_labels(out, labels);
    }
    out.append("]}");
    return net::HttpResponse::json(200, std::move(out));
  });
}

net::HttpResponse handle_index_stats(const ApiContext& context, const net::HttpRequest& request) {
  return with_look_up(context, request, [&](const LookUp& look_up) {
    const auto selector = read_selector(look_up.parameters, true);
    if (!selector) return error_response(selector.error());
    const auto volumes =
        context.store.volume(look_up.tenant, look_up.range, *selector, request.cancel);
    if (!volumes) return error_response(volumes.error());
    std::uint64_t streams = 0;
    std::uint64_t bytes = 0;
    std::uint64_t entries = 0;
    for (const storage::StreamVolume& volume : *volumes) {
      if (volume.records == 0) continue;
      ++streams;
      bytes += volume.bytes;
      entries += volume.records;
    }
    // We have no chunks; a stream counts as one, so that clients see there is something.
    std::string out = "{\"streams\":" + std::to_string(streams);
    out.append(",\"chunks\":").append(std::to_string(streams));
    out.append(",\"bytes\":").append(std::to_string(bytes));
    out.append(",\"entries\":").append(std::to_string(entries)).push_back('}');
    return net::HttpResponse::json(200, std::move(out));
  });
}

net::HttpResponse handle_index_volume(const ApiContext& context, const net::HttpRequest& request) {
  return with_look_up(context, request, [&](const LookUp& look_up) {
    const auto query = read_volume_query(look_up.parameters);
    if (!query) return error_response(query.error());
    const auto volumes =
        context.store.volume(look_up.tenant, look_up.range, query->selector, request.cancel);
    if (!volumes) return error_response(volumes.error());
    const TimestampNs end = look_up.range.end - 1;
    return net::HttpResponse::json(200, encode_volumes(*query, end, sum_volumes(*query, *volumes)));
  });
}

net::HttpResponse handle_detected_labels(const ApiContext& context,
                                         const net::HttpRequest& request) {
  return with_look_up(context, request, [&](const LookUp& look_up) {
    constexpr std::array<std::string_view, 4> kAlwaysKept{"cluster", "namespace", "instance",
                                                          "pod"};
    const auto selector = read_selector(look_up.parameters, true);
    if (!selector) return error_response(selector.error());
    const auto streams = context.store.series(look_up.tenant, look_up.range, *selector);
    if (!streams) return error_response(streams.error());
    std::map<std::string, std::set<std::string>> values;
    for (const StreamPtr& stream : *streams) {
      for (const Label& label : stream->labels.all()) values[label.name].insert(label.value);
    }
    std::string out;
    for (const auto& [name, texts] : values) {
      const bool kept =
          std::find(kAlwaysKept.begin(), kAlwaysKept.end(), name) != kAlwaysKept.end();
      if (!kept && std::all_of(texts.begin(), texts.end(), looks_like_id)) continue;
      out.append(out.empty() ? "{\"detectedLabels\":[{\"label\":" : ",{\"label\":");
      codec::append_json_string(out, name);
      out.append(",\"cardinality\":").append(std::to_string(texts.size())).push_back('}');
    }
    out.append(out.empty() ? "{}" : "]}");
    return net::HttpResponse::json(200, std::move(out));
  });
}

net::HttpResponse handle_buildinfo(const ApiContext& context, const net::HttpRequest&) {
  // Grafana decides features by the version, so it must look like the Loki whose API this is.
  std::string out = "{\"version\":\"3.7.0\",\"revision\":";
  codec::append_json_string(out, "logpond-" + context.build.version);
  out.append(",\"branch\":\"HEAD\",\"buildUser\":\"\",\"buildDate\":");
  codec::append_json_string(out, context.build.built);
  out.append(",\"goVersion\":\"\"}");
  return net::HttpResponse::json(200, std::move(out));
}

}  // namespace logpond::api::loki
