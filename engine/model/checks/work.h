// Work: what the checks of one run share: the trees, the names, the Model being made, the mistakes found.
// Each check is one function in checks/<one>.cc that reads the trees and adds to the Model; check.cc is their list.
//
// Promises   a name that could not be resolved is reported where it stands and nowhere else: whatever is made of it is
//            null, and null is passed on in silence
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/limits.h"
#include "engine/model/check.h"
#include "engine/model/codes.h"
#include "engine/model/model.h"
#include "engine/model/references.h"
#include "engine/model/scope.h"
#include "engine/model/types.h"
#include "engine/syntax/ast.h"

namespace caveat::model {

// One declaration of a linked pack.
struct Item {
  const syntax::Decl* decl = nullptr;
  const syntax::File* file = nullptr;
  Index pack = kNone;

  Language language() const { return file->language; }
  template <class T>
  const T& as() const {
    return std::get<T>(decl->body);
  }
};

class Work {
 public:
  Work(const Sources& all_sources, const std::vector<PackFiles>& all_files, const Limits& all_limits,
       const ZoneBook& all_zones)
      : sources(all_sources), files(all_files), limits(all_limits), zones(all_zones) {}

  const Sources& sources;
  const std::vector<PackFiles>& files;
  const Limits& limits;
  const ZoneBook& zones;

  Model model;
  References references;
  Scope scope;
  std::vector<Diagnostic> diagnostics;

  std::vector<Item> items;              // of all linked packs, by (pack, first name, place): the order of everything
  std::vector<std::size_t> pack_files;  // Model::packs → files
  std::vector<Item> pack_items;         // Model::packs → their `pack` declaration

  // Facts by group and name; a group is its first name.
  struct Group {
    std::vector<std::string> names;                     // first among them
    std::map<std::string, Index, std::less<>> members;  // any name of a member → Model::facts
    Part part = Part::turn;
    bool built_in = false, has_text = false;
    bool lost = false;      // a line of it could not be read: what it may have declared is not called unknown
    Span head;              // its name where a pack declares it
    bool misnamed = false;  // which was told: customers, of the built-in customer
  };
  std::map<std::string, Group, std::less<>> groups;             // first name → group
  std::map<std::string, std::string, std::less<>> group_names;  // any name → first name
  std::map<std::string, std::vector<std::string>>
      like_built_in;                                       // built-in group → declared ones named nearly so, when asked
  std::map<std::string, Index, std::less<>> single_facts;  // channel, 渠道, … → Model::facts
  std::map<Index, std::map<std::string, Index, std::less<>>> record_members;  // record or list → any name → fact
  std::map<Index, std::set<Index>> declared_by;                               // fact → packs
  // What each of several packs that declare one fact calls it, and its choices: fact, 0, pack and set, choice, pack.
  using OwnNames = std::map<std::tuple<Index, Index, Index>, std::vector<std::string>>;
  OwnNames own_names, own_choices;
  // What a pack may call it: its own names, then those of the packs that it uses. Empty where one pack declares it.
  std::vector<std::string> names_seen(const OwnNames& own, Index of, Index choice, Index pack) const;
  std::set<Index> spoilt_facts;  // declared with a mistake: used in silence

  struct Parameter {
    Type type;
    Constant value;
    bool spoilt = false;
  };
  std::vector<Parameter> parameters;  // by the index of their Entry (= Model::parameters)
  struct Define {
    Item item;
    enum class State : std::uint8_t { untouched, open, done } state = State::untouched;
    ExprPtr value;          // null when done: it is wrong somewhere, which was said there
    std::size_t depth = 1;  // 1: it uses no other define
  };
  std::vector<Define> defines;                                // by the index of their Entry
  std::unordered_map<const Expr*, bool> finds_words;          // of large conditions, as rules.cc asks of them
  std::unordered_map<const Expr*, std::set<Index>> facts_of;  // the same
  std::set<Index> calendar_lost;                              // queues whose line with the calendar could not be read
  std::vector<Index> open_defines;                            // being expanded, outermost first

