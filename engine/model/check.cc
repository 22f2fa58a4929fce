#include "engine/model/check.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "engine/base/digest.h"
#include "engine/model/checks/work.h"

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
  result.references = std::make_unique<const References>(std::move(work.references));
  return result;
}

void add_to(std::vector<Diagnostic>& told, std::vector<Diagnostic> found, const Sources& sources) {
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
  told.insert(told.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
}

}  // namespace caveat::model
