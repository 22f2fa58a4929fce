// Claim: one numbered sentence that a verification shows, refutes, or has not checked, and then why.
#pragma once

#include <cstdint>
#include <string>

namespace caveat::audit {

enum class Shown : std::uint8_t { yes, no, not_checked };

struct Claim {
  int number = 0;
  Shown shown = Shown::not_checked;
  std::string en, zh;          // the claim as a sentence
  std::string why_en, why_zh;  // what refutes it (place, expected and found), or why it was not checked
};

}  // namespace caveat::audit
