#include "adapters/server/route_table.h"

#include <algorithm>

#include "adapters/server/http.h"

namespace caveat::server {

namespace {

const Parameter kReason{
    "reason",
    {"why it is looked at, kept with the record of the look; proxies write addresses down, so no name of a customer",
     "查看事由，随查看记录保存；网址会被代理记入日志，请勿写入客户姓名"}};

constexpr std::size_t kTurnBytes = 1u << 20;    // of a turn, and of a line of a batch
constexpr std::size_t kSmallBytes = 64u << 10;  // of what an agent, an auditor, an operator sends

std::vector<Route> make() {
  std::vector<Route> all;
  all.push_back(
      {.handler = Handler::decide,
       .method = "POST",
       .path = "/v1/decisions",
       .roles = kBot | kAgent,
       .body = kTurnBytes,
       .turn = true,
       .statuses = {409, 410, 504},
       .takes = "Request",
       .gives = "Decision",
       .says = {"Judge one turn of a conversation. Every verdict is a 200. An agent's key sends what a person answers "
                "(answer.author: person) and nothing else.",
                "裁决一轮对话。任何裁决都以 200 返回。坐席的密钥只能提交人员的答复（answer.author: person）。"},
       .record = {"decision", "决定"}});
  all.push_back(
      {.handler = Handler::batch,
       .method = "POST",
       .path = "/v1/decisions/batch",
       .roles = kBot,
       .body = kTurnBytes,
       .turn = true,
       .statuses = {415},
       .takes = "application/x-ndjson",
       .gives = "application/x-ndjson",
       .says = {"Judge many turns, one a line: the reply has one decision or problem a line, in order, each sent once "
                "it is on disk. A bad line stops nothing; lines of one conversation wait for each other. One line too "
                "many is answered with a problem, with which the reply ends.",
                "逐行裁决多轮对话：每行返回一个决定或问题说明，顺序不变，落盘后即发送；某行有误不影响其余；同一会话的各"
                "行依次等待。超出行数上限时以一条问题说明结束答复。"},
       .record = {"a decision each", "逐条记录决定"}});
  all.push_back(
      {.handler = Handler::decision,
       .method = "GET",
       .path = "/v1/decisions/{id}",
       .roles = kBot | kAgent | kAuditor,
       .statuses = {410},
       .gives = "Decision",
       .says = {"A decision as the caller may see it: a bot its own, codes only; an agent those of the "
                "hand-offs that he may see, and his own answers.",
                "查看一个决定，以调用方可见的范围为限：机器人只能查看自己的，且只含代码；坐席只能查看其可见转接所涉"
                "的决定及本人的答复。"},
       .record = {"viewed", "查看"},
       .query = {kReason}});
  all.push_back({.handler = Handler::explanation,
                 .method = "GET",
                 .path = "/v1/decisions/{id}/explanation",
                 .roles = kBot | kAgent | kAuditor,
                 .statuses = {410},
                 .gives = "Explanation",
                 .says = {"The decision told in words, for whoever reads it; of the same decisions.",
                          "以文字讲述该决定，按读者区分；可查看的范围同上。"},
                 .record = {"viewed", "查看"},
                 .query = {{"for", {"who reads it", "读者"}, {"bot", "customer", "officer"}},
                           {"language", {"in which language", "语言"}, {"en", "zh"}},
                           kReason}});
  all.push_back({.handler = Handler::proof,
                 .method = "GET",
                 .path = "/v1/decisions/{id}/proof",
                 .roles = kBot | kAuditor,
                 .statuses = {202, 410},
                 .gives = "text/plain",
                 .says = {"Proof that the decision's record stands in the log, against its newest checkpoint. 202 "
                          "until one covers it.",
                          "证明该决定的记录在日志中，以最新检查点为准；尚未覆盖时返回 202。"}});
  all.push_back({.handler = Handler::deliveries,
                 .method = "POST",
                 .path = "/v1/deliveries",
                 .roles = kBot,
                 .body = kTurnBytes,
                 .takes = "Deliveries",
                 .gives = "Matches",
                 .says = {"Confirm what was sent to the customer: one, or a list of at most 1,000.",
                          "确认实际发送给客户的内容：一条，或至多 1000 条的列表。"},
                 .record = {"delivery confirmed", "发送确认"}});
  all.push_back({.handler = Handler::feedback,
                 .method = "POST",
                 .path = "/v1/feedback",
                 .roles = kBot | kAgent,
                 .body = kSmallBytes,
                 .statuses = {201, 404},
                 .takes = "Feedback",
                 .gives = "Noted",
                 .says = {"What a customer or an agent says of a decision that the caller may see.",
                          "客户或坐席对调用方可见的某个决定的反馈。"},
                 .record = {"feedback", "反馈"}});
  all.push_back({.handler = Handler::conversation,
                 .method = "GET",
                 .path = "/v1/conversations/{id}",
                 .roles = kBot | kAgent,
                 .gives = "Conversation",
                 .says = {"Who has the conversation: bot, waiting or person. Cheap: ask before a model is paid. A "
                          "slash in an id is written %2F.",
                          "会话归属：bot、waiting 或 person。开销很小，可在调用模型之前查询。id 中的斜杠写作 %2F。"}});
  all.push_back({.handler = Handler::handoffs,
                 .method = "GET",
                 .path = "/v1/handoffs",
                 .roles = kAgent,
                 .gives = "Tickets",
                 .says = {"The hand-offs of one's queues, most urgent first.", "所属队列的转接，最紧急的在前。"},
                 .query = {{"queue", {"of this queue", "该队列的"}},
                           {"state",
                            {"in this state; closed ones, the newest end first", "该状态的；closed 时最近结束的在前"},
                            {"asked", "waiting", "person", "closed"}},
                           {"customer", {"of this customer", "该客户的"}},
                           {"cursor", {"where the list before ended", "上一页的游标"}},
                           {"limit", {"at most so many", "至多条数"}, {}, 1, 200}}});
  all.push_back({.handler = Handler::handoff,
                 .method = "GET",
                 .path = "/v1/handoffs/{id}",
                 .roles = kAgent,
                 .versioned = true,
                 .gives = "Ticket",
                 .says = {"One hand-off with all that is needed to take it; its ETag is its version.",
                          "一个转接及接手所需的全部内容；ETag 为其版本。"},
                 .record = {"viewed", "查看"},
                 .query = {kReason}});
  all.push_back(
      {.handler = Handler::open_handoff,
       .method = "POST",
       .path = "/v1/handoffs",
       .roles = kAgent | kBot,
       .body = kSmallBytes,
       .statuses = {201, 409},
       .takes = "OpenHandoff",
       .gives = "Ticket",
       .says = {"Take over unasked; a bot may open a hand-off and never end one. What lies in a queue that is "
                "not the agent's is joined, neither shown nor taken over.",
                "主动接管；机器人可以发起转接，但不能结束。已在其他队列中的转接只能并入，不予展示，也不能接管。"},
       .record = {"opened (taken)", "发起（接手）"}});
  const auto step = [&](Handler handler, std::string_view path, std::string_view takes, Told says, Told record) {
    all.push_back({.handler = handler,
                   .method = "POST",
                   .path = path,
                   .roles = kAgent,
                   .body = kSmallBytes,
                   .versioned = true,
                   .statuses = {409},
                   .takes = takes,
                   .gives = "Ticket",
                   .says = says,
                   .record = record});
  };
  step(Handler::take_handoff, "/v1/handoffs/{id}/take", "Nothing",
       {"Take it: from here on the conversation is yours. If-Match names the version that was read.",
        "接手：此后会话由您负责。If-Match 注明所读取的版本。"},
       {"taken", "接手"});
  step(Handler::pass_handoff, "/v1/handoffs/{id}/pass", "Pass",
       {"Pass it on to another queue; every third pass escalates.", "转给其他队列；每第三次转派即升级。"},
       {"passed", "转派"});
  step(Handler::return_handoff, "/v1/handoffs/{id}/return", "Return",
       {"Give the conversation back to the bot, which the customer has agreed to.", "经客户同意，将会话交还机器人。"},
       {"returned", "交还"});
  step(Handler::close_handoff, "/v1/handoffs/{id}/close", "Close", {"End it with an outcome.", "以处理结果结束。"},
       {"closed", "结束"});
  step(Handler::note_handoff, "/v1/handoffs/{id}/note", "Note",
       {"A word on it, which stays where it is: that the customer no longer wants a person, above all.",
        "在转接单上附言，状态不变；例如客户不再需要人工。"},
       {"feedback", "反馈"});
  all.push_back({.handler = Handler::queues,
                 .method = "GET",
                 .path = "/v1/queues",
                 .gives = "Queues",
                 .says = {"The queues, their hours and the wait to expect.", "各队列、其服务时间与预计等待。"}});
  all.push_back({.handler = Handler::switch_state,
                 .method = "GET",
                 .path = "/v1/switch",
                 .roles = kEveryRole,
                 .versioned = true,
                 .gives = "Switch",
                 .says = {"Whether everything goes to a person now; its ETag is its version.",
                          "当前是否全部转人工；ETag 为其版本。"}});
  all.push_back({.handler = Handler::throw_switch,
                 .method = "PUT",
                 .path = "/v1/switch",
                 .roles = kActivator,
                 .body = kSmallBytes,
                 .versioned = true,
                 .takes = "ThrowSwitch",
                 .gives = "Switch",
                 .says = {"Send everything to a person, or end that.", "将全部转人工，或解除。"},
                 .record = {"switch thrown", "紧急开关"}});
  all.push_back({.handler = Handler::schema,
                 .method = "GET",
                 .path = "/v1/schema",
                 .statuses = {304},
                 .gives = "Schema",
                 .says = {"JSON Schema of the requests that the loaded packs understand.",
                          "已加载规则包所理解的请求的 JSON Schema。"}});
  all.push_back(
      {.handler = Handler::packs,
       .method = "GET",
       .path = "/v1/packs",
       .gives = "Packs",
       .says = {"The rule packs that decide now: name, version, digest, since when; those before them; and the "
                "reference sets, of which one that is past its day of review is `overdue`.",
                "当前生效的规则包：名称、版本、摘要与生效时刻，以及此前的规则包；还有参考数据，其中超过复核期限的标为 "
                "`overdue`。"}});
  all.push_back(
      {.handler = Handler::reload,
       .method = "POST",
       .path = "/v1/reload",
       .roles = kActivator,
       .body = kSmallBytes,
       .takes = "Nothing",
       .gives = "Packs",
       .says = {"Read packs and reference sets again, as SIGHUP does. On any error those of before go on deciding.",
                "重新读取规则包与参考数据，等同于 SIGHUP。如有任何错误，原规则包与数据继续生效。"},
       .record = {"pack activated, data set activated or withdrawn", "规则包启用，数据集启用或撤回"}});
  all.push_back(
      {.handler = Handler::search,
       .method = "POST",
       .path = "/v1/log/search",
       .roles = kAuditor,
       .body = kSmallBytes,
       .takes = "Search",
       .gives = "Found",
       .says = {"Find records of the audit log. The conditions stand in the body, since addresses are logged. A "
                "confidential rule stands in records, and is found, under its alias (confidential/…); one that is "
                "visible to you also by its name.",
                "查找审计日志中的记录。查询条件置于正文，因为网址会被记入日志。保密规则在记录中以别名（confidential/"
                "…）出现，也以别名查找；对您的角色可见时亦可用其名称。"},
       .record = {"viewed", "查看"}});
  all.push_back({.handler = Handler::report,
                 .method = "POST",
                 .path = "/v1/reports",
                 .roles = kAuditor,
                 .body = kSmallBytes,
                 .takes = "Report",
                 .gives = "application/octet-stream",
                 .says = {"Write a report: html to read, csv and jsonl for tools, zip as evidence that stands alone.",
                          "生成报告：html 供阅读，csv 与 jsonl 供工具，zip 为可独立核验的证据包。"},
                 .record = {"exported", "导出"}});
  all.push_back(
      {.handler = Handler::checkpoint,
       .method = "GET",
       .path = "/log/checkpoint",
       .statuses = {404},
       .gives = "text/plain",
       .says = {"The newest checkpoint of the log: a C2SP signed note. Keep it, and nothing can be changed behind it.",
                "日志的最新检查点（C2SP 签名注记）。妥善保存，此前的内容便无法被悄然改动。"}});
  all.push_back({.handler = Handler::log_key,
                 .method = "GET",
                 .path = "/log/vkey",
                 .statuses = {404},
                 .gives = "text/plain",
                 .says = {"The public key by which checkpoints and evidence are verified: one line, as C2SP writes it.",
                          "用于核验检查点与证据包的公钥，一行，C2SP 格式。"}});
  all.push_back({.handler = Handler::health,
                 .method = "GET",
                 .path = "/healthz",
                 .admin = true,
                 .gives = "Health",
                 .says = {"The process is alive.", "进程存活。"}});
  all.push_back({.handler = Handler::ready,
                 .method = "GET",
                 .path = "/readyz",
                 .admin = true,
                 .statuses = {503},
                 .gives = "Ready",
                 .says = {"It can decide and record: log, packs, keys, clock, disk, each by name.",
                          "能够裁决并记录：日志、规则包、密钥、时钟、磁盘逐项列出。"}});
  all.push_back({.handler = Handler::metrics,
                 .method = "GET",
                 .path = "/metrics",
                 .admin = true,
                 .gives = "text/plain",
                 .says = {"Figures in Prometheus' text form, under names that stay.",
                          "Prometheus 文本格式的指标，名称固定不变。"}});
  all.push_back({.handler = Handler::openapi,
                 .method = "GET",
                 .path = "/openapi.json",
                 .admin = true,
                 .gives = "OpenAPI",
                 .says = {"This interface as OpenAPI 3.1, made of the table that routes it.",
                          "本接口的 OpenAPI 3.1 描述，由路由表生成。"}});
  all.push_back({.handler = Handler::docs,
                 .method = "GET",
                 .path = "/docs",
                 .admin = true,
                 .gives = "text/html",
                 .says = {"The reference as one page that fetches nothing.", "接口参考，单页，不引用外部资源。"}});
  all.push_back({.handler = Handler::problems,
                 .method = "GET",
                 .path = "/docs/problems",
                 .admin = true,
                 .gives = "text/html",
                 .says = {"Every problem: its status, whether to send again, what it means.",
                          "全部问题代码：状态码、能否重发与含义。"}});
  return all;
}

// Segment by segment; `{…}` takes one that is not empty.
bool fits(std::string_view pattern, std::string_view path, std::vector<std::string>& values) {
  values.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::size_t pattern_end = std::min(pattern.find('/', 1), pattern.size());
    const std::size_t path_end = std::min(path.find('/', 1), path.size());
    const std::string_view want = pattern.substr(0, pattern_end), have = path.substr(0, path_end);
    if (want.starts_with("/{")) {
      if (have.size() < 2) return false;
      values.emplace_back(have.substr(1));
      std::replace(values.back().begin(), values.back().end(), kSlashWithin, '/');
    } else if (want != have) {
      return false;
    }
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::span<const Route> routes() {
  static const std::vector<Route> all = make();
  return all;
}

std::vector<int> statuses_of(const Route& route) {
  // Whatever is asked: what is no HTTP, slow, brings a body or a head too large, comes when we are full, or meets our own
  // fault.
  std::vector<int> all{200, 400, 408, 413, 431, 500, 503};
  all.insert(all.end(), route.statuses.begin(), route.statuses.end());
  if (route.roles != 0) all.insert(all.end(), {401, 403, 422});
  if (route.roles != 0) all.push_back(429);
  if (route.path.find('{') != std::string_view::npos || route.admin) all.push_back(404);
  if (route.body > 0) all.insert(all.end(), {415, 422});
  if (route.versioned && route.body > 0) all.insert(all.end(), {412, 428});
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::string_view> methods() {
  std::vector<std::string_view> all;
  for (const Route& route : routes())
    if (std::find(all.begin(), all.end(), route.method) == all.end()) all.push_back(route.method);
  return all;
}

Matched match(std::string_view method, std::string_view path) {
  Matched found;
  std::vector<std::string> values;
  const std::string_view looked_for = method == "HEAD" ? std::string_view("GET") : method;
  // A path that is written out is meant before one with a place for an id.
  const bool literal =
      std::any_of(routes().begin(), routes().end(), [&](const Route& one) { return one.path == path; });
  for (const Route& route : routes()) {
    if (literal ? route.path != path : !fits(route.path, path, values)) continue;
    if (route.method == looked_for) {
      found.route = &route;
      found.values = std::move(values);
      found.methods.clear();
      return found;
    }
    found.methods.push_back(route.method);
  }
  return found;
}

}  // namespace caveat::server
