#include "engine/syntax/complaint.h"

namespace caveat::syntax {

Diagnostic told(const Complaint& complaint, Language language) {
  std::vector<std::string> arguments;
  for (const auto& argument : complaint.arguments) arguments.push_back(argument.in(language));
  Diagnostic d = diagnose(*complaint.code, complaint.span, language, arguments, complaint.help.in(language));
  d.fixes = complaint.fixes;
  for (const auto& [span, message] : complaint.related) d.related.push_back({span, message.in(language)});
  return d;
}

}  // namespace caveat::syntax
