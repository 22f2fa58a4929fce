#include "audit/report/model.h"

#include <algorithm>
#include <charconv>

#include "audit/log/tree.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

// Of verdict sections that are kept to be met again, each with what it takes beside its bytes: every hand-off with a due time of its
// own is another, and a report over years has millions.
constexpr std::size_t kOutcomeBytes = 16u << 20, kBeside = 256;

const std::string_view* find(std::span<const SectionView> sections, Section section) {
  for (const SectionView& candidate : sections) {
    if (candidate.section == section) return &candidate.encoded;
  }
  return nullptr;
}

// The ids of a decision, for tables: from the sections request and result, as docs/formats.md numbers them.
void read_ids(std::span<const SectionView> sections, DecisionRow& row) {
  const auto take = [&](Section section, std::int64_t key, std::string& out) {
    const std::string_view* bytes = find(sections, section);
    const Result<cbor::Value> map = cbor::decode(bytes == nullptr ? std::string_view() : *bytes);
    const cbor::Value* value = map ? map->find(key) : nullptr;
    if (value != nullptr && value->kind == cbor::Value::Kind::text) out = value->string;
  };
  take(Section::request, 1, row.request);
  take(Section::request, 4, row.channel);
  take(Section::request, 7, row.conversation);
  take(Section::request, 9, row.customer);
  take(Section::result, 4, row.decision);
}

// What an outreach came to for one of those whom it was to reach (docs/formats.md, section 6 and "Outcome").
void keep_his_own(std::span<const SectionView> sections, const std::string& customer, VerdictSection& verdict) {
  const auto map_of = [&](Section section) {
    const std::string_view* bytes = find(sections, section);
    return cbor::decode(bytes == nullptr ? std::string_view() : *bytes);
  };
  const auto list_of = [](const Result<cbor::Value>& map, std::int64_t key) {
    const cbor::Value* array = map ? map->find(key) : nullptr;
    return array != nullptr && array->kind == cbor::Value::Kind::array ? array->items : std::vector<cbor::Value>();
  };
  const Result<cbor::Value> request = map_of(Section::request), result = map_of(Section::result);
  const std::vector<cbor::Value> recipients = list_of(request, 13);
  const auto his = std::find_if(recipients.begin(), recipients.end(),
                                [&](const cbor::Value& one) { return one.string == customer; });
  const std::int64_t place = his == recipients.end() ? -1 : his - recipients.begin();
  // Of a turn that has actions too the position alone does not say whose it is.
  const bool only_people = list_of(request, 11).empty() && list_of(request, 12).empty();
  std::erase_if(verdict.rules,
                [&](const RuleOutcome& rule) { return rule.item >= 0 && (!only_people || rule.item != place); });
  const cbor::Value* outcome = result ? result->find(1) : nullptr;
  const Result<cbor::Value> decided = cbor::decode(outcome == nullptr ? std::string_view() : outcome->string);
  for (const cbor::Value& item : list_of(decided, 2)) {
    const cbor::Value *is_recipient = item.find(5), *at = item.find(1), *what = item.find(3);
    if (is_recipient == nullptr || at == nullptr || what == nullptr || place < 0 ||
        at->number != static_cast<std::uint64_t>(place))
      continue;
    if (verdict.verdict < 4 && what->number < 4) verdict.verdict = static_cast<std::uint8_t>(what->number);
  }
  for (const cbor::Value& kept : list_of(result, 12))
    if (place >= 0 && kept.number == static_cast<std::uint64_t>(place)) verdict.verdict = 3;
}

}  // namespace

bool ReportQuery::covers(Microseconds time) const { return (!from || time >= *from) && (!to || time < *to); }

bool ReportQuery::is_about(const HeaderView& header) const {
  return customer.empty() ||
         std::any_of(subjects.begin(), subjects.end(), [&](const KeyId& id) { return header.has_subject(id); });
}

std::string ReportQuery::in_words(Language reader, Alias told) const {
  const bool zh = reader == Language::zh;
  std::string words;
  const auto add = [&](std::string part) { words += (words.empty() ? "" : zh ? "，" : ", ") + std::move(part); };
  if (from) add((zh ? "自 " : "from ") + format_instant(*from, offset_minutes) + (zh ? "（含）" : " (included)"));
  if (to) add((zh ? "至 " : "to ") + format_instant(*to, offset_minutes) + (zh ? "（不含）" : " (excluded)"));
  const bool unnamed = !alias.empty() && told == Alias::unnamed;
  if (!rule.empty()) add((zh ? "规则 " : "rule ") + (unnamed ? alias : rule));
  if (unnamed)
    add(zh ? "亦以其本名" : "also under its name");
  else if (!alias.empty())
    add((zh ? "亦记作 " : "also as ") + alias);
  if (!customer.empty()) add((zh ? "客户 " : "customer ") + customer);
  if (verdict) add((zh ? "结论 " : "verdict ") + std::string(verdict_name(*verdict)));
  return words.empty() ? (zh ? "日志中的全部决定" : "every decision of the log") : words;
}

