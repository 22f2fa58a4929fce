#include "adapters/load/ruleset.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "adapters/load/codes.h"
#include "adapters/load/data_sets.h"
#include "adapters/load/machine_zones.h"
#include "engine/base/utf8.h"
#include "engine/model/check.h"
#include "engine/program/build.h"
#include "engine/syntax/parse.h"
#include "engine/trial/run_examples.h"

namespace caveat::load {

namespace fs = std::filesystem;

namespace {

void append(std::vector<Diagnostic>& to, std::vector<Diagnostic> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

bool stays_inside(const std::string& name) {
  const fs::path path(name);
  return !name.empty() && !path.is_absolute() &&
         std::none_of(path.begin(), path.end(), [](const fs::path& step) { return step == ".."; });
}

// What stands in a line as if it were a table or rule text: taken for a term, it would hit nothing. Empty: nothing does.
std::string no_term(std::string_view line, Language language) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  if (line.empty() || line.front() == '#') return {};
  const bool zh = language == Language::zh;
  for (const std::string_view mark : {"\"", "“", "”", "「", "」", "'", "‘", "’", "『", "』", "《", "》", "＂"}) {
    if (line.starts_with(mark) || line.ends_with(mark))
      return zh ? "带有引号，词语应不加引号" : "has quotation marks; a term stands without them";
  }
  for (const std::string_view mark : {"- ", "* ", "• ", "•", "· "}) {
    if (line.starts_with(mark))
      return zh ? "以列表符号开头，词语应单独成行，不加符号"
                : "begins with the mark of a list; a term stands alone on its line";
  }
  const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
  for (const std::string_view mark : {". ", "、", "．", ") ", "）"}) {
    if (digits > 0 && line.substr(digits).starts_with(mark))
      return zh ? "以编号开头，词语应单独成行，不加编号"
                : "begins with a number of a list; a term stands alone on its line";
  }
  if (line.ends_with("。") || line.ends_with("．"))
    return zh ? "以句号结尾，词语应不加句号" : "ends with a full stop; a term stands without it";
  if (line.find(" #") != std::string_view::npos)
    return zh ? "词语后面带有注释，注释应独占一行"
              : "has a remark behind its term; a remark stands on a line of its own";
  for (const std::string_view mark : {",", "，", "、", ";", "；", "\t", "|"}) {
    if (line.find(mark) == std::string_view::npos) continue;
    const std::string shown = mark == "\t" ? zh ? "制表符" : "a tab" : "“" + std::string(mark) + "”";
    return zh ? "含有" + shown + "：每行一个词语；词语本身含有它的，请加引号写在词表的“为”之后"
              : "holds " + shown +
                    ": each line is one term; a term with this sign in it stands in quotes behind `is` of the lexicon";
  }
  return {};
}

// What a word list must not hold; empty: it is sound. A term by which no text can be found would be lost in silence.
std::string wrong_in_list(std::string_view bytes, const Limits& limits, Language language) {
  const auto at_most = [&](std::size_t most) {
    const std::string bound = std::to_string(most);
    return language == Language::zh ? "超过 " + bound + " 字节" : "more than " + bound + " bytes";
  };
  if (bytes.size() > limits.source_bytes) return at_most(limits.source_bytes);
  const std::size_t bad = std::min(first_invalid_utf8(bytes), bytes.find('\0'));
  std::size_t line = 1;
  for (std::size_t at = 0; at < bytes.size(); ++line) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string_view text = bytes.substr(at, end - at);
    const auto of_line = [&](const std::string& en, const std::string& zh) {
      return language == Language::zh ? "第 " + std::to_string(line) + " 行" + zh
                                      : "line " + std::to_string(line) + " " + en;
    };
    if (bad < end && bytes[bad] == '\0') return of_line("holds a zero byte", "含有零字节");
    if (bad < end) return of_line("is not UTF-8; save the file as UTF-8", "不是 UTF-8，请将文件另存为 UTF-8 编码");
    if (text.find('\r') < text.size() - 1)
      return of_line("ends as old Macintoshes ended theirs; save the file anew",
                     "的换行是旧式 Macintosh 格式，请将文件重新保存");
    if (text.size() > limits.text_bytes)
      return of_line("has " + at_most(limits.text_bytes), at_most(limits.text_bytes));
    if (const std::string wrong = no_term(text, language); !wrong.empty()) return of_line(wrong, wrong);
    at = end + 1;
  }
  return {};
}

// A file by its path: of the disk, unless the packs came otherwise.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;

// The files that lexicons of a pack name, each once.
std::vector<std::pair<std::string, std::string>> lexicon_files(const PackFolder& pack,
                                                               const std::vector<syntax::File>& files,
                                                               const Limits& limits, const ReadFile& read,
                                                               std::vector<Diagnostic>& diagnostics) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const SourceId id : pack.files) {
    for (const syntax::Decl& declaration : files[id].declarations) {
      const auto* lexicon = std::get_if<syntax::LexiconDecl>(&declaration.body);
      if (lexicon == nullptr) continue;
      for (const syntax::LocalText& named : lexicon->files) {
        if (!stays_inside(named.value)) {
          diagnostics.push_back(diagnose(codes::kLexiconPath, named.span, declaration.language, {named.value}));
          continue;
        }
        if (std::any_of(out.begin(), out.end(), [&](const auto& known) { return known.first == named.value; }))
          continue;
        Result<std::string> bytes = read((fs::path(pack.folder) / named.value).string());
        if (!bytes) {
          diagnostics.push_back(
              diagnose(codes::kLexiconFile, named.span, declaration.language, {named.value, pack.folder}));
          continue;
        }
        std::string_view text = *bytes;
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // as editors on Windows begin a file
        if (std::string wrong = wrong_in_list(text, limits, declaration.language); !wrong.empty()) {
          diagnostics.push_back(
              diagnose(codes::kLexiconText, named.span, declaration.language, {named.value, std::move(wrong)}));
          continue;
        }
        out.emplace_back(named.value, text);
      }
    }
  }
  return out;
}

