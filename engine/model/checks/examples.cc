// Examples: given values typed against their facts, the rules that must have fired resolved.
#include <algorithm>
#include <utility>

#include "engine/model/checks/conditions.h"

namespace caveat::model {
namespace {

class ExampleCheck {
 public:
  ExampleCheck(Work& work, const Item& item) : work_(work), item_(item), conditions_(work, item) {}

  Example run() {
    const auto& decl = item_.as<syntax::ExampleDecl>();
    Example example;
    example.title = text_of(decl.title);
    example.pack = item_.pack;
    example.span = decl.expect.span;
    example.given = turn(decl.given);
    for (const syntax::ExampleTurn& each : decl.after) {
      example.after.push_back(turn(each));
      work_.not_yet(item_, each.at ? each.at->span : heading(work_, item_), "`after`: earlier turns", "此前的轮次");
    }
    example.verdict = decl.expect.verdict;
    for (const syntax::Path& path : decl.expect.by) {
      if (const Entry* rule = work_.resolve(Kind::rule, item_, path)) example.by.push_back(rule->index);
    }
    example.says_final_text = !decl.expect.final_text.empty();
    example.final_text = text_of(decl.expect.final_text);
    for (const syntax::LocalText& text : decl.expect.left) example.left.push_back(text.value);
    return example;
  }

