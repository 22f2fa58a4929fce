#include "engine/model/check.h"

#include <algorithm>

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
    {"products that answers name", check_named},
    {"whose days count", check_days},
    {"examples", check_examples},
    {"ways to a person", check_ways_out},
    {"rules that hold together", check_both_hold},
    {"not supported yet", check_later},
    {"limits", check_limits},
};

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

}  // namespace caveat::model
