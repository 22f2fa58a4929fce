// Facts: one path, one type over all loaded packs (contracts.md 9); a group may be opened again, a fact not.
#include <algorithm>
#include <array>
#include <memory>

#include "engine/base/units.h"
#include "engine/model/built_in.h"
#include "engine/model/checks/texts.h"
#include "engine/model/checks/work.h"
#include "engine/syntax/format.h"

namespace caveat::model {
namespace {

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

class Facts {
 public:
  explicit Facts(Work& work) : work_(work) {}

  void run() {
    add_built_in_facts(work_.model);
    for (const BuiltInGroup& known : built_in_groups()) {
      Work::Group group;
      group.names = {std::string(known.en), std::string(known.zh)};
      group.part = known.part;
      group.built_in = true;
      group.has_text = known.has_text;
      for (const std::string& name : group.names) work_.group_names[name] = group.names.front();
      work_.groups.emplace(group.names.front(), std::move(group));
    }
    for (Index i = 0; i < work_.model.facts.size(); ++i) index(i);
    find_groups();
    for (const Item& item : work_.all<syntax::FactsDecl>()) members(item);
    sort();
    for (const Ask& ask : asks_) {  // its references are facts, so all of them have to be there
      const Index fact = work_.model.find_fact(ask.path);
      Text plain;
      Templates pieces;
      if (!asked_text(work_, ask.item, *ask.texts, plain, pieces) || fact == kNone) continue;
      Fact& asked = work_.model.facts[fact];
      if (asked.ask_pieces.empty()) asked.ask_pieces = std::move(pieces);
    }
  }

 private:
  // Puts a fact into the tables by name.
  void index(Index number) {
    const Fact& fact = work_.model.facts[number];
    auto& table = fact.parent != kNone    ? work_.record_members[fact.parent]
                  : fact.path.size() == 1 ? work_.single_facts
                                          : work_.groups.at(fact.path.front()).members;
    for (const std::string& name : fact.names.all) table.emplace(name, number);
  }

  // A group opened again may be called by any of its names, so groups are known before their members are.
  void find_groups() {
    const std::vector<Item> items = work_.all<syntax::FactsDecl>();
    // First names that no other group has as a further name come first: they are what the group is called.
    std::set<std::string> further;
    for (const Item& item : items) {
      for (const syntax::Word& also : item.as<syntax::FactsDecl>().names.also) further.insert(also.text);
    }
    for (const bool second_round : {false, true}) {
      for (const Item& item : items) {
        const syntax::Names& names = item.as<syntax::FactsDecl>().names;
        if ((further.count(names.first.text) != 0) != second_round) continue;
        const std::vector<std::string> all = names_of(names).all;
        std::set<std::string> meant;
        for (const std::string& name : all) {
          if (is_reserved_group(name)) {
            work_.report(codes::kBuiltIn, item, names.first.span, {name});
            spoilt_.insert(item.decl);
          }
          const auto known = work_.group_names.find(name);
          if (known != work_.group_names.end()) meant.insert(known->second);
        }
        if (spoilt_.count(item.decl) != 0) continue;
        if (meant.size() > 1) {
          work_.report(codes::kNameTwice, item, names.first.span,
                       {std::string(word_of(Kind::group, item.language())), *std::next(meant.begin())});
          spoilt_.insert(item.decl);
          continue;
        }
        const std::string first = meant.empty() ? names.first.text : *meant.begin();
        Work::Group& group = work_.groups[first];
        if (group.names.empty()) group.names.push_back(first);
        group.head = names.first.span;
        group.lost = group.lost || !item.decl->lost.empty();
        for (const std::string& name : all) {
          add_name(group.names, name);
          work_.group_names.emplace(name, first);
        }
      }
    }
    // A built-in part may have got further names: its facts are called by them too.
    for (Fact& fact : work_.model.facts) {
      if (fact.path.size() > 1) fact.path_names.front() = work_.groups.at(fact.path.front()).names;
    }
  }

