// Package report: how the claims about a package are told, and words that a claim and the result share.
// Used by verify_package.cc; what is told comes from there.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/language.h"

namespace caveat::audit {

// Who is the customer of a package about one: no proof tells, so it is said wherever his decisions are counted.
std::string by_the_banks_word(std::uint64_t ids, std::uint64_t others, Language language);

}  // namespace caveat::audit
