// Several in one: a phrase that reads as a list, a pattern or a quotation of what is meant (“保本、保息”, "risk-free | sure",
// “年化*%”, “【保本】”). It is looked for sign by sign, so a rule with it holds for no text that anybody writes.
//
// Promises   a warning only; sentences, amounts and titles in 《》 raise none
#pragma once

#include <string>

#include "engine/model/checks/work.h"

namespace caveat::model {

enum class Among {
  list,
  exceptions,  // behind `but not`, where no gap may stand
  alone,       // the one phrase of a comparison
  values,      // that something is one of
  value        // that something is, or that a list includes: alone
};

// `of_several`: what stands before several phrases instead, where it is alone.
void warn_of_several_in_one(Work& work, const Item& item, Span span, const std::string& phrase, Among among,
                            const std::string& of_several = {});

}  // namespace caveat::model
