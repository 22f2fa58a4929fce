#include "engine/model/checks/work.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "engine/base/nearest.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/numerals.h"
#include "engine/syntax/spaced.h"
#include "engine/syntax/speech.h"

namespace caveat::model {
namespace {

constexpr std::size_t kCompared = 20'000'000;  // names, in looking for those that are near

}  // namespace

Diagnostic& Work::report(const Code& code, const Item& item, Span span, std::vector<std::string> arguments,
                         std::string help, Severity severity) {
  if (&code == &codes::kNameTwice && help.empty())
    help = say(item, "Give one of the two another name, or delete it.", "请给其中之一另起名称，或删去其一。");
  Diagnostic diagnostic = diagnose(code, span, item.language(), arguments, std::move(help));
  diagnostic.severity = severity;
  diagnostics.push_back(std::move(diagnostic));
  return diagnostics.back();
}

void Work::not_yet(const Item& item, Span span, std::string_view en, std::string_view zh) {
  report(codes::kNotYet, item, span, {say(item, en, zh)});
}

bool Work::may_be_elsewhere(Index pack) const {
  return lost_pack || std::any_of(blind.begin(), blind.end(), [&](Index each) { return scope.sees(pack, each); });
}

bool Work::maybe_lost(Index pack, std::string_view name) const {
  if (may_be_elsewhere(pack)) return true;
  for (const auto& [owner, text] : lost) {
    if (scope.sees(pack, owner) && text.find(name) != std::string::npos) return true;
  }
  return false;
}

bool Work::head_maybe_lost(Index pack, std::string_view name) const {
  if (may_be_elsewhere(pack)) return true;
  for (const auto& [owner, text] : lost) {
    if (!scope.sees(pack, owner)) continue;
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const std::size_t before = text.rfind('\n', at);
      const std::size_t begin = before == std::string::npos ? 0 : before + 1;
      const std::string first = text.substr(begin, text.find(' ', begin) - begin);
      constexpr std::string_view kKnown[] = {"facts", "事实"};
      if (!nearest(first, std::span<const std::string_view>(kKnown)).empty()) return true;
    }
  }
  return false;
}

std::string Work::list_of(const Item& item, const std::vector<std::string_view>& known, std::string_view before) {
  std::vector<std::string_view> names;
  for (const bool any_language : {false, true}) {
    for (const std::string_view name : known) {
      if (any_language || is_chinese(name) == (item.language() == Language::zh)) names.push_back(name);
    }
    if (!names.empty()) break;
  }
  if (names.empty() || names.size() > 10) return {};
  std::string out = say(item, "There is: ", "现有：");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i != 0) out += say(item, ", ", "、");
    out += before;
    out += names[i];
  }
  return out;
}

// 未核实 and 核实, unverified and verified: one slip apart, and opposites.
bool Work::opposites(std::string_view a, std::string_view b) {
  if (b.empty()) return false;
  for (const std::string_view no : {"不", "未", "非", "无"})
    if ((a.find(no) == a.npos) != (b.find(no) == b.npos)) return true;
  const std::string_view longer = a.size() > b.size() ? a : b, shorter = a.size() > b.size() ? b : a;
  const std::size_t at = longer.rfind('.') == longer.npos ? 0 : longer.rfind('.') + 1;
  for (const std::string_view no : {"un", "non_", "non", "no_", "not_", "in", "ir"}) {
    if (longer.substr(at).starts_with(no) &&
        std::string(longer.substr(0, at)) + std::string(longer.substr(at + no.size())) == shorter)
      return true;
  }
  return false;
}

// 非客户.贵宾: a keyword without its blank, beside a name that is there. The name without it says the opposite.
bool Work::told_of_glued(const Item& item, Span span, const std::string& written,
                         const std::vector<std::string_view>& known) {
  const std::size_t dot = std::min(written.find('.'), written.size());
  const auto spaced = syntax::spaced_reading(written.substr(0, dot));
  if (!spaced) return false;
  const std::string before = spaced->substr(0, spaced->find(' ')), after = spaced->substr(spaced->find(' ') + 1);
  const auto there = [&](const std::string& name) {
    return group_names.count(name) != 0 || single_facts.count(name) != 0 ||
           std::find(known.begin(), known.end(), name) != known.end() ||
           std::find(known.begin(), known.end(), name + written.substr(dot)) != known.end();
  };
  if (!there(after) && (dot != written.size() || !there(before))) return false;
  const std::string meant = *spaced + written.substr(dot);
  report(syntax::codes::kKeywordGlued, item, span, {written},
         say(item, "put a blank after a keyword: ", "关键字前后请加空格：") + meant)
      .fixes.push_back({span, meant});
  return true;
}

