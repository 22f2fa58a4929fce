// Lexicons: terms that stand in the rule file and in files beside it, each once.
#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_set>

#include "engine/model/checks/conditions.h"

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

// A term that has a phrase of `but not` in it: each of its hits would lie in that phrase or overlap it, and not count.
const std::string* swallowed(const std::vector<std::string>& terms, const std::vector<std::string>& but_not,
                             std::string_view& by) {
  const std::unordered_set<std::string_view> phrases(but_not.begin(), but_not.end());
  std::set<std::size_t> lengths;
  for (const std::string& phrase : but_not) lengths.insert(phrase.size());
  for (const std::string& term : terms) {
    for (const std::size_t length : lengths) {
      for (std::size_t at = 0; at + length <= term.size(); ++at) {
        const auto found = phrases.find(std::string_view(term).substr(at, length));
        if (found == phrases.end()) continue;
        by = *found;
        return &term;
      }
    }
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
      complete = complete && good;
    };
    for (const syntax::LocalText& term : decl.terms) add(term, lexicon.terms);
    for (const syntax::LocalText& term : decl.but_not) add(term, lexicon.but_not);
    const PackFiles& files = work.files[work.pack_files[item.pack]];
    for (const syntax::LocalText& name : decl.files) {
      const auto found = std::find_if(files.lexicon_files.begin(), files.lexicon_files.end(),
                                      [&](const auto& file) { return file.first == name.value; });
      if (found == files.lexicon_files.end()) {
        work.report(codes::kFileMissing, item, name.span, {name.value},
                    Work::say(item, "The name is read relative to the file that it stands in.",
                              "文件名相对于它所在的规则文件。"));
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
    std::string_view by;
    if (const std::string* term = swallowed(lexicon.terms, lexicon.but_not, by)) {
      work.report(
          codes::kContradiction, item, decl.names.first.span,
          {*term, Work::say(item, "but not ", "但不含 ") + std::string(by)},
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
