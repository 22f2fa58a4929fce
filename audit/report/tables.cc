#include "audit/report/tables.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

#include "audit/report/words.h"
#include "engine/base/months.h"

namespace caveat::audit {
namespace {

// The table in the reader's words: names of rules, queues and ids stay as they are.
constexpr std::string_view kHeads[2] = {
    "index,time,verdict,rules,unknown,queue,priority,hold,cause,request,decision,conversation,customer,channel,leaf",
    "序号,时间,结论,触发的规则,无法判定的规则,队列,优先级,持续由人工处理,原因,请求,决定,会话,客户,渠道,叶哈希"};

// In place of the verdict where none is known.
std::string_view content_name(Content content) { return content == Content::sealed ? "sealed" : "unreadable"; }
std::string_view verdict_cell(const DecisionRow& row, bool zh) {
  if (row.content == Content::opened)
    return zh ? verdict_word(row.verdict.verdict, Language::zh) : verdict_name(row.verdict.verdict);
  if (!zh) return content_name(row.content);
  return row.content == Content::sealed ? "未公开" : "无法读取";
}

std::string_view state_name(RuleOutcome::State state) {
  return state == RuleOutcome::State::fired ? "fired" : "unknown";
}

}  // namespace

namespace {

// Words that stand in numbers, dates and times; a month also by its first letters, from three on.
bool is_of_numbers(std::string_view word) {
  static constexpr std::string_view kOfClocks[] = {"e", "a", "p", "am", "pm"};
  const auto is_word = [&](std::string_view one) { return one == word; };
  return std::any_of(std::begin(kOfClocks), std::end(kOfClocks), is_word) ||
         (word.size() >= 3 && std::any_of(std::begin(kMonths), std::end(kMonths),
                                          [&](std::string_view month) { return month.starts_with(word); }));
}

// Would a spreadsheet take this for something else than the text that it is: run it, or show a number, a date, a truth instead?
bool turns_into_something(std::string_view text) {
  // Run as a formula (OWASP "CSV injection"), in full width too where the program reads East Asian input; an error value; a blank that
  // is dropped; and what would read as guarded.
  static constexpr std::string_view kBegins[] = {"=",  "+",  "-",  "@",  "\t", "\r", "\n",
                                                 "＝", "＋", "－", "＠", "#",  " ",  "'"};
  if (text.empty()) return false;
  if (text.ends_with(' ') || std::any_of(std::begin(kBegins), std::end(kBegins),
                                         [&](std::string_view sign) { return text.starts_with(sign); }))
    return true;
  std::string small(text);
  for (char& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  if (small == "true" || small == "false") return true;
  // Digits, and beside them only what stands in numbers, dates and times.
  static constexpr std::string_view kSigns[] = {"０", "１", "２", "３", "４", "５", "６", "７",   "８",  "９",
                                                "．", "，", "：", "／", "－", "％", "¥",  "￥",   "€",   "£",
                                                "年", "月", "日", "时", "時", "分", "秒", "上午", "下午"};
  bool digits = false;
  for (std::string_view rest = small; !rest.empty();) {
    const char c = rest.front();
    std::size_t length = 1;
    if (c >= 'a' && c <= 'z') {
      while (length < rest.size() && rest[length] >= 'a' && rest[length] <= 'z') ++length;
      if (!is_of_numbers(rest.substr(0, length))) return false;
    } else if (c >= '0' && c <= '9') {
      digits = true;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      const auto sign = std::find_if(std::begin(kSigns), std::end(kSigns),
                                     [&](std::string_view one) { return rest.starts_with(one); });
      if (sign == std::end(kSigns)) return false;
      digits = digits || sign - std::begin(kSigns) < 10;
      length = sign->size();
    } else if (std::string_view(".,:/-+%()$ ").find(c) == std::string_view::npos) {
      return false;
    }
    rest.remove_prefix(length);
  }
  return digits;
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  if (turns_into_something(text)) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

std::string csv_head(const ReportQuery& query) {
  return "\xEF\xBB\xBF" + std::string(kHeads[query.language == Language::zh]) + "\r\n";
}

std::string csv_line(const DecisionRow& row, const ReportQuery& query) {
  const bool zh = query.language == Language::zh;
  std::string fired, unknown;
  for (const RuleOutcome& rule : row.verdict.rules) {
    std::string& list = rule.state == RuleOutcome::State::fired ? fired : unknown;
    if (("; " + list + ";").find("; " + rule.id + ";") != std::string::npos) continue;  // once, however many products
    list += (list.empty() ? "" : "; ") + rule.id;
  }
  const HandOffOutcome none;
  const HandOffOutcome& handoff = row.verdict.handoff ? *row.verdict.handoff : none;
  return std::to_string(row.index) + ',' + csv_cell(format_instant(row.time, query.offset_minutes)) + ',' +
         csv_cell(verdict_cell(row, zh)) + ',' + csv_cell(fired) + ',' + csv_cell(unknown) + ',' +
         csv_cell(handoff.queue) + ',' +
         csv_cell(row.verdict.handoff ? priority_word(handoff.priority, zh ? Language::zh : Language::en) : "") + ',' +
         csv_cell(!row.verdict.handoff ? ""
                  : zh                 ? (handoff.hold ? "是" : "否")
                                       : (handoff.hold ? "yes" : "no")) +
         ',' + csv_cell(zh && row.verdict.handoff ? cause_word(handoff.cause, Language::zh) : handoff.cause) + ',' +
         csv_cell(row.request) + ',' + csv_cell(row.decision) + ',' + csv_cell(row.conversation) + ',' +
         csv_cell(row.customer) + ',' + csv_cell(row.channel) + ',' + csv_cell(row.leaf_hex) + "\r\n";
}

std::string jsonl_line(const DecisionRow& row, const ReportQuery& query) {
  if (row.content != Content::opened) {
    const boost::json::object line = {{"index", row.index},
                                      {"time", format_instant(row.time, query.offset_minutes)},
                                      {"verdict", nullptr},
                                      {"content", content_name(row.content)},
                                      {"leaf", row.leaf_hex}};
    return boost::json::serialize(line) + "\n";
  }
  boost::json::array rules;
  for (const RuleOutcome& rule : row.verdict.rules) {
    boost::json::object entry = {
        {"rule", rule.id}, {"state", state_name(rule.state)}, {"verdict", verdict_name(rule.verdict)}};
    if (rule.item >= 0) entry["item"] = rule.item;
    rules.push_back(std::move(entry));
  }
  boost::json::object line = {{"index", row.index},
                              {"time", format_instant(row.time, query.offset_minutes)},
                              {"verdict", verdict_name(row.verdict.verdict)},
                              {"rules", std::move(rules)},
                              {"request", row.request},
                              {"decision", row.decision},
                              {"conversation", row.conversation},
                              {"customer", row.customer},
                              {"channel", row.channel},
                              {"leaf", row.leaf_hex}};
  if (row.verdict.handoff)
    line["handoff"] = {{"queue", row.verdict.handoff->queue},
                       {"priority", priority_word(row.verdict.handoff->priority, Language::en)},
                       {"hold", row.verdict.handoff->hold},
                       {"cause", row.verdict.handoff->cause}};
  return boost::json::serialize(line) + "\n";
}

}  // namespace caveat::audit