  void members(const Item& item) {
    if (spoilt_.count(item.decl) != 0) return;
    const auto& decl = item.as<syntax::FactsDecl>();
    const Work::Group& group = work_.groups.at(work_.group_names.at(decl.names.first.text));
    if (decl.max_age) check_age(item, *decl.age_at, *decl.max_age);
    const Place head{item, nullptr, decl.max_age, is_lost(decl.age_at, decl.max_age)};
    for (const syntax::FactDecl& member : decl.members) {
      Fact fact;
      fact.part = group.part;
      fact.path = {group.names.front()};
      fact.path_names = {group.names};
      if (decl.from) fact.from = source_of(item, *decl.from);
      if (decl.max_age) fact.max_age = decl.max_age->duration;
      add(head, member, std::move(fact), kNone);
    }
  }

  // Lists and objects of a turn that are no facts.
  static bool of_the_turn(const Fact& fact) {
    const auto named = [&](std::string_view name) {
      return std::find(fact.names.all.begin(), fact.names.all.end(), name) != fact.names.all.end();
    };
    return (fact.part == Part::outreach && named("recipients")) || (fact.part == Part::material && named("product"));
  }

  // Working days have no calendar here: told, and not reckoned as none.
  void check_age(const Item& item, Span clause, const syntax::Literal& literal) {
    if (literal.duration.working_days != 0)
      work_.report(codes::kWrongType, item, clause,
                   {Work::say(item, "an age in hours, days or months", "以小时、天或月表示的时效"),
                    syntax::format(literal, item.language())});
  }

  // Who states it: a source's name as it stands, a data set's by its first name.
  std::string source_of(const Item& item, const syntax::Word& word) {
    const Entry* data = work_.scope.find(Kind::data, item.pack, {word.text}).entry;
    if (data == nullptr) return word.text;
    Reference reference;
    reference.identity = "data " + full_name(work_.model, data->pack, data->names.first);
    reference.names = {data->names.all};
    reference.declared = data->span;
    work_.references.add(word, std::move(reference));
    return data->names.first;
  }

  // Where a fact is declared, and with what age: its own, or that of the record or the group in which it stands.
  struct Place {
    Item item;
    const syntax::FactDecl* member;
    std::optional<syntax::Literal> age;
    bool age_lost;  // what was written is none, which was said there
  };
  static bool is_lost(const std::optional<Span>& clause, const std::optional<syntax::Literal>& age) {
    return clause && (!age || age->duration.working_days != 0);
  }

  void add(const Place& owner, const syntax::FactDecl& member, Fact fact, Index parent) {
    const Item& item = owner.item;
    const Place here{item, &member, member.age_at ? member.max_age : owner.age,
                     member.age_at ? is_lost(member.age_at, member.max_age) : owner.age_lost};
    fact.names = names_of(member.names);
    fact.path.push_back(fact.names.first);
    fact.path_names.push_back(fact.names.all);
    fact.parent = parent;
    fact.pack = item.pack;
    fact.assessed = member.assessed;
    fact.ask = text_of(member.ask);
    if (!member.ask.empty()) asks_.push_back({item, &member.ask, fact.path});
    fact.span = member.names.first.span;
    if (member.from) fact.from = source_of(item, *member.from);
    if (member.max_age) {
      check_age(item, *member.age_at, *member.max_age);
      fact.max_age = member.max_age->duration;
    }
    if (member.data_class) {
      fact.data_class = member.data_class->text;
      check_class(item, *member.data_class);
    }
    bool spoilt = !read_type(item, member.type, fact.type);
    if (parent == kNone && of_the_turn(fact)) {
      work_.report(codes::kBuiltIn, item, member.names.first.span, {path_in(fact.path_names, item.language())},
                   Work::say(item, "Every turn may carry it; give the fact another name.",
                             "每轮请求都可携带该成员；请为事实另取名称。"));
      return;
    }
    auto& table = parent != kNone ? work_.record_members[parent] : work_.groups.at(fact.path.front()).members;
    for (const std::string& name : fact.names.all) {
      const auto earlier = table.find(name);
      if (earlier == table.end()) continue;
      const Index other = earlier->second;
      Fact& first = work_.model.facts[other];
      if (first.built_in) fact.path = first.path;  // by whichever of its names, it is that one
      if (first.path == fact.path) {
        again(here, fact, table, other, spoilt);
      } else {
        Diagnostic& diagnostic = work_.report(codes::kNameTwice, item, span_of_name(member.names, name),
                                              {std::string(word_of(Kind::fact, item.language())), name});
        diagnostic.related.push_back({first.span, Work::say(item, "declared here", "已在此处声明")});
      }
      return;
    }
    const auto number = static_cast<Index>(work_.model.facts.size());
    work_.declared_by[number].insert(item.pack);
    declared_at_.emplace(number, here);
    if (spoilt) work_.spoilt_facts.insert(number);
    for (const std::string& name : fact.names.all) table.emplace(name, number);
    const Fact base = fact;
    work_.model.facts.push_back(std::move(fact));
    add_members(here, member.type, base, number);
  }

