// Claim: one numbered sentence that a verification shows, refutes, or has not checked, and then why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace caveat::audit {

enum class Shown : std::uint8_t { yes, no, not_checked };

struct Claim {
  int number = 0;
  Shown shown = Shown::not_checked;
  std::string en, zh;          // the claim as a sentence
  std::string why_en, why_zh;  // what refutes it (place, expected and found), or why it was not checked
};

// "1 record", "2 records".
inline std::string several(std::uint64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace caveat::audit
