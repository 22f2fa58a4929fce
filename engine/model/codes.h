// Codes of what can be wrong with the meaning of rule text: names, types, packs, rules, examples.
// Raised by model::check; each has a case with its whole text in tests/conformance/messages/.
#pragma once

#include <span>

#include "engine/base/code.h"

namespace caveat::model::codes {

// what is kept for later
extern const Code kNotYet;
// packs and how they link
extern const Code kPackMissing, kPackTwice, kPackVersionTwice, kUnknownPack, kVersionMissing, kVersionConflict,
    kNoDefaultQueue;
// names
extern const Code kNameTwice, kNameHidden, kUnknownName, kNotVisible, kAmbiguousName, kBuiltIn, kFactDiffers,
    kUnknownLevel, kDefineCycle, kInsideAList;
// types, units, ranges
extern const Code kWrongType, kNoOrder, kDifferentUnits, kUnitMissing, kCurrencyUnclear, kOutOfRange, kEmptyRange,
    kNoFact, kEmptyPhrase, kBadGap, kBadPattern, kUnknownZone, kZoneMissing, kNoCalendar, kNoQueueCalendar,
    kSeveralCalendars;
// rules and what they say
extern const Code kProductsTwice, kExampleTwice;  // of an example
extern const Code kMissingClause, kNeverInForce, kNoMatch, kMatchElsewhere, kUnknownRole, kRoleCannotRead,
    kNotConfidential, kBadTemplate, kOtherBrackets, kTooLongForChannel, kUnknownChannel, kConfidentialText,
    kWholeReadsItem, kNoWayToAPerson, kOverflowCycle, kCannotAsk, kBothHold, kOnlyBeside, kOfNoItem, kNotNamed,
    kNotCovered, kContradiction;
// files and sizes
extern const Code kFileMissing, kEmptyLexicon, kTooMany, kSeveralInOne, kAssessedAsChoice;

std::span<const Code* const> all();

}  // namespace caveat::model::codes
