#include "adapters/gate/facts.h"

#include <algorithm>
#include <map>
#include <span>

#include "adapters/gate/past.h"
#include "adapters/gate/record.h"
#include "adapters/gate/sections.h"
#include "audit/record/sections.h"
#include "engine/base/cbor.h"
#include "engine/decide/cause.h"
#include "engine/decide/explain.h"
#include "engine/decide/sentences.h"

namespace caveat::gate {

namespace json = boost::json;
using program::Program;
using program::SlotType;

namespace {

constexpr std::size_t kMostOfText = 500;  // bytes of a value that is a text
constexpr auto kLastCause = static_cast<std::int64_t>(decide::Cause::empty_text);

std::int64_t number(const cbor::Value& map, int key, std::int64_t otherwise) {
  const cbor::Value* found = member_at(map, key);
  return found == nullptr ? otherwise : found->as_integer().value_or(otherwise);
}

std::uint32_t slot_of(const Program* program, std::string_view path) {
  if (program == nullptr) return program::kNone;
  std::vector<std::string> steps;
  for (;;) {
    const std::size_t end = path.find('.');
    steps.emplace_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return program->schema().find(steps);
}

std::string cut(std::string text) {
  if (text.size() <= kMostOfText) return text;
  std::size_t end = kMostOfText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

bool is_of_item(std::string_view path) { return path.starts_with("product.") || path.starts_with("action."); }

std::string_view cause_told(std::string_view name, Language language) {
  for (std::int64_t cause = 1; cause <= kLastCause; ++cause)
    if (decide::name(static_cast<decide::Cause>(cause)) == name)
      return decide::told(static_cast<decide::Cause>(cause), language);
  return name;
}

// A fact of a turn, product, action or recipient.
using Place = std::pair<std::string, std::int64_t>;
struct Used {
  std::vector<std::string> rules;  // that are told
  bool by_others = false;          // by one that is not
  std::string cause;               // why it was not known
  bool known = true;
};

}  // namespace

FactsReader::FactsReader(FactsFor whom) : whom_(whom) {
  const Program* program = whom_.program;
  for (std::uint32_t rule = 0; program != nullptr && rule < program->rule_count(); ++rule) {
    if (keeps_back(program, program->rule_id(rule), whom_.roles)) continue;
    for (const std::uint32_t slot : program->indices(program->rules()[rule].facts))
      open_.insert(program->slot_path(slot));
  }
}

// As recorded then, and as the packs have it now: the stricter of the two.
bool FactsReader::hides(std::string_view data_class, std::uint32_t slot) const {
  if (slot != program::kNone && decide::is_protected(*whom_.program, slot)) return true;
  if (data_class.empty() || data_class == "C1") return false;
  if (whom_.program == nullptr) return true;
  return std::none_of(whom_.program->pack_rows().begin(), whom_.program->pack_rows().end(),
                      [&](const program::PackRow& pack) {
                        const auto classes = whom_.program->strings(pack.data_classes);
                        return !classes.empty() && whom_.program->text(classes[0]) == data_class;
                      });
}

std::string FactsReader::in_words(std::uint32_t slot, std::string value) const {
  if (slot == program::kNone) return cut(std::move(value));
  const program::SlotRow& row = whom_.program->slots()[slot];
  const bool zh = whom_.language == Language::zh;
  switch (static_cast<SlotType>(row.type)) {
    case SlotType::yes_no:
      return value == "true" ? (zh ? "是" : "yes") : (zh ? "否" : "no");
    case SlotType::choice:
    case SlotType::scale: {
      const std::uint32_t symbol = whom_.program->symbols().find(row, value).symbol;
      return symbol == program::kNone ? value : std::string(whom_.program->symbol_name(slot, symbol, whom_.language));
    }
    default:
      return cut(std::move(value));
  }
}

FactsTold FactsReader::read(const audit::OpenedRecord& record) const {
  FactsTold told;
  const cbor::Value request = section_of(record, audit::Section::request),
                    kept = section_of(record, audit::Section::facts);
  const auto named = [&](std::string_view path, std::int64_t item) {
    static constexpr int kProducts[] = {11, 15}, kActions[] = {12}, kRecipients[] = {13};
    const std::span<const int> keys = path.starts_with("product.")
                                          ? std::span<const int>(kProducts)
                                          : std::span<const int>(path.starts_with("action.") ? kActions : kRecipients);
    for (const int key : keys) {
      const cbor::Value* ids = member_at(request, key);
      const std::int64_t many = ids == nullptr ? 0 : static_cast<std::int64_t>(ids->items.size());
      if (item >= 0 && item < many) return std::string(ids->items[static_cast<std::size_t>(item)].string);
      item -= many;  // those that the text only names are counted behind those that it recommends
    }
    return std::string();
  };

  // A rule that was confidential stands in section 1 under its alias, and apart for the roles that it named.
  std::vector<std::string> open_then;
  if (const audit::SectionBytes* bytes = record.find(audit::Section::verdict))
    if (const Result<audit::VerdictSection> verdict = audit::decode_verdict(bytes->encoded))
      for (const audit::RuleOutcome& rule : verdict->rules) open_then.push_back(rule.id);
  for (const audit::Reserved& one : reserved_in(record))
    if (std::find_first_of(whom_.roles.begin(), whom_.roles.end(), one.roles.begin(), one.roles.end()) !=
        whom_.roles.end())
      open_then.push_back(one.rule);
  const auto is_told = [&](const std::string& rule) {
    return std::find(open_then.begin(), open_then.end(), rule) != open_then.end() &&
           !(whom_.has_packs && keeps_back(whom_.program, rule, whom_.roles));
  };
  std::map<Place, Used> used;
  const cbor::Value result = section_of(record, audit::Section::result);
  const cbor::Value* encoded = member_at(result, 1);
  const Result<cbor::Value> outcome = cbor::decode(encoded == nullptr ? std::string_view() : encoded->string);
  const cbor::Value* reasons = outcome ? member_at(*outcome, 1) : nullptr;
  for (std::size_t i = 0; reasons != nullptr && i < reasons->items.size(); ++i) {
    const cbor::Value& reason = reasons->items[i];
    std::string rule = text_at(reason, 0);
    const bool shows = is_told(rule);
    const cbor::Value* facts = member_at(reason, 5);
    for (std::size_t at = 0; facts != nullptr && at < facts->items.size(); ++at) {
      const cbor::Value& fact = facts->items[at];
      Used& one = used[{text_at(fact, 0), number(fact, 3, -1)}];
      if (!shows) {
        one.by_others = true;
        continue;
      }
      if (std::find(one.rules.begin(), one.rules.end(), rule) == one.rules.end()) one.rules.push_back(rule);
      const cbor::Value* known = member_at(fact, 1);
      one.known = known != nullptr && known->number != 0;
      if (const std::int64_t cause = number(fact, 2, 0); cause > 0 && cause <= kLastCause)
        one.cause = decide::name(static_cast<decide::Cause>(cause));
    }
  }

  // Read by confidential rules alone then: what reads it now does not open it to others.
  const cbor::Value* then = member_at(result, kKeptBackKey);
  const auto is_kept_back = [&](std::string_view path) {
    if (then == nullptr) return false;
    for (const cbor::Value& one : then->items) {
      if (one.items.size() != 2 || one.items[0].string != path) continue;
      return std::none_of(one.items[1].items.begin(), one.items[1].items.end(), [&](const cbor::Value& role) {
        return std::find(whom_.roles.begin(), whom_.roles.end(), role.string) != whom_.roles.end();
      });
    }
    return false;
  };
  for (const cbor::Value& entry : kept.items) {
    FactTold fact;
    fact.path = text_at(entry, 1);
    const std::int64_t item = number(entry, 2, -1);
    const auto found = used.find({fact.path, item});
    const Used* use = found == used.end() ? nullptr : &found->second;
    const bool by_told = use != nullptr && !use->rules.empty();
    const bool of_item = is_of_item(fact.path);
    const bool shows = by_told || (whom_.has_packs ? (whom_.whole || of_item) && may_be_told(fact.path)
                                                   : of_item || use == nullptr || !use->by_others);
    if (use != nullptr) fact.rules = use->rules;
    if (found != used.end()) used.erase(found);
    if (!shows) continue;
    if (is_kept_back(fact.path)) continue;
    const std::uint32_t slot = slot_of(whom_.program, fact.path);
    if (slot != program::kNone) fact.name = whom_.program->slot_name(slot, whom_.language);
    fact.of = named(fact.path, item);
    fact.cause = text_at(entry, 4);
    fact.known = fact.cause.empty();
    fact.quality = text_at(entry, 5);
    fact.source = text_at(entry, 6);
    if (member_at(entry, 7) != nullptr) fact.as_of = number(entry, 7, 0);
    fact.data_class = text_at(entry, 8);
    fact.hidden = fact.known &&
                  (member_at(entry, 3) == nullptr || member_at(entry, 11) != nullptr || hides(fact.data_class, slot));
    if (fact.known && !fact.hidden) fact.value = in_words(slot, text_at(entry, 3));
    told.facts.push_back(std::move(fact));
  }
  for (auto& [place, use] : used) {  // which the turn did not bring
    if (use.rules.empty() || use.known) continue;
    FactTold fact;
    fact.path = place.first;
    if (const std::uint32_t slot = slot_of(whom_.program, fact.path); slot != program::kNone)
      fact.name = whom_.program->slot_name(slot, whom_.language);
    fact.of = named(fact.path, place.second);
    fact.known = false;
    fact.cause = use.cause;
    fact.rules = std::move(use.rules);
    told.facts.push_back(std::move(fact));
  }
  std::stable_partition(told.facts.begin(), told.facts.end(), [](const FactTold& one) { return !one.rules.empty(); });
  if (told.facts.size() > kFactsTold) {
    told.left_out = told.facts.size() - kFactsTold;
    told.facts.resize(kFactsTold);
  }
  return told;
}

json::array facts_json(const FactsTold& told) {
  json::array out;
  for (const FactTold& fact : told.facts) {
    json::object one{{"path", fact.path}, {"known", fact.known}, {"value", nullptr}};
    if (fact.value) one["value"] = *fact.value;
    if (fact.hidden) one["hidden"] = true;
    const auto add = [&](const char* name, const std::string& value) {
      if (!value.empty()) one[name] = value;
    };
    if (fact.name != fact.path) add("name", fact.name);
    add("of", fact.of);
    add("cause", fact.cause);
    add("quality", fact.quality);
    add("source", fact.source);
    if (fact.as_of) one["as_of"] = format_instant(*fact.as_of, 0);
    add("class", fact.data_class);
    json::array rules;
    for (const std::string& rule : fact.rules) rules.emplace_back(json::string(rule));
    if (!rules.empty()) one["rules"] = std::move(rules);
    out.emplace_back(std::move(one));
  }
  return out;
}

std::string fact_told(const FactTold& fact, Language language) {
  const bool zh = language == Language::zh;
  const std::string_view comma = zh ? "，" : ", ";
  std::string out = fact.name.empty() ? fact.path : fact.name;
  if (!fact.of.empty()) out += (zh ? "（" : " (") + fact.of + (zh ? "）" : ")");
  out += zh ? "：" : ": ";
  if (fact.value)
    out += *fact.value;
  else if (fact.hidden)
    out += "***";
  else
    out += (zh ? "不明（" : "unknown (") + std::string(cause_told(fact.cause, language)) + (zh ? "）" : ")");
  if (fact.quality == "inferred") out += std::string(comma) + (zh ? "仅为推断" : "only inferred");
  if (fact.quality == "stated") out += std::string(comma) + (zh ? "仅为陈述" : "stated");
  if (!fact.source.empty()) out += std::string(comma) + (zh ? "来源 " : "source ") + fact.source;
  if (fact.as_of) out += std::string(comma) + (zh ? "时点 " : "as of ") + format_instant(*fact.as_of, 0);
  return out;
}

}  // namespace caveat::gate
