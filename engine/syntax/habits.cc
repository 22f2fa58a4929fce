#include "engine/syntax/habits.h"

#include <algorithm>
#include <array>
#include <utility>

namespace caveat::syntax {
namespace {

using Words = std::array<std::string_view, 2>;

struct Row {
  std::string_view written;
  Words meant;
};

// In groups as an author meets them; which of two meanings is offered follows from what may stand at the place.
constexpr auto kRows = std::to_array<Row>({
    // comparisons
    {"大于等于", {"不低于"}},
    {"大于或等于", {"不低于"}},
    {"高于等于", {"不低于"}},
    {"高于或等于", {"不低于"}},
    {"超过或等于", {"不低于"}},
    {"超过或者等于", {"不低于"}},
    {"大于或者等于", {"不低于"}},
    {"等于或超过", {"不低于"}},
    {"等于或大于", {"不低于"}},
    {"达到或超过", {"不低于"}},
    {"不小于", {"不低于"}},
    {"小于等于", {"不高于"}},
    {"小于或等于", {"不高于"}},
    {"低于等于", {"不高于"}},
    {"低于或等于", {"不高于"}},
    {"小于或者等于", {"不高于"}},
    {"等于或小于", {"不高于"}},
    {"不足或等于", {"不高于"}},
    {"不大于", {"不高于"}},
    {"不多于", {"不高于"}},
    {"早于或等于", {"不晚于"}},
    {"早于等于", {"不晚于"}},
    {"晚于或等于", {"不早于"}},
    {"晚于等于", {"不早于"}},
    {"少于等于", {"不超过"}},
    {"少于或等于", {"不超过"}},
    {"等于或高于", {"不低于"}},
    {"等于或低于", {"不高于"}},
    {"未超过", {"不超过"}},
    {"未高于", {"不高于"}},
    {"未低于", {"不低于"}},
    {"已满", {"满"}},
    {"距离今天", {"距今"}},
    {"至今", {"距今"}},
    {"was", {"is"}},
    {"was more than", {"is more than"}},
    {"was at least", {"is at least"}},
    {"距离 今日", {"距今"}},
    {"距离 今天", {"距今"}},
    {"距离今日", {"距今"}},
    {"距今天", {"距今"}},
    {"距离现在", {"距今"}},
    {"不是", {"不为"}},
    {"非空", {"不为空"}},
    {"未提供", {"未知"}},
    {"未包含", {"不包含"}},
    {"没有包含", {"不包含"}},
    {"未包括", {"不包括"}},
    {"包含任意", {"包含任一"}},
    {"包括任意", {"包括任一"}},
    {"包括了", {"包括"}},
    {"含有", {"包含"}},
    {"提到", {"包含"}},
    {"没有提到", {"不含"}},
    {"没有宣称", {"未宣称"}},
    {"没有宣称任一", {"未宣称任一"}},
    {"没有提及", {"未提及"}},
    {"没有包括", {"不包括"}},
    {"没有匹配", {"不匹配"}},
    {"声称", {"宣称"}},
    {"声称任一", {"宣称任一"}},
    {"承诺任一", {"宣称任一"}},
    {"含有任一", {"包含任一"}},
    {"含任一", {"包含任一"}},
    {"中包含", {"包含任一"}},
    {"中含有", {"包含任一"}},
    {"属于任一", {"属于"}},
    {"未提到", {"不含"}},
    {"greater than", {"is above"}},
    {"is greater than", {"is above"}},
    {"is greater than or equal to", {"is at least"}},
    {"greater than or equal to", {"is at least"}},
    {"is bigger than", {"is above"}},
    {"is higher than", {"is above"}},
    {"is smaller than", {"is below"}},
    {"is lower than", {"is below"}},
    {"is less than or equal to", {"is at most"}},
    {"less than or equal to", {"is at most"}},
    {"is not greater than", {"is at most"}},
    {"is not bigger than", {"is at most"}},
    {"is not higher than", {"is at most"}},
    {"is no more than", {"is at most"}},
    {"is not smaller than", {"is at least"}},
    {"is not lower than", {"is at least"}},
    {"is no less than", {"is at least"}},
    {"is over", {"is above"}},
    {"is under", {"is below"}},
    {"exceeds", {"is above"}},
    {"is earlier than", {"is before"}},
    {"is later than", {"is after"}},
    {"is no later than", {"is not after"}},
    {"is not later than", {"is not after"}},
    {"is no earlier than", {"is not before"}},
    {"is not earlier than", {"is not before"}},
    {"is on or after", {"is not before"}},
    {"is after or on", {"is not before"}},
    {"is on or before", {"is not after"}},
    {"is before or on", {"is not after"}},
    {"is at or above", {"is at least"}},
    {"is at or below", {"is at most"}},
    {"is above or equal to", {"is at least"}},
    {"is more than or equal to", {"is at least"}},
    {"is equal to or greater than", {"is at least"}},
    {"is equal to or more than", {"is at least"}},
    {"is equal to or above", {"is at least"}},
    {"is below or equal to", {"is at most"}},
    {"is equal to or less than", {"is at most"}},
    {"is equal to or below", {"is at most"}},
    {"is up to", {"is at most"}},
    {"is within the past", {"is within the last"}},
    {"is in the past", {"is within the last"}},
    {"is in the last", {"is within the last"}},
    {"is in the next", {"is within the next"}},
    {"is within the coming", {"is within the next"}},
    {"is working day", {"is a working day"}},
    {"is not working day", {"is not a working day"}},
    {"one of", {"is one of", "any of"}},
    {"none of", {"is none of"}},
    {"equals", {"is"}},
    {"equals to", {"is"}},
    {"equal to", {"is"}},
    {"is equal to", {"is"}},
    {"does not equal", {"is not"}},
    // clauses
    {"如果", {"当"}},
    {"假如", {"当"}},
    {"改为", {"全文改为", "命中处改为"}},
    {"applies on", {"applies to"}},
    {"apply to", {"applies to"}},
    {"appliesto", {"applies to"}},
    {"applied to", {"applies to"}},
    {"applying to", {"applies to"}},
    {"applies for", {"applies to"}},
    {"apply on", {"applies to"}},
    {"那么", {"则"}},
    {"就", {"则"}},
    {"除外", {"除非"}},
    {"若非", {"除非"}},
    {"例外", {"除非"}},
    {"来源", {"依据"}},
    {"法律依据", {"依据"}},
    {"根据", {"依据"}},
    {"因为", {"理由"}},
    {"原因是", {"理由"}},
    {"if", {"when"}},
    {"except when", {"unless"}},
    {"except", {"unless"}},
    {"except if", {"unless"}},
    {"except where", {"unless"}},
    {"除了", {"除非"}},
    {"reason", {"because"}},
    {"责任人", {"负责"}},
    {"负责人", {"负责"}},
    {"可见", {"可见范围"}},
    // effects
    {"禁止", {"拦截"}},
    {"阻止", {"拦截"}},
    {"阻断", {"拦截"}},
    {"拒绝", {"拦截"}},
    {"允许", {"放行"}},
    {"通过", {"放行"}},
    {"转人工 到", {"转人工 至"}},
    {"转人工 给", {"转人工 至"}},
    {"转接", {"转人工 至"}},
    {"转接 到", {"转人工 至"}},
    {"转接 至", {"转人工 至"}},
    {"转接人工", {"转人工 至"}},
    {"转接人工 至", {"转人工 至"}},
    {"转交", {"转人工 至"}},
    {"转交 至", {"转人工 至"}},
    {"打码", {"脱敏"}},
    {"遮蔽", {"脱敏"}},
    {"屏蔽", {"拦截", "脱敏"}},
    {"提醒", {"披露"}},
    {"隐藏", {"脱敏"}},
    {"遮盖", {"脱敏"}},
    {"掩码", {"脱敏"}},
    {"转给", {"转人工 至"}},
    {"转到", {"转人工 至"}},
    {"交给", {"转人工 至"}},
    {"route to", {"hand off to"}},
    {"refer to", {"hand off to"}},
    {"send to", {"hand off to"}},
    {"pass to", {"hand off to"}},
    {"forward to", {"hand off to"}},
    {"hand over to", {"hand off to"}},
    {"每个会话一次", {"每次会话一次"}},
    {"每会话一次", {"每次会话一次"}},
    {"每天一次", {"每日一次"}},
    {"once a conversation", {"once per conversation"}},
    {"once a day", {"once per day"}},
    {"deny", {"block"}},
    {"reject", {"block"}},
    {"refuse", {"block"}},
    {"forbid", {"block"}},
    {"permit", {"allow"}},
    {"escalate to", {"hand off to"}},
    {"transfer to", {"hand off to"}},
    {"mask", {"redact"}},
    {"hide", {"redact"}},
    // types
    {"金额", {"款项"}},
    {"数字", {"整数", "小数"}},
    {"数值", {"整数", "小数"}},
    {"天数", {"时长", "整数"}},
    {"次数", {"整数"}},
    {"个数", {"整数"}},
    {"年限", {"时长"}},
    {"字符串", {"文本"}},
    {"文字", {"文本"}},
    {"布尔", {"是否"}},
    {"枚举", {"取值"}},
    {"选项", {"取值"}},
    {"等级", {"分级"}},
    {"级别", {"分级"}},
    {"百分数", {"百分比"}},
    {"比例", {"百分比"}},
    {"时间", {"时刻", "钟点"}},
    {"日期时间", {"时刻"}},
    {"时间戳", {"时刻"}},
    {"datetime", {"instant"}},
    {"timestamp", {"instant"}},
    {"time", {"time of day", "instant"}},
    {"number", {"integer", "decimal"}},
    {"int", {"integer"}},
    {"float", {"decimal"}},
    {"string", {"text"}},
    {"boolean", {"yes/no"}},
    {"bool", {"yes/no"}},
    {"enum", {"one of"}},
    {"amount", {"money"}},
    {"percentage", {"percent"}},
    {"level", {"scale"}},
    // lines
    {"营业时间", {"服务时间"}},
    {"工作时间", {"服务时间"}},
    {"开放时间", {"服务时间"}},
    {"处理时限", {"时限"}},
    {"期限", {"时限"}},
    {"opening hours", {"hours"}},
    {"office hours", {"hours"}},
    {"deadline", {"due"}},
    {"holidays", {"closed"}},
    {"holiday", {"closed"}},
    {"节假日", {"放假"}},
    {"假期", {"放假"}},
    {"调休上班", {"上班"}},
    {"调休", {"上班"}},
    {"补班", {"上班"}},
    // declarations
    {"要求", {"前置要求"}},
    {"条件", {"定义"}},
    {"变量", {"事实"}},
    {"字段", {"事实"}},
    {"词库", {"词表"}},
    {"关键词", {"词表"}},
    {"法规", {"法源"}},
    {"法律", {"法源"}},
    {"依据", {"法源"}},
    {"规定", {"规则"}},
    {"用例", {"示例"}},
    {"例子", {"示例"}},
    {"测试", {"示例"}},
    {"坐席", {"队列"}},
    {"文案", {"话术"}},
    {"fact", {"facts"}},
    {"field", {"facts"}},
    {"variable", {"facts"}},
    {"words", {"lexicon"}},
    {"law", {"source"}},
    {"test", {"example"}},
    {"case", {"example"}},
    {"policy", {"rule"}},
    {"text", {"wording"}},
});

// After a number.
constexpr auto kUnits = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"sec", "seconds"},   {"secs", "seconds"}, {"min", "minutes"},  {"mins", "minutes"},    {"hr", "hours"},
    {"hrs", "hours"},     {"mth", "months"},   {"mths", "months"},  {"mos", "months"},      {"wk", "weeks"},
    {"wks", "weeks"},     {"yr", "years"},     {"yrs", "years"},    {"秒钟", "秒"},         {"分", "分钟"},
    {"时", "小时"},       {"个小时", "小时"},  {"钟头", "小时"},    {"个钟头", "小时"},     {"星期", "周"},
    {"个星期", "周"},     {"礼拜", "周"},      {"月", "个月"},      {"块", "元"},           {"块钱", "元"},
    {"人", "名"},         {"人次", "次"},      {"轮", "次"},        {"回", "次"},           {"遍", "次"},
    {"件", "项"},         {"份", "个"},        {"家", "个"},        {"户", "个"},           {"张", "个"},
    {"只", "个"},         {"种", "个"},        {"people", "items"}, {"bp", "basis points"}, {"bps", "basis points"},
    {"persons", "items"}, {"pieces", "items"}, {"d", "days"},       {"D", "days"},          {"y", "years"},
    {"yo", "years old"},  {"mo", "months"},
});