// 客户.年龄大于等于65: behind a dot the whole run is a name, and no such name is there.
bool Work::told_of_glued_behind(const Item& item, Span span, const std::string& before, const std::string& step,
                                const std::vector<std::string_view>& known) {
  if (step.size() > limits.name_bytes || syntax::is_ascii(step)) return false;
  const auto behind_a_name = [&](std::string_view head) {
    std::vector<syntax::Segment> parts = syntax::segments_before_a_number(head);
    const bool named = parts.size() > 1 && parts.front().keyword == nullptr &&
                       std::find(known.begin(), known.end(), parts.front().text) != known.end();
    return named ? parts : std::vector<syntax::Segment>{};
  };
  std::size_t digits = std::min(step.find_first_of("0123456789"), step.size());
  std::string number = step.substr(digits);
  std::vector<syntax::Segment> parts;
  if (digits > 0 && !number.empty()) parts = behind_a_name(std::string_view(step).substr(0, digits));
  for (std::size_t cut = 1; cut < step.size() && parts.empty(); ++cut) {  // 年龄满六十周岁
    if ((static_cast<unsigned char>(step[cut]) & 0xC0) == 0x80) continue;
    const auto in_words = syntax::in_digits(std::string_view(step).substr(cut));
    if (!in_words) continue;
    parts = behind_a_name(std::string_view(step).substr(0, cut));
    number = *in_words;
    digits = cut;
  }
  if (parts.empty()) return false;
  std::string meant = before;
  for (const syntax::Segment& part : parts) {
    meant += part.text;
    const std::string_view text = part.text;
    if (!(text == "百分之" || text == "千分之" || text == "万分之")) meant += " ";
  }
  meant += number;
  Diagnostic& diagnostic = report(syntax::codes::kKeywordGlued, item, span, {before + step},
                                  say(item, "put a blank after a keyword: ", "关键字前后请加空格：") + meant);
  const auto& all = syntax::all_spellings();
  const bool goes_on = std::any_of(all.begin(), all.end(), [&](const syntax::Spelling& s) {
    return s.kind == syntax::KeywordKind::logic && s.language == Language::zh && step.find(s.text, digits) != step.npos;
  });
  if (!goes_on) diagnostic.fixes.push_back({span, meant});  // 65且低于70
  return true;
}

// 五百万元, 三分之一, 週一: no names, but what is written otherwise.
bool Work::told_of_another_form(const Item& item, Span span, const std::string& written,
                                const std::vector<std::string_view>& known) {
  if (syntax::is_ascii(written)) {  // Yes, monday
    const auto same = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
    for (const syntax::Spelling& each : syntax::all_spellings()) {
      if (each.kind != syntax::KeywordKind::value || each.words.size() != 1 || each.text == written ||
          !std::equal(written.begin(), written.end(), each.text.begin(), each.text.end(), same))
        continue;
      report(codes::kUnknownName, item, span, {std::string(word_of(Kind::value, item.language())), written},
             say(item, "Did you mean “", "是否指“") + each.text + say(item, "”?", "”？"))
          .fixes.push_back({span, each.text});
      return true;
    }
    if (const auto number = syntax::number_in_english(written)) {  // above sixty
      const std::string meant = std::to_string(*number);
      report(syntax::codes::kNumberInWords, item, span, {written},
             say(item, "write it in digits: ", "请用数字书写：") + meant)
          .fixes.push_back({span, meant});
      return true;
    }
    return false;
  }
  if (const auto meant = syntax::in_digits(written)) {
    report(syntax::codes::kNumberInWords, item, span, {written},
           say(item, "write it in digits: ", "请用数字书写：") + *meant)
        .fixes.push_back({span, *meant});
    return true;
  }
  if (const std::string plain = syntax::simplified(written); plain != written) {  // 週一
    const auto& keywords = syntax::spellings_from(plain);
    if (std::any_of(keywords.begin(), keywords.end(), [](const syntax::Spelling* each) {
          return each->words.size() == 1 && each->kind == syntax::KeywordKind::value;
        })) {
      report(syntax::codes::kTraditional, item, span, {written},
             say(item, "keywords are written in simplified characters: ", "关键字用简体字：") + plain)
          .fixes.push_back({span, plain});
      return true;
    }
  }
  constexpr std::string_view kWeekday = "礼拜";
  if (written.starts_with(kWeekday)) {  // 礼拜天
    const std::string rest = written.substr(kWeekday.size()), meant = "周" + (rest == "天" ? "日" : rest);
    const auto& keywords = syntax::spellings_from(meant);
    if (std::any_of(keywords.begin(), keywords.end(),
                    [](const syntax::Spelling* each) { return each->kind == syntax::KeywordKind::value; })) {
      report(codes::kUnknownName, item, span, {std::string(word_of(Kind::value, item.language())), written},
             say(item, "Did you mean “", "是否指“") + meant + say(item, "”?", "”？"))
          .fixes.push_back({span, meant});
      return true;
    }
  }
  constexpr std::string_view kYuan = "人民币", kUnit = "元";
  if (written.starts_with(kYuan) && written.ends_with(kUnit)) {
    if (const auto meant = syntax::in_digits(std::string_view(written).substr(kYuan.size()))) {
      report(syntax::codes::kNumberInWords, item, span, {written},
             say(item, "write it in digits: ", "请用数字书写：") + *meant)
          .fixes.push_back({span, *meant});
      return true;
    }
  }
  constexpr std::string_view kParts = "分之";
  if (const std::size_t parts = written.find(kParts); parts != std::string::npos) {  // 三分之一
    const auto below = syntax::number_in_words(written.substr(0, parts));
    const auto above = syntax::number_in_words(written.substr(parts + kParts.size()));
    if (below && above && *below != 0) {
      const std::string times = *above == 1 ? std::string() : " * " + std::to_string(*above);
      report(syntax::codes::kNumberInWords, item, span, {written},
             say(item, "a fraction is written as a division: «value»", "分数用除法书写：«数值»") + times + " / " +
                 std::to_string(*below));
      return true;
    }
  }
  return told_of_glued_behind(item, span, {}, written, known);
}

