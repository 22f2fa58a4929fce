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

struct Draft {  // a rule that fired or stayed unknown, for one of what it is judged for
  Fired fired;
  const RuleDecl* rule = nullptr;
  int pack = 0;
  Whose whose;
  Reason reason;
  std::vector<Match> found;  // of one that stayed unknown too
  friend bool operator<(const Draft& a, const Draft& b) { return a.fired < b.fired; }
};

struct Replaced {
  Mark mark;
  Whose whose;
  const syntax::Effect* effect = nullptr;
  int pack = 0;
};

const std::vector<std::pair<Part, std::string>>& parts() {
  static const std::vector<std::pair<Part, std::string>> kAll = {
      {Part::answer, "answer"}, {Part::message, "message"}, {Part::outreach, "outreach"}, {Part::material, "material"}};
  return kAll;
}

std::string last_resort(int verdict, bool zh) {
  switch (verdict) {
    case 2:
      return zh ? "办理前还需要您补充信息，请稍候，我们会继续为您处理。"
                : "Before we can go on we need some more information from you.";
    case 3:
      return zh ? "抱歉，我无法在这里回答这个问题。您可以联系人工客服获得帮助。"
                : "I am sorry, I cannot answer this here. Our staff will be glad to help you.";
    default:
      return zh ? "正在为您转接人工服务，请稍候。" : "A member of our staff will take over from here. Please hold on.";
  }
}

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
    std::sort(drafts_.begin(), drafts_.end());
    for (const auto& one : of_items_)
      if (stays(std::get<0>(one))) out_.of_items.insert(one);
    hide();
    put_in_place();
    said();
    judge_final_text();
    for (const auto& [part, name] : parts())
      if (has(name.c_str())) out_.stored[part] = masked(text(part), part, 0, text(part).size(), masked_);
    for (Draft& draft : drafts_) tell(draft);
    return out_;
  }

 private:
  const Book& book_;
  const Turn& t_;
  Conditions conditions_;
  Outcome out_;
  int turn_ = 0, pack_ = 0;
  std::vector<Draft> drafts_;
  Draft* draft_ = nullptr;  // the rule at hand
  std::vector<Mark> redacted_, hidden_, masked_, untold_;
  std::vector<Replaced> replaced_;
  std::set<std::pair<bool, std::string>> disclosed_;               // at the end, wording
  std::set<std::tuple<std::size_t, std::string, bool>> of_items_;  // item, wording, at the start
  bool interpolated_ = false;
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
    const bool products =
        on(rule, Subject::recommendation) && has("recommendation") && (rule.as_a_whole || !t_.products.empty());
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
    const bool by_product = (products && !rule.as_a_whole) || reads("product"), by_action = actions || reads("action");
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
    Draft draft{{id, whose.product, whose.action, whose.recipient, unknown}, &rule, pack_, whose, {}, {}};
    std::set<std::string> facts;
    conditions_.reads(*rule.when, pack_, facts);
    if (rule.unless) conditions_.reads(*rule.unless, pack_, facts);
    place.trust = true;
    for (const std::string& path : facts) {
      const Value value = conditions_.read(*book_.fact_at(path), place);
      if (value.state != Value::absent) draft.reason.facts.insert({path, value.state == Value::known});
      if (value.state == Value::known && is_protected(path)) keep_secret(path, value);
    }
    conditions_.found(*rule.when, place, draft.found);
    std::sort(draft.found.begin(), draft.found.end());
    std::vector<Match> once;  // a place is told once, and where it is claimed as that
    for (const Match& one : draft.found) {
      if (!once.empty() &&
          std::tie(once.back().part, once.back().begin, once.back().end) == std::tie(one.part, one.begin, one.end))
        once.pop_back();
      once.push_back(one);
    }
    draft.found = once;
    if (!unknown) draft.reason.matches = draft.found;
    draft_ = &draft;
    if (unknown && otherwise.empty()) {
      draft.reason.by_default = true;
      by_default(rule, when.missing, whose, turn);
    } else {
      for (const syntax::Effect& effect : unknown ? otherwise : rule.then) act(rule, effect, whose, turn, unknown);
    }
    drafts_.push_back(std::move(draft));
  }

  bool is_protected(const std::string& path) const {
    const Fact& fact = *book_.fact_at(path);
    return std::any_of(fact.told.begin(), fact.told.end(), [](const Fact::Told& one) {
      return one.fact->data_class && one.fact->data_class->text != "C1";
    });
  }
  // Wherever it stands in the turn, within another word too.
  void keep_secret(const std::string&, const Value& value) {
    const std::u32string secret = form_of(value.text);
    if (secret.empty()) return;
    for (const auto& [part, name] : parts()) {
      const Signs signs = signs_of(text(part));
      for (std::size_t at = 0; at + secret.size() <= signs.size(); ++at) {
        bool here = true;
        for (std::size_t i = 0; i < secret.size(); ++i) here = here && signs[at + i].is == secret[i];
        if (!here) continue;
        const Stretch there = bytes_of(signs, {at, at + secret.size()});
        hidden_.push_back({Mark::full, part, there.begin, there.end, 0, 0, {}});
      }
    }
  }
  std::string text(Part part) const {
    const auto found = t_.facts.find(parts()[static_cast<std::size_t>(part)].second + ".text");
    return found == t_.facts.end() ? std::string() : found->second.text;
  }
  bool on_part(const RuleDecl& rule, Part part) const {
    const Subject subjects[] = {Subject::answer, Subject::message, Subject::outreach, Subject::material};
    const auto at = static_cast<std::size_t>(part);
    return on(rule, subjects[at]) && has(parts()[at].second.c_str());
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
      case EffectKind::redact:
        for (const Match& match : draft_->found) {
          const auto mode = effect.redaction.mode == syntax::Redaction::Mode::full    ? Mark::full
                            : effect.redaction.mode == syntax::Redaction::Mode::label ? Mark::label
                                                                                      : Mark::keep;
          redacted_.push_back(
              {mode, match.part, match.begin, match.end, effect.redaction.keep_first, effect.redaction.keep_last, {}});
        }
        return raise(rule, 1, whose, turn);
      case EffectKind::replace_match:
        for (const Match& match : draft_->found)
          if (match.part == Part::answer || on_part(rule, match.part))
            replaced_.push_back({{Mark::replace, match.part, match.begin, match.end, 0, 0, {}}, whose, &effect, pack_});
        return raise(rule, 1, whose, turn);
      case EffectKind::replace_answer:
        return raise(rule, 1, whose, turn);
      case EffectKind::disclose: {
        const std::string wording = dotted(effect.name);
        const bool nobody =
            on(rule, Subject::recommendation) && rule.as_a_whole && has("recommendation") && t_.products.empty();
        if (on_part(rule, Part::answer) || on_part(rule, Part::material) || on_part(rule, Part::message) || nobody ||
            (on_part(rule, Part::outreach) && whose.recipient < 0))
          disclosed_.insert({!effect.at_start, wording});
        for (std::size_t item = 0; on(rule, Subject::recommendation) && item < t_.products.size(); ++item)
          if (rule.as_a_whole || static_cast<int>(item) == whose.product)
            of_items_.insert({item, wording, effect.at_start});
        if (on(rule, Subject::action) && whose.action >= 0)
          of_items_.insert({t_.products.size() + static_cast<std::size_t>(whose.action), wording, effect.at_start});
        return raise(rule, 1, whose, turn);
      }
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
    raise(rule, 4, whose, turn);
  }

  void raise(const RuleDecl& rule, int asked, const Whose& whose, bool turn) {
    draft_->reason.verdict = std::max(draft_->reason.verdict, asked);
    const int verdict = std::min(asked, 3);  // a hand-off is of the turn, and shows on its items as a block
    const auto up = [&](int& at) { at = std::max(at, verdict); };
    const bool material = on(rule, Subject::material) && has("material");
    if (whose.recipient >= 0) {
      up(out_.recipients[static_cast<std::size_t>(whose.recipient)]);
    } else {
      if ((on(rule, Subject::recommendation) || material) && whose.product >= 0)
        up(out_.products[static_cast<std::size_t>(whose.product)]);
      if (on(rule, Subject::recommendation) && rule.as_a_whole && has("recommendation")) {
        for (int& one : out_.products) up(one);
        if (t_.products.empty()) up(turn_);  // it stands in what is said
      }
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

  // ---- texts

  void hide() {
    hidden_ = united(hidden_);
    redacted_ = united(redacted_);
    masked_ = untold_ = with(redacted_, hidden_);
  }
  static std::vector<Mark> with(std::vector<Mark> marks, const std::vector<Mark>& more) {
    marks.insert(marks.end(), more.begin(), more.end());
    return united(std::move(marks));
  }
  std::string found_of(const Mark& mark) const {
    return masked(text(mark.part), mark.part, mark.begin, mark.end, untold_);
  }

  // What is replaced: in the answer it is changed, of the other texts it is told.
  void put_in_place() {
    for (Replaced& one : replaced_) one.mark.text = filled(*one.effect, one.pack, one.whose, found_of(one.mark)).first;
    for (const Replaced& one : replaced_) {
      if (one.mark.part == Part::answer) continue;
      redacted_.push_back(one.mark);
      redacted_.back().mode = Mark::label;
    }
    redacted_ = united(redacted_);
    masked_ = with(redacted_, hidden_);
    std::vector<Mark> of_message;
    for (const Mark& one : redacted_)
      if (one.part == Part::message && one.mode == Mark::label) of_message.push_back(one);
    untold_ = with(untold_, of_message);
    for (const Part part : {Part::outreach, Part::material}) {
      if (part == Part::material && out_.verdict > 1) continue;
      for (const Draft& draft : drafts_) {
        const syntax::Effect* with_text = replacement(draft);
        if (!with_text || text(part).empty() || draft.whose.recipient >= 0 || !on_part(*draft.rule, part) ||
            draft.reason.verdict > 1)
          continue;
        std::erase_if(redacted_, [&](const Mark& one) { return one.part == part; });
        redacted_.push_back({Mark::label, part, 0, text(part).size(), 0, 0,
                             filled(*with_text, draft.pack, draft.whose, first_found(draft)).first});
        redacted_ = united(redacted_);
        masked_ = with(redacted_, hidden_);
        break;
      }
    }
    out_.redactions = redacted_;
  }

  std::string first_found(const Draft& draft) const {
    if (draft.reason.matches.empty()) return {};
    const Match& one = draft.reason.matches.front();
    return masked(text(one.part), one.part, one.begin, one.end, untold_);
  }
  const syntax::Effect* replacement(const Draft& draft) const {
    const std::vector<syntax::Effect>& effects = draft.fired.unknown ? draft.rule->if_unknown : draft.rule->then;
    for (const syntax::Effect& effect : effects)
      if (effect.kind == EffectKind::replace_answer) return &effect;
    return nullptr;
  }

  // A text in the turn's language, else the other, with what it names put in; whether it names anything.
  std::pair<std::string, bool> filled(const syntax::Texts& texts, const Whose& whose, const std::string& match) const {
    const syntax::LocalText* text = nullptr;
    for (const syntax::LocalText& one : texts) {
      const bool mine = one.language == Language::none || (one.language == Language::zh) == (t_.language == "zh");
      if (!text || mine) text = &one;
    }
    std::string out;
    bool names = false;
    for (std::size_t at = 0; text && at < text->value.size(); ++at) {
      const std::string& all = text->value;
      if (all[at] != '{') {
        out += all[at];
        continue;
      }
      const std::size_t end = all.find('}', at);
      const std::string path = all.substr(at + 1, end - at - 1);
      names = true;
      out += path == "match" || path == "命中" ? match : told(path, whose);
      at = end;
    }
    return {out, names};
  }
  std::pair<std::string, bool> filled(const syntax::Effect& effect, int pack, const Whose& whose,
                                      const std::string& match) const {
    if (effect.with_wording) return wording(*effect.with_wording, pack, whose);
    return filled(effect.with, whose, match);
  }
  std::pair<std::string, bool> wording(const syntax::Path& name, int pack, const Whose& whose) const {
    return filled(book_.find<syntax::WordingDecl>(name, pack).first->texts, whose, {});
  }
  // A fact as a sentence tells it: of the turn's texts what may be told.
  std::string told(const std::string& path, const Whose& whose) const {
    for (const auto& [part, name] : parts())
      if (path == name + ".text" && t_.facts.contains(path))
        return masked(text(part), part, 0, text(part).size(), untold_);
    Place place;
    if (whose.product >= 0) place.product = &t_.products[static_cast<std::size_t>(whose.product)];
    if (whose.product < 0 && t_.products.size() == 1) place.product = t_.products.data();
    if (whose.action >= 0) place.action = &t_.actions[static_cast<std::size_t>(whose.action)];
    if (whose.action < 0 && t_.actions.size() == 1) place.action = t_.actions.data();
    if (whose.recipient >= 0) place.recipient = &t_.recipients[static_cast<std::size_t>(whose.recipient)];
    const Value value = conditions_.read(*book_.fact_at(path), place);
    if (value.state != Value::known) return t_.language == "zh" ? "不明" : "unknown";
    return is_protected(path) ? "***" : value.given->text;
  }

  void said() {
    const bool waits = !has("outreach") && !has("material");
    if (!waits && (out_.verdict <= 1 || has("outreach")))
      for (const auto& [at_end, name] : disclosed_) out_.disclosures.emplace_back(!at_end, name);
    if (out_.verdict <= 1) {
      if (t_.facts.contains("answer.text") && has("answer")) return answered();
      if (waits)
        for (const auto& [at_end, name] : disclosed_) out_.disclosures.emplace_back(!at_end, name);
      return;
    }
    for (const Draft& draft : drafts_) {
      if (draft.fired.unknown || draft.reason.verdict != out_.verdict || draft.rule->say.empty()) continue;
      say(filled(draft.rule->say.front().texts, draft.whose, first_found(draft)));
      return;
    }
    if (!waits) return;
    out_.say = "";
    if (out_.verdict == 3) {
      for (const Draft& draft : drafts_) {
        const syntax::Effect* with_text = replacement(draft);
        if (!with_text || draft.reason.verdict != 3) continue;
        return say(filled(*with_text, draft.pack, draft.whose, first_found(draft)));
      }
    }
    if (out_.verdict == 2) {
      for (const std::string& path : out_.required)
        for (const Fact::Told& one : book_.fact_at(path)->told)
          if (!one.fact->ask.empty() && out_.say->empty()) out_.say = filled(one.fact->ask, {}, {}).first;
    }
    if (out_.verdict == 4) out_.say = waiting();
    if (out_.say->empty()) out_.say = last_resort(out_.verdict, t_.language == "zh");
  }
  void say(const std::pair<std::string, bool>& text) {
    out_.say = text.first;
    interpolated_ = text.second;
  }
  std::string waiting() const {
    for (const Book::Pack& pack : book_.packs())
      for (const syntax::Decl* decl : pack.all)
        if (const auto* queue = std::get_if<syntax::QueueDecl>(&decl->body);
            queue && queue->names.first.text == out_.queue)
          return filled(queue->say, {}, {}).first;
    return {};
  }

  bool stays(std::size_t item) const {  // among products, then actions
    const std::size_t products = out_.products.size();
    return (item < products ? out_.products[item] : out_.actions[item - products]) < 3;
  }

  void answered() {
    const syntax::Effect* instead = nullptr;
    for (const Draft& draft : drafts_) {
      if (instead || draft.reason.verdict != out_.verdict) continue;
      instead = replacement(draft);
      if (instead) out_.say = filled(*instead, draft.pack, draft.whose, first_found(draft)).first;
    }
    if (!instead) {
      std::vector<Mark> marks;
      for (const Mark& one : redacted_)
        if (one.part == Part::answer) marks.push_back(one);
      for (const Replaced& one : replaced_)
        if (one.mark.part == Part::answer) marks.push_back(one.mark);
      out_.say = changed(text(Part::answer), marks);
      out_.emptied = !marks.empty() && says_nothing(*out_.say);
      if (out_.emptied) out_.say = last_resort(3, t_.language == "zh");
    }
    std::vector<Disclosed> all;
    const auto add = [&](bool at_start, const std::string& name, const Whose& whose) {
      syntax::Path path;
      path.parts.push_back({name, {}});
      all.push_back({at_start, name, wording(path, 0, whose).first});
    };
    for (const auto& [at_end, name] : disclosed_) add(!at_end, name, {});
    for (const auto& [item, name, at_start] : of_items_) {
      const auto product = static_cast<int>(item), action = product - static_cast<int>(t_.products.size());
      if (stays(item)) add(at_start, name, action < 0 ? Whose{product, -1, -1} : Whose{-1, action, -1});
    }
    out_.say = with_disclosures(*out_.say, all);
    out_.carried = std::any_of(all.begin(), all.end(), [](const Disclosed& one) { return !one.added; });
    for (std::size_t i = 0; i < disclosed_.size(); ++i)
      if (all[i].added) out_.disclosures.emplace_back(all[i].at_start, all[i].wording);
  }

  // Once more, by the rules that read the answer; what had to go because of what it was stays gone, and the rest is sent.
  void judge_final_text() {
    const bool revised = out_.verdict <= 1;
    if (!has("answer") || !t_.facts.contains("answer.text") || !out_.say) return;
    if (revised ? *out_.say == text(Part::answer) : !interpolated_) return;
    Turn now = t_;
    now.facts["answer.text"].text = *out_.say;
    const Conditions conditions(book_, now, nullptr);
    for (pack_ = 0; pack_ < static_cast<int>(book_.packs().size()); ++pack_)
      for (const syntax::Decl* decl : book_.packs()[static_cast<std::size_t>(pack_)].all)
        if (const auto* rule = std::get_if<RuleDecl>(&decl->body); rule && refuses(*rule, conditions, revised))
          return hand_over();
  }
  bool refuses(const RuleDecl& rule, const Conditions& conditions, bool revised) const {
    std::set<std::string> facts;
    conditions.reads(*rule.when, pack_, facts);
    if (rule.unless) conditions.reads(*rule.unless, pack_, facts);
    if (!facts.contains("answer.text") || !in_force(rule)) return false;
    const bool products =
        on(rule, Subject::recommendation) && has("recommendation") && (rule.as_a_whole || !t_.products.empty());
    if (!on_part(rule, Part::answer) && !on_part(rule, Part::message) && !products) return false;
    const bool by_product = facts.lower_bound("product.") != facts.lower_bound("product/");
    for (int product = by_product ? 0 : -1; product < (by_product ? static_cast<int>(t_.products.size()) : 0);
         ++product) {
      const bool refused = std::any_of(drafts_.begin(), drafts_.end(), [&](const Draft& draft) {
        return draft.rule == &rule && draft.reason.verdict > 1 && (product < 0 || draft.whose.product == product);
      });
      if (refused && (revised || !on_part(rule, Part::answer))) continue;
      Place place;
      place.pack = place.rules_pack = pack_;
      if (product >= 0) place.product = &t_.products[static_cast<std::size_t>(product)];
      const Truth when = conditions.holds(*rule.when, place).truth;
      if (when == Truth::no) continue;
      place.trust = rule.trust_inferred;
      if (rule.unless && conditions.holds(*rule.unless, place).truth == Truth::yes) continue;
      place.trust = true;
      std::vector<Match> found;
      conditions.found(*rule.when, place, found);
      const bool stands =
          std::any_of(found.begin(), found.end(), [](const Match& one) { return one.part == Part::answer; });
      if (!revised && (when == Truth::unknown || !stands)) continue;
      const std::vector<syntax::Effect>& effects = when == Truth::yes ? rule.then : if_unknown(rule);
      if (effects.empty()) return true;  // unknown, and nobody says: a person
      for (const syntax::Effect& effect : effects)
        if (effect.kind == EffectKind::block || effect.kind == EffectKind::require ||
            effect.kind == EffectKind::handoff)
          return true;
    }
    return false;
  }
  void hand_over() {
    if (out_.queue.empty()) {
      pack_ = 0;
      out_.queue = default_queue()->names.first.text;
      out_.due = -1;
      out_.hold = false;
    }
    out_.verdict = 4;
    out_.final_text = true;
    out_.disclosures.clear();
    out_.say = waiting();
    if (out_.say->empty()) out_.say = last_resort(4, t_.language == "zh");
  }

  void tell(Draft& draft) {
    Reason& reason = draft.reason;
    if (!draft.fired.unknown) reason.because = filled(draft.rule->because, draft.whose, first_found(draft)).first;
    for (const Match& one : reason.matches) {
      const std::string found = masked(text(one.part), one.part, one.begin, one.end, untold_);
      if (std::find(reason.matched.begin(), reason.matched.end(), found) == reason.matched.end())
        reason.matched.push_back(found);
    }
    for (const auto& [path, known] : reason.facts) {
      const Fact& fact = *book_.fact_at(path);
      if (known && (!fact.type() || fact.type()->name == syntax::TypeName::text))
        reason.texts[path] = told(path, draft.whose);
    }
    out_.reasons[draft.fired] = reason;
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