bool any_error(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
}

model::CheckResult check_packs(const Sources& sources, std::vector<PackFolder>& folders,
                               const std::vector<syntax::File>& files, const std::vector<bool>& broken,
                               const Limits& limits, const ReadFile& read, std::vector<Diagnostic>& diagnostics) {
  std::vector<model::PackFiles> packs;
  for (PackFolder& folder : folders) {
    model::PackFiles pack;
    pack.folder = folder.folder;
    for (const SourceId id : folder.files) pack.files.push_back(&files[id]);
    // what only the lost text may declare is not called unknown
    pack.broken = std::any_of(folder.files.begin(), folder.files.end(), [&](SourceId id) { return broken[id]; });
    pack.lexicon_files = folder.lexicons = lexicon_files(folder, files, limits, read, diagnostics);
    packs.push_back(std::move(pack));
  }
  return model::check(sources, packs, limits, machine_zones());
}

ReadFile from_disk(const Limits& limits) {
  return [&limits](const std::string& path) { return read_file(path, limits.source_bytes); };
}

const model::Pack* pack_in(const model::Model& model, const PackFolder& folder,
                           const std::vector<syntax::File>& files) {
  for (const SourceId id : folder.files) {
    for (const syntax::Decl& declaration : files[id].declarations) {
      const auto* head = std::get_if<syntax::PackDecl>(&declaration.body);
      if (head == nullptr) continue;
      for (const model::Pack& pack : model.packs) {
        if (pack.names.first == head->name.to_string() && pack.version == head->version) return &pack;
      }
    }
  }
  return nullptr;
}

void run_examples(Loaded& loaded, const Limits& limits, const Progress& progress) {
  const auto told = [&](std::size_t done, std::size_t total) {
    if (progress) progress(Stage::examples, done, total);
  };
  loaded.run = trial::run_examples(*loaded.model, loaded.sources, limits, told);
  loaded.examples = loaded.run.run;
  loaded.examples_held = loaded.run.held;
  append(loaded.diagnostics, std::move(loaded.run.diagnostics));
}

}  // namespace

std::size_t Loaded::errors() const {
  return static_cast<std::size_t>(
      std::count_if(diagnostics.begin(), diagnostics.end(),
                    [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; }));
}

