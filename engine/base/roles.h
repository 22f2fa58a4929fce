// Roles that the key of a caller may have, by the names that the configuration and `visible to` use.
#pragma once

#include <array>
#include <string_view>

namespace caveat {

inline constexpr std::array<std::string_view, 6> kRoleNames = {"bot",      "agent",     "auditor",
                                                               "operator", "activator", "privacy"};

// Those whose keys read of a confidential rule, where it names them: to a bot nothing of it is told, the others read no decisions.
inline constexpr std::array<std::string_view, 2> kReadingRoles = {"auditor", "agent"};

}  // namespace caveat
