#include "adapters/cli/diagnostic_json.h"

#include <boost/json.hpp>

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

}  // namespace

std::string diagnostic_json(const Diagnostic& diagnostic, const Sources& sources) {
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
  return json::serialize(out);
}

}  // namespace caveat::cli
