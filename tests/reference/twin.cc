#include "tests/reference/twin.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>

#include "tests/reference/conditions.h"

namespace caveat::twin {
namespace {

using syntax::EffectKind;
using syntax::RuleDecl;
using syntax::Subject;

struct Whose {
  int product = -1, action = -1, recipient = -1;
};

class Judge {
 public:
  Judge(const Book& book, const Turn& turn, Tally* tally) : book_(book), t_(turn), conditions_(book, turn, tally) {}

  Outcome run() {
    out_.products.assign(t_.products.size(), 0);
    out_.actions.assign(t_.actions.size(), 0);
    out_.recipients.assign(t_.recipients.size(), 0);
    for (pack_ = 0; pack_ < static_cast<int>(book_.packs().size()); ++pack_)
      for (const syntax::Decl* decl : book_.packs()[static_cast<std::size_t>(pack_)].all)
        if (const auto* rule = std::get_if<RuleDecl>(&decl->body)) judge(*rule);
    int items = 0;
    std::size_t blocked = 0;
    for (const std::vector<int>* list : {&out_.products, &out_.actions, &out_.recipients}) {
      for (const int verdict : *list) {
        blocked += verdict >= 3 ? 1 : 0;
        items = std::max(items, verdict >= 3 ? 1 : verdict);
      }
    }
    if (blocked > 0 && blocked == out_.products.size() + out_.actions.size() + out_.recipients.size()) items = 3;
    const bool anybody = std::any_of(out_.recipients.begin(), out_.recipients.end(), [](int one) { return one < 3; });
    if (has("outreach") && !anybody) items = 3;
    out_.verdict = std::max(turn_, items);
    if (!out_.queue.empty()) out_.verdict = 4;
    return out_;
  }

 private:
  const Book& book_;
  const Turn& t_;
  Conditions conditions_;
  Outcome out_;
  int turn_ = 0, pack_ = 0;
  std::optional<std::tuple<int, long, std::string>> best_;  // priority, due, queue

  bool has(const char* part) const { return t_.has.contains(part); }
  static bool on(const RuleDecl& rule, Subject subject) {
    return std::find(rule.applies_to.begin(), rule.applies_to.end(), subject) != rule.applies_to.end();
  }
  const syntax::PackDecl& pack() const { return *book_.packs()[static_cast<std::size_t>(pack_)].decl; }

  // By its own dates; where it has none, while all its sources are.
  bool in_force(const RuleDecl& rule) const {
    const long day = conditions_.today(pack_);
    bool from = !rule.from || day >= *rule.from, until = !rule.until || day <= *rule.until;
    for (const syntax::Path& cited : rule.cites) {
      const syntax::SourceDecl& source = *book_.find<syntax::SourceDecl>(cited, pack_).first;
      if (!rule.from && source.from && day < *source.from) from = false;
      if (!rule.until && source.until && day > *source.until) until = false;
    }
    return from && until;
  }

  void judge(const RuleDecl& rule) {
    if (!in_force(rule)) return;
    const bool material = on(rule, Subject::material) && has("material");
    const bool turn =
        (on(rule, Subject::answer) && has("answer")) || (on(rule, Subject::message) && has("message")) || material;
    const bool products = on(rule, Subject::recommendation) && has("recommendation") && !t_.products.empty();
    const bool actions = on(rule, Subject::action) && !t_.actions.empty();
    const bool outreach = on(rule, Subject::outreach) && has("outreach");
    if (!turn && !products && !actions && !outreach) return;
    std::set<std::string> facts;
    conditions_.reads(*rule.when, pack_, facts);
    if (rule.unless) conditions_.reads(*rule.unless, pack_, facts);
    const auto reads = [&](const std::string& part) {
      return std::any_of(facts.begin(), facts.end(),
                         [&](const std::string& fact) { return book_.fact_at(fact)->part == part; });
    };
    if (reads("outreach") && !has("outreach")) return;
    const bool by_product = products || reads("product"), by_action = actions || reads("action");
    const bool by_recipient = has("outreach") && (reads("customer") || asks_customer(rule));
    const auto each = [](bool of, const auto& list) {
      std::vector<int> all;
      for (int i = 0; of && i < static_cast<int>(list.size()); ++i) all.push_back(i);
      if (!of) all.push_back(-1);
      return all;
    };
    for (const int product : each(by_product, t_.products))
      for (const int action : each(by_action, t_.actions))
        for (const int recipient : each(by_recipient, t_.recipients))
          judge_for(rule, {product, action, recipient}, turn);
  }

