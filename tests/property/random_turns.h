// One random turn, as the twin is told it and as a caller would send it: values at each cut, one unit below and above, facts absent
// with a chance that the test sets.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/engine/decide/hand_made.h"
#include "tests/property/random_packs.h"

namespace caveat::random_packs {

// What a turn may say of a fact, as it is spelt.
inline twin::Given stated(Dice& dice, const std::string& name) {
  twin::Given given;
  if (name == "whole") {
    given.text = dice.pick(kWhole);
  } else if (name == "number" || name == "extra") {
    given.text = dice.pick(kNumbers);
  } else if (name == "share") {
    given.text = dice.pick(kNumbers) + " %";
  } else if (name == "amount" || name == "limit" || name == "open") {
    given.text = dice.pick(kAmounts) + (name == "open" && dice.chance(0.3) ? " USD" : " CNY");
  } else if (name == "flag" || name == "apart") {
    given.text = dice.chance(0.5) ? "true" : "false";
  } else if (name == "seen") {
    given.text = dice.pick(kTimes);
  } else if (name == "born") {
    given.text = dice.pick(kBirthdays);
  } else if (name == "day") {
    static const std::vector<std::string> kAround = {"2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02",
                                                     "2026-03-03", "2026-01-30", "2026-02-01"};
    given.text = dice.pick(kAround);
  } else if (name == "level") {
    given.text = dice.pick(kLevels);
  } else if (name == "kind") {
    given.text = dice.pick(kKinds);
  } else if (name == "opens") {
    given.text = std::to_string(10 + dice.roll(14)) + ":00";
  } else if (name == "zone") {
    given.text = dice.pick(kZones);
  } else if (name == "kinds") {
    for (int i = dice.roll(3); i > 0; --i) given.elements.push_back(dice.pick(kKinds));
  } else {
    given.text = dice.pick(kLabels);
  }
  return given;
}

struct RandomTurn {
  twin::Turn told;
  hand_made::Turn sent;

  // `names`: the facts that it may state.
  RandomTurn(const std::vector<Name>& names, Dice& dice, double absent) : names_(names) {
    const std::string at = dice.pick(kTimes);
    sent.fields.set_text(sent.fields.child(0, "at"), at);
    told.at = twin::instant_of(at);
    const int kind = dice.roll(6);  // an outreach, a material, else a turn of a conversation
    if (kind == 0) outreach(dice, absent);
    if (kind == 1) material(dice, absent);
    if (kind > 1) {
      for (const auto& [part, chance] : {std::pair{"answer", 0.8}, {"message", 0.6}}) {
        if (!dice.chance(chance)) continue;
        text(dice, part, absent);
        facts(dice, part, told.facts, sent.object(part), std::string("/") + part, absent);
      }
      facts(dice, "customer", told.facts, sent.object("customer"), "/customer", absent);
    }
    if (kind != 1 && dice.chance(0.7)) {
      told.has.insert("recommendation");
      const int products = dice.roll(3);
      if (products == 0) sent.list("products", sent.object("recommendation"));
      for (int i = 0; i < products; ++i) {
        const std::uint32_t object = sent.product("p" + std::to_string(i));
        twin::Facts& own = told.products.emplace_back();
        facts(dice, "product", own, object, "/recommendation/products/" + std::to_string(i), absent);
      }
    }
    if (kind != 1 && dice.chance(0.5)) {
      const std::uint32_t actions = sent.list("actions");
      for (int i = dice.roll(2) + 1; i > 0; --i) {
        const std::uint32_t object = sent.fields.add(actions, "", decide::Fields::Kind::object);
        sent.text("name", "transfer", object);
        const std::string path = "/actions/" + std::to_string(told.actions.size());
        facts(dice, "action", told.actions.emplace_back(), object, path, absent);
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
  const std::vector<Name>& names_;
  std::vector<std::string> paths_;

  void outreach(Dice& dice, double absent) {
    text(dice, "outreach", absent);
    const std::uint32_t list = sent.list("recipients", sent.object("outreach"));
    for (int i = 0, count = dice.roll(3) + 1; i < count; ++i) {
      const std::uint32_t object = sent.fields.add(list, "", decide::Fields::Kind::object);
      sent.text("id", "r" + std::to_string(i), object);
      facts(dice, "customer", told.recipients.emplace_back(), object, "/outreach/recipients/" + std::to_string(i),
            absent);
    }
  }
  void material(Dice& dice, double absent) {
    text(dice, "material", absent);
    if (!dice.chance(0.5)) return;
    const std::uint32_t object = sent.object("product", sent.object("material"));
    sent.text("id", "p0", object);
    facts(dice, "product", told.products.emplace_back(), object, "/material/product", absent);
  }

  void text(Dice& dice, const std::string& part, double absent) {
    told.has.insert(part);
    const std::uint32_t object = sent.object(part);
    if (dice.chance(absent)) return;
    // Clause by clause: 不 denies what follows in its clause, 吗？ asks after all of it.
    twin::Given given;
    std::string& said = given.text;
    if (dice.chance(0.2)) {
      said = "是的。";
      given.assents = part == "answer";
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
    told.facts[part + ".text"] = given;
  }

  void send(const std::string& name, const twin::Given& given, std::uint32_t object) {
    if (name == "whole" || name == "number" || name == "extra") {
      sent.number(name, given.text, object);
    } else if (name == "flag" || name == "apart") {
      sent.yes(name, given.text == "true", object);
    } else if (name == "kinds") {
      const std::uint32_t list = sent.list(name, object);
      for (const std::string& one : given.elements) {
        const std::uint32_t element = sent.fields.add(list, "", decide::Fields::Kind::text);
        sent.fields.set_text(element, one);
      }
    } else {
      sent.text(name, given.text, object);
    }
  }
  void facts(Dice& dice, const std::string& group, twin::Facts& own, std::uint32_t object, const std::string& path,
             double absent) {
    for (const Name& name : names_) {
      if (name.group != group || !name.set.empty() || dice.chance(absent)) continue;
      twin::Given given = stated(dice, name.name);
      send(name.name, given, object);
      if (dice.chance(0.05)) {
        given.inferred = true;
        paths_.push_back(path + "/" + name.name);
      }
      own[group + "." + name.name] = given;
    }
  }
};

}  // namespace caveat::random_packs
