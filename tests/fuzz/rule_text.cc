// links: base syntax
// Fuzz target: any bytes as a rule file. Parse must answer, and what parses must print and read again to the same print.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "engine/syntax/format.h"
#include "engine/syntax/parse.h"

namespace {

std::vector<std::string> same(const caveat::syntax::Path& path, caveat::Language) {
  std::vector<std::string> parts;
  for (const auto& part : path.parts) parts.push_back(part.text);
  return parts;
}

caveat::syntax::ParseResult read(const std::string& bytes, caveat::Sources& sources) {
  sources.clear();
  sources.emplace_back("fuzz.cav", bytes);
  return caveat::syntax::parse(sources, 0, caveat::Limits{});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  caveat::Sources sources;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = read(bytes, sources);
  for (const auto& d : parsed.diagnostics) caveat::render(d, sources);
  if (!parsed.diagnostics.empty()) return 0;
#ifdef CAVEAT_PLANTED_DEFECT
  for (const auto& declaration : parsed.file.declarations) {
    const auto* rule = std::get_if<caveat::syntax::RuleDecl>(&declaration.body);
    if (rule != nullptr && rule->when && rule->when->op == caveat::syntax::Op::and_) __builtin_trap();
  }
#endif
  for (const auto language : {caveat::Language::en, caveat::Language::zh}) {
    const std::string once = caveat::syntax::format(parsed.file, bytes, language, same);
    const auto again = read(once, sources);
    const std::string twice = caveat::syntax::format(again.file, once, language, same);
    if (!again.diagnostics.empty() || once != twice) {
      std::cerr << "printed text does not hold:\n" << once << "\n--- read again ---\n" << twice << "\n";
      for (const auto& d : again.diagnostics) std::cerr << caveat::render(d, sources);
      std::abort();
    }
  }
  return 0;
}
