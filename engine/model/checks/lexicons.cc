// Lexicons: terms that stand in the rule file and in files beside it, each once.
#include <algorithm>
#include <array>

#include "engine/model/checks/conditions.h"
#include "engine/model/checks/several_in_one.h"
#include "engine/text/lexicon.h"

namespace caveat::model {
namespace {

// One term a line; what follows a `#` at a line's beginning is a remark; blank lines count for nothing.
void add_lines(std::string_view content, std::vector<std::string>& terms) {
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    std::string_view line = content.substr(0, end);
    content = end == std::string_view::npos ? std::string_view() : content.substr(end + 1);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    terms.emplace_back(line);
  }
}

// A term whose own text does not count for a phrase of `but not` in it: nor would any other hit of it. Asked of the matching itself.
// Terms with a gap are left out: what fills it is the customer's.
const std::string* swallowed(const Lexicon& lexicon, std::size_t max_hits) {
  if (lexicon.but_not.empty()) return nullptr;
  const std::array<text::Lexicon, 2> with_and_without = {
      {{.terms = lexicon.terms,
        .but_not = lexicon.but_not,
        .exact_case = lexicon.exact_case,
        .exact_form = lexicon.exact_form},
       {.terms = lexicon.terms, .but_not = {}, .exact_case = lexicon.exact_case, .exact_form = lexicon.exact_form}}};
  std::vector<text::LexiconFault> faults;
  const text::Lexicons matching(with_and_without, faults);
  text::MatchScratch scratch(matching, max_hits);
  text::NormalText normal;
  for (const std::string& term : lexicon.terms) {
    if (term.find("…") != std::string::npos) continue;
    text::normalise(term, normal);
    matching.match(normal, scratch);
    if (!scratch.has(0) && scratch.has(1) && !scratch.over_limit()) return &term;
  }
  return nullptr;
}

void sort_once(std::vector<std::string>& terms) {
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
}

}  // namespace

void check_lexicons(Work& work) {
  std::size_t total = 0;
  for (const Item& item : work.all<syntax::LexiconDecl>()) {
    const auto& decl = item.as<syntax::LexiconDecl>();
    Lexicon lexicon;
    lexicon.names = names_of(decl.names);
    lexicon.pack = item.pack;
    lexicon.exact_case = decl.exact_case;
    lexicon.exact_form = decl.exact_form;
    bool complete = true;
    const auto add = [&](const syntax::LocalText& text, std::vector<std::string>& to) {
      const bool good = phrase_can_be_found(work, item, text.span, text.value, &to == &lexicon.terms);
      if (good) to.push_back(text.value);
      const Among among = &to == &lexicon.terms ? Among::list : Among::exceptions;
      if (good) warn_of_several_in_one(work, item, text.span, text.value, among);
      complete = complete && good;
    };
    for (const syntax::LocalText& term : decl.terms) add(term, lexicon.terms);
    for (const syntax::LocalText& term : decl.but_not) add(term, lexicon.but_not);
    const PackFiles& files = work.files[work.pack_files[item.pack]];
    for (const syntax::LocalText& name : decl.files) {
      const auto found = std::find_if(files.lexicon_files.begin(), files.lexicon_files.end(),
                                      [&](const auto& file) { return file.first == name.value; });
      if (found == files.lexicon_files.end()) {
        work.report(
            codes::kFileMissing, item, name.span, {name.value},
            Work::say(item, "The name is read relative to the folder of the pack.", "文件名相对于规则包所在的目录。"));
        complete = false;
        continue;
      }
      std::vector<std::string> terms;
      add_lines(found->second, terms);
      for (const std::string& term : terms) {
        if (phrase_can_be_found(work, item, name.span, term, true)) {
          lexicon.terms.push_back(term);
        } else {
          complete = false;
        }
      }
    }
    sort_once(lexicon.terms);
    sort_once(lexicon.but_not);
    if (const std::string* term = complete ? swallowed(lexicon, work.limits.hits) : nullptr) {
      work.report(
          codes::kContradiction, item, decl.names.first.span, {*term, Work::say(item, "but not", "但不含")},
          Work::say(item,
                    "A hit that lies in a phrase after `but not`, or overlaps one, does not count, so this term never "
                    "would. Make that phrase longer than the term.",
                    "落在“但不含”短语之内或与其重叠的命中不计，故此词条永远不会命中。请使该短语长于词条。"));
    }
    if (lexicon.terms.empty() && complete) {
      work.report(codes::kEmptyLexicon, item, decl.names.first.span, {lexicon.names.first});
    }
    total += lexicon.terms.size() + lexicon.but_not.size();
    if (total > work.limits.lexicon_terms) {
      work.report(codes::kTooMany, item, decl.names.first.span,
                  {Work::say(item, "terms of all lexicons", "全部词表的词条数"), std::to_string(total),
                   std::to_string(work.limits.lexicon_terms)});
      total = 0;
    }
    work.model.lexicons.push_back(std::move(lexicon));
  }
}

}  // namespace caveat::model
