#include <boost/json.hpp>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/load/ruleset.h"

namespace caveat::cli {

namespace {

namespace json = boost::json;

json::object place(const Span& span, const Sources& sources) {
  const Source& source = sources[span.source];
  const Position begin = source.position(span.begin), end = source.position(span.end);
  return {{"file", source.name()},
          {"line", begin.line},
          {"column", begin.column},
          {"end_line", end.line},
          {"end_column", end.column}};
}

json::object diagnostic_json(const Diagnostic& diagnostic, const Sources& sources) {
  static constexpr std::string_view kSeverities[] = {"error", "warning", "note"};
  json::object out{{"code", diagnostic.code->name},
                   {"severity", kSeverities[static_cast<std::size_t>(diagnostic.severity)]}};
  out["place"] = place(diagnostic.span, sources);
  out["message"] = diagnostic.message;
  if (!diagnostic.help.empty()) out["help"] = diagnostic.help;
  json::array fixes;
  for (const Fix& fix : diagnostic.fixes)
    fixes.push_back(json::object{{"place", place(fix.span, sources)}, {"replacement", fix.replacement}});
  if (!fixes.empty()) out["fixes"] = std::move(fixes);
  json::array related;
  for (const Related& other : diagnostic.related)
    related.push_back(json::object{{"place", place(other.span, sources)}, {"message", other.message}});
  if (!related.empty()) out["related"] = std::move(related);
  return out;
}

void print_json(const load::Loaded& loaded, Terminal& terminal) {
  json::object out;
  out["ok"] = loaded.rules != nullptr;
  json::array packs;
  if (loaded.model) {
    for (const model::Pack& pack : loaded.model->packs)
      packs.push_back(json::object{{"name", pack.names.first},
                                   {"version", pack.version},
                                   {"digest", "sha256:" + hex(pack.digest)},
                                   {"examples_digest", "sha256:" + hex(pack.examples_digest)}});
    out["rules"] = loaded.model->rules.size();
  }
  out["packs"] = std::move(packs);
  out["files"] = loaded.sources.size();
  out["examples"] = json::object{{"run", loaded.examples}, {"held", loaded.examples_held}};
  json::array diagnostics;
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    diagnostics.push_back(diagnostic_json(diagnostic, loaded.sources));
  out["diagnostics"] = std::move(diagnostics);
  terminal.out << json::serialize(out) << '\n';
}

void print_people(const load::Loaded& loaded, const Limits& limits, Terminal& terminal) {
  print_diagnostics(terminal.out, terminal, loaded.diagnostics, loaded.sources, limits.diagnostics);
  const std::size_t warnings = loaded.diagnostics.size() - loaded.errors();
  if (!loaded.rules) {
    terminal.out << fill(terminal.say({"{0} in {1}.", "{1}中有{0}。"}),
                         {counted(loaded.errors(), terminal, "error", "errors", "处错误"),
                          counted(loaded.sources.size(), terminal, "file", "files", "个文件")})
                 << '\n';
    return;
  }
  for (const model::Pack& pack : loaded.model->packs)
    terminal.out << pack.names.first << ' ' << pack.version << "  sha256:" << hex(pack.digest) << '\n';
  terminal.out << fill(terminal.say({"{0}, {1}, {2}: no error, {3}; {4} of {5} hold.",
                                     "{0}，{1}，{2}：无错误，{3}；{5}中有 {4} 个通过。"}),
                       {counted(loaded.model->packs.size(), terminal, "pack", "packs", "个规则包"),
                        counted(loaded.model->rules.size(), terminal, "rule", "rules", "条规则"),
                        counted(loaded.sources.size(), terminal, "file", "files", "个文件"),
                        counted(warnings, terminal, "warning", "warnings", "条警告"),
                        std::to_string(loaded.examples_held),
                        counted(loaded.examples, terminal, "example", "examples", "个示例")})
               << '\n';
}

}  // namespace

int run_check(const Invocation& invocation, Terminal& terminal) {
  const Limits limits;
  const Result<load::Loaded> loaded = load::load_rules(invocation.arguments, limits);
  if (!loaded) return refuse(terminal, loaded.error());
  if (terminal.json)
    print_json(*loaded, terminal);
  else
    print_people(*loaded, limits, terminal);
  return loaded->rules ? kDone : kNo;
}

}  // namespace caveat::cli