std::vector<std::string_view> Work::known_names(Kind kind, Index pack) const {
  return compared > kCompared ? std::vector<std::string_view>() : scope.names(kind, pack);
}

std::string_view Work::near_to(std::string_view name, const std::vector<std::string_view>& known) {
  if (compared > kCompared) return {};
  compared += known.size();
  if (const std::string plain = syntax::simplified(name); plain != name) {  // 客戶 where 客户 is known
    const auto meant = std::find(known.begin(), known.end(), plain);
    if (meant != known.end()) return *meant;
  }
  return nearest(name, std::span<const std::string_view>(known));
}

void Work::unknown_name(Kind kind, const Item& item, Span span, const std::string& written,
                        const std::vector<std::string_view>& known) {
  const std::string last = written.substr(written.rfind('.') == std::string::npos ? 0 : written.rfind('.') + 1);
  if (kind == Kind::value && told_of_another_form(item, span, written, known)) return;
  if (maybe_lost(item.pack, last)) return;
  if (told_of_glued(item, span, written, known)) return;
  for (const std::string_view tag : {"中文", "英文", "zh", "en"}) {  // 提示 中文危机话术, say zhCRISIS
    if (!written.starts_with(tag)) continue;
    const std::string name = written.substr(tag.size()), meant = std::string(tag) + " " + name;
    if (std::find(known.begin(), known.end(), name) == known.end()) continue;
    report(syntax::codes::kKeywordGlued, item, span, {written},
           say(item, "put a blank after a keyword: ", "关键字前后请加空格：") + meant)
        .fixes.push_back({span, meant});
    return;
  }
  std::string near(near_to(written, known));
  if (opposites(written, near)) near.clear();
  std::string help;
  if (!near.empty()) {
    help = say(item, "Did you mean “", "是否指“") + near + say(item, "”?", "”？");
  } else {
    help = list_of(item, known);
    if (kind == Kind::lexicon)
      help += (help.empty() ? "" : say(item, "; ", "；")) +
              say(item, "words that are looked for stand in quotation marks", "要查找的文字须加引号");
    if (const std::string_view how = sample_of(kind, item.language()); !how.empty())
      help += (help.empty() ? "" : say(item, "; ", "；")) +
              say(item, "declare a new one at the left margin: ", "新的须另行顶格声明：") + std::string(how);
  }
  Diagnostic& diagnostic =
      report(codes::kUnknownName, item, span, {std::string(word_of(kind, item.language())), written}, std::move(help));
  if (!near.empty()) diagnostic.fixes.push_back({span, near});
}

