#include "engine/model/codes.h"

namespace caveat::model::codes {

const Code kNotYet{"not_yet", "Not supported yet: {0}.", "暂不支持：{0}。"};

const Code kPackMissing{"pack_missing", "No pack is declared in the folder “{0}”.", "文件夹“{0}”中没有声明规则包。"};
const Code kPackTwice{"pack_twice", "A folder is one pack, and {0} is declared here already.",
                      "一个文件夹是一个规则包，此处已声明 {0}。"};
const Code kPackVersionTwice{"pack_version_twice", "Pack {0}, version {1}, stands in two folders: {2} and {3}.",
                             "规则包 {0} 的版本 {1} 出现在两个文件夹：{2} 与 {3}。"};
const Code kUnknownPack{"unknown_pack", "There is no pack named “{0}”.", "没有名为“{0}”的规则包。"};
const Code kVersionMissing{"version_missing", "No version of {0} fits “{1}”; found: {2}.",
                           "{0} 没有符合“{1}”的版本；现有：{2}。"};
const Code kVersionConflict{"version_conflict", "No version of {0} fits both {1} (“{2}”) and {3} (“{4}”); found: {5}.",
                            "{0} 没有同时符合 {1}（“{2}”）与 {3}（“{4}”）的版本；现有：{5}。"};
const Code kNoDefaultQueue{"no_default_queue", "Pack {0} has no default queue: what stays unknown has nowhere to go.",
                           "规则包 {0} 没有默认队列：不明的情形无处可转。"};

const Code kNameTwice{"name_twice", "“{1}” is the name of a {0} already.", "{0}“{1}”已经声明。"};
const Code kNameHidden{"name_hidden", "“{1}” is the name of a {0} of {2} already, which {3} uses.",
                       "{0}“{1}”在 {3} 引用的规则包 {2} 中已经声明。"};
const Code kUnknownName{"unknown_name", "There is no {0} named “{1}”.", "没有名为“{1}”的{0}。"};
const Code kNotVisible{"not_visible", "“{1}” is a {0} of pack {2}, which pack {3} does not use.",
                       "“{1}”是规则包 {2} 的{0}，而规则包 {3} 没有引用它。"};
const Code kAmbiguousName{"ambiguous_name", "“{0}” is declared in {1} and in {2}.", "“{0}”在 {1} 与 {2} 中都有声明。"};
const Code kBuiltIn{"built_in", "“{0}” is built in and is never declared.", "“{0}”是内置的，不可声明。"};
const Code kFactDiffers{"fact_differs", "{0} is {1} here and {2} in pack {3}.",
                        "{0} 在此处是{1}，在规则包 {3} 中是{2}。"};
const Code kUnknownLevel{"unknown_level", "“{0}” is not in {1}.", "“{0}”不在“{1}”之中。"};
const Code kDefineCycle{"define_cycle", "“{0}” is defined by itself: {1}.", "“{0}”用自身来定义：{1}。"};
const Code kInsideAList{"inside_a_list", "{0} belongs to each element of the list {1}, which may have many.",
                        "{0} 属于列表 {1} 的每一个元素，可能有多个。"};

const Code kWrongType{"wrong_type", "Expected {0}, found {1}.", "此处应为{0}，却是{1}。"};
const Code kNoOrder{"no_order", "{0} has no order: it can be or not be something, but not lie above or below it.",
                    "{0}没有高低先后：只能“为”或“不为”，不能比大小。"};
const Code kDifferentUnits{"different_units", "{0} and {1} cannot be held against each other.",
                           "{0}与{1}不能相互比较。"};
const Code kUnitMissing{"unit_missing", "Expected {0}, found a number without a unit: {1}.",
                        "此处应为{0}，却是没有单位的数：{1}。"};
const Code kCurrencyUnclear{"currency_unclear", "“{0}”: 元 is CNY in packs of jurisdiction CN only.",
                            "“{0}”：只有法域含 CN 的规则包才把“元”读作人民币。"};
const Code kOutOfRange{"out_of_range", "{0} is outside of {1}, {2}.", "{0}超出了{1}的范围：{2}。"};
const Code kEmptyRange{"empty_range", "Nothing lies between {0} and {1}.", "{0} 与 {1} 之间没有任何值。"};
const Code kNoFact{"no_fact", "“{0}” {1} whatever a turn says: no fact stands in it.",
                   "“{0}”{1}，与任何一轮对话无关：其中没有事实。"};
const Code kEmptyPhrase{"empty_phrase", "An empty text is found in every text.", "空文本在任何文本中都能找到。"};
const Code kBadGap{"bad_gap", "“{0}” holds a gap (…) that cannot be filled: it may hold one, between two words.",
                   "“{0}”中的间隔（…）无法使用：一个词语最多一处间隔，且前后都要有词。"};
const Code kBadPattern{"bad_pattern", "{0} cannot be run: {1}.", "{0} 无法运行：{1}。"};
const Code kUnknownZone{"unknown_zone", "No time zone “{0}” is known here.", "此处没有时区“{0}”的数据。"};
const Code kZoneMissing{"zone_missing",
                        "Pack {0} states no time zone, and {1} goes by days or a clock: by whose, nothing says.",
                        "规则包 {0} 没有写明时区，而 {1} 要按日期或钟点判断：按哪里的时间，无从得知。"};
const Code kNoCalendar{"no_calendar", "Working days are counted by a calendar, and pack {0} sees none.",
                       "工作日要按日历计算，而规则包 {0} 没有可用的日历。"};
const Code kNoQueueCalendar{"no_queue_calendar", "Working days are counted by a calendar, and queue {0} names none.",
                            "工作日要按日历计算，而队列 {0} 没有写明日历。"};
const Code kSeveralCalendars{
    "several_calendars", "Pack {0} sees several calendars, and nothing says by which working days are counted: {1}.",
    "规则包 {0} 有多个可用的日历，未写明按哪一个计算工作日：{1}。"};

const Code kProductsTwice{
    "products_twice",
    "The products of this example are told twice: {0} stands beside the list of recommendation.products.",
    "本示例的产品给出了两次：{0} 与 recommendation.products 的列表并列。"};
const Code kExampleTwice{"example_twice",
                         "There is an example “{0}” in this pack already: of the two nobody can tell which one fails.",
                         "本规则包中已有示例“{0}”：若其一未通过，无从分辨是哪一个。"};
const Code kMissingClause{"missing_clause", "{0} lacks “{1}”.", "{0} 缺少“{1}”。"};
const Code kNeverInForce{"never_in_force", "Rule {0} is never in force: it begins on {1} and ends on {2}.",
                         "规则 {0} 从不生效：自 {1} 起，至 {2} 止。"};
const Code kUnknownRole{"unknown_role", "No key has the role “{0}”, to which rule {1} is to be visible.",
                        "规则 {1} 对角色“{0}”可见，但没有密钥具有该角色。"};
const Code kRoleCannotRead{
    "role_cannot_read",
    "Rule {1} is to be visible to “{0}”, and by that role alone no key reads of a confidential rule.",
    "规则 {1} 对角色“{0}”可见，但仅凭该角色，密钥读不到保密规则的内容。"};
const Code kNotConfidential{"not_confidential",
                            "Rule {0} says to whom it is visible and is not confidential, so it shows to everybody.",
                            "规则 {0} 注明了可见范围却不是保密规则，因而对所有人可见。"};
const Code kNoMatch{"no_match", "“{0}” needs a condition that finds words in a text, and {1} has none.",
                    "“{0}”需要一个在文本中查找词语的条件，而{1}没有。"};
const Code kMatchElsewhere{"match_elsewhere",
                           "“{0}” would change nothing: {1} finds no words in a text that it changes.",
                           "“{0}”不会起作用：{1}没有在它所改动的文本中查找词语。"};
const Code kBadTemplate{"bad_template", "A brace stands alone in “{0}”.", "“{0}”中的花括号不成对。"};
const Code kOtherBrackets{"other_brackets", "“{0}” names no fact: it is shown letter by letter.",
                          "“{0}”未引用事实，会原样显示。"};
const Code kTooLongForChannel{"too_long_for_channel", "A message by {0} holds {1}; this text has {2}.",
                              "一条 {0} 至多 {1}，这段文字为 {2}。"};
const Code kUnknownChannel{"unknown_channel", "{0} is no channel whose length is known.", "{0} 不是已知长度的渠道。"};
const Code kConfidentialText{"confidential_text", "What a confidential rule says to the customer may not hold “{0}”.",
                             "保密规则对客户的提示中不得出现“{0}”。"};
const Code kWholeReadsItem{"whole_reads_item", "A rule on the whole judges once, but {0} belongs to each item.",
                           "整体规则只判断一次，而 {0} 属于每一项。"};
const Code kNoWayToAPerson{"no_way_to_a_person", "{0} leaves the customer no way to a person.",
                           "{0}没有给客户留下找到人工的途径。"};
const Code kOverflowCycle{"overflow_cycle", "Queue {0} overflows into itself: {1}.",
                          "队列 {0} 溢出后又回到自身：{1}。"};
const Code kCannotAsk{"cannot_ask", "{0} cannot be required: nothing says how to ask for it.",
                      "无法要求 {0}：没有写明如何询问。"};
const Code kBothHold{"both_hold", "{0} and {1} hold together from {2} until {3}.",
                     "{0} 与 {1} 自 {2} 至 {3} 同时有效。"};
const Code kOnlyBeside{
    "only_beside",
    "Rule {0} reads {1}: it is judged for each {2} of the turn and not at all where there is none, though it could be "
    "true there too.",
    "规则 {0} 读取了 {1}：它按本轮的每个{2}判断，没有{2}时完全不作判断，尽管其条件那时也可能成立。"};
const Code kOfNoItem{
    "of_no_item",
    "“{0}” belongs to one {1}, and rule {2} tells it for the turn, not for each: {3}the customer reads "
    "“unknown”.",
    "“{0}”属于某一项{1}，而规则 {2} 对整轮披露，并不逐项披露：{3}客户看到的是“不明”。"};
const Code kNotNamed{
    "not_named",
    "Rule {0} on answers reads {1}, and nothing says by which name an answer speaks of a product: of one that it only "
    "names the rule is not judged.",
    "规则 {0} 适用于回答并读取 {1}，却未写明回答以什么名称提及产品：回答仅提到名称的产品不会据此判断。"};
const Code kNotCovered{"not_covered", "{0} lies outside of what calendar {1} covers.",
                       "{0} 不在日历 {1} 的覆盖范围内。"};
const Code kContradiction{"contradiction", "“{0}” cannot stand beside “{1}”.", "“{0}”不能与“{1}”并列。"};

const Code kAssessedAsChoice{"assessed_as_choice", "“{0}” is a choice here, and asks nothing of the fact.",
                             "“{0}”在此处是一个取值，而不是对事实的要求。"};
const Code kSeveralInOne{"several_in_one", "“{0}” is looked for as one phrase, with {1} in it.",
                         "“{0}”会作为一个词语逐字查找，连同其中的{1}。"};

const Code kFileMissing{"file_missing", "There is no file “{0}” beside the rules of this pack.",
                        "此规则包中没有文件“{0}”。"};
const Code kEmptyLexicon{"empty_lexicon", "Lexicon {0} holds no term.", "词表 {0} 没有任何词条。"};
const Code kTooMany{"too_many", "{0}: {1}, and {2} is the most.", "{0}：{1}，上限为 {2}。"};

std::span<const Code* const> all() {
  static const Code* const kAll[] = {
      &kNotYet,           &kPackMissing,     &kPackTwice,       &kPackVersionTwice,  &kUnknownPack,
      &kVersionMissing,   &kVersionConflict, &kNoDefaultQueue,  &kNameTwice,         &kUnknownName,
      &kNotVisible,       &kAmbiguousName,   &kBuiltIn,         &kFactDiffers,       &kUnknownLevel,
      &kDefineCycle,      &kInsideAList,     &kWrongType,       &kNoOrder,           &kDifferentUnits,
      &kUnitMissing,      &kCurrencyUnclear, &kOutOfRange,      &kEmptyRange,        &kEmptyPhrase,
      &kBadGap,           &kBadPattern,      &kUnknownZone,     &kZoneMissing,       &kProductsTwice,
      &kExampleTwice,     &kNoCalendar,      &kNoQueueCalendar, &kSeveralCalendars,  &kMissingClause,
      &kNeverInForce,     &kNoMatch,         &kUnknownRole,     &kRoleCannotRead,    &kNotConfidential,
      &kMatchElsewhere,   &kBadTemplate,     &kOtherBrackets,   &kTooLongForChannel, &kUnknownChannel,
      &kConfidentialText, &kWholeReadsItem,  &kNoWayToAPerson,  &kOverflowCycle,     &kCannotAsk,
      &kBothHold,         &kNotCovered,      &kOnlyBeside,      &kContradiction,     &kFileMissing,
      &kEmptyLexicon,     &kTooMany,         &kSeveralInOne,    &kAssessedAsChoice,  &kOfNoItem,
      &kNoFact,           &kNotNamed};
  return kAll;
}

}  // namespace caveat::model::codes
