#include "audit/error.h"

#include "engine/base/diagnostic.h"

namespace caveat {

Error::Error(const Code& code, std::string place, std::vector<std::string> arguments)
    : std::runtime_error(fill(code.en, arguments)),
      code_(&code),
      place_(std::move(place)),
      arguments_(std::move(arguments)) {}

std::string Error::message(Language language) const {
  return fill(language == Language::zh ? code_->zh : code_->en, arguments_);
}

}  // namespace caveat