  void add_members(const Place& place, const syntax::TypeExpr& type, const Fact& owner, Index number) {
    const std::vector<syntax::FactDecl>* members = type.name == syntax::TypeName::record ? &type.members
                                                   : type.name == syntax::TypeName::list && type.element != nullptr &&
                                                           type.element->name == syntax::TypeName::record
                                                       ? &type.element->members
                                                       : nullptr;
    if (members == nullptr) return;
    if (members->empty()) {
      work_.report(codes::kMissingClause, place.item, type.span,
                   {owner.names.first, Work::say(place.item, "a member", "成员")},
                   Work::say(place.item, "What a record holds stands below it, two blanks deeper.",
                             "记录的各成员写在其下，并再缩进两格。"));
    }
    for (const syntax::FactDecl& member : *members) {
      Fact fact;
      fact.part = owner.part;
      fact.path = owner.path;
      fact.path_names = owner.path_names;
      fact.from = owner.from;
      fact.max_age = owner.max_age;
      add(place, member, std::move(fact), number);
    }
  }

  static Span span_of_name(const syntax::Names& names, const std::string& name) {
    for (const syntax::Word& also : names.also) {
      if (also.text == name) return also.span;
    }
    return names.first.span;
  }

  // Two packs that cross their names would make each mean what it did not write.
  void name_of_another(const Item& item, const syntax::FactDecl& member, const std::string& name, Kind kind,
                       Span declared) {
    Diagnostic& diagnostic = work_.report(codes::kNameTwice, item, span_of_name(member.names, name),
                                          {std::string(word_of(kind, item.language())), name});
    diagnostic.related.push_back({declared, Work::say(item, "declared here", "已在此处声明")});
  }

  // The same choices in the same order: each goes by what either pack calls it.
  void join_choices(const Item& item, const syntax::FactDecl& member, const Type& known, const Type& more,
                    Index declarer, Span declared) {
    if (known.element && more.element)
      return join_choices(item, member, *known.element, *more.element, declarer, declared);
    if (known.choices == kNone || known.choices == more.choices) return;
    std::vector<Names>& to = work_.model.choice_sets[known.choices].choices;
    const std::vector<Names>& from = work_.model.choice_sets[more.choices].choices;
    for (std::size_t i = 0; i < to.size(); ++i) {
      const auto choice = static_cast<Index>(i);
      work_.own_choices.try_emplace({known.choices, choice, declarer}, to[i].all);
      work_.own_choices[{known.choices, choice, item.pack}] = from[i].all;
      for (const std::string& name : from[i].all) {
        const auto of = std::find_if(to.begin(), to.end(), [&](const Names& one) {
          return std::find(one.all.begin(), one.all.end(), name) != one.all.end();
        });
        if (of == to.end())
          to[i].all.push_back(name);
        else if (of != to.begin() + static_cast<std::ptrdiff_t>(i))
          name_of_another(item, member, name, Kind::choice, declared);
      }
    }
  }