constexpr std::size_t meanings(const Words& words) { return words[1].empty() ? 1 : 2; }

const auto kHabits = [] {
  std::array<Habit, kRows.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = {kRows[i].written, {kRows[i].meant.data(), meanings(kRows[i].meant)}};
  return all;
}();

}  // namespace

std::span<const Habit> habits() { return kHabits; }

std::span<const std::string_view> meant_by(std::string_view written) {
  const auto row = std::find_if(kHabits.begin(), kHabits.end(), [&](const Habit& h) { return h.written == written; });
  return row == kHabits.end() ? std::span<const std::string_view>{} : row->meant;
}

std::string_view unit_meant_by(std::string_view written) {
  const auto row = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& each) { return each.first == written; });
  return row == kUnits.end() ? std::string_view() : row->second;
}

MeantUnit unit_and_tail_meant_by(std::string_view written) {
  if (const auto unit = unit_meant_by(written); !unit.empty()) return {unit, nullptr};
  for (const Spelling& tail : units_and_tails()) {
    if (tail.kind != KeywordKind::tail || tail.text.size() >= written.size() || !written.ends_with(tail.text)) continue;
    if (const auto unit = unit_meant_by(written.substr(0, written.size() - tail.text.size())); !unit.empty())
      return {unit, &tail};
  }
  return {};
}