 private:
  ExampleTurn turn(const syntax::ExampleTurn& from) {
    ExampleTurn to;
    to.subject = static_cast<Subject>(from.subject);
    if (from.at && from.at->op == syntax::Op::literal) {
      const syntax::Literal& literal = from.at->literal;
      if (literal.kind == syntax::LiteralKind::instant) {
        to.at = literal.instant;
        to.at_is_local = !literal.offset;
      } else if (literal.kind == syntax::LiteralKind::date) {
        to.at = literal.date * std::int64_t{86'400'000'000};
        to.at_is_local = true;
      } else {
        work_.report(codes::kWrongType, item_, from.at->span,
                     {describe_kind(TypeKind::instant, item_.language()), std::string(work_.text_at(from.at->span))});
      }
    }
    std::map<Index, Span> given;
    const syntax::Given* product = nullptr;  // a pair that would be one more product beside the list
    bool listed = false;
    for (const syntax::Given& each : from.facts) {
      GivenValue value;
      value.span = each.path.span;
      value.fact = conditions_.fact(each.path, true, {each.value.get(), false});
      if (value.fact == kNone) continue;
      const Fact& fact = work_.model.facts[value.fact];
      value.path = fact.path;
      if (fact.part == Part::product && product == nullptr) product = &each;
      listed = listed || value.path == std::vector<std::string>{"recommendation", "products"};
      const auto [earlier, fresh] = given.emplace(value.fact, each.path.span);
      if (!fresh) {
        Diagnostic& diagnostic = work_.report(
            codes::kNameTwice, item_, each.path.span,
            {std::string(word_of(Kind::fact, item_.language())), std::string(work_.text_at(each.path.span))},
            Work::say(item_, "A fact has one value in a turn: keep one of the two.",
                      "一次交互中每个事实只有一个值：请只保留其一。"));
        diagnostic.related.push_back({earlier->second, Work::say(item_, "given here", "已在此处给出")});
        continue;
      }
      if (each.value && read(*each.value, fact.type, value.fact, value)) to.facts.push_back(std::move(value));
    }
    if (product != nullptr && listed && to.subject != Subject::material) {
      work_.report(codes::kProductsTwice, item_, product->path.span, {std::string(work_.text_at(product->path.span))},
                   Work::say(item_, "Write what it says as a member of that list's product, or leave the list out.",
                             "请把它写成该列表中产品的成员，或删去该列表。"));
    }
    return to;
  }

  bool read(const syntax::Expr& expr, const Type& type, Index fact, GivenValue& out) {
    if (expr.op == syntax::Op::is_unknown && expr.args.empty()) {
      out.unknown = true;
      return true;
    }
    if (type.kind != TypeKind::list || !type.element) {
      if (type.kind == TypeKind::record) {
        work_.report(codes::kWrongType, item_, expr.span,
                     {Work::say(item_, "one of its members", "其中一个成员"), std::string(work_.text_at(expr.span))});
        return false;
      }
      return local_instant(expr, type, out.value) || conditions_.constant(expr, type, out.value);
    }
    out.is_list = true;
    if (expr.op != syntax::Op::list) {
      work_.report(codes::kWrongType, item_, expr.span,
                   {describe(work_.model, type, item_.language()), std::string(work_.text_at(expr.span))},
                   Work::say(item_, "A list stands in brackets: [ … ]", "列表写在方括号中：［……］"));
      return false;
    }
    bool good = true;
    for (const syntax::ExprPtr& element : expr.args) {
      if (type.element->kind != TypeKind::record) {
        Constant constant;
        if (conditions_.constant(*element, *type.element, constant)) {
          out.list.push_back(std::move(constant));
        } else {
          good = false;
        }
        continue;
      }
      std::vector<GivenValue> row;
      good = read_row(*element, type, fact, row) && good;
      out.rows.push_back(std::move(row));
    }
    return good;
  }

  bool read_row(const syntax::Expr& expr, const Type& type, Index list, std::vector<GivenValue>& row) {
    if (expr.op != syntax::Op::row) {
      work_.report(
          codes::kWrongType, item_, expr.span,
          {describe(work_.model, *type.element, item_.language()), std::string(work_.text_at(expr.span))},
          Work::say(item_, "A record stands in parentheses: (name value, …)", "记录写在圆括号中：（名称 值，……）"));
      return false;
    }
    const auto& members = work_.record_members[list];
    bool good = true;
    for (std::size_t i = 0; i < expr.names.size() && i < expr.args.size(); ++i) {
      const syntax::Word& word = expr.names[i];
      const auto member = members.find(word.text);
      if (member == members.end()) {
        std::vector<std::string_view> known;
        for (const auto& [name, number] : members) known.push_back(name);
        work_.unknown_name(Kind::fact, item_, word.span, word.text, known);
        good = false;
        continue;
      }
      const Fact& fact = work_.model.facts[member->second];
      Reference reference;
      reference.identity = "member " + fact.path.back();
      reference.names = {fact.names.all};
      work_.references.add(word, std::move(reference));
      if (work_.spoilt_facts.count(member->second) != 0) {
        good = false;
        continue;
      }
      GivenValue value;
      value.fact = member->second;
      value.path = {fact.path.back()};
      value.span = word.span;
      if (read(*expr.args[i], fact.type, member->second, value)) {
        row.push_back(std::move(value));
      } else {
        good = false;
      }
    }
    return good;
  }

  // In an example an instant may stand without its offset: wall time of the pack's zone.
  bool local_instant(const syntax::Expr& expr, const Type& type, Constant& out) {
    if (type.kind != TypeKind::instant || expr.op != syntax::Op::literal ||
        expr.literal.kind != syntax::LiteralKind::instant || expr.literal.offset) {
      return false;
    }
    out = Constant{};
    out.kind = TypeKind::instant;
    out.number = Decimal(expr.literal.instant);
    out.text = "local";
    return true;
  }

  Work& work_;
  const Item& item_;
  Conditions conditions_;
};

// Each in the order of its file: a title that stands twice is told where it stands the second time.
void look_for_titles_told_twice(Work& work) {
  std::vector<std::pair<const Item*, const syntax::LocalText*>> all;
  const auto items = work.all<syntax::ExampleDecl>();
  for (const Item& item : items)
    for (const syntax::LocalText& title : item.as<syntax::ExampleDecl>().title) all.emplace_back(&item, &title);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.second->span.source, a.second->span.begin) <
           std::tie(b.second->span.source, b.second->span.begin);
  });
  std::map<std::tuple<Index, Language, std::string_view>, Span> titles;
  const Item* told = nullptr;
  for (const auto& [item, title] : all) {
    const Language language = title->language == Language::none ? item->language() : title->language;
    const auto [earlier, fresh] = titles.try_emplace({item->pack, language, title->value}, title->span);
    if (fresh || std::exchange(told, item) == item) continue;
    Diagnostic& diagnostic = work.report(
        codes::kExampleTwice, *item, title->span, {title->value},
        Work::say(*item, "Say in the title what it is that this one tries.", "请在标题中写明本示例要验证的内容。"),
        Severity::warning);
    diagnostic.related.push_back({earlier->second, Work::say(*item, "the first one is here", "第一个在此处")});
  }
}

}  // namespace

void check_examples(Work& work) {
  look_for_titles_told_twice(work);
  for (const Item& item : work.all<syntax::ExampleDecl>())
    work.model.examples.push_back(ExampleCheck(work, item).run());
}

}  // namespace caveat::model