std::vector<std::string> Work::names_seen(const OwnNames& own, Index of, Index choice, Index pack) const {
  std::vector<std::string> out;
  const auto add = [&](const std::vector<std::string>& names) {
    for (const std::string& name : names)
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  if (const auto mine = own.find({of, choice, pack}); mine != own.end()) add(mine->second);
  for (auto each = own.lower_bound({of, choice, 0}); each != own.end(); ++each) {
    const auto& [set, which, owner] = each->first;
    if (set != of || which != choice) break;
    if (scope.sees(pack, owner)) add(each->second);
  }
  return out;
}

const std::vector<std::string>* Work::pack_names_of(Index pack) const {
  return pack == kNone ? nullptr : &model.packs[pack].names.all;
}

// A further name of it may be that of another one nearer by, which it would mean where it stands alone.
bool Work::means(Kind kind, Index pack, const std::string& name, const Entry& entry) const {
  const bool in_conditions = kind == Kind::define || kind == Kind::parameter;
  if (in_conditions && (single_facts.count(name) != 0 || group_names.count(name) != 0)) return false;
  const Scope::Found found = scope.find(in_conditions ? Kind::value : kind, pack, {name});
  return found.entry != nullptr && found.other == nullptr && found.entry->span == entry.span;
}

const Entry* Work::resolve(Kind kind, const Item& item, const syntax::Path& path) {
  const std::vector<std::string> steps = steps_of(path);
  const Scope::Found found = scope.find(kind, item.pack, steps);
  std::string written;
  for (const std::string& step : steps) written += (written.empty() ? "" : ".") + step;
  if (found.entry != nullptr && found.other != nullptr) {
    Diagnostic& diagnostic =
        report(codes::kAmbiguousName, item, path.span,
               {written, model.packs[found.entry->pack].names.first, model.packs[found.other->pack].names.first},
               say(item, "Write the pack before it: ", "请在前面写明规则包：") +
                   model.packs[found.entry->pack].names.first + "." + written);
    diagnostic.related = {{found.entry->span, say(item, "here", "此处")},
                          {found.other->span, say(item, "and here", "与此处")}};
    return nullptr;
  }
  if (found.entry == nullptr) {
    if (scope.behind_a_misspelt(item.pack, steps)) return nullptr;  // the pack was told where it is used
    if (found.hidden != nullptr && !may_be_elsewhere(item.pack)) {
      const std::string& owner = model.packs[found.hidden->pack].names.first;
      report(codes::kNotVisible, item, path.span,
             {std::string(word_of(kind, item.language())), written, owner, model.packs[item.pack].names.first},
             say(item, "Add the line: use ", "请加一行：引用 ") + owner);
      return nullptr;
    }
    unknown_name(kind, item, path.span, written, known_names(kind, item.pack));
    return nullptr;
  }
  const Entry& entry = *found.entry;
  const Reference*& known = of_declarations[{kind, item.pack, entry.span.source, entry.span.begin, steps.size()}];
  if (known == nullptr) {
    Reference reference;
    reference.identity =
        std::string(word_of(kind, Language::en)) + " " + full_name(model, entry.pack, entry.names.first);
    reference.names.resize(steps.size());
    for (const std::string& name : entry.names.all)
      if (name == steps.back() || steps.size() > 1 || means(kind, item.pack, name, entry))
        reference.names.back().push_back(name);
    reference.declared = entry.span;
    known = references.keep(std::move(reference));
  }
  references.add(path, known);
  return found.entry;
}

Names names_of(const syntax::Names& names) {
  Names out;
  out.first = names.first.text;
  out.all.push_back(names.first.text);
  for (const syntax::Word& also : names.also) out.all.push_back(also.text);
  return out;
}

std::vector<std::string> words_of(const std::vector<syntax::Word>& words) {
  std::vector<std::string> out;
  for (const syntax::Word& word : words) out.push_back(word.text);
  return out;
}

std::vector<std::string> steps_of(const syntax::Path& path) { return words_of(path.parts); }

Text text_of(const syntax::Texts& texts) {
  Text out;
  for (const syntax::LocalText& text : texts) {
    (text.language == Language::en ? out.en : text.language == Language::zh ? out.zh : out.any) = text.value;
  }
  return out;
}

Span heading(const Work& work, const Item& item) {
  Span span = item.decl->span;
  const std::string_view text = work.text_at(span);
  const std::size_t end = text.find('\n');
  if (end != std::string_view::npos) span.end = span.begin + static_cast<std::uint32_t>(end);
  return span;
}

std::string full_name(const Model& model, Index pack, std::string_view first) {
  return pack == kNone ? std::string(first) : model.packs[pack].names.first + "/" + std::string(first);
}

}  // namespace caveat::model
