#include "engine/decide/codes.h"

#include <algorithm>
#include <array>

namespace caveat::decide::codes {

namespace {
constexpr std::array<const Code*, 12> kAll = {&kNoId,      &kBadId,       &kFactSource,   &kUnknownMember,
                                              &kWrongType, &kUnitMissing, &kOutOfRange,   &kRepeated,
                                              &kTooMany,   &kConflict,    &kClassRefused, &kNotYet};
}  // namespace

std::span<const Code* const> all() { return kAll; }

int gravity(const Code& code) { return static_cast<int>(std::find(kAll.begin(), kAll.end(), &code) - kAll.begin()); }

}  // namespace caveat::decide::codes
