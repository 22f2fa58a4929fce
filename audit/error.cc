#include "audit/error.h"

#include "audit/phrases.h"
#include "engine/base/diagnostic.h"

namespace caveat {
Error::Error(const Code& code, std::string place, std::initializer_list<Words> arguments)
    : Error(code, std::move(place), std::vector<std::string>(arguments.begin(), arguments.end()), 0) {}

Error::Error(const Code& code, std::string place, std::vector<std::string> arguments, int)
    : std::runtime_error(fill(code.en, arguments)),
      code_(&code),
      place_(std::move(place)),
      arguments_(std::move(arguments)) {}

std::string Error::message(Language language) const {
  return fill(language == Language::zh ? code_->zh : code_->en, arguments(language));
}

std::vector<std::string> Error::arguments(Language language) const {
  if (language != Language::zh) return arguments_;
  std::vector<std::string> arguments;
  for (const std::string& one : arguments_) arguments.push_back(in_chinese(one));
  return arguments;
}

}  // namespace caveat