  // What it asks for is a fact of his.
  bool asks_customer(const RuleDecl& rule) const {
    for (const auto* list : {&rule.then, &if_unknown(rule)}) {
      for (const syntax::Effect& effect : *list)
        if (effect.kind == EffectKind::require && book_.fact(effect.name)->part == "customer") return true;
    }
    return false;
  }
  const std::vector<syntax::Effect>& if_unknown(const RuleDecl& rule) const {
    return rule.if_unknown.empty() ? pack().default_if_unknown : rule.if_unknown;
  }

  void judge_for(const RuleDecl& rule, const Whose& whose, bool turn) {
    Place place;
    place.pack = place.rules_pack = pack_;
    if (whose.product >= 0) place.product = &t_.products[static_cast<std::size_t>(whose.product)];
    if (whose.action >= 0) place.action = &t_.actions[static_cast<std::size_t>(whose.action)];
    if (whose.recipient >= 0) place.recipient = &t_.recipients[static_cast<std::size_t>(whose.recipient)];
    const Finding when = conditions_.holds(*rule.when, place);
    if (when.truth == Truth::no) return;
    place.trust = rule.trust_inferred;
    if (rule.unless && conditions_.holds(*rule.unless, place).truth == Truth::yes) return;
    const bool unknown = when.truth == Truth::unknown;
    const std::vector<syntax::Effect>& otherwise = if_unknown(rule);
    if (unknown && otherwise.size() == 1 && otherwise[0].kind == EffectKind::pass) return;
    const std::string id = book_.packs()[static_cast<std::size_t>(pack_)].name + "/" + rule.names.first.text;
    out_.fired.insert({id, whose.product, whose.action, whose.recipient, unknown});
    if (unknown && otherwise.empty()) return by_default(rule, when.missing, whose, turn);
    for (const syntax::Effect& effect : unknown ? otherwise : rule.then) act(rule, effect, whose, turn, unknown);
  }

  // Ask for what is missing if all of it can be asked for, else a person.
  void by_default(const RuleDecl& rule, const Missing& missing, const Whose& whose, bool turn) {
    const bool askable = !missing.other && !missing.facts.empty() &&
                         std::all_of(missing.facts.begin(), missing.facts.end(),
                                     [&](const std::string& fact) { return book_.fact_at(fact)->askable(); });
    if (!askable) return hand_off(rule, *default_queue(), nullptr, whose, turn, true);
    out_.required.insert(missing.facts.begin(), missing.facts.end());
    raise(rule, 2, whose, turn);
  }
  // The pack's own, or that of a pack that it uses.
  const syntax::QueueDecl* default_queue() const {
    std::vector<int> where = {pack_};
    const std::set<int>& sees = book_.packs()[static_cast<std::size_t>(pack_)].sees;
    where.insert(where.end(), sees.begin(), sees.end());
    for (const int each : where)
      if (const auto& named = book_.packs()[static_cast<std::size_t>(each)].decl->default_queue)
        return book_.find<syntax::QueueDecl>(*named, each).first;
    return nullptr;
  }

  void act(const RuleDecl& rule, const syntax::Effect& effect, const Whose& whose, bool turn, bool unknown) {
    switch (effect.kind) {
      case EffectKind::block:
        return raise(rule, 3, whose, turn);
      case EffectKind::require:
        out_.required.insert(book_.fact(effect.name)->path);
        return raise(rule, 2, whose, turn);
      case EffectKind::handoff:
        return hand_off(rule, *book_.find<syntax::QueueDecl>(effect.name, pack_).first, &effect, whose, turn, unknown);
      case EffectKind::flag:
        out_.flags.insert(dotted(effect.name));
        break;
      default:
        break;
    }
  }

