// Wording: what a Problem says was expected and found, in the reader's language. A Problem is made in English, which is what a
// program compares; whoever shows it to a person asks here.
//
//   out += decide::in(Language::zh, item.expected);      // "an integer 0..150" → "整数 0..150"
//
// Promises   what no phrase fits is given back as it is: a value as sent, a name
// Threads    all calls may run together
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/base/language.h"

namespace caveat::decide {

struct Phrase {
  std::string_view en, zh;  // `{}` stands for what differs, in the order of the English; {0} {1} where it is another
};

std::span<const Phrase> phrases();  // of bind
// The first phrase that fits the whole of `english`, in Chinese; what stood for `{}` stays as it is.
std::string in(Language language, std::string_view english, std::span<const Phrase> more = {});

}  // namespace caveat::decide