Gathering::Gathering(ReportQuery query, LogFacts log, Row row) : row_(std::move(row)) {
  model_.query = std::move(query);
  model_.log = std::move(log);
  const ReportQuery& asked = model_.query;
  model_.seed =
      asked.seed.empty() ? hex(sha256(model_.log.checkpoint_note + asked.in_words(Language::en))) : asked.seed;
  ranked_.emplace(model_.seed + "/");
}

Digest Gathering::rank(std::uint64_t index) const {
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, index).ptr;
  return ranked_->with({digits, end});
}

void Gathering::add(const HeaderView& header, std::string_view leaf, std::optional<Sections> sections,
                    const Digest* rank) {
  if (header.kind() == Kind::closing && sections &&
      (model_.query.covers(header.time_us()) || (model_.last_index && header.index() == *model_.last_index + 1))) {
    if (const std::string_view* bytes = find(*sections, Section::event)) {
      if (Result<Event> event = decode_event(Kind::closing, *bytes))
        model_.closings.push_back(std::get<Closing>(std::move(*event)));
    }
  }
  if (!model_.query.covers(header.time_us())) return;
  ++model_.records;
  ++kinds_[static_cast<std::size_t>(header.kind())];
  if (!model_.first_index) {
    model_.first_index = header.index();
    model_.first_time = header.time_us();
  }
  model_.last_index = header.index();
  model_.last_time = header.time_us();
  if (header.kind() != Kind::decision) return;
  if (!model_.query.is_about(header)) {
    ++model_.others;
    return;
  }
  const auto tell_row = [&](Content content, const VerdictSection& verdict) {
    if (!row_) return;
    DecisionRow row;
    row.index = header.index();
    row.time = header.time_us();
    row.content = content;
    row.verdict = verdict;
    row.leaf_hex = hex(leaf_hash(leaf));
    if (sections) read_ids(*sections, row);
    if (content == Content::opened && model_.query.tells_of_others(header))
      keep_his_own(*sections, model_.query.customer, row.verdict);
    row_(row);
  };
  if (!sections) {
    ++model_.sealed;
    draw(header, leaf, sections, rank, Content::sealed, 0);
    tell_row(Content::sealed, {});
    return;
  }
  ++model_.opened;

  const std::string_view* verdict_bytes = find(*sections, Section::verdict);
  Outcome* const outcome = verdict_bytes == nullptr ? nullptr : outcome_of(*verdict_bytes);
  if (outcome == nullptr) {
    ++model_.unreadable;
    draw(header, leaf, sections, rank, Content::unreadable, 0);
    tell_row(Content::unreadable, {});
    return;
  }
  if (!outcome->selected) return;
  ++outcome->decisions;
  const std::uint8_t verdict = outcome->verdict.verdict;
  ++model_.population;
  ++model_.verdicts[verdict];
  if (model_.query.tells_of_others(header)) ++model_.of_many;
  tell_row(Content::opened, outcome->verdict);
  // Titles and digests are the same in very many decisions: each spelling is read once.
  if (const std::string_view* bytes = find(*sections, Section::rules);
      bytes != nullptr && !rules_read_.contains(*bytes)) {
    rules_read_.emplace(*bytes);
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
  if (const std::string_view* bytes = find(*sections, Section::digests)) {
    if (packs_before_ == nullptr || packs_before_->first != *bytes) {
      auto read = packs_read_.find(*bytes);
      if (read == packs_read_.end()) {
        read = packs_read_.try_emplace(std::string(*bytes)).first;
        if (const Result<DigestsSection> digests = decode_digests(*bytes)) {
          for (const PackDigest& pack : digests->packs) {
            PackCount& count = packs_[pack.name + '\0' + pack.version + '\0' + hex(pack.digest)];
            count.pack = pack;
            read->second.push_back(&count);
          }
        }
      }
      packs_before_ = &*read;
    }
    for (PackCount* count : packs_before_->second) {
      if (count->decisions++ == 0) count->first_index = header.index();
      count->last_index = header.index();
    }
  }
  draw(header, leaf, sections, rank, Content::opened, verdict);
}

// Whether it can be told makes no difference to whether it is drawn: else whoever opens could choose.
void Gathering::draw(const HeaderView& header, std::string_view leaf, std::optional<Sections> sections,
                     const Digest* reckoned, Content content, std::uint8_t verdict) {
  if (model_.query.stories == 0) return;
  const Digest own = reckoned == nullptr ? rank(header.index()) : *reckoned;
  std::vector<Candidate>& drawn = sample_[content == Content::opened ? verdict : sample_.size() - 1];
  if (drawn.size() == model_.query.stories && drawn.back().rank <= own) return;
  const bool of_others = model_.query.tells_of_others(header);
  Candidate candidate{own, {header.index(), header.time_us(), content, verdict, {}, hex(leaf_hash(leaf)), of_others}};
  if (const std::string_view* bytes = sections && !of_others ? find(*sections, Section::story) : nullptr)
    if (Result<StorySection> story = decode_story(*bytes)) candidate.told.story = std::move(*story);
  const auto place = std::upper_bound(drawn.begin(), drawn.end(), candidate,
                                      [](const Candidate& a, const Candidate& b) { return a.rank < b.rank; });
  drawn.insert(place, std::move(candidate));
  if (drawn.size() > model_.query.stories) drawn.pop_back();
}

Gathering::Outcome* Gathering::outcome_of(std::string_view verdict_section) {
  if (const auto known = outcomes_.find(verdict_section); known != outcomes_.end()) return &known->second;
  Result<VerdictSection> read = decode_verdict(verdict_section);
  if (!read) return nullptr;
  Outcome outcome;
  const ReportQuery& query = model_.query;
  outcome.selected =
      (!query.verdict || *query.verdict == read->verdict) &&
      (query.rule.empty() || std::any_of(read->rules.begin(), read->rules.end(), [&](const RuleOutcome& rule) {
         return rule.id == query.rule || (!query.alias.empty() && rule.id == query.alias);
       }));
  if (outcome.selected) {
    // A rule counts once a decision, however many products it was judged for: at its highest verdict.
    std::map<std::string_view, const RuleOutcome*> highest;
    for (const RuleOutcome& rule : read->rules) {
      const RuleOutcome*& seen = highest[rule.id];
      if (seen == nullptr || (seen->state != RuleOutcome::State::fired && rule.state == RuleOutcome::State::fired) ||
          (seen->state == rule.state && seen->verdict < rule.verdict))
        seen = &rule;
    }
    for (const auto& [id, rule] : highest) {
      RuleCount& count = rules_[rule->id];
      count.id = id;
      outcome.rules.emplace_back(&count, *rule);
    }
    if (read->handoff) {
      outcome.queue = &queues_[read->handoff->queue];
      outcome.queue->queue = read->handoff->queue;
    }
  }
  outcome.verdict = std::move(*read);
  if (const std::size_t needed = verdict_section.size() + kBeside; needed <= kOutcomeBytes - outcome_bytes_) {
    outcome_bytes_ += needed;
    return &outcomes_.emplace(std::string(verdict_section), std::move(outcome)).first->second;
  }
  add_up(beyond_);
  beyond_ = std::move(outcome);
  return &beyond_;
}

void Gathering::add_up(Outcome& outcome) {
  const std::uint64_t times = std::exchange(outcome.decisions, 0);
  for (const auto& [count, rule] : outcome.rules) {
    count->decisions += times;
    (rule.state == RuleOutcome::State::fired ? count->by_verdict[rule.verdict] : count->unknown) += times;
  }
  if (outcome.queue == nullptr || times == 0) return;
  const HandOffOutcome& handoff = *outcome.verdict.handoff;
  outcome.queue->total += times;
  if (handoff.hold) outcome.queue->hold += times;
  outcome.queue->by_priority[std::min<std::size_t>(handoff.priority, 3)] += times;
  outcome.queue->causes[handoff.cause] += times;
}

ReportModel Gathering::finish() {
  for (auto& [section, outcome] : outcomes_) add_up(outcome);
  add_up(beyond_);
  for (std::size_t number = 0; number < kinds_.size(); ++number)
    if (kinds_[number] > 0) model_.kinds[std::string(name(static_cast<Kind>(number)))] = kinds_[number];
  for (auto& [id, count] : rules_) model_.rules.push_back(std::move(count));
  std::stable_sort(model_.rules.begin(), model_.rules.end(),
                   [](const RuleCount& a, const RuleCount& b) { return a.decisions > b.decisions; });
  for (auto& [queue, count] : queues_) model_.queues.push_back(std::move(count));
  std::stable_sort(model_.queues.begin(), model_.queues.end(),
                   [](const QueueCount& a, const QueueCount& b) { return a.total > b.total; });
  for (auto& [digest, count] : packs_) model_.packs.push_back(std::move(count));
  // Round by round from what is not known and the gravest verdict down, so that five stories show what the gate does and not only the
  // usual, and never only what somebody liked to open.
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