  // The queue says how urgent it is and by when, where the effect does not.
  void hand_off(const RuleDecl& rule, const syntax::QueueDecl& queue, const syntax::Effect* effect, const Whose& whose,
                bool turn, bool unknown) {
    syntax::Priority urgency = queue.priority.value_or(syntax::Priority::normal);
    long due = std::numeric_limits<long>::max();
    if (queue.due) due = of_literal(*queue.due).length.seconds;
    if (effect && effect->priority) urgency = *effect->priority;
    if (effect && effect->within) due = conditions_.length(*effect->within, pack_).seconds;
    const std::tuple bid(static_cast<int>(urgency), due, queue.names.first.text);
    if (!best_ || bid < *best_) {
      best_ = bid;
      out_.queue = queue.names.first.text;
      out_.due = due == std::numeric_limits<long>::max() ? -1 : due;
    }
    out_.hold = out_.hold || !unknown;
    raise(rule, 3, whose, turn);
  }

  void raise(const RuleDecl& rule, int verdict, const Whose& whose, bool turn) {
    const auto up = [&](int& at) { at = std::max(at, verdict); };
    const bool material = on(rule, Subject::material) && has("material");
    if (whose.recipient >= 0) {
      up(out_.recipients[static_cast<std::size_t>(whose.recipient)]);
    } else {
      if ((on(rule, Subject::recommendation) || material) && whose.product >= 0)
        up(out_.products[static_cast<std::size_t>(whose.product)]);
      if (on(rule, Subject::action) && whose.action >= 0) up(out_.actions[static_cast<std::size_t>(whose.action)]);
      if (on(rule, Subject::outreach) && has("outreach"))
        for (int& one : out_.recipients) up(one);
    }
    if (turn) up(turn_);
    if (((on(rule, Subject::message) && has("message")) || material) && verdict >= 3) {
      for (int& one : out_.products) up(one);
      for (int& one : out_.actions) up(one);
    }
  }
};

}  // namespace

Outcome decide(const Book& book, const Turn& turn, Tally* tally) { return Judge(book, turn, tally).run(); }

Turn with_sets(const Book& book, Turn turn, const std::map<std::string, Rows>& sets) {
  for (int pack = 0; pack < static_cast<int>(book.packs().size()); ++pack) {
    for (const syntax::Decl* decl : book.packs()[static_cast<std::size_t>(pack)].all) {
      const auto* data = std::get_if<syntax::DataDecl>(&decl->body);
      if (!data) continue;
      const std::string& name = data->names.first.text;
      const std::vector<std::string> names = all_names(data->names);
      const Fact& key = *book.fact(data->key);
      std::set<std::string> only;  // what it alone may say
      for (const Fact& fact : book.facts())
        for (const Fact::Told& told : fact.told)
          if (told.fact->from && std::find(names.begin(), names.end(), told.fact->from->text) != names.end())
            only.insert(fact.path);
      const auto look_up = [&](Facts& known) {
        for (const std::string& fact : only) known.erase(fact);
        const auto asked = known.find(key.path);
        if (asked == known.end() || (asked->second.inferred && key.assessed())) return;
        const Given by = asked->second;
        for (const auto& [of, says] : sets.at(name)) {
          if (of != by.text) continue;
          for (const auto& [fact, given] : says) {
            known[fact] = given;
            known[fact].inferred = by.inferred;
          }
        }
      };
      if (key.part == "product") {
        for (Facts& product : turn.products) look_up(product);
      } else if (key.part == "action") {
        for (Facts& action : turn.actions) look_up(action);
      } else if (turn.has.contains("outreach")) {
        for (Facts& recipient : turn.recipients) look_up(recipient);
      } else {
        look_up(turn.facts);
      }
    }
  }
  return turn;
}

}  // namespace caveat::twin