bool means_expect(std::string_view written) {
  constexpr auto kOutcome =
      std::to_array<std::string_view>({"then", "expected", "expects", "result", "outcome", "should", "则", "结果",
                                       "预期", "期待", "那么", "应", "应为", "得到", "输出"});
  return std::find(kOutcome.begin(), kOutcome.end(), written) != kOutcome.end();
}

bool is_remark(std::string_view written) {
  constexpr auto kRemarks = std::to_array<std::string_view>(
      {"年化",          "年化收益率", "年化收益", "年化利率",   "年利率",     "收益率", "利率",  "费率",
       "比例",          "约",         "大约",     "大概",       "约为",       "近",     "将近",  "共",
       "共计",          "合计",       "累计",     "总计",       "每天",       "每日",   "每月",  "每年",
       "每周",          "每次",       "每笔",     "单笔",       "单日",       "单次",   "当日",  "about",
       "approximately", "around",     "roughly",  "annualised", "annualized", "annual", "daily", "monthly"});
  return std::find(kRemarks.begin(), kRemarks.end(), written) != kRemarks.end();
}

bool means_a(KeywordKind kind, std::string_view written) {
  const auto meant = meant_by(written);
  return !meant.empty() && std::any_of(all_spellings().begin(), all_spellings().end(), [&](const Spelling& s) {
    return s.kind == kind && std::find(meant.begin(), meant.end(), s.text) != meant.end();
  });
}

}  // namespace caveat::syntax
