#include "engine/model/checks/texts.h"

#include <algorithm>
#include <array>

#include "engine/model/checks/conditions.h"

namespace caveat::model {
namespace {

// Where `needle` stands in the source of a text, or the whole text.
Span place_in(const Work& work, Span text, std::string_view needle) {
  const std::size_t at = work.text_at(text).find(needle);
  if (at == std::string_view::npos) return text;
  const auto begin = text.begin + static_cast<std::uint32_t>(at);
  return {text.source, begin, begin + static_cast<std::uint32_t>(needle.size())};
}

// What authors write for {match} who do not know its name.
bool is_said_for_match(std::string_view word) {
  constexpr std::array<std::string_view, 12> kWords = {"hit",  "matched",  "term",     "word",     "phrase", "keyword",
                                                       "匹配", "匹配内容", "命中内容", "命中词语", "词语",   "关键词"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

syntax::Path path_of(std::string_view inner, Span span) {
  syntax::Path path;
  path.span = span;
  std::string step;
  const auto flush = [&] {
    const std::size_t first = step.find_first_not_of(' ');
    const std::size_t last = step.find_last_not_of(' ');
    path.parts.push_back({first == std::string::npos ? std::string() : step.substr(first, last - first + 1), span});
    step.clear();
  };
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '.') {
      flush();
    } else if (inner.substr(i, 3) == "．") {
      flush();
      i += 2;
    } else {
      step += inner[i];
    }
  }
  flush();
  return path;
}

// ｛产品.名称｝, [product.name], {{product.name}}: a fact of a group that there is, within signs that name none.
void warn_of_other_brackets(Work& work, const Item& item, const syntax::LocalText& text) {
  struct Signs {
    std::string_view opens, closes;
  };
  constexpr std::array<Signs, 4> kSigns = {{{"｛", "｝"}, {"[", "]"}, {"【", "】"}, {"{{", "}}"}}};
  const std::string_view value = text.value;
  for (const Signs& signs : kSigns) {
    std::size_t end = 0;
    for (std::size_t at = value.find(signs.opens); at != value.npos; at = value.find(signs.opens, end)) {
      end = at + signs.opens.size();
      const std::size_t last = value.find(signs.closes, end);
      if (last == value.npos) break;
      const std::string_view inner = value.substr(end, last - end);
      const std::size_t dot = inner.find('.');
      const bool match = signs.opens == "｛" && (inner == "match" || inner == "命中");
      if (!match && (dot == inner.npos || !work.group_names.contains(std::string(inner.substr(0, dot))))) continue;
      end = last + signs.closes.size();
      const std::string_view whole = value.substr(at, end - at);
      const Span span = place_in(work, text.span, whole);
      const std::string meant = "{" + std::string(inner) + "}";
      Diagnostic& told = work.report(codes::kOtherBrackets, item, span, {std::string(whole)},
                                     Work::say(item, "A fact is put in by {…}: ", "引用事实用半角花括号：") + meant,
                                     Severity::warning);
      if (work.text_at(span) == whole) told.fixes.push_back({span, meant});
    }
  }
}

bool cut(Work& work, const Item& item, const syntax::LocalText& text, Template& out) {
  std::vector<TextPiece> noted;
  std::string literal;
  const auto flush = [&] {
    if (literal.empty()) return;
    out.push_back({literal, kNone});
    noted.push_back({literal, {}});
    literal.clear();
  };
  bool good = true;
  const std::string& value = text.value;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '{') {
      literal += value[i];
      continue;
    }
    if (i + 1 < value.size() && value[i + 1] == '{') {
      literal += '{';
      ++i;
      continue;
    }
    const std::size_t end = value.find_first_of("{}", i + 1);
    if (end == std::string::npos || value[end] == '{' || end == i + 1) {
      const std::string_view from = std::string_view(value).substr(i, end == i + 1 ? 2 : std::string_view::npos);
      const Span span = place_in(work, text.span, from);
      work.report(codes::kBadTemplate, item, span, {value.substr(i, 24)},
                  Work::say(item, "A fact is named as {product.name}; a brace of the text is written {{.",
                            "引用事实写作 {产品.名称}；文字中的花括号写作 {{。"));
      return false;
    }
    flush();
    const std::string_view inner = std::string_view(value).substr(i + 1, end - i - 1);
    const Span span = place_in(work, text.span, std::string_view(value).substr(i, end - i + 1));
    i = end;
    if (inner == "match" || inner == "命中") {
      out.push_back({{}, kMatch});
      noted.push_back({{}, "match"});
      continue;
    }
    const syntax::Path path = path_of(inner, span);
    Conditions conditions(work, item);
    const std::size_t told = work.diagnostics.size();
    if (is_said_for_match(inner) && !work.single_facts.contains(std::string(inner)) &&
        work.scope.find(Kind::value, item.pack, {std::string(inner)}).entry == nullptr) {
      const std::string match = Work::say(item, "{match}", "{命中}");
      Diagnostic& diagnostic =
          work.report(codes::kUnknownName, item, span, {Work::say(item, "fact", "事实"), std::string(inner)},
                      Work::say(item, "What was found in the text is ", "在文本中找到的词语写作 ") + match +
                          Work::say(item, ".", "。"));
      diagnostic.fixes.push_back({span, match});
      good = false;
      continue;
    }
    const std::vector<std::string> steps = steps_of(path);
    const Scope::Found no_fact = work.scope.find(Kind::value, item.pack, steps);
    const bool clock = inner == "today" || inner == "now" || inner == "今日" || inner == "此刻";
    if (steps.size() == 1 && !work.single_facts.contains(steps.front()) && (no_fact.entry != nullptr || clock)) {
      work.report(codes::kWrongType, item, span,
                  {Work::say(item, "a fact", "事实"),
                   clock ? std::string(inner)
                         : Work::say(item, "the define or parameter ", "定义或参数 ") + std::string(inner)},
                  Work::say(item, "A text names facts only: write the value itself, or a fact that holds it.",
                            "文字中只能引用事实：请直接写出值，或引用含有该值的事实。"));
      good = false;
      continue;
    }
    const std::string dotted =
        steps.size() == 1 && no_fact.entry == nullptr && !work.single_facts.contains(steps.front())
            ? conditions.with_dot(steps.front())
            : std::string();
    if (!dotted.empty()) {  // {product rate}, {产品利率}
      Diagnostic& diagnostic =
          work.report(codes::kUnknownName, item, span, {Work::say(item, "fact", "事实"), std::string(inner)},
                      Work::say(item, "Did you mean “", "是否指“") + dotted + Work::say(item, "”?", "”？"));
      if (work.text_at(span).starts_with("{")) diagnostic.fixes.push_back({span, "{" + dotted + "}"});
      good = false;
      continue;
    }
    const Index fact = conditions.fact(path, true);
    work.references.keep_written(path);
    if (fact == kNone) {
      // What is offered replaces the path: the braces stay. In a text with doubled marks its place is not known.
      const bool placed = work.text_at(span).starts_with("{");
      for (std::size_t each = told; each < work.diagnostics.size(); ++each) {
        if (work.diagnostics[each].help.empty())
          work.diagnostics[each].help =
              Work::say(item, "A fact is named with its group: {product.name}", "引用事实须连同其组名：{产品.名称}");
        std::vector<Fix>& fixes = work.diagnostics[each].fixes;
        const bool a_group = fixes.size() == 1 && work.group_names.contains(fixes.front().replacement);
        if (a_group) {  // {acount}: which of its facts goes unsaid
          work.diagnostics[each].help = Work::say(item, "Did you mean a fact of “", "是否指“") +
                                        fixes.front().replacement + Work::say(item, "”?", "”的某个事实？");
          fixes.clear();
        }
        for (Fix& fix : fixes)
          if (fix.span == span) fix.replacement = "{" + fix.replacement + "}";
      }
      for (std::size_t each = told; each < work.diagnostics.size() && !placed; ++each)
        work.diagnostics[each].fixes.clear();
      good = false;
      continue;
    }
    out.push_back({{}, fact});
    std::string identity = "fact";
    for (const std::string& step : work.model.facts[fact].path) identity += (identity == "fact" ? " " : ".") + step;
    noted.push_back({{}, identity});
  }
  flush();
  warn_of_other_brackets(work, item, text);
  if (good) work.references.add(text, std::move(noted));
  return good;
}

}  // namespace

