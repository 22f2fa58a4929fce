#include "engine/model/name_in.h"

#include <algorithm>

namespace caveat::model {

syntax::NameIn name_in(const References& references) {
  return [&references](const syntax::Path& path, Language language) {
    std::vector<std::string> steps;
    for (const syntax::Word& part : path.parts) steps.push_back(part.text);
    const Reference* reference = references.find(path);
    if (reference == nullptr && steps.size() == 1) reference = references.find_word(path.span);
    if (reference == nullptr) reference = references.find_written(path);
    if (reference == nullptr || reference->names.size() != steps.size()) return steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::vector<std::string>& all = reference->names[i];
      if (all.empty()) continue;
      const bool none = std::none_of(all.begin(), all.end(), [&](const std::string& name) {
        return is_chinese(name) == (language == Language::zh);
      });
      if (reference->keep && (none || is_chinese(steps[i]) == (language == Language::zh))) continue;
      steps[i] = std::string(name_in(all, language));
    }
    return steps;
  };
}

}  // namespace caveat::model
