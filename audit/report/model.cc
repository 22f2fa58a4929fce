#include "audit/report/model.h"

#include <algorithm>

#include "audit/log/tree.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

const std::string* find(const std::vector<SectionBytes>& sections, Section section) {
  for (const SectionBytes& candidate : sections) {
    if (candidate.section == section) return &candidate.encoded;
  }
  return nullptr;
}

// The ids of a decision, for tables: from the sections request and result, as docs/formats.md numbers them.
void read_ids(const std::vector<SectionBytes>& sections, DecisionRow& row) {
  const auto take = [&](Section section, std::int64_t key, std::string& out) {
    const std::string* bytes = find(sections, section);
    const Result<cbor::Value> map = cbor::decode(bytes == nullptr ? std::string_view() : std::string_view(*bytes));
    const cbor::Value* value = map ? map->find(key) : nullptr;
    if (value != nullptr && value->kind == cbor::Value::Kind::text) out = value->string;
  };
  take(Section::request, 1, row.request);
  take(Section::request, 4, row.channel);
  take(Section::request, 7, row.conversation);
  take(Section::request, 9, row.customer);
  take(Section::result, 4, row.decision);
}

bool selects(const ReportQuery& query, const Header& header) {
  if (query.customer.empty()) return true;
  const auto& keys = header.context.subject_keys;
  return std::any_of(query.subjects.begin(), query.subjects.end(),
                     [&](const KeyId& id) { return std::binary_search(keys.begin(), keys.end(), id); });
}

bool inside(const ReportQuery& query, Microseconds time) {
  return (!query.from || time >= *query.from) && (!query.to || time < *query.to);
}

}  // namespace

std::string ReportQuery::in_words(Language reader) const {
  const bool zh = reader == Language::zh;
  std::string words;
  const auto add = [&](std::string part) { words += (words.empty() ? "" : zh ? "，" : ", ") + std::move(part); };
  if (from) add((zh ? "自 " : "from ") + format_instant(*from, offset_minutes) + (zh ? "（含）" : " (included)"));
  if (to) add((zh ? "至 " : "to ") + format_instant(*to, offset_minutes) + (zh ? "（不含）" : " (excluded)"));
  if (!rule.empty()) add((zh ? "规则 " : "rule ") + rule);
  if (!customer.empty()) add((zh ? "客户 " : "customer ") + customer);
  if (verdict) add((zh ? "结论 " : "verdict ") + std::string(verdict_name(*verdict)));
  return words.empty() ? (zh ? "日志中的全部决定" : "every decision of the log") : words;
}

Gathering::Gathering(ReportQuery query, LogFacts log) {
  model_.query = std::move(query);
  model_.log = std::move(log);
  const ReportQuery& asked = model_.query;
  model_.seed =
      asked.seed.empty() ? hex(sha256(model_.log.checkpoint_note + asked.in_words(Language::en))) : asked.seed;
}

