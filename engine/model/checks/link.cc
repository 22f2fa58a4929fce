// Packs: one a folder, one version of each name, and which declarations take part (semantics.md 28, contracts.md 26).
#include <algorithm>
#include <functional>

#include "engine/base/nearest.h"
#include "engine/model/checks/work.h"

namespace caveat::model {
namespace {

struct Candidate {
  std::size_t files = 0;
  Item item;
  std::string name;
  const syntax::PackDecl* decl = nullptr;
  std::vector<Item> uses;
};

std::string joined(const syntax::Path& path) {
  std::string out;
  for (const syntax::Word& part : path.parts) out += (out.empty() ? "" : ".") + part.text;
  return out;
}

// Versions compare part by part, numbers as numbers: 2026.10 comes after 2026.9.
int compare_versions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const auto cut = [](std::string_view& rest) {
      const std::size_t dot = rest.find('.');
      const std::string_view part = rest.substr(0, dot);
      rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
      return part;
    };
    std::string_view x = cut(a), y = cut(b);
    const auto digits = [](std::string_view part) {
      return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (digits(x) && digits(y)) {
      x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
      y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
    }
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

// "2026.*": a star stands for any run of characters.
bool fits(std::string_view version, std::string_view pattern) {
  if (pattern.empty()) return true;
  std::size_t v = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (v < version.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = v;
    } else if (p < pattern.size() && pattern[p] == version[v]) {
      ++p;
      ++v;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      v = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string first_name(const syntax::DeclBody& body) {
  return std::visit(
      [](const auto& decl) -> std::string {
        using T = std::decay_t<decltype(decl)>;
        if constexpr (std::is_same_v<T, syntax::UseDecl>) {
          return joined(decl.pack);
        } else if constexpr (std::is_same_v<T, syntax::PackDecl>) {
          return joined(decl.name);
        } else if constexpr (std::is_same_v<T, syntax::ExampleDecl>) {
          return decl.title.empty() ? std::string() : decl.title.front().value;
        } else {
          return decl.names.first.text;
        }
      },
      body);
}

std::string without_declarations(const Source& source, const syntax::File& file) {
  std::string out(source.bytes());
  const auto blank = [&](Span span) {
    for (std::uint32_t i = span.begin; i < span.end && i < out.size(); ++i) out[i] = ' ';
  };
  for (const syntax::Decl& decl : file.declarations) blank(decl.span);
  for (const syntax::Comment& comment : file.comments) blank(comment.span);
  for (const syntax::Decl& decl : file.declarations) {
    for (const Span& span : decl.lost) {
      const std::string_view text = source.text(span);
      // Within a line of a rule nothing is declared.
      if (std::holds_alternative<syntax::RuleDecl>(decl.body) && text.find('\n') == std::string_view::npos) continue;
      out.replace(span.begin, span.end - span.begin, text);
    }
  }
  for (const Span& span : file.declares_nothing) blank(span);
  return out;
}

class Link {
 public:
  explicit Link(Work& work) : work_(work) {}

  void run() {
    find_candidates();
    std::map<std::string, std::size_t> chosen = choose();
    take(chosen);
  }

 private:
  const std::string& place(const Item& item) const { return work_.sources[item.file->source].name(); }

  void find_candidates() {
    for (std::size_t i = 0; i < work_.files.size(); ++i) {
      const PackFiles& files = work_.files[i];
      std::vector<Item> packs;
      std::vector<Item> uses;
      for (const syntax::File* file : files.files) {
        for (const syntax::Decl& decl : file->declarations) {
          if (std::holds_alternative<syntax::PackDecl>(decl.body)) packs.push_back({&decl, file, kNone});
          if (std::holds_alternative<syntax::UseDecl>(decl.body)) uses.push_back({&decl, file, kNone});
        }
      }
      const auto by_place = [&](const Item& a, const Item& b) {
        return std::pair(std::string_view(place(a)), a.decl->span.begin) <
               std::pair(std::string_view(place(b)), b.decl->span.begin);
      };
      std::sort(packs.begin(), packs.end(), by_place);
      std::sort(uses.begin(), uses.end(), by_place);
      if (packs.empty()) {
        work_.lost_pack = work_.lost_pack || files.broken;
        if (!files.broken && !files.files.empty()) {
          const syntax::File* file = files.files.front();
          const syntax::Decl none;
          const Item item{&none, file, kNone};
          work_.report(
              codes::kPackMissing, item, Span{file->source, 0, 0}, {files.folder},
              Work::say(item, "Begin one of its files with: pack NAME", "请在其中一个文件开头写：规则包 名称"));
        }
        continue;
      }
      for (std::size_t k = 1; k < packs.size(); ++k) {
        Diagnostic& diagnostic = work_.report(codes::kPackTwice, packs[k], heading(work_, packs[k]),
                                              {joined(packs[0].as<syntax::PackDecl>().name)});
        diagnostic.related.push_back({packs[0].decl->span, Work::say(packs[k], "declared here", "已在此处声明")});
      }
      Candidate candidate;
      candidate.files = i;
      candidate.item = packs[0];
      candidate.decl = &packs[0].as<syntax::PackDecl>();
      candidate.name = joined(candidate.decl->name);
      if (candidate.name == "confidential") {  // the aliases of confidential rules begin so
        work_.report(codes::kBuiltIn, packs[0], heading(work_, packs[0]), {candidate.name},
                     Work::say(packs[0], "Confidential rules are counted under it; give the pack another name.",
                               "保密规则以此名义统计，请给规则包另起名称。"));
      }
      candidate.uses = std::move(uses);
      candidates_[candidate.name].push_back(std::move(candidate));
    }
    for (auto& [name, versions] : candidates_) {
      std::sort(versions.begin(), versions.end(), [&](const Candidate& a, const Candidate& b) {
        const int order = compare_versions(a.decl->version, b.decl->version);
        return order != 0 ? order > 0 : work_.files[a.files].folder < work_.files[b.files].folder;
      });
      for (std::size_t k = 1; k < versions.size(); ++k) {
        if (compare_versions(versions[k - 1].decl->version, versions[k].decl->version) != 0) continue;
        Diagnostic& diagnostic =
            work_.report(codes::kPackVersionTwice, versions[k].item, heading(work_, versions[k].item),
                         {name, versions[k].decl->version.empty() ? "“”" : versions[k].decl->version,
                          work_.files[versions[k - 1].files].folder, work_.files[versions[k].files].folder},
                         Work::say(versions[k].item, "Give one of them another version.", "请给其中一个换版本号。"));
        diagnostic.related.push_back(
            {heading(work_, versions[k - 1].item), Work::say(versions[k].item, "here", "此处")});
      }
    }
  }

  std::string list_of(const std::string& name) const {
    std::string out;
    for (const Candidate& candidate : candidates_.at(name)) {
      const std::string& version = candidate.decl->version;
      out += (out.empty() ? "" : ", ") + (version.empty() ? std::string("–") : version);
    }
    return out;
  }

  // The highest version that all `use` lines of the chosen packs allow; again until nothing moves.
  std::map<std::string, std::size_t> choose() {
    std::map<std::string, std::size_t> chosen;
    for (const auto& [name, versions] : candidates_) chosen[name] = 0;
    for (int round = 0; round < 64; ++round) {
      std::map<std::string, std::vector<const syntax::UseDecl*>> wanted;
      for (const auto& [name, index] : chosen) {
        for (const Item& use : candidates_.at(name)[index].uses) {
          wanted[joined(use.as<syntax::UseDecl>().pack)].push_back(&use.as<syntax::UseDecl>());
        }
      }
      bool moved = false;
      for (auto& [name, index] : chosen) {
        const std::vector<Candidate>& versions = candidates_.at(name);
        std::size_t best = 0;
        while (best < versions.size() &&
               !std::all_of(
                   wanted[name].begin(), wanted[name].end(),
                   [&](const syntax::UseDecl* use) { return fits(versions[best].decl->version, use->version); })) {
          ++best;
        }
        if (best < versions.size() && best != index) {
          index = best;
          moved = true;
        }
      }
      if (!moved) break;
    }
    for (const auto& [name, index] : chosen) {
      const Item* first = nullptr;  // the first `use` of each pack that the chosen version does not fit, or any
      const std::string* first_user = nullptr;
      std::map<std::string, std::vector<std::pair<const Item*, const std::string*>>> users;
      for (const auto& [user, at] : chosen) {
        for (const Item& use : candidates_.at(user)[at].uses) {
          if (joined(use.as<syntax::UseDecl>().pack) == name) users[name].push_back({&use, &user});
        }
      }
      for (const auto& [use, user] : users[name]) {
        const syntax::UseDecl& decl = use->as<syntax::UseDecl>();
        const std::vector<Candidate>& versions = candidates_.at(name);
        const bool any = std::any_of(versions.begin(), versions.end(), [&](const Candidate& candidate) {
          return fits(candidate.decl->version, decl.version);
        });
        if (!any) {
          work_.report(codes::kVersionMissing, *use, decl.pack.span, {name, decl.version, list_of(name)},
                       Work::say(*use, "Ask for one that is there, or give the folder of this version beside these.",
                                 "请改为现有的版本，或一并给出这一版本所在的目录。"));
          unmet_.insert(*user);
          continue;
        }
        if (fits(versions[index].decl->version, decl.version)) {
          if (first == nullptr && !decl.version.empty()) {
            first = use;
            first_user = user;
          }
          continue;
        }
        // This one fits another version, but not together with somebody else's wish.
        const std::pair<const Item*, const std::string*> other =
            first != nullptr ? std::pair(first, first_user) : opponent(users[name], use);
        if (other.first == nullptr) continue;
        Diagnostic& diagnostic = work_.report(
            codes::kVersionConflict, *use, decl.pack.span,
            {name, *other.second, other.first->as<syntax::UseDecl>().version, *user, decl.version, list_of(name)},
            Work::say(*use, "Change one of the two wishes, or add a version that fits both.",
                      "请改动其中一处要求，或加入两处都接受的版本。"));
        diagnostic.related.push_back({other.first->decl->span, Work::say(*use, "the other wish", "另一处要求")});
        unmet_.insert(*user);
      }
    }
    return chosen;
  }

  static std::pair<const Item*, const std::string*> opponent(
      const std::vector<std::pair<const Item*, const std::string*>>& users, const Item* use) {
    for (const auto& user : users) {
      if (user.first != use && !user.first->as<syntax::UseDecl>().version.empty()) return user;
    }
    return {nullptr, nullptr};
  }

  void take(const std::map<std::string, std::size_t>& chosen) {
    std::map<std::string, Index> index;  // any name of a pack → index
    std::vector<std::vector<std::string>> names;
    for (const auto& [name, at] : chosen) {
      const Candidate& candidate = candidates_.at(name)[at];
      Pack pack;
      pack.names = names_of(candidate.decl->names);
      pack.names.first = name;
      pack.names.all.front() = name;
      pack.version = candidate.decl->version;
      pack.title = text_of(candidate.decl->title);
      pack.jurisdictions = words_of(candidate.decl->jurisdictions);
      pack.time_zone = candidate.decl->time_zone;
      pack.data_classes = words_of(candidate.decl->data_classes);
      pack.refused_classes = words_of(candidate.decl->refused_classes);
      const auto number = static_cast<Index>(work_.model.packs.size());
      for (const std::string& each : pack.names.all) index.emplace(each, number);
      names.push_back(pack.names.all);
      work_.model.packs.push_back(std::move(pack));
      work_.pack_files.push_back(candidate.files);
      work_.pack_items.push_back(candidate.item);
      work_.pack_items.back().pack = number;
    }
    // Who uses whom.
    std::vector<std::vector<Index>> direct(names.size());
    std::vector<std::string_view> known;
    for (const std::vector<std::string>& each : names) known.insert(known.end(), each.begin(), each.end());
    Index number = 0;
    for (const auto& [name, at] : chosen) {
      for (Item use : candidates_.at(name)[at].uses) {
        use.pack = number;
        const syntax::Path& path = use.as<syntax::UseDecl>().pack;
        const auto found = index.find(joined(path));
        if (found != index.end()) {
          if (found->second != number) direct[number].push_back(found->second);
          Reference reference;
          reference.identity = "pack " + work_.model.packs[found->second].names.first;
          reference.declared = work_.pack_items[found->second].decl->span;
          work_.references.add(path, std::move(reference));
          continue;
        }
        if (work_.lost_pack) continue;
        const std::string near(nearest(joined(path), std::span<const std::string_view>(known)));
        Diagnostic& diagnostic = work_.report(
            codes::kUnknownPack, use, path.span, {joined(path)},
            near.empty()
                ? Work::say(use, "Give the folder that it lies in beside those that are read, or correct the name.",
                            "请把它所在的目录与这些目录一并给出，或更正名称。")
                : Work::say(use, "Did you mean “", "是否指“") + near + Work::say(use, "”?", "”？"));
        if (near.empty()) {
          work_.blind.insert(number);
          continue;
        }
        diagnostic.fixes.push_back({path.span, near});
        const Index meant = index.at(near);  // read on as if
        if (meant != number) direct[number].push_back(meant);
        work_.scope.misspelt(number, joined(path), meant);
      }
      if (unmet_.count(name) != 0) work_.blind.insert(number);
      std::sort(direct[number].begin(), direct[number].end());
      direct[number].erase(std::unique(direct[number].begin(), direct[number].end()), direct[number].end());
      work_.model.packs[number].uses = direct[number];
      ++number;
    }
    std::vector<std::vector<Index>> visible(names.size());
    for (Index pack = 0; pack < names.size(); ++pack) {
      std::set<Index> seen;
      std::vector<Index> open = direct[pack];
      while (!open.empty()) {
        const Index next = open.back();
        open.pop_back();
        if (next == pack || !seen.insert(next).second) continue;
        open.insert(open.end(), direct[next].begin(), direct[next].end());
      }
      visible[pack].assign(seen.begin(), seen.end());
    }
    work_.scope.link(std::move(visible), std::move(names));
    // Their declarations, in the one order of everything.
    for (Index pack = 0; pack < work_.pack_files.size(); ++pack) {
      const PackFiles& files = work_.files[work_.pack_files[pack]];
      for (const syntax::File* file : files.files) {
        for (const syntax::Decl& decl : file->declarations) work_.items.push_back({&decl, file, pack});
        if (files.broken) work_.lost[pack] += without_declarations(work_.sources[file->source], *file);
      }
    }
    std::vector<std::pair<std::string, Item>> keyed;
    for (const Item& item : work_.items) keyed.emplace_back(first_name(item.decl->body), item);
    std::sort(keyed.begin(), keyed.end(), [&](const auto& a, const auto& b) {
      const auto key = [&](const auto& each) {
        const bool beside = each.second.file != work_.pack_items[each.second.pack].file;
        return std::tuple(each.second.pack, std::string_view(each.first), beside, std::string_view(place(each.second)),
                          each.second.decl->span.begin);
      };
      return key(a) < key(b);
    });
    work_.items.clear();
    for (auto& [name, item] : keyed) work_.items.push_back(item);
  }

  Work& work_;
  std::map<std::string, std::vector<Candidate>> candidates_;
  std::set<std::string> unmet_;  // packs that use a version which is not the one that was taken
};

}  // namespace

void link_packs(Work& work) { Link(work).run(); }

}  // namespace caveat::model
