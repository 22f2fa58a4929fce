#include "audit/report/package_report.h"

#include <algorithm>
#include <boost/json.hpp>

#include "audit/report/number.h"
#include "audit/report/verify_package.h"

namespace caveat::audit {

std::string by_the_banks_word(std::uint64_t ids, std::uint64_t others, Language language) {
  if (language == Language::zh)
    return "其中 " + number(ids) + " 个密钥编号属于该客户，仅以银行所述为准；期间内仅在其他编号下的决定 " +
           number(others) + " 个，未予打开";
  return "that " + (ids == 0 ? "no key id is" : several(ids, "key id is", "key ids are")) +
         " the customer's is the bank's word; " +
         (others == 0 ? "no decision of the period is under other ids alone"
                      : several(others, "decision of the period is under other ids alone and is not opened",
                                "decisions of the period are under other ids alone and are not opened"));
}

bool PackageReport::intact() const {
  return std::none_of(claims.begin(), claims.end(), [](const Claim& claim) { return claim.shown == Shown::no; });
}

int PackageReport::exit_code() const { return !intact() ? 1 : key_given ? 0 : 5; }

std::string render_text(const PackageReport& report, Language language) {
  const bool zh = language == Language::zh;
  std::string out;
  for (const Claim& claim : report.claims) {
    const std::string& why = zh ? claim.why_zh : claim.why_en;
    out += (claim.number < 10 ? " " : "") + std::to_string(claim.number) + " ";
    out += claim.shown == Shown::yes ? "✓ " : claim.shown == Shown::no ? "✗ " : "– ";
    out += (zh ? claim.zh : claim.en);
    if (claim.shown == Shown::no) out += (zh ? "\n     不成立：" : "\n     refuted: ") + why;
    if (claim.shown == Shown::yes && !why.empty()) out += "\n     " + why;
    if (claim.shown == Shown::not_checked) out += (zh ? "\n     未核查，因为" : "\n     not checked, because ") + why;
    out += "\n";
  }
  out += "\n";
  if (!report.intact()) {
    out += zh ? "结论：未通过。证据包被改动，或并非由该密钥签署。\n"
              : "Result: refuted. The package was changed, or is not what that key signed.\n";
  } else if (!report.key_given) {
    out += zh ? "结论：完整，但未指定签署者的公钥。请经其他途径向银行取得 log.vkey，再以 --key 指定。"
              : "Result: intact, but signed by nobody that you named. Get log.vkey from the bank by another way and "
                "name it with --key.";
  } else {
    out += zh ? "结论：通过，由 " + report.origin + " 签署。" : "Result: intact, and signed by " + report.origin + ".";
  }
  if (report.intact()) {
    const std::string count = number(report.sealed);
    if (report.sealed > 0)
      out += zh ? "其中 " + count + " 个决定未公开：其内容未予出示。"
             : report.sealed == 1
                 ? " 1 decision of it is not opened: what was decided in it is not shown."
                 : " " + count + " decisions of it are not opened: what was decided in them is not shown.";
    if (!report.page_checked)
      out += zh ? "report.html 与 VERIFY.md 未经核对，其内容不可采信（见第 10 项）。"
                : " report.html and VERIFY.md were not checked, and may say anything: see claim 10.";
    if (!report.packs_checked.value_or(true))
      out +=
          zh ? "其决定所依据的规则未全部收入 packs/，或其中有文件未经核查、不可采信（见第 16 项）。"
             : " Not all rules of its decisions are in packs/, or not all files there were checked, and those may say "
               "anything: see claim 16.";
    if (report.customer_ids)
      out += (zh ? "" : " It is about one customer: ") +
             by_the_banks_word(*report.customer_ids, report.others, language) + (zh ? "。" : ".");
    out += "\n";
  }
  return out;
}

std::string render_json(const PackageReport& report) {
  boost::json::array claims;
  for (const Claim& claim : report.claims) {
    const char* shown = claim.shown == Shown::yes ? "yes" : claim.shown == Shown::no ? "no" : "not_checked";
    claims.push_back({{"number", claim.number}, {"claim", claim.en}, {"shown", shown}, {"why", claim.why_en}});
  }
  boost::json::object out = {{"intact", report.intact()},  {"key_named", report.key_given},
                             {"origin", report.origin},    {"size", report.size},
                             {"sealed", report.sealed},    {"page_checked", report.page_checked},
                             {"exit", report.exit_code()}, {"claims", std::move(claims)}};
  if (report.packs_checked) out["packs_checked"] = *report.packs_checked;
  if (report.customer_ids) {
    out["customer_ids"] = *report.customer_ids;
    out["others"] = report.others;
  }
  if (report.intact() && report.taken) {
    const Exported& event = report.taken->event;
    boost::json::object custody = {{"by", event.by},
                                   {"role", event.role},
                                   {"time", format_instant(report.taken->time_us, 0)},
                                   {"index", report.taken->index},
                                   {"manifest", hex(event.content)}};
    if (event.recipient) custody["requested_by"] = *event.recipient;
    if (event.purpose) custody["purpose"] = *event.purpose;
    out["custody"] = std::move(custody);
  }
  return boost::json::serialize(out) + "\n";
}

}  // namespace caveat::audit