  // The same path once more: an error in one pack, a link between two.
  void again(const Place& here, const Fact& fact, std::map<std::string, Index, std::less<>>& table, Index other,
             bool spoilt) {
    const Item& item = here.item;
    const syntax::FactDecl& member = *here.member;
    Fact& first = work_.model.facts[other];
    if (first.built_in) {
      if (first.path == std::vector<std::string>{"action", "name"} && fact.type.kind == TypeKind::choice) {
        // The one built-in fact whose choices a pack declares.
        if (work_.declared_by[other].empty()) {
          first.type = fact.type;
          first.pack = item.pack;
          first.span = fact.span;
          first.data_class = fact.data_class;
          for (const std::string& name : fact.names.all) {
            add_name(first.names.all, name);
            work_.groups.at("action").members.emplace(name, other);
          }
          first.path_names.back() = first.names.all;
          if (spoilt) work_.spoilt_facts.insert(other);
          work_.declared_by[other].insert(item.pack);
          declared_at_.emplace(other, here);
          return;
        }
      } else {
        work_.report(codes::kBuiltIn, item, member.names.first.span, {path_in(first.path_names, item.language())},
                     Work::say(item, "Leave the line out; the fact is there.", "请删去此行；该事实本来就有。"));
        return;
      }
    }
    if (work_.declared_by[other].count(item.pack) != 0) {
      Diagnostic& diagnostic =
          work_.report(codes::kNameTwice, item, member.names.first.span,
                       {std::string(word_of(Kind::fact, item.language())), path_in(first.path_names, item.language())});
      diagnostic.related.push_back({first.span, Work::say(item, "declared here", "已在此处声明")});
      return;
    }
    work_.declared_by[other].insert(item.pack);
    if (spoilt || work_.spoilt_facts.count(other) != 0) return;
    if (differs(here, fact, declared_at_.at(other), first)) return;
    work_.own_names.try_emplace({other, 0, first.pack}, first.names.all);
    work_.own_names[{other, 0, item.pack}] = fact.names.all;
    for (const std::string& name : fact.names.all) {
      if (const auto [at, fresh] = table.emplace(name, other); !fresh && at->second != other)
        name_of_another(item, member, name, Kind::fact, work_.model.facts[at->second].span);
      else
        add_name(first.names.all, name);
    }
    join_choices(item, member, first.type, fact.type, first.pack, first.span);
    first.path_names.back() = first.names.all;
    if (first.ask.empty()) first.ask = fact.ask;
    const Fact base = first;
    add_members(here, member.type, base, other);
  }

  // Do two packs declare one fact differently? Told here; but what both have from the heads of their groups is told there, once for all
  // the facts of the group, and is none of this fact.
  bool differs(const Place& here, const Fact& fact, const Place& there, const Fact& first) {
    const syntax::FactDecl& member = *here.member;
    const bool from = !first.built_in && fact.from != first.from;
    const bool age = !first.built_in && fact.max_age != first.max_age && !here.age_lost && !there.age_lost;
    const bool own_from = from && (member.from || there.member->from);
    const bool own_age = age && (member.age_at || there.member->age_at);
    if (from != own_from || age != own_age) heads_differ(here, there, first, from && !own_from, age && !own_age);
    const bool type = !same_type(work_.model, first.type, fact.type);
    const bool assessed = first.assessed != fact.assessed, data_class = first.data_class != fact.data_class;
    const int differences = int{type} + int{assessed} + int{data_class} + int{own_from} + int{own_age};
    if (differences == 0) return false;
    Span span = member.names.first.span;
    if (differences == 1) {  // where it is written, if it is
      if (type) span = member.type.span;
      if (data_class && member.data_class) span = member.data_class->span;
      if (own_from && member.from) span = member.from->span;
      if (own_age && member.age_at) span = *member.age_at;
    }
    const auto whole = [&](const Place& place, const Fact& of) {  // but for clauses that both have
      const Language language = here.item.language();
      const bool zh = language == Language::zh;
      std::string out = describe(work_.model, of.type, language);
      if (of.assessed) out += zh ? "，经评估" : ", assessed";
      if (!of.data_class.empty()) out += (zh ? "，数据类别 " : ", data class ") + of.data_class;
      if (own_from && !of.from.empty()) out += (zh ? "，来自 " : ", from ") + of.from;
      if (own_age && place.age) out += (zh ? "，时效 " : ", max age ") + syntax::format(*place.age, language);
      return out;
    };
    told_different(here.item, span, path_in(first.path_names, here.item.language()), whole(here, fact),
                   whole(there, first), first, first.span);
    return true;
  }

