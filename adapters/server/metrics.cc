#include "adapters/server/metrics.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

namespace caveat::server {

namespace {

std::string seconds(std::uint64_t nanoseconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%llu.%09llu", static_cast<unsigned long long>(nanoseconds / 1'000'000'000),
                static_cast<unsigned long long>(nanoseconds % 1'000'000'000));
  std::string out = text;
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

// One more of a kind; only the first of it allocates.
template <class Counts, class... Labels>
void count(Counts& counts, const Labels&... labels) {
  const auto found = counts.find(std::tie(labels...));
  ++(found != counts.end() ? found : counts.emplace(typename Counts::key_type(labels...), 0).first)->second;
}

}  // namespace

void Histogram::add(std::uint64_t nanoseconds) {
  std::size_t bucket = 0;
  while (bucket < kBounds && nanoseconds > kBoundsNs[bucket]) ++bucket;
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(nanoseconds, std::memory_order_relaxed);
}

void Histogram::render(std::string& out, std::string_view name, std::string_view help) const {
  Metrics::head(out, name, "histogram", help);
  const std::string bucket = std::string(name) + "_bucket";
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < kBounds; ++i) {
    below += counts_[i].load(std::memory_order_relaxed);
    Metrics::line(out, bucket, {{"le", seconds(kBoundsNs[i])}}, std::to_string(below));
  }
  below += counts_[kBounds].load(std::memory_order_relaxed);
  Metrics::line(out, bucket, {{"le", "+Inf"}}, std::to_string(below));
  Metrics::line(out, std::string(name) + "_sum", {}, seconds(sum_ns_.load(std::memory_order_relaxed)));
  Metrics::line(out, std::string(name) + "_count", {}, std::to_string(below));
}

void Metrics::decided(std::string_view verdict, std::string_view cause, std::uint64_t nanoseconds) {
  duration_.add(nanoseconds);
  const std::lock_guard lock(mutex_);
  count(decisions_, verdict, cause);
}

void Metrics::refused(std::string_view verdict, std::string_view cause) {
  const std::lock_guard lock(mutex_);
  count(decisions_, verdict, cause);
}

void Metrics::unknown(std::string_view fact) {
  const std::lock_guard lock(mutex_);
  const auto found = unknown_.find(fact);
  ++(found != unknown_.end() ? found : unknown_.emplace(fact, 0).first)->second;
}

void Metrics::problem_told(std::string_view caller, std::string_view code) {
  const std::lock_guard lock(mutex_);
  count(problems_, caller, code);
}

void Metrics::answered(std::string_view method, std::string_view path, int status) {
  const std::lock_guard lock(mutex_);
  count(answers_, method, path, status);
}

void Metrics::reloaded(bool well) { (well ? reloads_ : reloads_failed_).fetch_add(1, std::memory_order_relaxed); }

void Metrics::queues(std::string& out, std::string_view queues_json, Microseconds now) {
  boost::json::error_code error;
  const boost::json::value queues = boost::json::parse(queues_json, error);
  const auto* items = !error && queues.is_object() ? queues.as_object().if_contains("items") : nullptr;
  if (items == nullptr || !items->is_array()) return;
  head(out, "caveat_handoffs_open", "gauge", "Hand-offs that wait for a person, by queue.");
  for (const boost::json::value& queue : items->as_array()) {
    const auto* name = queue.is_object() ? queue.as_object().if_contains("name") : nullptr;
    const auto* waiting = queue.is_object() ? queue.as_object().if_contains("waiting") : nullptr;
    if (name == nullptr || !name->is_string() || waiting == nullptr || !waiting->is_number()) continue;
    line(out, "caveat_handoffs_open", {{"queue", std::string(name->as_string())}}, boost::json::serialize(*waiting));
  }
  head(out, "caveat_handoffs_oldest_seconds", "gauge", "Age of the oldest hand-off that waits for a person, by queue.");
  for (const boost::json::value& queue : items->as_array()) {
    const auto* name = queue.is_object() ? queue.as_object().if_contains("name") : nullptr;
    if (name == nullptr || !name->is_string()) continue;
    const auto* oldest = queue.as_object().if_contains("oldest");
    const std::optional<Microseconds> opened =
        oldest != nullptr && oldest->is_string() ? parse_instant(std::string_view(oldest->as_string())) : std::nullopt;
    const Microseconds age = opened ? std::max<Microseconds>(0, now - *opened) : 0;
    line(out, "caveat_handoffs_oldest_seconds", {{"queue", std::string(name->as_string())}},
         std::to_string(age / 1'000'000));
  }
}

void Metrics::head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out += "# HELP ";
  out += name;
  out += ' ';
  out += help;
  out += "\n# TYPE ";
  out += name;
  out += ' ';
  out += type;
  out += '\n';
}

void Metrics::line(std::string& out, std::string_view name, const Labels& labels, const std::string& value) {
  out += name;
  bool first = true;
  for (const auto& [label, text] : labels) {
    out += first ? '{' : ',';
    first = false;
    out += label;
    out += "=\"";
    for (const char c : text) {
      if (c == '\\' || c == '"') out += '\\';
      if (c == '\n')
        out += "\\n";
      else
        out += c;
    }
    out += '"';
  }
  if (!first) out += '}';
  out += ' ';
  out += value;
  out += '\n';
}

std::string Metrics::render() const {
  std::string out;
  {
    const std::lock_guard lock(mutex_);
    head(out, "caveat_decisions_total", "counter", "Turns answered, by verdict and by what it came from.");
    for (const auto& [key, count] : decisions_)
      line(out, "caveat_decisions_total", {{"verdict", std::get<0>(key)}, {"cause", std::get<1>(key)}},
           std::to_string(count));
    head(out, "caveat_turns_refused_total", "counter", "Turns answered by a problem, by caller and code.");
    for (const auto& [key, count] : problems_)
      line(out, "caveat_turns_refused_total", {{"caller", std::get<0>(key)}, {"code", std::get<1>(key)}},
           std::to_string(count));
    head(out, "caveat_facts_unknown_total", "counter",
         "Turns in which a rule could not be settled for want of a fact, by fact.");
    for (const auto& [fact, count] : unknown_)
      line(out, "caveat_facts_unknown_total", {{"fact", fact}}, std::to_string(count));
    head(out, "caveat_http_requests_total", "counter", "Requests answered, by route and status.");
    for (const auto& [key, count] : answers_)
      line(out, "caveat_http_requests_total",
           {{"method", std::get<0>(key)}, {"path", std::get<1>(key)}, {"status", std::to_string(std::get<2>(key))}},
           std::to_string(count));
  }
  duration_.render(out, "caveat_decision_duration_seconds", "From the whole request to the reply, its record durable.");
  decide_.render(out, "caveat_decide_duration_seconds", "From a turn's place in line to its decision.");
  seal_.render(out, "caveat_seal_duration_seconds", "From a decision to its sealed record.");
  commit_.render(out, "caveat_commit_duration_seconds", "From the sealed record of a decision to its commit, durable.");
  head(out, "caveat_commit_failures_total", "counter", "Answers withheld since their record could not be committed.");
  line(out, "caveat_commit_failures_total", {}, std::to_string(commits_failed_.load(std::memory_order_relaxed)));
  head(out, "caveat_http_connections", "gauge", "Connections that are open.");
  line(out, "caveat_http_connections", {}, std::to_string(connections_.load(std::memory_order_relaxed)));
  head(out, "caveat_http_connections_refused_total", "counter",
       "Connections beyond the cap, answered 503 or only closed.");
  line(out, "caveat_http_connections_refused_total", {}, std::to_string(refused_.load(std::memory_order_relaxed)));
  head(out, "caveat_turns_waiting", "gauge", "Turns taken and not yet answered.");
  line(out, "caveat_turns_waiting", {}, std::to_string(waiting_.load(std::memory_order_relaxed)));
  head(out, "caveat_reloads_total", "counter", "Reloads of packs, by how they ended.");
  line(out, "caveat_reloads_total", {{"result", "done"}}, std::to_string(reloads_.load(std::memory_order_relaxed)));
  line(out, "caveat_reloads_total", {{"result", "refused"}},
       std::to_string(reloads_failed_.load(std::memory_order_relaxed)));
  return out;
}

}  // namespace caveat::server
