#include "adapters/wire/codes.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <vector>

namespace caveat::wire {

namespace codes {
const Code kNotJson{.name = "not_json",
                    .en = "The request is not JSON.",
                    .zh = "请求不是合法的 JSON。",
                    .http_status = 400,
                    .exit_code = 3,
                    .retryable = false};
const Code kRepeatedKey{.name = "repeated_key",
                        .en = "A member is named twice in one object.",
                        .zh = "同一对象中有成员重名。",
                        .http_status = 400,
                        .exit_code = 3,
                        .retryable = false};
const Code kTrailingBytes{.name = "trailing_bytes",
                          .en = "Something follows the end of the request.",
                          .zh = "请求结束之后还有内容。",
                          .http_status = 400,
                          .exit_code = 3,
                          .retryable = false};
const Code kBadUtf8{.name = "bad_utf8",
                    .en = "The request holds characters that no text may hold.",
                    .zh = "请求中含有不允许的字符。",
                    .http_status = 400,
                    .exit_code = 3,
                    .retryable = false};
const Code kBadNumber{.name = "bad_number",
                      .en = "A number is not written as JSON writes numbers.",
                      .zh = "数字的写法不符合 JSON。",
                      .http_status = 400,
                      .exit_code = 3,
                      .retryable = false};
const Code kIdMismatch{.name = "id_mismatch",
                       .en = "The header Idempotency-Key differs from the id in the body.",
                       .zh = "请求头 Idempotency-Key 与正文中的 id 不一致。",
                       .http_status = 400,
                       .exit_code = 3,
                       .retryable = false};
const Code kNoKey{.name = "no_key",
                  .en = "The request carries no key.",
                  .zh = "请求没有携带密钥。",
                  .http_status = 401,
                  .exit_code = 3,
                  .retryable = false};
const Code kBadKey{.name = "bad_key",
                   .en = "The key is not one of ours.",
                   .zh = "密钥无效。",
                   .http_status = 401,
                   .exit_code = 3,
                   .retryable = false};
const Code kRole{.name = "role",
                 .en = "The caller's role may not do this.",
                 .zh = "调用方的角色无权执行此操作。",
                 .http_status = 403,
                 .exit_code = 3,
                 .retryable = false};
const Code kTimeNotAllowed{.name = "time_not_allowed",
                           .en = "The caller may not say at what time a turn was.",
                           .zh = "调用方无权指定对话轮次的时间。",
                           .http_status = 403,
                           .exit_code = 3,
                           .retryable = false};
const Code kNotFound{.name = "not_found",
                     .en = "There is nothing under this name.",
                     .zh = "找不到该名称对应的内容。",
                     .http_status = 404,
                     .exit_code = 3,
                     .retryable = false};
const Code kMethod{.name = "method",
                   .en = "This path does not take this method.",
                   .zh = "该路径不支持此方法。",
                   .http_status = 405,
                   .exit_code = 3,
                   .retryable = false};
const Code kSlowSender{.name = "slow_sender",
                       .en = "The request came too slowly.",
                       .zh = "请求发送过慢。",
                       .http_status = 408,
                       .exit_code = 3,
                       .retryable = true};
const Code kTooLarge{.name = "too_large",
                     .en = "The request is larger than the limit.",
                     .zh = "请求超过了大小限制。",
                     .http_status = 413,
                     .exit_code = 3,
                     .retryable = false};
const Code kMediaType{.name = "media_type",
                      .en = "The body is not of a type that this path takes.",
                      .zh = "正文类型不受此路径支持。",
                      .http_status = 415,
                      .exit_code = 3,
                      .retryable = false};
const Code kHeadersTooLarge{.name = "headers_too_large",
                            .en = "The headers are larger than the limit.",
                            .zh = "请求头超过了大小限制。",
                            .http_status = 431,
                            .exit_code = 3,
                            .retryable = false};
const Code kIdReused{.name = "id_reused",
                     .en = "This id was already used for another request.",
                     .zh = "该 id 已用于另一个请求。",
                     .http_status = 409,
                     .exit_code = 3,
                     .retryable = false};
const Code kOutOfOrder{.name = "out_of_order",
                       .en = "A piece came out of order.",
                       .zh = "片段的次序不对。",
                       .http_status = 409,
                       .exit_code = 3,
                       .retryable = false};
const Code kTakenByOther{.name = "taken_by_other",
                         .en = "Another person has taken this hand-off.",
                         .zh = "该转接已由其他人员接手。",
                         .http_status = 409,
                         .exit_code = 3,
                         .retryable = false};
const Code kWrongState{.name = "wrong_state",
                       .en = "The hand-off is not in a state that allows this.",
                       .zh = "转接当前的状态不允许此操作。",
                       .http_status = 409,
                       .exit_code = 3,
                       .retryable = false};
const Code kConsent{.name = "consent",
                    .en = "The customer has not agreed to this.",
                    .zh = "客户尚未同意。",
                    .http_status = 409,
                    .exit_code = 3,
                    .retryable = false};
const Code kRetention{.name = "retention",
                      .en = "A retention period forbids this.",
                      .zh = "保存期限尚未届满，不能执行。",
                      .http_status = 409,
                      .exit_code = 3,
                      .retryable = false};
const Code kHold{.name = "hold",
                 .en = "A legal hold forbids this.",
                 .zh = "存在法律保全，不能执行。",
                 .http_status = 409,
                 .exit_code = 3,
                 .retryable = false};
const Code kNotApproved{.name = "not_approved",
                        .en = "This pack has not been approved.",
                        .zh = "该规则包尚未批准。",
                        .http_status = 409,
                        .exit_code = 3,
                        .retryable = false};
const Code kErased{.name = "erased",
                   .en = "What this id stood for has been erased.",
                   .zh = "该 id 对应的内容已被删除。",
                   .http_status = 410,
                   .exit_code = 3,
                   .retryable = false};
const Code kStaleVersion{.name = "stale_version",
                         .en = "It has changed since it was read.",
                         .zh = "内容在读取之后已发生变化。",
                         .http_status = 412,
                         .exit_code = 3,
                         .retryable = false};
const Code kVersionNeeded{.name = "version_needed",
                          .en = "The version that was read has to be named.",
                          .zh = "必须注明所读取的版本。",
                          .http_status = 428,
                          .exit_code = 3,
                          .retryable = false};
const Code kClockSkew{.name = "clock_skew",
                      .en = "The turn's time is too far from our clock.",
                      .zh = "对话轮次的时间与本机时钟相差过大。",
                      .http_status = 422,
                      .exit_code = 3,
                      .retryable = false};
const Code kBadContinuation{.name = "bad_continuation",
                            .en = "The decision that this turn continues is not one that it can continue.",
                            .zh = "本轮不能接续所指的决定。",
                            .http_status = 422,
                            .exit_code = 3,
                            .retryable = false};
const Code kNothingToJudge{.name = "nothing_to_judge",
                           .en = "The turn carries nothing that could be judged.",
                           .zh = "请求中没有可供判断的内容。",
                           .http_status = 422,
                           .exit_code = 3,
                           .retryable = false};
const Code kDiagnostics{.name = "diagnostics",
                        .en = "The rules have errors.",
                        .zh = "规则有错误。",
                        .http_status = 422,
                        .exit_code = 3,
                        .retryable = false};
const Code kSignature{.name = "signature",
                      .en = "The signature does not hold.",
                      .zh = "签名无效。",
                      .http_status = 422,
                      .exit_code = 3,
                      .retryable = false};
const Code kCallerRate{.name = "caller_rate",
                       .en = "The caller sends more than it may.",
                       .zh = "调用方的请求过于频繁。",
                       .http_status = 429,
                       .exit_code = 3,
                       .retryable = true};
const Code kKeyQueueFull{.name = "key_queue_full",
                         .en = "Too many turns of this customer or conversation are waiting.",
                         .zh = "该客户或会话等待处理的轮次过多。",
                         .http_status = 429,
                         .exit_code = 3,
                         .retryable = true};
const Code kInternal{.name = "internal",
                     .en = "Something went wrong inside Caveat.",
                     .zh = "Caveat 内部出错。",
                     .http_status = 500,
                     .exit_code = 3,
                     .retryable = true};
const Code kOverloaded{.name = "overloaded",
                       .en = "More turns are waiting than can be taken.",
                       .zh = "等待处理的轮次过多，暂不能接收。",
                       .http_status = 503,
                       .exit_code = 3,
                       .retryable = true};
const Code kDraining{.name = "draining",
                     .en = "Caveat is shutting down.",
                     .zh = "Caveat 正在停机。",
                     .http_status = 503,
                     .exit_code = 3,
                     .retryable = true};
const Code kStorage{.name = "storage",
                    .en = "The decision could not be recorded.",
                    .zh = "决定未能写入审计日志。",
                    .http_status = 503,
                    .exit_code = 4,
                    .retryable = true};
const Code kNoPack{.name = "no_pack",
                   .en = "No rules are loaded.",
                   .zh = "没有加载任何规则。",
                   .http_status = 503,
                   .exit_code = 3,
                   .retryable = true};
const Code kKeys{.name = "keys",
                 .en = "The keys of the audit log cannot be used.",
                 .zh = "审计日志的密钥无法使用。",
                 .http_status = 503,
                 .exit_code = 4,
                 .retryable = true};
const Code kDeadline{.name = "deadline",
                     .en = "The decision was not ready in time.",
                     .zh = "未能在时限内作出决定。",
                     .http_status = 504,
                     .exit_code = 3,
                     .retryable = true};
}  // namespace codes

namespace {
constexpr std::array kOwn{&codes::kNotJson,
                          &codes::kRepeatedKey,
                          &codes::kTrailingBytes,
                          &codes::kBadUtf8,
                          &codes::kBadNumber,
                          &codes::kIdMismatch,
                          &codes::kNoKey,
                          &codes::kBadKey,
                          &codes::kRole,
                          &codes::kTimeNotAllowed,
                          &codes::kNotFound,
                          &codes::kMethod,
                          &codes::kSlowSender,
                          &codes::kTooLarge,
                          &codes::kMediaType,
                          &codes::kHeadersTooLarge,
                          &codes::kIdReused,
                          &codes::kOutOfOrder,
                          &codes::kTakenByOther,
                          &codes::kWrongState,
                          &codes::kConsent,
                          &codes::kRetention,
                          &codes::kHold,
                          &codes::kNotApproved,
                          &codes::kErased,
                          &codes::kStaleVersion,
                          &codes::kVersionNeeded,
                          &codes::kClockSkew,
                          &codes::kBadContinuation,
                          &codes::kNothingToJudge,
                          &codes::kDiagnostics,
                          &codes::kSignature,
                          &codes::kCallerRate,
                          &codes::kKeyQueueFull,
                          &codes::kInternal,
                          &codes::kOverloaded,
                          &codes::kDraining,
                          &codes::kStorage,
                          &codes::kNoPack,
                          &codes::kKeys,
                          &codes::kDeadline};
}

std::span<const Code* const> all_codes() {
  static const std::vector<const Code*> all = [] {
    std::vector<const Code*> table(kOwn.begin(), kOwn.end());
    table.insert(table.end(), decide::codes::all().begin(), decide::codes::all().end());
    std::sort(table.begin(), table.end(), [](const Code* a, const Code* b) {
      return std::tie(a->http_status, a->name) < std::tie(b->http_status, b->name);
    });
    return table;
  }();
  return all;
}

const Code* find_code(std::string_view name) {
  for (const Code* code : all_codes())
    if (code->name == name) return code;
  return nullptr;
}

Problem problem(const Code& code, ProblemItem item) {
  Problem result;
  result.code = &code;
  result.items.push_back(std::move(item));
  return result;
}

Problem all_of(std::vector<Problem> problems) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.code->http_status < b.code->http_status; });
  Problem all = std::move(problems.front());
  for (auto one = problems.begin() + 1; one != problems.end(); ++one)
    std::move(one->items.begin(), one->items.end(), std::back_inserter(all.items));
  return all;
}

void keep_beside(const Problem& bytes, std::vector<Problem>& found, std::size_t first) {
  for (std::size_t i = first; i < found.size(); ++i) {
    std::erase_if(found[i].items, [&](const ProblemItem& item) {
      return std::any_of(bytes.items.begin(), bytes.items.end(),
                         [&](const ProblemItem& told) { return told.path == item.path; });
    });
  }
  std::erase_if(found, [](const Problem& each) { return each.items.empty(); });
}

std::optional<Problem> both_of(std::optional<Problem> first, std::optional<Problem> second) {
  if (!first || !second) return first ? std::move(first) : std::move(second);
  return all_of({*std::move(first), *std::move(second)});
}

}  // namespace caveat::wire