  void heads_differ(const Place& here, const Place& there, const Fact& first, bool from, bool age) {
    const auto& decl = here.item.as<syntax::FactsDecl>();
    const auto& other = there.item.as<syntax::FactsDecl>();
    const Item& item = here.item;
    const bool zh = item.language() == Language::zh;
    const auto head = [&](const syntax::FactsDecl& group) {
      std::string out = (zh ? "“事实 " : "“facts ") + decl.names.first.text;
      if (group.from) out += (zh ? " 来自 " : " from ") + group.from->text;
      if (group.max_age)
        out += (group.from ? zh ? "，" : ", " : " ") + std::string(zh ? "时效 " : "max age ") +
               syntax::format(*group.max_age, item.language());
      return out + "”";
    };
    const std::string theirs = head(other);
    if (!told_heads_.emplace(item.decl, theirs).second) return;
    Span span = decl.names.first.span;
    if (from && decl.from) span = decl.from->span;
    if (age && decl.age_at) span = from && decl.from ? Span{span.source, span.begin, decl.age_at->end} : *decl.age_at;
    told_different(item, span, Work::say(item, "The group ", "事实组 ") + decl.names.first.text, head(decl), theirs,
                   first, other.names.first.span);
  }

  void told_different(const Item& item, Span span, std::string what, std::string here, std::string theirs,
                      const Fact& first, Span declared) {
    const std::string& pack = work_.model.packs[first.pack].names.first;
    const std::string help =
        work_.scope.sees(item.pack, first.pack)
            ? Work::say(item, "Leave out here what ", "规则包 ") + pack +
                  Work::say(item, " declares: this pack uses it.", " 已被本包引用，请在此处删去它声明过的事实。")
            : Work::say(item, "Write it alike in both packs; or declare it in one and let the other use that pack.",
                        "请在两个规则包中写得一致；或只在一个中声明，由另一个引用它。");
    Diagnostic& diagnostic = work_.report(codes::kFactDiffers, item, span,
                                          {std::move(what), std::move(here), std::move(theirs), pack}, help);
    diagnostic.related.push_back({declared, Work::say(item, "declared here", "已在此处声明")});
  }

  void check_class(const Item& item, const syntax::Word& word) {
    std::vector<std::string_view> known;
    for (Index pack = 0; pack < work_.model.packs.size(); ++pack) {
      if (!work_.scope.sees(item.pack, pack)) continue;
      for (const std::string& name : work_.model.packs[pack].data_classes) known.push_back(name);
    }
    if (known.empty()) known = {"C1", "C2", "C3"};  // JR/T 0171-2020
    if (std::find(known.begin(), known.end(), word.text) == known.end()) {
      work_.unknown_name(Kind::data_class, item, word.span, word.text, known);
    }
  }

  bool bound(const Item& item, const syntax::ExprPtr& expr, const Type& type, std::optional<Decimal>& out) {
    if (!expr) return true;
    Constant constant;
    if (expr->op == syntax::Op::literal && constant_of(expr->literal, type, constant) == Fit::fits) {
      out = constant.number;
      return true;
    }
    work_.report(codes::kWrongType, item, expr->span,
                 {describe(work_.model, type, item.language()), std::string(work_.text_at(expr->span))});
    return false;
  }