  // ---- reporting
  Diagnostic& report(const Code& code, const Item& item, Span span, std::vector<std::string> arguments,
                     std::string help = {}, Severity severity = Severity::error);
  void not_yet(const Item& item, Span span, std::string_view en, std::string_view zh);
  // A name that is not there: with the nearest one as a fix; silent if the lost text of a broken pack may declare it.
  // Whether one says the opposite of the other: neither is offered for it.
  static bool opposites(std::string_view a, std::string_view b);
  bool told_of_glued(const Item& item, Span span, const std::string& written,
                     const std::vector<std::string_view>& known);
  bool told_of_another_form(const Item& item, Span span, const std::string& written,
                            const std::vector<std::string_view>& known);
  bool told_of_glued_behind(const Item& item, Span span, const std::string& before, const std::string& step,
                            const std::vector<std::string_view>& known);
  // The nearest name, and the names to look for it in; none once very many have been compared, so that thousands of unknown names
  // beside thousands of known ones stay a matter of seconds.
  std::string_view near_to(std::string_view name, const std::vector<std::string_view>& known);
  std::vector<std::string_view> known_names(Kind kind, Index pack) const;
  std::size_t compared = 0;
  void unknown_name(Kind kind, const Item& item, Span span, const std::string& written,
                    const std::vector<std::string_view>& known);
  // "There is: a, b, c", names of the reader's language where there are some; empty if they are too many to help.
  static std::string list_of(const Item& item, const std::vector<std::string_view>& known,
                             std::string_view before = {});
  bool maybe_lost(Index pack, std::string_view name) const;
  bool may_be_elsewhere(Index pack) const;  // in a pack whose `use` line or own declaration is wrong, which was said
  bool head_maybe_lost(Index pack, std::string_view name) const;  // in a lost line that opens facts

  // ---- resolving
  // The declaration that `path` names, with its reference noted; null after a report.
  const Entry* resolve(Kind kind, const Item& item, const syntax::Path& path);
  // Whether the name alone means that declaration where `pack` writes it.
  bool means(Kind kind, Index pack, const std::string& name, const Entry& entry) const;
  const std::vector<std::string>* pack_names_of(Index pack) const;
  // The References of what has been referred to, by the pack that refers: facts, levels of a scale or choice, declarations by
  // place and how many steps name them.
  std::map<std::pair<Index, Index>, const Reference*> of_facts;  // fact, pack
  std::map<std::tuple<TypeKind, Index, Index, Index>, const Reference*> of_levels;
  std::map<std::tuple<Kind, Index, SourceId, std::uint32_t, std::size_t>, const Reference*> of_declarations;

  std::string_view text_at(Span span) const { return sources[span.source].text(span); }
  // Words of the author's language: `en` or `zh`.
  static std::string say(const Item& item, std::string_view en, std::string_view zh) {
    return std::string(item.language() == Language::zh ? zh : en);
  }

  template <class T>
  std::vector<Item> all() const {
    std::vector<Item> out;
    for (const Item& item : items) {
      if (std::holds_alternative<T>(item.decl->body)) out.push_back(item);
    }
    return out;
  }

  bool lost_pack = false;             // a pack's own declaration did not parse: any name may be its
  std::set<Index> blind;              // packs with a `use` line that is wrong: what they do not find may stand there
  std::map<Index, std::string> lost;  // of packs that are broken: their text outside of what parsed
};

Names names_of(const syntax::Names& names);
std::vector<std::string> words_of(const std::vector<syntax::Word>& words);
std::vector<std::string> steps_of(const syntax::Path& path);
Text text_of(const syntax::Texts& texts);
// The first line of a declaration, where a message about the whole of it points.
Span heading(const Work& work, const Item& item);
// The facts that a condition names, but for those of the elements of a list.
void add_facts(Work& work, const Expr& expr, std::set<Index>& facts);
// A pack's or the whole name of a thing: "cn.wealth/riskier_than_customer".
std::string full_name(const Model& model, Index pack, std::string_view first);

// ---- the checks, in the order of check.cc
void link_packs(Work& work);
void check_jurisdictions(Work& work);
void declare_names(Work& work);
void check_scales(Work& work);
void check_sources(Work& work);
void check_facts(Work& work);
void check_data(Work& work);
void check_zones(Work& work);
void check_days(Work& work);
void check_parameters(Work& work);
void check_lexicons(Work& work);
void check_wordings(Work& work);
void check_calendars(Work& work);
void check_requirements(Work& work);
void check_queues(Work& work);
void check_pack_lines(Work& work);
void check_currencies(Work& work);
void check_defines(Work& work);
void check_topics(Work& work);
void check_rules(Work& work);
void check_unread(Work& work);
void check_named(Work& work);
void check_examples(Work& work);
void check_ways_out(Work& work);
void check_both_hold(Work& work);
void check_later(Work& work);
void check_limits(Work& work);

// The canonical form of one linked pack.
Canonical canonical_form(const Work& work, Index pack);

}  // namespace caveat::model
