#include "engine/model/check.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/digest.h"
#include "engine/model/checks/work.h"
#include "engine/syntax/codes.h"

namespace caveat::model {
namespace {

struct Check {
  std::string_view name;
  void (*run)(Work& work);
};

// In this order: each leans on what stands above it. All run, whatever was found; what could not be resolved is passed
// over in silence by those that follow.
constexpr Check kChecks[] = {
    {"packs and versions", link_packs},
    {"jurisdictions", check_jurisdictions},
    {"names", declare_names},
    {"scales", check_scales},
    {"sources", check_sources},
    {"facts and their types", check_facts},
    {"data sets", check_data},
    {"time zones", check_zones},
    {"parameters", check_parameters},
    {"lexicons", check_lexicons},
    {"wordings", check_wordings},
    {"calendars", check_calendars},
    {"requirements", check_requirements},
    {"queues", check_queues},
    {"lines of a pack", check_pack_lines},
    {"currencies", check_currencies},
    {"defines", check_defines},
    {"topics", check_topics},
    {"rules", check_rules},
    {"facts in what could not be read", check_unread},
    {"products that answers name", check_named},
    {"whose days count", check_days},
    {"examples", check_examples},
    {"ways to a person", check_ways_out},
    {"rules that hold together", check_both_hold},
    {"not supported yet", check_later},
    {"limits", check_limits},
};

// Whether the words stand in that text, and not within longer ones: `to` does not stand in `customer`.
bool holds_word(std::string_view text, std::string_view words) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    const bool begins = at == 0 || !is_letter(text[at - 1]) || !is_letter(words.front());
    const bool ends = end == text.size() || !is_letter(text[end]) || !is_letter(words.back());
    if (begins && ends) return true;
  }
  return false;
}

// The names that declarations give; a name that begins with a digit was told when it was read.
void add_digit_first(const syntax::Names& names, std::vector<Span>& out) {
  const auto add = [&](const syntax::Word& word) {
    if (!word.text.empty() && word.text.front() >= '0' && word.text.front() <= '9') out.push_back(word.span);
  };
  add(names.first);
  for (const syntax::Word& also : names.also) add(also);
}

void add_digit_first(const std::vector<syntax::FactDecl>& members, std::vector<Span>& out) {
  for (const syntax::FactDecl& member : members) {
    add_digit_first(member.names, out);
    for (const syntax::TypeExpr* type = &member.type; type != nullptr; type = type->element.get()) {
      for (const syntax::Names& choice : type->choices) add_digit_first(choice, out);
      add_digit_first(type->members, out);
    }
  }
}

void add_digit_first(const syntax::Decl& decl, std::vector<Span>& out) {
  std::visit(
      [&](const auto& body) {
        if constexpr (requires { add_digit_first(body.names, out); }) add_digit_first(body.names, out);
        if constexpr (requires { add_digit_first(body.members, out); }) add_digit_first(body.members, out);
        if constexpr (requires { body.levels; }) {
          for (const syntax::Level& level : body.levels)
            for (const syntax::Word& name : level.names) add_digit_first(syntax::Names{name, {}}, out);
        }
      },
      decl.body);
}

// 高于 1级, 转人工 至 1号坐席: what is told of a name where it is referred to follows from its declaration, where it is wrong; or, where
// none declares it, it is not there.
void drop_references(std::vector<Diagnostic>& told, std::vector<Diagnostic>& found, const std::vector<Span>& declared,
                     const Sources& sources) {
  using Place = std::pair<SourceId, std::uint32_t>;
  std::set<std::string_view> names;
  std::set<std::size_t> lengths;
  std::set<Place> places, unknown;
  for (const Span& span : declared) {
    const std::string_view name = sources[span.source].text(span);
    names.insert(name);
    lengths.insert(name.size());
    places.emplace(span.source, span.begin);
  }
  for (const Diagnostic& each : found)
    if (each.code == &codes::kUnknownName) unknown.emplace(each.span.source, each.span.begin);
  std::erase_if(told, [&](const Diagnostic& each) {
    const Place place{each.span.source, each.span.begin};
    if (each.code == &syntax::codes::kDigitFirst && unknown.count(place) != 0) return true;
    if (each.code != &syntax::codes::kUnitLeftover && each.code != &syntax::codes::kDigitFirst) return false;
    const std::string_view before = sources[each.span.source].bytes().substr(0, each.span.end);
    return places.count(place) == 0 && std::any_of(lengths.begin(), lengths.end(), [&](std::size_t length) {  // 级
             return length <= before.size() && length >= each.span.end - each.span.begin &&
                    names.count(before.substr(before.size() - length)) != 0;
           });
  });
  std::erase_if(found, [&](const Diagnostic& each) {  // 1 of 1st
    if (each.code != &codes::kWrongType) return false;
    const std::string_view behind = sources[each.span.source].bytes().substr(each.span.begin);
    return std::any_of(lengths.begin(), lengths.end(),
                       [&](std::size_t length) { return names.count(behind.substr(0, length)) != 0; });
  });
}

}  // namespace