namespace {

// Parsed and checked: all but the program, whose sets are among the sources.
Loaded modelled(RuleFiles& read, const Limits& limits, const Progress& progress) {
  const auto at = [&](Stage stage, std::size_t done, std::size_t total) {
    if (progress) progress(stage, done, total);
  };
  Loaded out;
  out.sources = std::move(read.sources);
  out.packs = std::move(read.packs);

  std::vector<bool> broken;
  const std::size_t rule_files = out.sources.size() - read.data.size();  // which stand first
  for (SourceId id = 0; id < rule_files; ++id) {
    at(Stage::parse, id, rule_files);
    syntax::ParseResult parsed = syntax::parse(out.sources, id, limits);
    out.files.push_back(std::move(parsed.file));
    broken.push_back(any_error(parsed.diagnostics));
    append(out.diagnostics, std::move(parsed.diagnostics));
  }
  for (const SourceId id : read.stray)
    out.diagnostics.push_back(diagnose(codes::kNoPackFile, {.source = id}, out.files[id].language, {}));

  at(Stage::check, 0, 0);
  model::CheckResult checked =
      check_packs(out.sources, out.packs, out.files, broken, limits, from_disk(limits), out.diagnostics);
  // What check misses because of a file that could not be read has been told above, with its reason.
  std::vector<Span> of_files;
  for (const Diagnostic& first : out.diagnostics)
    if (first.code == &codes::kLexiconPath || first.code == &codes::kLexiconFile || first.code == &codes::kLexiconText)
      of_files.push_back(first.span);
  std::erase_if(checked.diagnostics, [&](const Diagnostic& follows) {
    return std::any_of(of_files.begin(), of_files.end(), [&](const Span& first) {
      return follows.span.source == first.source && follows.span.begin < first.end && first.begin < follows.span.end;
    });
  });
  model::add_to(out.diagnostics, checked, out.sources);
  out.model = std::move(checked.model);
  out.canonical = std::move(checked.canonical);
  out.references = std::move(checked.references);
  return out;
}

}  // namespace

Result<Loaded> load_rules(const std::vector<std::string>& paths, const Limits& limits, const Progress& progress,
                          const std::vector<std::string>& data_folders) {
  Result<RuleFiles> read = read_rule_files(paths, limits, data_folders);
  if (!read) return tl::unexpected(read.error());
  Loaded out = modelled(*read, limits, progress);
  if (out.model && !any_error(out.diagnostics)) {
    if (progress) progress(Stage::build, 0, 0);
    program::BuildResult built = program::build(*out.model, limits);
    append(out.diagnostics, std::move(built.diagnostics));
    if (built.program && !any_error(out.diagnostics)) {
      run_examples(out, limits, progress);
      auto rules = std::make_shared<decide::Ruleset>();
      rules->program = std::move(built.program);
      rules->data = read_data(out.sources, read->data, *out.model, *rules->program, limits, out.diagnostics);
      if (!any_error(out.diagnostics)) out.rules = std::move(rules);
    }
  }
  sort_and_unify(out.diagnostics);
  return out;
}

Result<Loaded> load_model(const std::vector<std::string>& paths, const Limits& limits, const Progress& progress) {
  Result<RuleFiles> read = read_rule_files(paths, limits);
  if (!read) return tl::unexpected(read.error());
  Loaded out = modelled(*read, limits, progress);
  sort_and_unify(out.diagnostics);
  return out;
}

std::vector<PackText> pack_texts(const Loaded& loaded) {
  std::vector<PackText> out;
  if (!loaded.model) return out;
  for (const PackFolder& folder : loaded.packs) {
    const model::Pack* pack = pack_in(*loaded.model, folder, loaded.files);
    if (pack == nullptr) continue;  // another version of it is linked
    const auto index = static_cast<std::size_t>(pack - loaded.model->packs.data());
    PackText& text = out.emplace_back();
    text.name = pack->names.first;
    text.version = pack->version;
    text.digest = pack->digest;
    text.declarations = loaded.canonical[index].declarations;
    text.confidential = std::any_of(loaded.model->rules.begin(), loaded.model->rules.end(),
                                    [&](const model::Rule& rule) { return rule.pack == index && rule.confidential; });
    std::map<std::string, std::string> files;
    for (const SourceId id : folder.files) {
      const Source& source = loaded.sources[id];
      files[fs::path(source.name()).lexically_relative(folder.folder).generic_string()] = source.bytes();
    }
    for (const auto& [name, bytes] : folder.lexicons) files[fs::path(name).lexically_normal().generic_string()] = bytes;
    text.files.assign(files.begin(), files.end());
  }
  return out;
}

