// Codes of syntax: what can be wrong with the text of a rule file, before anything it names is looked up.
// Each is raised, whole text and all, by a case in tests/conformance/messages/.
#pragma once

#include <vector>

#include "engine/base/code.h"

namespace caveat::syntax::codes {

// bytes
extern const Code kBadUtf8, kNulByte, kByteOrderMark, kFileTooLong;
// shapes
extern const Code kUnclosedText, kStraySign, kTabIndent, kGroupedNumber, kUnitLeftover, kDigitInName, kNoSuchDate,
    kNumberTooLong, kNameTooLong, kTextTooLong, kNestingTooDeep, kChainTooLong, kUnclosedPattern;
// declarations and clauses
extern const Code kUnknownDeclaration, kOutsideDeclaration, kUnexpected, kUnexpectedEnd, kKeywordGlued, kListWord,
    kIndentedDeclaration, kDigitFirst, kNumberInWords, kTraditional, kMixedLogic, kRoundingUnclear, kNotOpensChain,
    kBareWithin, kSaidTwice, kClauseMissing, kUnknownWord, kReservedName, kNotYet, kWrongUnit, kNegatedComparison,
    kOrderOfRange;

const std::vector<const Code*>& all();

}  // namespace caveat::syntax::codes