void Gathering::add(const Header& header, std::string_view leaf, const std::vector<SectionBytes>* sections) {
  if (header.context.kind == Kind::closing && sections != nullptr &&
      (inside(model_.query, header.time_us) || (model_.last_index && header.index == *model_.last_index + 1))) {
    if (const std::string* bytes = find(*sections, Section::event)) {
      if (Result<Event> event = decode_event(Kind::closing, *bytes))
        model_.closings.push_back(std::get<Closing>(std::move(*event)));
    }
  }
  if (!inside(model_.query, header.time_us)) return;
  ++model_.records;
  ++model_.kinds[std::string(name(header.context.kind))];
  if (!model_.first_index) {
    model_.first_index = header.index;
    model_.first_time = header.time_us;
  }
  model_.last_index = header.index;
  model_.last_time = header.time_us;
  if (header.context.kind != Kind::decision || !selects(model_.query, header)) return;
  if (sections == nullptr) {
    ++model_.sealed;
    return;
  }

  const std::string* verdict_bytes = find(*sections, Section::verdict);
  const Result<VerdictSection> verdict =
      verdict_bytes == nullptr ? Result<VerdictSection>(tl::unexpected(Problem{})) : decode_verdict(*verdict_bytes);
  if (!verdict) {
    ++model_.unreadable;
    return;
  }
  if (model_.query.verdict && *model_.query.verdict != verdict->verdict) return;
  if (!model_.query.rule.empty() && std::none_of(verdict->rules.begin(), verdict->rules.end(),
                                                 [&](const RuleOutcome& rule) { return rule.id == model_.query.rule; }))
    return;

  ++model_.population;
  if (model_.query.keep_rows) {
    model_.rows.push_back({header.index, header.time_us, *verdict, hex(leaf_hash(leaf)), {}, {}, {}, {}, {}});
    read_ids(*sections, model_.rows.back());
  }
  ++model_.verdicts[verdict->verdict];

  // A rule counts once a decision, however many products it was judged for: at its highest verdict.
  std::map<std::string, const RuleOutcome*> highest;
  for (const RuleOutcome& rule : verdict->rules) {
    const RuleOutcome*& seen = highest[rule.id];
    if (seen == nullptr || (seen->state != RuleOutcome::State::fired && rule.state == RuleOutcome::State::fired) ||
        (seen->state == rule.state && seen->verdict < rule.verdict))
      seen = &rule;
  }
  for (const auto& [id, outcome] : highest) {
    RuleCount& count = rules_[id];
    count.id = id;
    ++count.decisions;
    if (outcome->state == RuleOutcome::State::fired) {
      ++count.by_verdict[outcome->verdict];
    } else {
      ++count.unknown;
    }
  }
  // Titles and digests are the same in very many decisions: each spelling is read once.
  if (const std::string* bytes = find(*sections, Section::rules);
      bytes != nullptr && rules_read_.insert(*bytes).second) {
    if (const Result<RulesSection> texts = decode_rules(*bytes)) {
      for (const RuleText& text : texts->rules) {
        const auto found = rules_.find(text.id);
        if (found == rules_.end()) continue;
        found->second.title_en = text.title_en;
        found->second.title_zh = text.title_zh;
        found->second.cites_en = text.cites_en;
        found->second.cites_zh = text.cites_zh;
      }
    }
  }
  if (verdict->handoff) {
    QueueCount& count = queues_[verdict->handoff->queue];
    count.queue = verdict->handoff->queue;
    ++count.total;
    if (verdict->handoff->hold) ++count.hold;
    ++count.by_priority[std::min<std::size_t>(verdict->handoff->priority, 3)];
    ++count.causes[verdict->handoff->cause];
  }
  if (const std::string* bytes = find(*sections, Section::digests)) {
    const auto [read, fresh] = packs_read_.try_emplace(*bytes);
    if (fresh) {
      if (const Result<DigestsSection> digests = decode_digests(*bytes)) {
        for (const PackDigest& pack : digests->packs) {
          PackCount& count = packs_[pack.name + '\0' + pack.version + '\0' + hex(pack.digest)];
          count.pack = pack;
          read->second.push_back(&count);
        }
      }
    }
    for (PackCount* count : read->second) {
      if (count->decisions++ == 0) count->first_index = header.index;
      count->last_index = header.index;
    }
  }
  if (const std::string* bytes = find(*sections, Section::story)) {
    if (Result<StorySection> story = decode_story(*bytes)) {
      Candidate candidate{sha256(model_.seed + "/" + std::to_string(header.index)),
                          {header.index, header.time_us, verdict->verdict, std::move(*story), {}}};
      candidate.told.leaf_hex = hex(leaf_hash(leaf));
      std::vector<Candidate>& drawn = sample_[verdict->verdict];
      const auto place = std::upper_bound(drawn.begin(), drawn.end(), candidate,
                                          [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
      drawn.insert(place, std::move(candidate));
      if (drawn.size() > model_.query.stories) drawn.pop_back();
    }
  }
}

ReportModel Gathering::finish() {
  for (auto& [id, count] : rules_) model_.rules.push_back(std::move(count));
  std::stable_sort(model_.rules.begin(), model_.rules.end(),
                   [](const RuleCount& a, const RuleCount& b) { return a.decisions > b.decisions; });
  for (auto& [queue, count] : queues_) model_.queues.push_back(std::move(count));
  std::stable_sort(model_.queues.begin(), model_.queues.end(),
                   [](const QueueCount& a, const QueueCount& b) { return a.total > b.total; });
  for (auto& [digest, count] : packs_) model_.packs.push_back(std::move(count));
  // Round by round from the gravest verdict down, so that five stories show what the gate does and not only the usual.
  for (std::size_t round = 0; round < model_.query.stories; ++round) {
    for (auto drawn = sample_.rbegin(); drawn != sample_.rend(); ++drawn) {
      if (round < drawn->size() && model_.stories.size() < model_.query.stories)
        model_.stories.push_back(std::move((*drawn)[round].told));
    }
  }
  std::sort(model_.stories.begin(), model_.stories.end(),
            [](const ToldDecision& a, const ToldDecision& b) { return a.index < b.index; });
  return std::move(model_);
}

}  // namespace caveat::audit
