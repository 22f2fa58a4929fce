#include "adapters/wire/problem_json.h"

#include <boost/json.hpp>

#include "adapters/wire/codes.h"
#include "adapters/wire/wording.h"
#include "engine/base/diagnostic.h"

namespace caveat::wire {

namespace json = boost::json;

namespace {

std::string_view one_of(Language language, std::string_view en, std::string_view zh) {
  return language == Language::zh ? zh : en;
}

std::string item_text(const ProblemItem& item, Language language, std::string_view file = {}) {
  const bool zh = language == Language::zh;
  const std::string_view colon = zh ? "：" : ": ", semicolon = zh ? "；" : "; ";
  const std::string_view whole = !file.empty() ? file : zh ? "整个请求" : "the request";
  std::string out(item.path.empty() ? whole : item.path);
  if (item.expected.empty() && item.found.empty() && item.nearest.empty() && item.hint.empty()) return out;
  out += colon;
  const auto append = [&](std::string_view label, std::string_view value) {
    if (value.empty()) return;
    if (out.size() < colon.size() || out.compare(out.size() - colon.size(), colon.size(), colon) != 0) out += semicolon;
    out += label;
    out += value;
  };
  append(zh ? "应为 " : "expected ", wire::in(language, item.expected));
  append(zh ? "实为 " : "found ", wire::in(language, item.found));
  append(zh ? "是否想写 " : "did you mean ", item.nearest.empty() ? std::string() : item.nearest + (zh ? "？" : "?"));
  append("", wire::in(language, item.hint));
  return out;
}

}  // namespace

std::string problem_json(const Problem& problem, const ProblemFrame& frame) {
  const Code& code = *problem.code;
  const std::string_view title = one_of(frame.language, code.en, code.zh);
  json::object out;
  out["type"] = "urn:caveat:problem:" + std::string(code.name);
  out["title"] = title;
  out["status"] = code.http_status;
  std::string detail;
  for (const ProblemItem& item : problem.items) {
    if (detail.ends_with('?'))
      detail += ' ';  // it has ended
    else if (!detail.empty() && !detail.ends_with("？"))
      detail += frame.language == Language::zh ? "。" : ". ";
    detail += item_text(item, frame.language);
  }
  out["detail"] = detail.empty() ? std::string(title) : detail;
  if (!frame.instance.empty()) out["instance"] = frame.instance;
  out["code"] = code.name;
  json::array errors;
  for (const ProblemItem& item : problem.items) {
    json::object entry;
    entry["path"] = item.path;
    entry["expected"] = wire::in(frame.language, item.expected);
    entry["found"] = wire::in(frame.language, item.found);
    if (!item.nearest.empty()) entry["nearest"] = item.nearest;
    if (!item.hint.empty()) entry["hint"] = wire::in(frame.language, item.hint);
    errors.emplace_back(std::move(entry));
  }
  out["errors"] = std::move(errors);
  out["retryable"] = code.retryable;
  out["help"] = "/docs/problems#" + std::string(code.name);
  if (frame.with_verdict) {
    if (frame.id.empty())
      out["id"] = nullptr;
    else
      out["id"] = frame.id;
    out["verdict"] = "handoff";
    out["cause"] = code.name;
    out["say"] = json::object{{"text", sorry(frame.language)}};
    out["handoff"] = json::object{{"hold", false}};
  }
  return json::serialize(out);
}

std::string problem_text(const Problem& problem, Language language, std::string_view file) {
  std::string out = fill(one_of(language, problem.code->en, problem.code->zh), {std::string(file)}) + " [" +
                    std::string(problem.code->name) + "]\n";
  for (const ProblemItem& item : problem.items) out += "  " + item_text(item, language, file) + "\n";
  return out;
}

Language language_of(std::string_view tag, Language otherwise) {
  const auto primary = [&](char a, char b) {
    return tag.size() >= 2 && (tag[0] | 0x20) == a && (tag[1] | 0x20) == b &&
           (tag.size() == 2 || tag[2] == '-' || tag[2] == '_');
  };
  if (primary('z', 'h')) return Language::zh;
  if (primary('e', 'n')) return Language::en;
  return otherwise;
}

std::string_view sorry(Language language) {
  return one_of(language, "I am sorry, I cannot answer this at the moment. Please ask one of our staff.",
                "很抱歉，我暂时无法回答这个问题，请联系我们的工作人员。");
}

}  // namespace caveat::wire