  bool read_type(const Item& item, const syntax::TypeExpr& type, Type& out) {
    out.kind = static_cast<TypeKind>(type.name);
    out.years_old = type.years_old;
    switch (type.name) {
      case syntax::TypeName::money:
        out.currency = type.currency;
        if (!type.currency.empty() && !minor_units(type.currency)) {
          Diagnostic& told =
              work_.report(codes::kUnknownName, item, type.span, {Work::say(item, "currency", "币种"), type.currency},
                           Work::say(item, "Currencies are the three letters of ISO 4217, such as CNY.",
                                     "币种用 ISO 4217 的三个字母，例如 CNY。"));
          for (const auto& [written, code] : std::to_array<std::pair<std::string_view, std::string_view>>(
                   {{"人民币", "CNY"}, {"RMB", "CNY"}, {"美金", "USD"}, {"港币", "HKD"}})) {
            if (type.currency != written || !work_.text_at(type.span).ends_with(written)) continue;
            const auto begin = static_cast<std::uint32_t>(type.span.end - written.size());
            told.fixes.push_back({{type.span.source, begin, type.span.end}, std::string(code)});
          }
          return false;
        }
        [[fallthrough]];
      case syntax::TypeName::integer:
      case syntax::TypeName::decimal:
      case syntax::TypeName::percent: {
        const Type plain = out;
        if (!bound(item, type.low, plain, out.low) || !bound(item, type.high, plain, out.high)) return false;
        if (out.low && out.high && *out.low > *out.high) {
          work_.report(codes::kEmptyRange, item, type.span, {out.low->to_string(), out.high->to_string()});
          return false;
        }
        return true;
      }
      case syntax::TypeName::one_of: {
        ChoiceSet set;
        std::map<std::string, Span> seen;
        bool good = true;
        for (const syntax::Names& choice : type.choices) {
          Names names = names_of(choice);
          for (std::size_t i = 0; i < names.all.size(); ++i) {
            const Span span = i == 0 ? choice.first.span : choice.also[i - 1].span;
            const auto [earlier, fresh] = seen.emplace(names.all[i], span);
            if (fresh) continue;
            Diagnostic& diagnostic = work_.report(codes::kNameTwice, item, span,
                                                  {std::string(word_of(Kind::choice, item.language())), names.all[i]});
            diagnostic.related.push_back({earlier->second, Work::say(item, "declared here", "已在此处声明")});
            good = false;
          }
          set.choices.push_back(std::move(names));
        }
        // one of a, b, assessed: behind a list's comma every word is an item (semantics.md 32), and a guess would be taken.
        const std::string_view written = work_.text_at(type.span);
        const bool in_brackets = written.find('(') != written.npos || written.find("（") != written.npos;
        const std::string& last = set.choices.back().first;
        constexpr auto kOfForms = std::to_array<std::string_view>(
            {"required", "optional", "mandatory", "etc", "必填", "必须", "选填", "可选", "等", "等等"});
        const Span span = type.choices.back().first.span;
        if (!in_brackets && std::find(kOfForms.begin(), kOfForms.end(), last) != kOfForms.end()) {
          work_.report(
              codes::kAssessedAsChoice, item, span, {last},
              Work::say(item,
                        "If it is no choice, delete it; if it is one, the choices stand in brackets: one of (a, b)",
                        "若不是一个取值，请删去；若是，请给各取值加括号：取值（甲、乙）"),
              Severity::warning);
        }
        if (!in_brackets && set.choices.size() > 1 && (last == "assessed" || last == "经评估")) {
          work_.report(
              codes::kAssessedAsChoice, item, span, {last},
              Work::say(item, "If the fact must be assessed, the choices stand in brackets: one of (a, b), assessed",
                        "若要求该事实经过评估，请给各取值加括号：取值（甲、乙），经评估"),
              Severity::warning);
        }
        out.choices = static_cast<Index>(work_.model.choice_sets.size());
        work_.model.choice_sets.push_back(std::move(set));
        return good;
      }
      case syntax::TypeName::scale: {
        const Entry* entry = work_.resolve(Kind::scale, item, type.scale);
        if (entry == nullptr) return false;
        out.scale = entry->index;
        return true;
      }
      case syntax::TypeName::list: {
        Type element;
        if (type.element == nullptr || !read_type(item, *type.element, element)) return false;
        if (element.kind == TypeKind::list) {
          work_.report(codes::kWrongType, item, type.span,
                       {Work::say(item, "a list of single values or of records", "由单个值或记录组成的列表"),
                        Work::say(item, "a list of lists", "列表的列表")});
          return false;
        }
        out.element = std::make_shared<const Type>(element);
        return true;
      }
      default:
        return true;
    }
  }

