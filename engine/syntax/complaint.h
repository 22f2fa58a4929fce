// Complaint: a mistake before it is known in which language the file's reader is spoken to; it becomes a Diagnostic at the end.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/code.h"
#include "engine/base/diagnostic.h"

namespace caveat::syntax {

struct Both {  // a piece of a message in both languages
  std::string en, zh;
  Both() = default;
  Both(const char* same) : en(same), zh(same) {}             // NOLINT: what the author wrote is the same in both
  Both(std::string same) : en(same), zh(std::move(same)) {}  // NOLINT
  Both(std::string english, std::string chinese) : en(std::move(english)), zh(std::move(chinese)) {}
  const std::string& in(Language language) const { return language == Language::zh ? zh : en; }
};

struct Complaint {
  const Code* code = nullptr;
  Span span;
  std::vector<Both> arguments;
  Both help = {};
  std::vector<Fix> fixes = {};
  std::vector<std::pair<Span, Both>> related = {};
};

Diagnostic told(const Complaint& complaint, Language language);

}  // namespace caveat::syntax
