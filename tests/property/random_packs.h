// Random packs, as texts: conditions of every operator over facts of every type, in either phrasing and in whatever spelling and
// unit; names that another pack declares too, defines within defines, further names. The product compiles the text, its twin reads
// the tree of the same text.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/check.h"
#include "engine/program/build.h"
#include "engine/syntax/parse.h"
#include "tests/property/random_conditions.h"
#include "tests/reference/twin.h"

namespace caveat::random_packs {

// The zones that the packs and turns name; summer time in New York begins at 07:00 UTC of the 8th.
class TwoZones final : public model::ZoneBook {
 public:
  std::vector<std::string> names() const override { return {"America/New_York", "Asia/Shanghai"}; }
  std::optional<std::vector<model::Transition>> find(std::string_view name) const override {
    if (name == "Asia/Shanghai") return std::vector<model::Transition>{{INT64_MIN, 480}};
    if (name != "America/New_York") return std::nullopt;
    return std::vector<model::Transition>{{INT64_MIN, -300}, {1'772'953'200'000'000, -240}};
  }
};
inline twin::Zones two_zones() {
  return {{"Asia/Shanghai", {{INT64_MIN, 480}}},
          {"America/New_York", {{INT64_MIN, -300}, {twin::instant_of("2026-03-08T07:00:00Z"), -240}}}};
}

struct Name {
  std::string group, name;
  std::string set = {};  // the reference set that tells it
};

// Files of packs, parsed, checked and built as the loader would.
using Texts = std::vector<std::pair<std::string, std::string>>;  // the pack's folder, a file's text
using Trees = std::deque<syntax::ParseResult>;
struct Compiled {
  Sources sources;
  Trees trees;
  std::unique_ptr<twin::Book> book;
  std::unique_ptr<const model::Model> model;
  std::unique_ptr<const model::References> references;
  std::shared_ptr<const program::Program> program;
  std::string wrong;  // every mistake in it
};
// `tree` and `checked` change what the product goes on with, after its parser and after its checks; the twin reads the honest tree.
inline Compiled compile(const Texts& texts, const std::function<void(Trees&)>& tree = {},
                        const std::function<void(model::Model&)>& checked = {}) {
  Compiled out;
  for (const auto& [folder, text] : texts) out.sources.emplace_back(folder + "/pack.cav", text);
  const auto parsed = [&] {
    Trees trees;
    for (SourceId id = 0; id < out.sources.size(); ++id) trees.push_back(syntax::parse(out.sources, id, Limits{}));
    return trees;
  };
  const auto by_pack = [&](const Trees& trees, const auto& add) {
    for (std::size_t i = 0; i < trees.size(); ++i) add(texts[i].first, &trees[i].file);
  };
  out.trees = parsed();
  Trees planted;
  if (tree) tree(planted = parsed());
  std::map<std::string, std::vector<const syntax::File*>> honest;
  std::map<std::string, model::PackFiles> packs;
  by_pack(out.trees, [&](const std::string& pack, const syntax::File* file) { honest[pack].push_back(file); });
  by_pack(tree ? planted : out.trees, [&](const std::string& pack, const syntax::File* file) {
    packs[pack].folder = pack;
    packs[pack].files.push_back(file);
  });
  std::vector<std::vector<const syntax::File*>> files;
  std::vector<model::PackFiles> all;
  for (auto& [name, one] : honest) files.push_back(one);
  for (auto& [name, one] : packs) all.push_back(one);
  std::vector<Diagnostic> told;
  for (const syntax::ParseResult& one : out.trees)
    told.insert(told.end(), one.diagnostics.begin(), one.diagnostics.end());
  model::CheckResult result = model::check(out.sources, all, Limits{}, TwoZones());
  told.insert(told.end(), result.diagnostics.begin(), result.diagnostics.end());
  for (const Diagnostic& one : told)
    if (one.severity == Severity::error) out.wrong += render(one, out.sources) + "\n";
  if (!out.wrong.empty() || !result.model) return out;
  out.references = std::move(result.references);
  auto changed = std::make_unique<model::Model>(*result.model);
  if (checked) checked(*changed);
  out.book = std::make_unique<twin::Book>(files, two_zones());
  program::BuildResult built = program::build(*changed, Limits{});
  for (const Diagnostic& one : built.diagnostics)
    if (one.severity == Severity::error) out.wrong += render(one, out.sources) + "\n";
  out.model = std::move(changed);
  out.program = built.program;
  return out;
}

class RandomWorld : private RandomConditions {
 public:
  std::vector<Name> names;                  // the facts of every group
  std::vector<std::string> declarations;    // of cn.rules, behind its heading
  std::map<std::string, std::string> keys;  // of each reference set: the fact that its rows are found by

  // `plain`: nothing but conjunctions that ask of one kind and level, as rulebooks do: what the index scopes and settles.
  RandomWorld(Dice& dice, int rules, bool plain = false, bool sets = false) : RandomConditions(dice) {
    if (sets) choose_sets();
    base();
    heading_ =
        "pack cn.rules also 规则集\n  jurisdiction CN\n  time zone \"" +
        dice.one({"Asia/Shanghai", "Asia/Shanghai", "America/New_York"}) + "\"\n" +
        (dice.chance(0.5) ? "  default queue desk\n" : "") +
        (dice.chance(0.2) ? "  " + dice.one({"default if unknown", "默认 若不明"}) + " " + effect() + "\n" : "") +
        "use cn.base\n";
    own_ = true;
    // Its own names go before those of cn.base, and one that nobody uses is not seen at all.
    declarations.push_back(
        "facts 客户\n  whole also 整数乙 integer 0..150 counted in years old\n  extra also 附加 decimal\n");
    for (const char* name : {"extra", "apart"}) names.push_back({"customer", name});
    declarations.push_back("source own_law also 细则 is \"细则\" article 2\n  in force from " +
                           pen_.date(dice.pick(kDays)) + "\n" +
                           (dice.chance(0.5) ? "  in force until 2026-03-03\n" : ""));
    declarations.push_back("lexicon more_words is \"收益\", \"利率\"\n");
    declarations.push_back(define("sum_number", value("number", 2).text));
    for (const char* name : {"shared_here", "own"}) declarations.push_back(define(name, condition(2, where())));
    defined_ = true;
    declarations.push_back("parameter own_amount also 限额 " + pen_.money("50000").text + "\n");
    for (int i = 0; i < rules; ++i) declarations.push_back(rule("r" + std::to_string(i), plain));
  }

  Texts texts() const {
    std::string own = heading_;
    for (const std::string& one : declarations) own += one;
    return {{"apart", apart()}, {"base", base_}, {"rules", own}};
  }
  const std::string& text_of_rule(const std::string& id) const {
    static const std::string kNone;
    const std::string name = id.substr(id.find('/') + 1);
    for (const std::string& one : declarations)
      for (const char* head : {"rule ", "规则 "})
        if (one.starts_with(head + name + "\n") || one.starts_with(head + name + " ")) return one;
    return kNone;
  }
  // What no twin reads: for a topic, say.
  std::string any_condition() { return condition(3, where()); }

 private:
  // ---- declarations

  void choose_sets() {
    static const std::vector<std::string> kOf = {"kind", "level", "label", "whole"};
    for (const char* group : {"action", "customer", "product"}) keys[group] = dice_.pick(kOf);
  }
  std::string heading(const char* en, const char* zh, const std::string& rest) {
    return std::string(dice_.chance(0.5) ? en : zh) + " " + rest;
  }
  std::string define(const std::string& name, const std::string& meaning) {
    return dice_.chance(0.5) ? "define " + name + " as " + meaning + "\n" : "定义 " + name + " 为 " + meaning + "\n";
  }
  static std::string apart() {
    return "pack cn.apart\n  jurisdiction CN\n  time zone \"Asia/Shanghai\"\n  default queue lost\nqueue lost\n"
           "facts 客户\n  apart yes/no\n"
           "define shared as customer.apart is yes\ndefine own as customer.apart is no\nlexicon words is \"人工\"\n"
           "parameter limit_amount 1 CNY\ncalendar days covers 2026-01-01 .. 2026-12-31\n"
           "rule apart cites own_law applies to message when customer.apart then flag apart if unknown pass\n"
           "source own_law is \"别的\" article 9\n";
  }
  void base() {
    base_ = "pack cn.base also 基础\n  jurisdiction CN\n  time zone \"Asia/Shanghai\"\n  default queue desk\n";
    base_ += "source base_law also 母法 is \"母法\" article 1\n";
    base_ += heading("scale", "分级", "risk is R1 = C1 < R2 also C2 < R3 = 稳健 < R4 = C4 < R5 = C5\n");
    for (const char* group : {"customer", "product", "action", "answer", "message"}) {
      base_ +=
          heading("facts", "事实", std::string(group) + (std::string(group) == "customer" ? " also 顾客" : "") + "\n");
      for (const FactKind& kind : fact_kinds()) {
        if (!of_texts(group, kind.name)) continue;
        const bool list = std::string(kind.name) == "kinds", customer = std::string(group) == "customer";
        const bool from_set = keys.contains(group) && !list && keys.at(group) != kind.name &&
                              !(customer && std::string(kind.name) == "whole") && dice_.chance(0.6);
        const bool asked = dice_.chance(0.2) || (customer && std::string(kind.name) == "label");
        std::string line = std::string("  ") + kind.name + " also " + kind.zh + " " + kind.type;
        if (dice_.chance(0.1) && !(customer && std::string(kind.name) == "whole"))
          line += dice_.one({", assessed", "，经评估"});
        if (asked) line += dice_.one({", ask zh \"请提供。\"", "，询问 “请提供。”"});
        if (from_set) line += std::string(", from set_") + group;
        base_ += line + "\n";
        names.push_back({group, kind.name, from_set ? std::string("set_") + group : std::string()});
      }
    }
    for (const auto& [group, key] : keys) base_ += "data set_" + group + " keyed by " + path(group, key) + "\n";
    base_ += "lexicon words also 词语 is \"保本\", \"投诉\"\n";
    base_ +=
        "queue desk\n  say zh \"请稍候。\"\n队列 alpha\n  提示 “甲”\nqueue omega also 乙\n  priority high\n  due 10 "
        "minutes\n";
    // Its days end before the last turns.
    base_ += "calendar days also 日历 covers 2026-02-20 .. 2026-03-03\n";
    if (dice_.chance(0.5)) base_ += "  working days Monday .. Thursday\n";
    const int closed = dice_.roll(4), opened = dice_.roll(3);
    if (closed > 0)
      base_ += "  放假 2026-03-0" + std::to_string(closed == 3 ? 3 : 1) + (closed == 2 ? " 至 2026-03-02" : "") + "\n";
    if (opened > 0) base_ += "  open 2026-02-28\n";
    base_ += "parameter old also 老年 65, between 60 and 65, lower is stricter\n";
    base_ += "parameter some also 些许 " + pen_.percent("18").text + "\n";
    base_ += "参数 limit_amount also 基础限额 1万元\n";
    base_ += "parameter grace also 宽限 " + pen_.days(2) +
             "\nparameter answer_time 7 minutes\nparameter two 2\nparameter always_on yes\n";
    base_ += define("shared", condition(2, where())) + define("common also 共同", condition(1, where()));
    base_ += define("deeper", pen_.brackets(condition(1, where())) + " and " + dice_.one({"common", "共同"}));
    base_ += define("sum_amount also 总额", value("amount", 2).text) + define("its_level", path("customer", "level"));
    base_ += rule("b0", false) + rule("b1", false);
  }

  std::string effect() {
    switch (dice_.roll(4)) {
      case 0:
        return dice_.one({"block", "拦截"});
      case 1:
        return dice_.one({"flag", "标记"}) + " f" + std::to_string(dice_.roll(3));
      case 2:
        return dice_.one({"require", "要求"}) + " " + path("customer", "label");
      default: {
        const std::string queue = dice_.one({"desk", "alpha", "omega", "乙", "cn.base.alpha"});
        static const std::vector<std::pair<std::string, std::string>> kPriorities = {
            {"urgent", "紧急"}, {"high", "高"}, {"normal", "普通"}, {"low", "低"}};
        std::string out = dice_.one({"hand off to ", "转人工 至 "}) + queue;
        if (dice_.chance(0.5)) {
          const auto& [en, zh] = dice_.pick(kPriorities);
          out += dice_.chance(0.5) ? ", priority " + en : "，优先级 " + zh;
        }
        if (dice_.chance(0.3)) {
          const std::string within =
              dice_.one({"5 minutes", "600 seconds", "10分钟", "0.25小时", "1 hour", "answer_time"});
          out += dice_.chance(0.5) ? ", within " + within : "，" + within + " 内";
        }
        return out;
      }
    }
  }

  std::string rule(const std::string& name, bool plain) {
    static const std::vector<std::vector<std::pair<std::string, std::string>>> kSubjects = {
        {{"answer", "回答"}},
        {{"recommendation", "推荐"}},
        {{"action", "操作"}},
        {{"message", "消息"}},
        {{"answer", "回答"}, {"recommendation", "推荐"}},
        {{"recommendation", "推荐"}, {"action", "操作"}},
        {{"outreach", "触达"}},
        {{"outreach", "外联"}, {"recommendation", "推荐"}},
        {{"material", "素材"}},
        {{"answer", "回答"}, {"material", "素材"}, {"outreach", "触达"}}};
    const auto& subjects = dice_.pick(kSubjects);
    const auto on = [&](const std::string& subject) {
      return std::any_of(subjects.begin(), subjects.end(), [&](const auto& one) { return one.first == subject; });
    };
    // An outreach and a material stand alone in a turn, so what else such a rule may read is little.
    const bool alone = on("outreach") || on("material");
    std::vector<std::string> texts = {"material"};
    if (!alone) texts.insert(texts.end(), {"answer", "answer", "message", "message"});
    if (!on("answer") && !on("message") && !on("material") && (on("outreach") || dice_.chance(0.1)))
      texts = {"outreach", "outreach", "outreach", "material"};
    const bool outreach = texts.front() == "outreach";
    const Where at =
        where(alone || outreach ? std::vector<std::string>{} : std::vector<std::string>{"answer", "message"}, texts);
    std::vector<std::string> words;
    const bool zh = dice_.chance(0.5);
    for (const auto& [english, chinese] : subjects) words.push_back(dice_.chance(0.5) ? english : chinese);
    std::string out = (zh ? "规则 " : "rule ") + name + (dice_.chance(0.2) ? " also 规则" + name : "") + "\n";
    out += dice_.one({"  cites ", "  依据 "}) +
           (own_ && dice_.chance(0.3) ? dice_.one({"own_law", "细则", "own_law, 母法"})
                                      : dice_.one({"base_law", "母法"})) +
           "\n";
    out += dice_.one({"  applies to ", "  适用于 "}) + pen_.list(words) + "\n";
    if (dice_.chance(0.15)) {
      const std::string day = pen_.date("2026-03-0" + std::to_string(1 + dice_.roll(3)));
      out += zh ? "  自 " + day + " 起\n" : "  from " + day + "\n";
    }
    if (dice_.chance(0.15)) {
      const std::string day = pen_.date("2026-03-0" + std::to_string(3 + dice_.roll(2)));
      out += zh ? "  至 " + day + " 止\n" : "  until " + day + "\n";
    }
    out += dice_.one({"  when ", "  当 ", "  若 "}) + (plain ? conjunction() : condition(3, at)) + "\n";
    if (dice_.chance(plain ? 0.1 : 0.4)) out += dice_.one({"  unless ", "  除非 "}) + condition(2, at) + "\n";
    std::string then = effect();
    if (dice_.chance(0.1)) then += dice_.one({" and ", " 并 "}) + effect();
    out += dice_.one({"  then ", "  则 "}) + then + "\n  say zh \"请咨询柜台。\"\n";
    if (dice_.chance(0.3)) {
      out += dice_.one({"  if unknown ", "  若不明 "}) + effect() + "\n";
    } else if (dice_.chance(0.3)) {
      out += dice_.one({"  if unknown pass\n", "  若不明 略过\n"});
    }
    if (dice_.chance(0.2)) out += dice_.one({"  trust inferred\n", "  采信推断\n"});
    return out;
  }

  std::string base_, heading_;
};

}  // namespace caveat::random_packs