  // Sorted by path; everything that holds an index follows. Choices are numbered in the order of their facts.
  void sort() {
    Model& model = work_.model;
    std::vector<Index> order(model.facts.size());
    for (Index i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](Index a, Index b) { return model.facts[a].path < model.facts[b].path; });
    std::vector<Index> place(order.size());
    for (Index i = 0; i < order.size(); ++i) place[order[i]] = i;

    std::vector<Fact> facts;
    for (const Index old : order) facts.push_back(std::move(model.facts[old]));
    model.facts = std::move(facts);
    for (Fact& fact : model.facts) {
      if (fact.parent != kNone) fact.parent = place[fact.parent];
      fact.type.members.clear();
    }
    const auto moved = [&](std::map<std::string, Index, std::less<>>& table) {
      for (auto& [name, number] : table) number = place[number];
    };
    moved(work_.single_facts);
    for (auto& [name, group] : work_.groups) moved(group.members);
    std::map<Index, std::map<std::string, Index, std::less<>>> records;
    for (auto& [owner, table] : work_.record_members) {
      moved(table);
      records[place[owner]] = std::move(table);
    }
    work_.record_members = std::move(records);
    std::map<Index, std::set<Index>> declared;
    for (auto& [number, packs] : work_.declared_by) declared[place[number]] = packs;
    work_.declared_by = std::move(declared);
    decltype(work_.own_names) own;
    for (auto& [of, names] : work_.own_names)
      own[{place[std::get<0>(of)], std::get<1>(of), std::get<2>(of)}] = std::move(names);
    work_.own_names = std::move(own);
    std::set<Index> spoilt;
    for (const Index number : work_.spoilt_facts) spoilt.insert(place[number]);
    work_.spoilt_facts = std::move(spoilt);

    // recommendation.products holds records whose members are the facts of `product`.
    const Index products = work_.groups.at("recommendation").members.at("products");
    std::map<std::string, Index, std::less<>>& of_product = work_.record_members[products];
    for (const auto& [name, number] : work_.groups.at("product").members) of_product.emplace(name, number);

    for (const auto& [owner, table] : work_.record_members) {
      std::set<Index> members;
      for (const auto& [name, number] : table) members.insert(number);
      Fact& fact = model.facts[owner];
      if (fact.type.kind == TypeKind::list && fact.type.element) {
        Type element = *fact.type.element;
        element.members.assign(members.begin(), members.end());
        fact.type.element = std::make_shared<const Type>(element);
      }
      fact.type.members.assign(members.begin(), members.end());
    }

    std::vector<ChoiceSet> sets;
    const auto renumber = [&](Type& type) {
      if (type.choices == kNone) return;
      sets.push_back(model.choice_sets[type.choices]);
      type.choices = static_cast<Index>(sets.size() - 1);
    };
    for (Fact& fact : model.facts) {
      renumber(fact.type);
      if (fact.type.element && fact.type.element->choices != kNone) {
        Type element = *fact.type.element;
        renumber(element);
        fact.type.element = std::make_shared<const Type>(element);
      }
    }
    model.choice_sets = std::move(sets);
  }

  struct Ask {
    Item item;
    const syntax::Texts* texts;
    std::vector<std::string> path;
  };

  Work& work_;
  std::set<const syntax::Decl*> spoilt_;
  std::vector<Ask> asks_;
  std::map<Index, Place> declared_at_;                                // where it was declared first
  std::set<std::pair<const syntax::Decl*, std::string>> told_heads_;  // of a group, and the other head
};

}  // namespace

void check_facts(Work& work) { Facts(work).run(); }

}  // namespace caveat::model
