// Random packs and turns: conditions of every operator over facts of every type, values at each cut, one unit below and
// above, facts absent with a chance that the test sets.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/engine/decide/hand_made.h"
#include "tests/reference/twin.h"

namespace caveat::random_packs {

using hand_made::World;
using model::Constant;
using model::Expr;
using model::ExprPtr;
using model::Index;
using model::Op;
using model::TypeKind;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int roll(int sides) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(sides)); }
  bool chance(double p) { return static_cast<double>(engine_() >> 11) < p * 9007199254740992.0; }
  template <class T>
  const T& pick(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(roll(static_cast<int>(all.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

inline const std::vector<std::string> kWords = {"保本", "收益", "基金", "人工", "投诉", "利率"};
// What a fact says: words, and one in four spellings that are the same.
inline const std::vector<std::string> kLabels = {"保本", "收益", "App", "app", "ＡＰＰ", "ａPp", "apps"};
inline const std::vector<std::string> kGaps = {"保本…投诉", "基金……人工", "利率 … 收益"};
// Two engines read them, one by bytes: no piece but groups is repeated.
inline const std::vector<std::string> kPatterns = {"保本(和)?收益", "^基金", "利率。$", "(收益|利率)(。|和)(基金|人工)",
                                                   "投诉"};
inline const std::vector<std::string> kZones = {"Asia/Shanghai", "America/New_York", "Mars/Base"};
inline const std::vector<std::string> kNumbers = {"0", "1", "17", "18", "19", "64.5", "65", "65.01", "100", "149"};
inline const std::vector<std::string> kAmounts = {"0", "0.01", "9999.99", "10000", "10000.01", "50000", "123456789012"};

inline const std::vector<std::string> kTimes = {"2026-02-28T23:59:59+08:00", "2026-03-01T00:00:00+08:00",
                                                "2026-03-02T12:00:00+08:00", "2026-03-03T16:30:00Z",
                                                "2026-03-08T06:59:59Z",      "2026-03-08T07:00:00Z"};
// Around 18 and 65 years before the turns, on a leap day, after all of them.
inline const std::vector<std::string> kBirthdays = {"2008-02-28", "2008-02-29", "2008-03-01", "2008-03-02",
                                                    "2008-03-08", "1961-03-02", "2026-02-28", "2026-03-09"};

struct RandomWorld : World {
  struct Name {
    std::string group, name;
  };
  std::vector<Name> names;
  Index words = 0;

  // `plain`: nothing but conjunctions that ask of one kind and level, as rulebooks do: what the index scopes and settles.
  RandomWorld(Dice& dice, int rules, bool plain = false) {
    const Index risk = scale({{"R1"}, {"R2"}, {"R3"}, {"R4"}, {"R5"}});
    const Index kinds = choices({{"deposit"}, {"fund"}, {"loan"}});
    for (const std::string group : {"customer", "product", "action"}) {
      declare(group, "whole", type(TypeKind::integer));
      declare(group, "number", type(TypeKind::decimal));
      declare(group, "share", type(TypeKind::percent));
      model::Type money = type(TypeKind::money);
      money.currency = "CNY";
      declare(group, "amount", money);
      declare(group, "limit", money);
      declare(group, "open", type(TypeKind::money));  // of any currency
      declare(group, "flag", type(TypeKind::yes_no));
      declare(group, "day", type(TypeKind::date));
      declare(group, "born", type(TypeKind::date));
      declare(group, "seen", type(TypeKind::instant));
      model::Type level = type(TypeKind::scale);
      level.scale = risk;
      declare(group, "level", level);
      model::Type kind = type(TypeKind::choice);
      kind.choices = kinds;
      declare(group, "kind", kind);
      model::Type list = type(TypeKind::list);
      list.element = std::make_shared<const model::Type>(kind);
      declare(group, "kinds", list);
      declare(group, "label", type(TypeKind::text));
      declare(group, "opens", type(TypeKind::time_of_day));
      declare(group, "zone", type(TypeKind::time_zone));
    }
    sorted();
    for (model::Fact& fact : model.facts) {
      if (!fact.built_in && dice.chance(0.2)) fact.ask.zh = "请提供。";
    }
    queue("alpha", "甲", "A");
    queue("omega", "乙", "O");
    model.queues[1].priority = model::Priority::high;
    words = lexicon({"保本", "投诉"});
    // Summer time in New York begins at 07:00 UTC of the 8th; the calendar ends before the last turns.
    model.zones = {{"America/New_York", {{INT64_MIN, -300}, {parse_instant("2026-03-08T07:00:00Z").value(), -240}}},
                   {"Asia/Shanghai", {{INT64_MIN, 480}}}};
    model::Calendar calendar;
    calendar.names.first = "days";
    calendar.names.all = {"days"};
    calendar.pack = 0;
    calendar.from = parse_date("2026-02-20").value();
    calendar.to = parse_date("2026-03-03").value();
    for (Days day = calendar.from; day <= calendar.to; ++day) {
      calendar.days.push_back(static_cast<model::DayKind>(dice.roll(4)));
    }
    model.calendars.push_back(calendar);
    static const std::vector<std::vector<model::Subject>> kSubjects = {
        {model::Subject::answer},
        {model::Subject::recommendation},
        {model::Subject::action},
        {model::Subject::message},
        {model::Subject::answer, model::Subject::recommendation},
        {model::Subject::recommendation, model::Subject::action},
        {model::Subject::outreach},
        {model::Subject::outreach, model::Subject::recommendation},
        {model::Subject::material},
        {model::Subject::answer, model::Subject::material, model::Subject::outreach}};
    for (int i = 0; i < rules; ++i) {
      model::Rule& made = rule("r" + std::to_string(i), dice.pick(kSubjects),
                               plain ? conjunction(dice) : condition(dice, 3), {effect_at_random(dice)});
      if (dice.chance(plain ? 0.1 : 0.4)) made.unless = condition(dice, 2);
      if (dice.chance(0.2)) made.trust_inferred = true;
      if (dice.chance(0.15)) made.from = parse_date("2026-03-01").value() + dice.roll(4);
      if (dice.chance(0.15)) made.until = parse_date("2026-03-01").value() + dice.roll(4);
      if (dice.chance(0.2)) made.if_unknown = model::Rule::Unknown::pass;
      if (dice.chance(0.3)) {
        made.if_unknown = model::Rule::Unknown::effects;
        made.unknown_effects = {effect_at_random(dice)};
      }
    }
  }

  void declare(const std::string& group, const std::string& name, model::Type made) {
    fact(group, name, std::move(made));
    names.push_back({group, name});
  }

  model::Effect effect_at_random(Dice& dice) {
    switch (dice.roll(4)) {
      case 0:
        return effect(model::EffectKind::block);
      case 1: {
        model::Effect flag = effect(model::EffectKind::flag);
        flag.name = "f" + std::to_string(dice.roll(3));
        return flag;
      }
      case 2: {
        model::Effect require = effect(model::EffectKind::require);
        require.fact = find("customer", "label");
        return require;
      }
      default: {
        model::Effect hand = hand_off(static_cast<Index>(dice.roll(3)));
        if (dice.chance(0.5)) hand.priority = static_cast<model::Priority>(dice.roll(4));
        return hand;
      }
    }
  }

  static std::string any_text(Dice& dice) {
    return dice.pick(std::vector<std::string>{"answer", "answer", "message", "outreach", "material"});
  }
  ExprPtr any_fact(Dice& dice, const std::vector<std::string>& of) {
    return read(dice.pick(std::vector<std::string>{"customer", "customer", "product", "action"}), dice.pick(of));
  }
  ExprPtr constant_for(Dice& dice, const ExprPtr& like) {
    Constant constant;
    switch (like->type.kind) {
      case TypeKind::integer:
        constant.number = Decimal::parse(dice.pick(std::vector<std::string>{"0", "18", "65", "100"})).value();
        break;
      case TypeKind::money: {
        constant.number = Decimal::parse(dice.pick(kAmounts)).value();
        constant.text = "CNY";
        model::Type money = like->type;
        money.currency = "CNY";
        return literal(money, constant);
      }
      case TypeKind::date:
        constant.number = Decimal(std::int64_t{parse_date("2026-03-01").value()} + dice.roll(3) - 1);
        break;
      case TypeKind::yes_no:
        constant.yes = dice.chance(0.5);
        break;
      case TypeKind::scale:
        constant.level = static_cast<Index>(dice.roll(5));
        break;
      case TypeKind::choice:
        constant.level = static_cast<Index>(dice.roll(3));
        break;
      case TypeKind::text:
        constant.text = dice.pick(kLabels);
        break;
      default:
        constant.number = Decimal::parse(dice.pick(kNumbers)).value();
    }
    return literal(like->type, constant);
  }
  // Every pair of kinds that an operator takes, one within another: a scale of a result shows only where kinds differ.
  ExprPtr arithmetic(Dice& dice) {
    return reckoned(dice, dice.pick(std::vector<std::string>{"number", "share", "amount"}), 2);
  }
  ExprPtr reckoned(Dice& dice, const std::string& kind, int depth) {
    if (depth == 0 || (depth == 1 && dice.chance(0.6))) {
      return any_fact(dice, kind == "amount"   ? std::vector<std::string>{"amount", "limit"}
                            : kind == "number" ? std::vector<std::string>{"number", "whole"}
                                               : std::vector<std::string>{kind});
    }
    const auto made = [&](Op op, const std::string& a, const std::string& b) {
      auto copy = std::make_shared<Expr>(*over(op, {reckoned(dice, a, depth - 1), reckoned(dice, b, depth - 1)}));
      copy->type = read("customer", kind)->type;
      return ExprPtr(copy);
    };
    if (kind == "number" && dice.chance(0.5)) {
      const std::string of = dice.pick(std::vector<std::string>{"share", "amount"});
      return made(Op::div, of, of);
    }
    switch (dice.roll(kind == "share" ? 7 : 6)) {
      case 0:
        return made(Op::add, kind, kind);
      case 1:
        return made(Op::sub, kind, kind);
      case 2:
        return made(Op::mul, kind, "number");
      case 3:
        return made(Op::mul, "number", kind);
      case 4:
        return made(Op::div, kind, "number");
      case 5:
        return made(Op::share_of, "share", kind);
      default: {
        const std::string of = dice.pick(std::vector<std::string>{"number", "share", "amount"});
        return made(Op::as_percent_of, of, of);
      }
    }
  }

  static ExprPtr working_days(Dice& dice) {
    Constant span;
    span.duration.working_days = dice.roll(3) + 1;
    return literal(type(TypeKind::duration), span);
  }

  ExprPtr leaf(Dice& dice) {
    static const std::vector<std::string> kOrdered = {"whole", "number", "share", "amount", "open", "level", "day"};
    static const std::vector<std::string> kEqual = {"whole", "number", "amount", "open", "level",
                                                    "kind",  "flag",   "day",    "label"};
    switch (dice.roll(22)) {
      case 0:
      case 1:
      case 2: {
        const ExprPtr fact = any_fact(dice, kOrdered), constant = constant_for(dice, fact);
        const Op op = dice.chance(0.5) ? Op::lt : Op::le;
        return dice.chance(0.5) ? over(op, {fact, constant}) : over(op, {constant, fact});
      }
      case 3: {
        const ExprPtr fact = any_fact(dice, kEqual), constant = constant_for(dice, fact);
        return dice.chance(0.7) ? over(Op::eq, {fact, constant}) : over(Op::eq, {constant, fact});
      }
      case 4: {
        const std::string name = dice.pick(kOrdered);
        const Op op = dice.pick(std::vector<Op>{Op::lt, Op::le, Op::eq});
        return over(op, {any_fact(dice, {name}), any_fact(dice, {name})});
      }
      case 5: {
        auto set = std::make_shared<Expr>(*over(Op::in_set, {any_fact(dice, kEqual)}));
        for (int i = dice.roll(3) + 1; i > 0; --i) set->set.push_back(constant_for(dice, set->args[0])->constant);
        return set;
      }
      case 6: {
        const ExprPtr known = over(Op::known, {any_fact(dice, kEqual)});
        return dice.chance(0.5) ? known : over(Op::not_, {known});
      }
      case 7:
        return over(Op::truth, {any_fact(dice, {"flag"})});
      case 8: {
        auto has = std::make_shared<Expr>(
            *over(dice.chance(0.6) ? Op::text_has : Op::text_has_all, {read(any_text(dice), "text")}));
        if (has->op == Op::text_has && dice.chance(0.2)) {
          has->args.push_back(any_fact(dice, {"label"}));
        } else if (dice.chance(0.3)) {
          has->lexicon = words;
        } else {
          for (int i = dice.roll(2) + 1; i > 0; --i)
            has->phrases.push_back(dice.pick(dice.chance(0.2) ? kGaps : kWords));
        }
        return has;
      }
      case 9: {
        const Op op = dice.pick(std::vector<Op>{Op::list_has, Op::list_has_any, Op::list_has_all, Op::list_empty});
        auto list = std::make_shared<Expr>(*over(op, {any_fact(dice, {"kinds"})}));
        const ExprPtr kind = read("customer", "kind");
        if (op != Op::list_empty) {
          if (op == Op::list_has && dice.chance(0.5)) {
            list->args.push_back(any_fact(dice, {"kind"}));
            return list;
          }
          for (int i = op == Op::list_has ? 1 : dice.roll(2) + 1; i > 0; --i)
            list->set.push_back(constant_for(dice, kind)->constant);
        }
        return list;
      }
      case 10: {
        const Op op = dice.pick(std::vector<Op>{Op::past_more, Op::past_at_least, Op::within_past, Op::within_future});
        Constant span;
        if (dice.chance(0.4)) {
          auto counted = std::make_shared<Expr>(*over(op, {any_fact(dice, {"day"}), working_days(dice)}));
          counted->calendar = 0;
          return counted;
        }
        if (dice.chance(0.5)) {
          span.duration.months = 1;
        } else {
          span.duration.seconds = 86'400 * dice.roll(3);
        }
        return over(op, {any_fact(dice, {"day"}), literal(type(TypeKind::duration), span)});
      }
      case 11: {
        auto today = std::make_shared<Expr>();
        today->op = Op::today;
        today->type = type(TypeKind::date);
        return over(dice.chance(0.5) ? Op::lt : Op::le, {any_fact(dice, {"day"}), today});
      }
      case 16: {
        auto claims = std::make_shared<Expr>(*over(Op::claims, {read(any_text(dice), "text")}));
        if (dice.chance(0.3)) {
          claims->lexicon = words;
        } else {
          for (int i = dice.roll(2) + 1; i > 0; --i) claims->phrases.push_back(dice.pick(kWords));
        }
        return claims;
      }
      case 12: {
        auto matches = std::make_shared<Expr>(*over(Op::matches, {read(any_text(dice), "text")}));
        matches->pattern = dice.pick(kPatterns);
        return matches;
      }
      case 13: {
        auto date =
            std::make_shared<Expr>(*over(dice.chance(0.5) ? Op::weekday : Op::working_day, {any_fact(dice, {"day"})}));
        date->count = 2 * (dice.roll(126) + 1);
        date->calendar = 0;
        return date;
      }
      case 14: {  // day ± working days, held against today
        auto moved = std::make_shared<Expr>(
            *over(dice.chance(0.5) ? Op::add : Op::sub, {any_fact(dice, {"day"}), working_days(dice)}));
        moved->type = type(TypeKind::date);
        moved->calendar = 0;
        auto today = std::make_shared<Expr>();
        today->op = Op::today;
        today->type = type(TypeKind::date);
        return over(dice.chance(0.5) ? Op::lt : Op::le, {moved, today});
      }
      case 15: {
        auto clock = std::make_shared<Expr>();
        clock->op = Op::clock;
        clock->type = type(TypeKind::time_of_day);
        if (dice.chance(0.7)) {
          Constant zone;
          zone.text = dice.pick(std::vector<std::string>{kZones[0], kZones[1]});
          clock->args = {dice.chance(0.5) ? any_fact(dice, {"zone"}) : literal(type(TypeKind::time_zone), zone)};
        }
        Constant time;
        time.number = Decimal(std::int64_t{3600} * dice.pick(std::vector<int>{0, 1, 3, 12, 22, 24}));
        const ExprPtr bound = dice.chance(0.5) ? any_fact(dice, {"opens"}) : literal(type(TypeKind::time_of_day), time);
        return dice.chance(0.5) ? over(Op::le, {bound, clock}) : over(Op::lt, {clock, bound});
      }
      case 19: {
        const ExprPtr what = dice.chance(0.5) ? arithmetic(dice) : any_fact(dice, {"number", "share", "amount"});
        const int places = dice.roll(3);
        auto rounded = std::make_shared<Expr>(
            *over(Op::rounded, {what, number(read("customer", "whole"), std::to_string(places))}));
        rounded->count = places;
        rounded->type = what->type;
        return over(dice.pick(std::vector<Op>{Op::lt, Op::le, Op::eq}), {rounded, constant_for(dice, what)});
      }
      case 20: {
        auto years = std::make_shared<Expr>(*over(Op::full_years, {any_fact(dice, {"born"})}));
        years->type = type(TypeKind::integer);
        return over(dice.pick(std::vector<Op>{Op::lt, Op::le, Op::eq}), {years, constant_for(dice, years)});
      }
      case 21: {
        auto now = std::make_shared<Expr>();
        now->op = Op::now;
        now->type = type(TypeKind::instant);
        return over(dice.pick(std::vector<Op>{Op::lt, Op::le, Op::eq}), {any_fact(dice, {"seen"}), now});
      }
      default: {
        const ExprPtr value = arithmetic(dice);
        const Op op = dice.pick(std::vector<Op>{Op::lt, Op::le, Op::eq});
        return over(op, {value, constant_for(dice, value)});
      }
    }
  }

  ExprPtr conjunction(Dice& dice) {
    const std::string group = dice.pick(std::vector<std::string>{"customer", "customer", "product", "action"});
    std::vector<ExprPtr> members;
    for (const std::string name : {"kind", "level"}) {
      if (!dice.chance(0.7)) continue;
      const ExprPtr fact = read(group, name);
      members.push_back(over(Op::eq, {fact, constant_for(dice, fact)}));
    }
    for (int i = dice.roll(3) + 1; i > 0; --i) {
      ExprPtr one = key_test(dice);
      members.push_back(dice.chance(0.25) ? over(Op::not_, {one}) : one);
    }
    return over(Op::and_, members);
  }
  // A leaf that asks keys alone: a fact against constants, against another fact, a list against symbols.
  ExprPtr key_test(Dice& dice) {
    static const std::vector<std::string> kOrdered = {"whole", "number", "share", "amount", "level", "day"};
    switch (dice.roll(4)) {
      case 0: {
        const std::string name = dice.pick(kOrdered);
        return over(dice.pick(std::vector<Op>{Op::lt, Op::le, Op::eq}),
                    {any_fact(dice, {name}), any_fact(dice, {name})});
      }
      case 1: {
        auto list = std::make_shared<Expr>(
            *over(dice.pick(std::vector<Op>{Op::list_has_any, Op::list_has_all}), {any_fact(dice, {"kinds"})}));
        for (int i = dice.roll(2) + 1; i > 0; --i)
          list->set.push_back(constant_for(dice, read("customer", "kind"))->constant);
        return list;
      }
      case 2: {
        auto set = std::make_shared<Expr>(
            *over(Op::in_set, {any_fact(dice, {"whole", "amount", "level", "kind", "flag", "day"})}));
        for (int i = dice.roll(3) + 1; i > 0; --i) set->set.push_back(constant_for(dice, set->args[0])->constant);
        return set;
      }
      default: {
        const ExprPtr fact = any_fact(dice, kOrdered), constant = constant_for(dice, fact);
        const Op op = dice.chance(0.5) ? Op::lt : Op::le;
        return dice.chance(0.5) ? over(op, {fact, constant}) : over(op, {constant, fact});
      }
    }
  }

  ExprPtr condition(Dice& dice, int depth) {
    if (depth == 0 || dice.chance(0.3))
      return dice.chance(0.02) ? over(dice.chance(0.5) ? Op::always : Op::never, {}) : leaf(dice);
    switch (dice.roll(6)) {
      case 0:
        return over(Op::not_, {condition(dice, depth - 1)});
      case 1: {
        std::vector<ExprPtr> members;
        for (int i = dice.roll(3) + 2; i > 0; --i) members.push_back(condition(dice, depth - 1));
        const int wanted = dice.roll(static_cast<int>(members.size())) + 1;
        return over(Op::at_least, std::move(members), wanted);
      }
      default: {
        std::vector<ExprPtr> members;
        for (int i = dice.roll(3) + 2; i > 0; --i) members.push_back(condition(dice, depth - 1));
        return over(dice.chance(0.5) ? Op::and_ : Op::or_, std::move(members));
      }
    }
  }
};

// One turn, as the twin reads it and as a caller would send it.
struct RandomTurn {
  twin::Turn told;
  hand_made::Turn sent;
  std::string inferred;  // paths, one a line

  RandomTurn(const RandomWorld& world, Dice& dice, double absent) {
    const std::string at = dice.pick(kTimes);
    sent.fields.set_text(sent.fields.child(0, "at"), at);
    told.at = parse_instant(at).value();
    const int kind = dice.roll(6);  // an outreach, a material, else a turn of a conversation
    told.has_outreach = kind == 0;
    told.has_material = kind == 1;
    if (told.has_outreach) outreach(world, dice, absent);
    if (told.has_material) material(world, dice, absent);
    if (kind > 1) {
      if (!dice.chance(0.2)) {
        told.has_answer = true;
        text(world, dice, "answer", absent);
      }
      if (dice.chance(0.6)) {
        told.has_message = true;
        text(world, dice, "message", absent);
      }
      facts(world, dice, "customer", told.facts, sent.object("customer"), "/customer", absent);
    }
    if (!told.has_material && dice.chance(0.7)) {
      told.has_recommendation = true;
      const int products = dice.roll(3);
      if (products == 0) sent.list("products", sent.object("recommendation"));
      for (int i = 0; i < products; ++i) {
        const std::uint32_t object = sent.product("p" + std::to_string(i));
        twin::Facts& own = told.products.emplace_back();
        own[world.find("product", "id")].text = "p" + std::to_string(i);
        facts(world, dice, "product", own, object, "/recommendation/products/" + std::to_string(i), absent);
      }
    }
    if (!told.has_material && dice.chance(0.5)) {
      const std::uint32_t actions = sent.list("actions");
      for (int i = dice.roll(2) + 1; i > 0; --i) {
        const std::uint32_t object = sent.fields.add(actions, "", decide::Fields::Kind::object);
        sent.text("name", "transfer", object);
        const std::string path = "/actions/" + std::to_string(told.actions.size());
        twin::Facts& own = told.actions.emplace_back();
        own[world.find("action", "name")].text = "transfer";
        facts(world, dice, "action", own, object, path, absent);
      }
    }
    if (!paths_.empty()) {
      const std::uint32_t list = sent.list("provenance");
      for (const std::string& path : paths_) {
        const std::uint32_t entry = sent.fields.add(list, "", decide::Fields::Kind::object);
        sent.text("path", path, entry).text("quality", "inferred", entry);
      }
    }
  }

 private:
  std::vector<std::string> paths_;

  void outreach(const RandomWorld& world, Dice& dice, double absent) {
    text(world, dice, "outreach", absent);
    const std::uint32_t list = sent.list("recipients", sent.object("outreach"));
    for (int i = 0, count = dice.roll(3) + 1; i < count; ++i) {
      const std::uint32_t object = sent.fields.add(list, "", decide::Fields::Kind::object);
      const std::string id = "r" + std::to_string(i);
      sent.text("id", id, object);
      twin::Facts& own = told.recipients.emplace_back();
      own[world.find("customer", "id")].text = id;
      facts(world, dice, "customer", own, object, "/outreach/recipients/" + std::to_string(i), absent);
    }
  }
  void material(const RandomWorld& world, Dice& dice, double absent) {
    text(world, dice, "material", absent);
    if (!dice.chance(0.5)) return;
    const std::uint32_t object = sent.object("product", sent.object("material"));
    sent.text("id", "p0", object);
    twin::Facts& own = told.products.emplace_back();
    own[world.find("product", "id")].text = "p0";
    facts(world, dice, "product", own, object, "/material/product", absent);
  }

  void text(const RandomWorld& world, Dice& dice, const std::string& part, double absent) {
    const std::uint32_t object = sent.object(part);
    if (dice.chance(absent)) return;
    // Clause by clause: 不 denies what follows in its clause, 吗？ asks after all of it.
    twin::Given given;
    std::string& said = given.text;
    if (dice.chance(0.2)) {
      said = "是的。";
      given.assents = true;
    }
    std::vector<std::pair<std::string, bool>> clause;  // word, denied
    bool denied = false;
    const auto end = [&](bool asks) {
      if (asks) given.asked.clear();
      for (const auto& [word, no] : clause) {
        if (!asks) (no ? given.denied : given.claimed).insert(word);
        if (asks && !no) given.asked.insert(word);
      }
      clause.clear();
      denied = false;
    };
    for (int i = dice.roll(4); i >= 0; --i) {
      if (dice.chance(0.25)) {
        said += "不";
        denied = !denied;
      }
      const std::string& word = dice.pick(kWords);
      said += word;
      clause.emplace_back(word, denied);
      const int stop = i == 0 ? dice.roll(2) : dice.roll(4);
      said += stop == 0 ? "。" : stop == 1 ? "吗？" : "和";
      if (stop < 2) end(stop == 1);
    }
    sent.text("text", said, object);
    told.facts[world.find(part, "text")] = given;
  }

  void facts(const RandomWorld& world, Dice& dice, const std::string& group, twin::Facts& own, std::uint32_t object,
             const std::string& path, double absent) {
    for (const RandomWorld::Name& name : world.names) {
      if (name.group != group || dice.chance(absent)) continue;
      const Index index = world.find(group, name.name);
      twin::Given given;
      const std::vector<std::string> levels = {"R1", "R2", "R3", "R4", "R5"}, kinds = {"deposit", "fund", "loan"};
      switch (world.model.facts[index].type.kind) {
        case TypeKind::integer:
          given.number =
              dice.pick(std::vector<std::string>{"0", "17", "18", "19", "64", "65", "66", "99", "100", "101"});
          sent.number(name.name, given.number, object);
          break;
        case TypeKind::decimal:
          given.number = dice.pick(kNumbers);
          sent.number(name.name, given.number, object);
          break;
        case TypeKind::percent:
          given.number = dice.pick(kNumbers);
          sent.text(name.name, given.number + " %", object);
          break;
        case TypeKind::money:
          given.number = dice.pick(kAmounts);
          given.currency = name.name == "open" && dice.chance(0.3) ? "USD" : "CNY";
          sent.text(name.name, given.number + " " + given.currency, object);
          break;
        case TypeKind::yes_no:
          given.number = dice.chance(0.5) ? "1" : "0";
          sent.yes(name.name, given.number == "1", object);
          break;
        case TypeKind::instant: {
          const std::string seen = dice.pick(kTimes);
          given.number = std::to_string(parse_instant(seen).value());
          sent.text(name.name, seen, object);
          break;
        }
        case TypeKind::date:
          if (name.name == "born") {
            given.date = parse_date(dice.pick(kBirthdays)).value();
            sent.text(name.name, format_date(*given.date), object);
            break;
          }
          given.date = parse_date("2026-03-01").value() + dice.roll(5) - 2 - (dice.chance(0.3) ? 28 : 0);
          sent.text(name.name, format_date(*given.date), object);
          break;
        case TypeKind::scale:
          given.number = std::to_string(dice.roll(5));
          sent.text(name.name, levels[static_cast<std::size_t>(given.number[0] - '0')], object);
          break;
        case TypeKind::choice:
          given.number = std::to_string(dice.roll(3));
          sent.text(name.name, kinds[static_cast<std::size_t>(given.number[0] - '0')], object);
          break;
        case TypeKind::time_of_day:
          given.number = std::to_string(3600 * (10 + dice.roll(14)));
          sent.text(name.name, std::to_string(std::stoi(given.number) / 3600) + ":00", object);
          break;
        case TypeKind::time_zone:
          given.text = dice.pick(kZones);
          sent.text(name.name, given.text, object);
          break;
        case TypeKind::list: {
          const std::uint32_t list = sent.list(name.name, object);
          for (int i = dice.roll(3); i > 0; --i) {
            given.elements.push_back(dice.roll(3));
            const std::uint32_t element = sent.fields.add(list, "", decide::Fields::Kind::text);
            sent.fields.set_text(element, kinds[static_cast<std::size_t>(given.elements.back())]);
          }
          break;
        }
        default:
          given.text = dice.pick(kLabels);
          sent.text(name.name, given.text, object);
      }
      if (dice.chance(0.05)) {
        given.inferred = true;
        paths_.push_back(path + "/" + name.name);
      }
      own[index] = given;
    }
  }
};

}  // namespace caveat::random_packs