bool cut_texts(Work& work, const Item& item, const syntax::Texts& texts, Templates& out) {
  bool good = true;
  for (const syntax::LocalText& text : texts) {
    Template pieces;
    good = cut(work, item, text, pieces) && good;
    const bool en = text.language == Language::en, zh = text.language == Language::zh;
    (en ? out.en : zh ? out.zh : out.any) = std::move(pieces);
    (en ? out.en_span : zh ? out.zh_span : out.any_span) = text.span;
  }
  return good;
}

bool asked_text(Work& work, const Item& item, const syntax::Texts& texts, Text& plain, Templates& pieces) {
  plain = text_of(texts);
  if (!cut_texts(work, item, texts, pieces)) return false;
  refuse_match(work, item, texts.empty() ? Span{} : texts.front().span, pieces,
               Work::say(item, "a text that asks", "询问文字"));
  return true;
}

void refuse_match(Work& work, const Item& item, Span span, const Templates& templates, std::string whom) {
  if (!holds_match(templates)) return;
  work.report(codes::kNoMatch, item, span, {Work::say(item, "{match}", "{命中}"), std::move(whom)});
}

bool holds_match(const Templates& templates) {
  for (const Template* each : {&templates.en, &templates.zh, &templates.any}) {
    for (const TemplatePiece& piece : *each) {
      if (piece.fact == kMatch) return true;
    }
  }
  return false;
}

std::vector<Index> facts_in(const Templates& templates) {
  std::set<Index> facts;
  for (const Template* each : {&templates.en, &templates.zh, &templates.any}) {
    for (const TemplatePiece& piece : *each) {
      if (piece.fact != kMatch && piece.fact != kNone) facts.insert(piece.fact);
    }
  }
  return {facts.begin(), facts.end()};
}

}  // namespace caveat::model