CheckResult check(const Sources& sources, const std::vector<PackFiles>& packs, const Limits& limits,
                  const ZoneBook& zones) {
  Work work(sources, packs, limits, zones);
  work.model.source_languages.assign(sources.size(), Language::en);
  for (const PackFiles& pack : packs) {
    for (const syntax::File* file : pack.files) work.model.source_languages[file->source] = file->language;
  }
  for (const Check& each : kChecks) each.run(work);

  CheckResult result;
  sort_and_unify(work.diagnostics);
  const bool wrong = std::any_of(work.diagnostics.begin(), work.diagnostics.end(),
                                 [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; }) ||
                     std::any_of(packs.begin(), packs.end(), [](const PackFiles& files) { return files.broken; });
  if (!wrong) {
    for (Index pack = 0; pack < work.model.packs.size(); ++pack) {
      Canonical canonical = canonical_form(work, pack);
      work.model.packs[pack].digest = sha256(canonical.declarations);
      work.model.packs[pack].examples_digest = sha256(canonical.examples);
      result.canonical.push_back(std::move(canonical));
    }
    result.model = std::make_unique<const Model>(std::move(work.model));
  }
  result.diagnostics = std::move(work.diagnostics);
  for (const PackFiles& pack : packs)
    for (const syntax::File* file : pack.files)
      for (const syntax::Decl& decl : file->declarations) add_digit_first(decl, result.digit_first);
  result.references = std::make_unique<const References>(std::move(work.references));
  return result;
}

void add_to(std::vector<Diagnostic>& told, CheckResult& checked, const Sources& sources) {
  std::vector<Diagnostic>& found = checked.diagnostics;
  drop_references(told, found, checked.digit_first, sources);
  struct Mend {
    Span span;
    std::vector<std::string> with;
    std::uint32_t reach = 0;  // where the furthest of those up to it ends
  };
  std::map<SourceId, std::vector<Mend>> mends;
  for (const Diagnostic& each : found) {
    if (each.severity != Severity::error || each.fixes.empty()) continue;
    Mend mend{each.fixes.front().span, {}};
    for (const Fix& fix : each.fixes)
      if (fix.span == mend.span) mend.with.push_back(fix.replacement);
    if (mend.with.size() == each.fixes.size() && mend.span.source < sources.size())
      mends[mend.span.source].push_back(std::move(mend));
  }
  for (auto& [source, of_source] : mends) {
    std::stable_sort(of_source.begin(), of_source.end(),
                     [](const Mend& a, const Mend& b) { return a.span.begin < b.span.begin; });
    std::uint32_t reach = 0;
    for (Mend& mend : of_source) mend.reach = reach = std::max(reach, mend.span.end);
  }
  std::erase_if(told, [&](const Diagnostic& each) {
    const auto of_source = mends.find(each.span.source);
    if (of_source == mends.end() || each.severity != Severity::error || each.span.begin == each.span.end) return false;
    const std::vector<Mend>& all = of_source->second;
    const std::string_view words = sources[each.span.source].text(each.span);
    auto behind = std::upper_bound(all.begin(), all.end(), each.span.begin,
                                   [](std::uint32_t at, const Mend& mend) { return at < mend.span.begin; });
    for (; behind != all.begin() && std::prev(behind)->reach >= each.span.end; --behind) {
      const Mend& mend = *std::prev(behind);
      if (mend.span == each.span) continue;  // 200,000 without a unit: two mistakes of one number
      if (mend.span.end >= each.span.end &&
          std::none_of(mend.with.begin(), mend.with.end(),
                       [&](const std::string& with) { return holds_word(with, words); }))
        return true;
    }
    return false;
  });
  told.insert(told.end(), found.begin(), found.end());
}

}  // namespace caveat::model
