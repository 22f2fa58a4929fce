#include "engine/syntax/keywords.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <unordered_map>

namespace caveat::syntax {
namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

struct Unit {
  int token;
  std::string canonical;
  std::vector<std::string> en, zh;
};

struct Value {
  std::string list, canonical;
  std::vector<std::string> en, zh;
};

struct Tables {
  std::vector<Spelling> all;
  std::vector<Spelling> after_number;
  std::vector<Unit> units;
  std::vector<Value> values;
  std::unordered_map<std::string_view, std::vector<const Spelling*>> by_first_word;
  std::unordered_map<std::string_view, std::string_view> unit_names;
  std::unordered_map<std::string_view, const Spelling*> by_last_word;
};

Tables make() {
  Tables t;
  const auto keyword = [&](int token, KeywordKind kind, const char* en, const char* zh) {
    for (const auto& text : split(en, '|')) t.all.push_back({token, kind, Language::en, text, split(text, ' ')});
    for (const auto& text : split(zh, '|')) t.all.push_back({token, kind, Language::zh, text, split(text, ' ')});
  };
  const auto unit = [&](int token, const char* canonical, const char* en, const char* zh) {
    t.units.push_back({token, canonical, split(en, '|'), split(zh, '|')});
  };
  const auto value = [&](const char* list, const char* canonical, const char* en, const char* zh) {
    t.values.push_back({list, canonical, split(en, '|'), split(zh, '|')});
  };
#define KEYWORD(TOKEN, KIND, EN_TEXT, ZH_TEXT) keyword(CaveatGrammar::TOKEN, KeywordKind::KIND, EN_TEXT, ZH_TEXT);
#define VALUE(LIST, CANONICAL, EN_TEXT, ZH_TEXT) value(#LIST, #CANONICAL, EN_TEXT, ZH_TEXT);
#define UNIT(TOKEN, CANONICAL, EN_TEXT, ZH_TEXT) unit(CaveatGrammar::TOKEN, #CANONICAL, EN_TEXT, ZH_TEXT);
#include "grammar/keywords.def"
#include "grammar/units.def"
#undef KEYWORD
#undef VALUE
#undef UNIT
  for (const auto& u : t.units) {
    for (const auto& text : u.en)
      t.after_number.push_back({u.token, KeywordKind::unit, Language::en, text, split(text, ' ')});
    for (const auto& text : u.zh)
      t.after_number.push_back({u.token, KeywordKind::unit, Language::zh, text, split(text, ' ')});
  }
  for (const auto& s : t.all) {
    if (s.kind == KeywordKind::tail) t.after_number.push_back(s);
  }
  std::stable_sort(t.after_number.begin(), t.after_number.end(),
                   [](const Spelling& a, const Spelling& b) { return a.text.size() > b.text.size(); });
  return t;
}

const Tables& tables() {
  static const Tables* const kTables = [] {
    auto* t = new Tables(make());  // views below point into it: it never moves and lives as long as the process
    for (const auto& s : t->all) t->by_first_word[s.words.front()].push_back(&s);
    for (auto& [word, list] : t->by_first_word) {
      std::stable_sort(list.begin(), list.end(),
                       [](const Spelling* a, const Spelling* b) { return a->words.size() > b->words.size(); });
    }
    for (const auto& s : t->all) {
      if (s.words.size() < 2) continue;
      const std::string_view before(s.text.data(), s.text.size() - s.words.back().size() - 1);
      const bool joined = std::any_of(t->all.begin(), t->all.end(), [&](const Spelling& head) {
        return head.text == before && (head.kind == KeywordKind::compare || head.kind == KeywordKind::logic);
      });
      if (joined) t->by_last_word.try_emplace(s.words.back(), &s);
    }
    for (const auto& u : t->units) {
      for (const auto& text : u.en) t->unit_names[text] = u.canonical;
      for (const auto& text : u.zh) t->unit_names[text] = u.canonical;
    }
    return t;
  }();
  return *kTables;
}

}  // namespace

const std::vector<const Spelling*>& spellings_from(std::string_view first_word) {
  static const std::vector<const Spelling*> kNone;
  const auto& index = tables().by_first_word;
  const auto found = index.find(first_word);
  return found == index.end() ? kNone : found->second;
}

const Spelling* phrase_ending_in(std::string_view word) {
  const auto& index = tables().by_last_word;
  const auto found = index.find(word);
  return found == index.end() ? nullptr : found->second;
}

const std::vector<Spelling>& units_and_tails() { return tables().after_number; }
const std::vector<Spelling>& all_spellings() { return tables().all; }

std::vector<const Spelling*> spellings_of(int token, Language language) {
  std::vector<const Spelling*> own, other;
  for (const auto& s : tables().all) {
    if (s.token == token) (s.language == language ? own : other).push_back(&s);
  }
  own.insert(own.end(), other.begin(), other.end());
  return own;
}

bool is_effect(int token) {
  return std::any_of(all_spellings().begin(), all_spellings().end(),
                     [&](const Spelling& s) { return s.token == token && s.kind == KeywordKind::effect; });
}

std::string_view unit_name(int token, std::string_view written) {
  const auto& names = tables().unit_names;
  const auto found = names.find(written);
  if (found != names.end()) return found->second;
  return token == CaveatGrammar::CURRENCY ? written : std::string_view();
}

std::size_t magnitudes_of(std::string_view behind_the_digits) {
  std::size_t size = 0;
  for (bool found = true; found;) {
    found = false;
    const std::string_view left = behind_the_digits.substr(size);
    const std::size_t blanks = std::min(left.find_first_not_of(' '), left.size());
    for (const Spelling& unit : units_and_tails()) {
      if (unit.token != CaveatGrammar::MAGNITUDE || !left.substr(blanks).starts_with(unit.text)) continue;
      const std::size_t end = blanks + unit.text.size();
      if (unit.language == Language::en && end < left.size() && left[end] != ' ') continue;
      size += end;
      found = true;
      break;
    }
  }
  return size;
}

std::string_view value_of(std::string_view list, std::string_view written) {
  for (const auto& v : tables().values) {
    if (v.list != list) continue;
    if (std::find(v.en.begin(), v.en.end(), written) != v.en.end()) return v.canonical;
    if (std::find(v.zh.begin(), v.zh.end(), written) != v.zh.end()) return v.canonical;
  }
  return {};
}

std::vector<std::string> values_in(std::string_view list, Language language) {
  std::vector<std::string> result;
  for (const auto& v : tables().values) {
    if (v.list == list) result.push_back(language == Language::zh ? v.zh.front() : v.en.front());
  }
  return result;
}

std::string value_in(std::string_view list, std::string_view canonical, Language language) {
  for (const auto& v : tables().values) {
    if (v.list == list && v.canonical == canonical) return language == Language::zh ? v.zh.front() : v.en.front();
  }
  return std::string(canonical);
}

}  // namespace caveat::syntax