CompiledTexts compile_texts(const std::vector<PackText>& packs, const Limits& limits) {
  CompiledTexts out;
  Sources sources;
  std::vector<PackFolder> folders;
  std::vector<CompiledTexts::File> rule_files;      // by SourceId
  std::map<std::string, const std::string*> lists;  // what is no rule file, by its path
  for (std::size_t i = 0; i < packs.size(); ++i) {
    PackFolder& folder = folders.emplace_back();
    folder.folder = std::to_string(i);
    for (const auto& [path, bytes] : packs[i].files) {
      const std::string name = folder.folder + "/" + path;
      lists[name] = &bytes;
      if (!path.ends_with(".cav")) continue;
      folder.files.push_back(static_cast<SourceId>(sources.size()));
      sources.emplace_back(name, bytes);
      rule_files.push_back({i, path});
    }
  }
  const auto first_error = [&](std::vector<Diagnostic> diagnostics) {
    sort_and_unify(diagnostics);
    const auto first = std::find_if(diagnostics.begin(), diagnostics.end(),
                                    [](const Diagnostic& one) { return one.severity == Severity::error; });
    const bool placed = first != diagnostics.end() && first->span.source < rule_files.size();
    return placed ? rule_files[first->span.source] : CompiledTexts::File();
  };
  std::vector<syntax::File> files;
  for (SourceId id = 0; id < sources.size(); ++id) {
    syntax::ParseResult parsed = syntax::parse(sources, id, limits);
    if (any_error(parsed.diagnostics)) {
      out.mistake = first_error(std::move(parsed.diagnostics));
      return out;
    }
    files.push_back(std::move(parsed.file));
  }
  const ReadFile read = [&](const std::string& path) -> Result<std::string> {
    const auto found = lists.find(fs::path(path).lexically_normal().generic_string());
    if (found == lists.end()) return tl::unexpected(Problem{&codes::kFileMissing, {}});
    return *found->second;
  };
  std::vector<Diagnostic> diagnostics;
  model::CheckResult checked =
      check_packs(sources, folders, files, std::vector<bool>(files.size()), limits, read, diagnostics);
  if (!checked.model || any_error(diagnostics)) {
    append(diagnostics, std::move(checked.diagnostics));
    out.mistake = first_error(std::move(diagnostics));
    return out;
  }
  for (std::size_t i = 0; i < packs.size(); ++i) {
    const model::Pack* pack = pack_in(*checked.model, folders[i], files);
    const bool same = pack != nullptr && pack->names.first == packs[i].name && pack->version == packs[i].version;
    out.digests.push_back(same ? std::optional(pack->digest) : std::nullopt);
    std::set<std::string> named;
    for (const auto& [name, bytes] : folders[i].lexicons)
      named.insert(fs::path(name).lexically_normal().generic_string());
    for (const auto& [path, bytes] : packs[i].files)
      if (!path.ends_with(".cav") && !named.contains(path)) out.unread.push_back({i, path});
  }
  return out;
}

Reread reread(const Loaded& loaded, const std::map<SourceId, std::string>& texts, const Limits& limits) {
  Reread out;
  Sources sources;
  for (SourceId id = 0; id < loaded.sources.size(); ++id) {
    const Source& source = loaded.sources[id];
    const auto other = texts.find(id);
    sources.emplace_back(source.name(), other == texts.end() ? std::string(source.bytes()) : other->second);
  }
  std::vector<syntax::File> files;
  for (SourceId id = 0; id < loaded.files.size(); ++id) {
    syntax::ParseResult parsed = syntax::parse(sources, id, limits);
    if (any_error(parsed.diagnostics) && texts.contains(id)) {
      out.unreadable.push_back(id);  // it stays as it is, and so do the others see it
      sources[id] = loaded.sources[id];
      parsed = syntax::parse(sources, id, limits);
    }
    files.push_back(std::move(parsed.file));
  }
  if (!loaded.model) return out;
  std::vector<Diagnostic> diagnostics;
  std::vector<PackFolder> folders = loaded.packs;
  const model::CheckResult checked =
      check_packs(sources, folders, files, std::vector<bool>(files.size()), limits, from_disk(limits), diagnostics);
  for (const PackFolder& folder : loaded.packs) {
    const model::Pack* before = pack_in(*loaded.model, folder, loaded.files);
    if (before == nullptr) continue;  // another version of it is linked
    const model::Pack* now = checked.model ? pack_in(*checked.model, folder, files) : nullptr;
    if (now != nullptr && now->digest == before->digest && now->examples_digest == before->examples_digest) continue;
    for (const SourceId id : folder.files) {
      if (texts.contains(id)) out.changed.push_back(id);
    }
  }
  return out;
}

}  // namespace caveat::load
