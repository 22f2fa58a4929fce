// NumberOption: an option of a bench that is a number within bounds.
//
//   if (!number_option(invocation, terminal, "--rounds", 1, 100, rounds)) return kUsage;
//
// Promises   an option that is not given changes nothing; one that is no number, or out of bounds, is told with both
#pragma once

#include <charconv>
#include <string>
#include <type_traits>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"

namespace caveat::cli::bench {

template <class Number>
bool number_option(const Invocation& invocation, Terminal& terminal, const char* option,
                   std::type_identity_t<Number> least, std::type_identity_t<Number> most, Number& to) {
  if (!invocation.has(option)) return true;
  const std::string text = invocation.get(option);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= least && number <= most) {
    to = number;
    return true;
  }
  const auto written = [](Number bound) {
    char digits[32];
    return std::string(digits, std::to_chars(digits, digits + sizeof digits, bound).ptr);
  };
  wrong_use(terminal, {"{0} is a number from {1}, not “{2}”.", "{0} 应为 {1} 之间的数，而不是“{2}”。"},
            {option, written(least) + "…" + written(most), text}, invocation.command->name);
  return false;
}

}  // namespace caveat::cli::bench
