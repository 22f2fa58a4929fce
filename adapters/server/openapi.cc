#include "adapters/server/openapi.h"

#include <boost/json.hpp>

#include "adapters/gate/errands.h"
#include "adapters/server/codes.h"
#include "adapters/server/http.h"
#include "adapters/server/route_table.h"
#include "adapters/wire/codes.h"
#include "adapters/wire/reply.h"
#include "engine/base/escape.h"

namespace caveat::server {

namespace {

namespace json = boost::json;

constexpr std::string_view kDialect = "https://json-schema.org/draft/2020-12/schema";

json::object type(std::string_view name) { return {{"type", name}}; }
json::object nullable(std::string_view name) { return {{"type", json::array{name, "null"}}}; }
json::object list_of(json::object items) { return {{"type", "array"}, {"items", std::move(items)}}; }
json::object reference(std::string_view name) { return {{"$ref", "#/components/schemas/" + std::string(name)}}; }

// A text of at most so many characters (code points), as JSON Schema and the server count.
json::object text_of(std::int64_t most, std::int64_t least = 1) {
  return {{"type", "string"}, {"minLength", least}, {"maxLength", most}};
}
json::object may_lack(json::object schema) { return {{"anyOf", json::array{std::move(schema), type("null")}}}; }
json::object one_of(json::array values) { return {{"enum", std::move(values)}}; }

json::object object(json::object properties, json::array required) {
  json::object out{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

json::object pack_schema() {
  return object(
      {{"name", type("string")}, {"version", type("string")}, {"digest", type("string")}, {"since", type("string")}},
      {"name", "version", "digest"});
}

json::object data_schema() {
  return object({{"name", type("string")},
                 {"version", type("string")},
                 {"digest", type("string")},
                 {"since", type("string")},
                 {"overdue", type("boolean")}},
                {"name"});
}

json::object problem_schema() {
  return object({{"type", type("string")},
                 {"title", type("string")},
                 {"status", type("integer")},
                 {"detail", type("string")},
                 {"instance", type("string")},
                 {"code", type("string")},
                 {"errors", list_of(object({{"path", type("string")},
                                            {"expected", type("string")},
                                            {"found", type("string")},
                                            {"nearest", type("string")},
                                            {"hint", type("string")}},
                                           {"path", "expected", "found"}))},
                 {"retryable", type("boolean")},
                 {"help", type("string")},
                 {"id", nullable("string")},
                 {"verdict", json::object{{"const", "handoff"}}},
                 {"cause", type("string")},
                 {"say", object({{"text", nullable("string")}}, {"text"})},
                 {"handoff", object({{"hold", type("boolean")}}, {"hold"})}},
                {"type", "title", "status", "detail", "code", "errors", "retryable", "help"});
}

json::object described(json::object schema, std::string_view says) {
  schema["description"] = says;
  return schema;
}

json::object required_schema(bool zh) {
  json::array codes;
  for (const std::string_view code : wire::not_met_codes()) codes.push_back(json::string(code));
  return object(
      {{"name", type("string")},
       {"kind", one_of({"requirement", "fact"})},
       {"ask", type("string")},
       {"proof", described(list_of(type("string")), zh ? "`satisfied` 中 `kind` 可取的值；没有则任意"
                                                       : "what `kind` may be in `satisfied`; none: anything")},
       {"from", described(list_of(type("string")), zh ? "`satisfied` 中 `by` 可取的值；没有则任意"
                                                      : "what `by` may be in `satisfied`; none: anything")},
       {"not_met",
        list_of(object({{"path", type("string")}, {"code", one_of(std::move(codes))}, {"why", type("string")}},
                       {"code", "why"}))}},
      {"name", "kind", "ask"});
}

json::object verdict_schema() { return one_of({"allow", "revise", "require", "block", "handoff"}); }
json::object priority_schema() { return one_of({"urgent", "high", "normal", "low"}); }
json::object time_schema() { return {{"type", "string"}, {"format", "date-time"}}; }

json::object item_schema(std::string_view named_by) {
  return object({{named_by, type("string")}, {"verdict", verdict_schema()}, {"disclosures", list_of(type("string"))}},
                {json::string(named_by), "verdict", "disclosures"});
}

json::object reason_schema() {
  return object({{"rule", type("string")},
                 {"verdict", verdict_schema()},
                 {"unknown", type("boolean")},
                 {"item", type("string")},
                 {"because", type("string")},
                 {"cites", list_of(type("string"))},
                 {"facts", type("object")},
                 {"matched", list_of(type("string"))}},
                {"rule", "verdict"});
}

json::object story_schema() {
  return list_of(object({{"kind", type("string")}, {"text", type("string")}}, {"kind", "text"}));
}

json::object facts_schema(bool zh) {
  const json::object text = type("string");
  return described(list_of(object({{"path", text},
                                   {"name", text},
                                   {"of", described(text, zh ? "产品、操作或接收人；没有即本轮"
                                                             : "product, action or recipient; none: the turn")},
                                   {"known", type("boolean")},
                                   {"value", nullable("string")},
                                   {"hidden", described(type("boolean"), zh ? "true：其数据分级不得显示"
                                                                            : "true: its data class is not shown")},
                                   {"cause", text},
                                   {"quality", one_of({"assessed", "stated", "inferred"})},
                                   {"source", text},
                                   {"as_of", time_schema()},
                                   {"class", text},
                                   {"rules", list_of(text)}},
                                  {"path", "known", "value"})),
                   zh ? "决定所依据的事实；`rules`：据此得出结果的规则"
                      : "the facts that it was decided on; `rules`: those that came to something by it");
}

json::object decision_schema(Language language) {
  const bool zh = language == Language::zh;
  json::object handoff = object({{"id", type("string")},
                                 {"queue", type("string")},
                                 {"priority", priority_schema()},
                                 {"due", time_schema()},
                                 {"expected_wait", type("string")},
                                 {"hold", type("boolean")},
                                 {"state", one_of({"waiting", "person"})},
                                 {"cause", type("string")}},
                                {"priority", "hold"});
  return object(
      {{"id", type("string")},
       {"decision", type("string")},
       {"verdict", verdict_schema()},
       // Of an answer with mark-up it says whether what is sent has it too; elsewhere it is plain.
       {"say", object({{"text", nullable("string")}, {"format", one_of({"plain", "markdown", "html"})}}, {"text"})},
       {"products", list_of(item_schema("id"))},
       {"actions", list_of(item_schema("name"))},
       {"recipients", list_of(item_schema("id"))},
       {"redactions",
        list_of(object(
            {{"path", type("string")}, {"start", type("integer")}, {"end", type("integer")}, {"label", type("string")}},
            {"path", "start", "end"}))},
       {"disclosures",
        list_of(object({{"at", one_of({"start", "end"})}, {"name", type("string")}, {"text", type("string")}},
                       {"at", "name", "text"}))},
       {"requires", list_of(required_schema(zh))},
       {"flags", list_of(type("string"))},
       {"handoff", may_lack(std::move(handoff))},
       {"superseded",
        described(type("boolean"), zh ? "true：作出之后已转人工；此处告知的是现在可以说的话"
                                      : "true: a hand-off has overtaken it, and what is told is what may be said now")},
       {"advice", described(object({{"verdict", verdict_schema()}, {"reasons", list_of(reason_schema())}},
                                   {"verdict", "reasons"}),
                            zh ? "人员答复时规则的意见" : "of a person's answer: what the rules say of it")},
       {"reasons", list_of(reason_schema())},
       {"packs", list_of(pack_schema())},
       {"data", list_of(data_schema())},
       {"story", story_schema()},
       {"facts", facts_schema(zh)},
       {"facts_left_out", type("integer")},
       {"receipt", may_lack(object({{"log", type("string")}, {"index", type("integer")}, {"leaf", type("string")}},
                                   {"log", "index", "leaf"}))}},
      {"id", "decision", "verdict", "say", "products", "actions", "redactions", "disclosures", "requires", "flags",
       "handoff", "reasons", "packs", "data", "receipt"});
}

json::object schemas(std::string_view request_schema, Language language) {
  json::object out;
  json::object request;
  if (!request_schema.empty()) {
    json::error_code error;
    const json::value parsed = json::parse(request_schema, error);
    if (!error && parsed.is_object()) request = parsed.as_object();
  }
  if (request.empty()) request = object({{"id", type("string")}}, {"id"});
  request.erase("$schema");  // the document's dialect is the same
  request.erase("$id");
  out["Request"] = std::move(request);
  out["Decision"] = decision_schema(language);
  out["Problem"] = problem_schema();
  out["Schema"] = type("object");
  out["OpenAPI"] = type("object");
  out["Health"] = object({{"alive", type("boolean")}}, {"alive"});
  out["Ready"] =
      object({{"ready", type("boolean")},
              {"draining", type("boolean")},
              {"checks", list_of(object({{"name", type("string")}, {"ok", type("boolean")}, {"say", type("string")}},
                                        {"name", "ok", "say"}))}},
             {"ready", "checks"});
  out["Packs"] =
      object({{"active", list_of(pack_schema())},
              {"staged", list_of(pack_schema())},
              {"previous", list_of(pack_schema())},
              {"data", list_of(data_schema())},
              {"program", type("string")},
              {"notes", list_of(object({{"about", type("string")}, {"say", type("string")}}, {"about", "say"}))}},
             {"active", "staged", "previous"});
  const json::object text = type("string");
  const json::object words = text_of(4'000);
  json::object search = object(
      {{"customer", words},
       {"conversation", words},
       {"rule", words},
       {"verdict", verdict_schema()},
       {"day", described(json::object{{"type", "string"}, {"format", "date"}},
                         language == Language::zh ? "对话轮次自身的日期：按其 `at` 的时差，未写 `at` 时按 UTC"
                                                  : "of the turn as its own `at` dates it; of UTC where it has none")},
       {"request", words},
       {"decision", words},
       {"from", words},
       {"to", words},
       {"reason", words},
       {"cursor", words},
       {"limit", json::object{{"type", "integer"}, {"minimum", 1}, {"maximum", 1000}}}},
      {});
  search["additionalProperties"] = false;
  json::array something;  // to look for
  for (const std::string_view one :
       {"customer", "conversation", "rule", "verdict", "day", "request", "decision", "from", "to"})
    something.push_back(json::object{{"required", json::array{json::string(one)}}});
  search["anyOf"] = std::move(something);
  out["Search"] = std::move(search);
  out["Found"] = object({{"items", list_of(object({{"index", type("integer")},
                                                   {"time", time_schema()},
                                                   {"kind", text},
                                                   {"opened", type("boolean")},
                                                   {"verdict", verdict_schema()},
                                                   {"rules", list_of(text)},
                                                   {"event", type("object")}},
                                                  {"index", "time", "kind", "opened"}))},
                         {"found", type("integer")},
                         {"next", text}},
                        {"items", "found"});
  json::object report = object({{"format", json::object{{"enum", {"html", "csv", "jsonl", "zip"}}}},
                                {"language", json::object{{"enum", {"en", "zh"}}}},
                                {"customer", words},
                                {"rule", words},
                                {"verdict", verdict_schema()},
                                {"from", words},
                                {"to", words},
                                {"seed", words},
                                {"checkpoint", text_of(60 << 10)},
                                {"packs", may_lack(type("boolean"))},
                                {"requested_by", words},
                                {"purpose", words}},
                               {"format"});
  report["additionalProperties"] = false;
  out["Report"] = std::move(report);
  const json::object agreed = may_lack(type("boolean"));
  const auto closed = [](json::object properties, json::array required) {
    json::object made = object(std::move(properties), std::move(required));
    made["additionalProperties"] = false;
    return made;
  };
  const json::object note = may_lack(text_of(4'000, 0)), name = may_lack(text_of(128, 0));
  const json::object delivery =
      closed({{"decision", text_of(64)},
              {"text_digest", json::object{{"type", "string"}, {"pattern", "^(sha256:)?[0-9A-Fa-f]{64}$"}}},
              {"at", json::object{{"anyOf", json::array{json::object{{"type", "string"}, {"format", "date-time"}},
                                                        text_of(0, 0), type("null")}}}},
              {"channel", may_lack(text_of(64, 0))},
              {"part", may_lack(text_of(256, 0))}},
             {"decision", "text_digest"});
  json::object deliveries = list_of(delivery);
  deliveries["maxItems"] = 1'000;
  out["Deliveries"] = json::object{{"oneOf", json::array{delivery, deliveries}}};
  out["Matches"] = list_of(
      object({{"decision", text}, {"match", one_of({"same", "changed", "late", "unknown"})}}, {"decision", "match"}));
  out["Feedback"] = closed({{"decision", text_of(64)}, {"kind", text_of(64)}, {"note", may_lack(text_of(4'000, 0))}},
                           {"decision", "kind"});
  out["Noted"] = object({{"decision", text}, {"index", type("integer")}}, {"decision", "index"});
  out["Explanation"] = object({{"decision", text},
                               {"for", one_of({"bot", "customer", "officer"})},
                               {"verdict", verdict_schema()},
                               {"rules", list_of(text)},
                               {"text", text},
                               {"facts", facts_schema(language == Language::zh)},
                               {"facts_left_out", type("integer")}},
                              {"decision", "for", "verdict"});
  out["Conversation"] = object({{"id", text},
                                {"state", one_of({"bot", "waiting", "person"})},
                                {"handoffs", list_of(text)},
                                {"since", nullable("string")}},
                               {"id", "state", "handoffs", "since"});
  // What a bot is told of one, of a list; then all of it.
  const json::object maybe = nullable("string");
  json::object known{{"id", text},
                     {"state", one_of({"asked", "waiting", "person", "closed"})},
                     {"hold", type("boolean")},
                     {"queue", text},
                     {"priority", priority_schema()},
                     {"due", maybe},
                     {"version", type("integer")},
                     {"opened", time_schema()},
                     {"since", time_schema()},
                     {"conversation", maybe},
                     {"customer", maybe},
                     {"holder", maybe},
                     {"rules", list_of(text)},
                     {"cause", text},
                     {"passes", type("integer")},
                     {"escalations", type("integer")},
                     {"alerts", type("integer")},
                     {"outcome", maybe},
                     {"customer_withdrew", type("boolean")}};
  const json::array always{"id", "state", "hold", "queue", "priority", "due"};
  const json::object summary = object(known, always);
  known["decision"] = known["asked_by"] = known["reason"] = known["note"] = maybe;
  known["joined"] = list_of(object({{"by", text}, {"at", time_schema()}, {"reason", text}}, {"by", "at", "reason"}));
  known["notes"] = described(
      list_of(object({{"by", text}, {"at", time_schema()}, {"note", text}, {"from", text}, {"to", text}},
                     {"by", "at", "note"})),
      language == Language::zh
          ? "经手人的留言，最新在后，转交与其他留言各至多 16 条；`from`、`to`：转交前后的队列"
          : "what the persons who had it wrote, the newest last, of passes and of other notes 16 at most; `from` and "
            "`to`: queues of a pass");
  const json::object service{{"skills", list_of(text)}, {"languages", list_of(text)}, {"call_back", type("boolean")}};
  known["queue_offers"] = described(
      object(service, {"skills", "languages", "call_back"}),
      language == Language::zh ? "规则包对该队列的说明：技能、语言、可否回拨；已无该队列时没有"
                               : "what the packs say that its queue can do; not there where they have it no more");
  const auto looked_up = [&](json::object schema) {
    return described(std::move(schema), language == Language::zh
                                            ? "仅 GET 查阅；其他答复中没有"
                                            : "looked up by GET alone; other replies leave it out");
  };
  known["story"] = looked_up(story_schema());
  known["facts"] = looked_up(facts_schema(language == Language::zh));
  known["facts_left_out"] = type("integer");
  known["turns"] = looked_up(list_of(object({{"decision", text},
                                             {"verdict", verdict_schema()},
                                             {"story", story_schema()},
                                             {"facts", facts_schema(language == Language::zh)},
                                             {"facts_left_out", type("integer")}},
                                            {"decision", "verdict"})));
  json::object before = summary;
  before.at("properties").as_object()["note"] = maybe;
  known["earlier"] = looked_up(list_of(std::move(before)));
  out["Ticket"] = object(std::move(known), always);
  out["Tickets"] = object({{"items", list_of(summary)}, {"next", text}}, {"items"});
  const json::object clock =
      described(type("string"), language == Language::zh ? "HH:MM；to 不晚于 from 时为次日"
                                                         : "HH:MM; `to` not after `from` is of the next day");
  out["Queues"] = object(
      {{"items", list_of(object(
                     {{"name", text},
                      {"title_en", text},
                      {"title_zh", text},
                      {"open", type("boolean")},
                      {"always", type("boolean")},
                      {"hours", list_of(object({{"day", type("integer")}, {"from", clock}, {"to", clock}},
                                               {"day", "from", "to"}))},
                      {"skills", list_of(text)},
                      {"languages", list_of(text)},
                      {"call_back", type("boolean")},
                      {"priority", priority_schema()},
                      {"overflow_to", text},
                      {"waiting", type("integer")},
                      {"oldest", time_schema()},
                      {"expected_wait", text}},
                     {"name", "open", "always", "hours", "skills", "languages", "call_back", "priority", "waiting"}))}},
      {"items"});
  json::object lever{{"on", type("boolean")}, {"queue", maybe}, {"reason", maybe}, {"by", maybe}, {"since", maybe}};
  json::object topic = lever;
  topic["topic"] = text;
  topic["declared"] = type("boolean");
  lever["version"] = type("integer");
  lever["topics"] = list_of(object(std::move(topic), {"topic", "on", "declared"}));
  lever["history"] = described(
      list_of(object(
          {{"at", text}, {"topic", maybe}, {"on", type("boolean")}, {"by", text}, {"reason", text}, {"queue", maybe}},
          {"at", "topic", "on", "by", "reason", "queue"})),
      language == Language::zh
          ? "最近的各次开关，最新的在前；topic 为 null 即全部；全部开关均在审计日志中"
          : "its last changes, the newest first; topic null: everything; all of them stand in the audit log");
  out["Switch"] = object(std::move(lever), {"on", "version", "topics", "history"});
  out["Nothing"] = closed({}, {});
  json::object open = closed({{"conversation", name},
                              {"customer", name},
                              {"queue", name},
                              {"reason", text_of(4'000)},
                              {"priority", may_lack(priority_schema())},
                              {"take", may_lack(type("boolean"))}},
                             {"reason"});
  json::array either;
  for (const std::string_view whose : {"conversation", "customer"})
    either.push_back(object({{whose, text_of(128)}}, {json::string(whose)}));
  open["anyOf"] = std::move(either);
  out["OpenHandoff"] = std::move(open);
  out["Pass"] = closed({{"queue", text_of(128)}, {"note", text_of(4'000)}}, {"queue", "note"});
  out["Note"] = closed({{"note", text_of(4'000)}, {"customer_withdrew", agreed}}, {"note"});
  out["Return"] = closed({{"note", note}, {"customer_agreed", agreed}}, {});
  json::array outcomes;
  for (const std::string_view one : gate::kOutcomes) outcomes.push_back(json::string(one));
  out["Close"] = closed({{"outcome", one_of(std::move(outcomes))},
                         {"note", note},
                         {"conversation_to", may_lack(one_of({"bot"}))},
                         {"customer_agreed", agreed}},
                        {"outcome"});
  out["ThrowSwitch"] =
      closed({{"on", type("boolean")}, {"topic", name}, {"queue", name}, {"reason", text_of(4'000)}}, {"on", "reason"});
  return out;
}

bool is_media_type(std::string_view name) { return name.find('/') != std::string_view::npos; }

json::object content(std::string_view name) {
  if (is_media_type(name)) return {{std::string(name), json::object{{"schema", type("string")}}}};
  return {{"application/json", json::object{{"schema", reference(name)}}}};
}

json::object report_content() {  // by the format that was asked for
  json::object out;
  for (const std::string_view type : {"text/html", "text/csv", "application/x-ndjson", "application/zip"})
    out.insert(*content(type).begin());
  return out;
}

std::string roles_in_words(const Route& route, std::string_view anyone, std::string_view comma) {
  if (route.roles == 0) return std::string(anyone);
  std::string out;
  for (const std::string_view name : role_names())
    if ((route.roles & *role_of(name)) != 0) out += (out.empty() ? "" : std::string(comma)) + std::string(name);
  return out;
}

json::object schema_of(const Parameter& parameter) {
  if (!parameter.choices.empty()) {
    json::array values;
    for (const std::string_view choice : parameter.choices) values.push_back(json::string(choice));
    return one_of(std::move(values));
  }
  if (parameter.most > 0) return {{"type", "integer"}, {"minimum", parameter.least}, {"maximum", parameter.most}};
  return {{"type", "string"}, {"pattern", "^[^\\u0000-\\u001f\\u007f]+$"}};
}

// What a response of this status always carries, and what it may.
json::object headers_of(const Route& route, int status) {
  json::object out;
  const auto add = [&](std::string_view name, bool always) {
    out[name] = json::object{{"required", always}, {"schema", type("string")}};
  };
  add("Caveat-Request", true);
  add("traceparent", true);
  add("Cache-Control", true);
  if (route.turn && route.handler != Handler::batch) {
    add("Caveat-Verdict", true);
    add("Server-Timing", true);
    if (status == 200) {
      add("Caveat-Decision", true);
      add("Caveat-Replayed", false);
    }
  }
  if (route.handler == Handler::decision && status == 200) {
    add("Caveat-Verdict", true);
    add("Caveat-Decision", true);
  }
  if (status == 202 || status == 429 || status == 503) add("Retry-After", true);
  if (status == 401) add("WWW-Authenticate", true);
  if ((route.versioned || route.handler == Handler::open_handoff || route.handler == Handler::schema) &&
      (status < 300 || status == 304))
    add("ETag", true);
  if (route.handler == Handler::conversation && status == 200) add("ETag", false);
  if (route.handler == Handler::handoffs && status == 200) add("Link", false);
  if (route.handler == Handler::report && status == 200)
    for (const std::string_view name :
         {"Content-Digest", "Caveat-Decisions", "Caveat-Sealed", "Caveat-Records", "Caveat-Log-Size"})
      add(name, true);
  return out;
}

// What one may send, for a reader and for who tries it out.
std::string_view example_of(std::string_view takes) {
  static constexpr std::pair<std::string_view, std::string_view> kExamples[] = {
      {"Request",
       R"({"id":"t-1","language":"en","conversation":{"id":"c-1"},"message":{"text":"Is my money safe?"},"answer":{"text":"It is."}})"},
      {"Deliveries",
       R"({"decision":"0199f1d2-0000-7000-8000-000000000001","text_digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","channel":"app"})"},
      {"Feedback", R"({"decision":"0199f1d2-0000-7000-8000-000000000001","kind":"false_alarm","note":"a quotation"})"},
      {"OpenHandoff", R"({"conversation":"c-1","reason":"he asks for a person","priority":"high"})"},
      {"Pass", R"({"queue":"advisers","note":"he asks for a loan"})"},
      {"Note", R"({"note":"he is well again","customer_withdrew":true})"},
      {"Return", R"({"note":"answered","customer_agreed":true})"},
      {"Close", R"({"outcome":"resolved","note":"answered","customer_agreed":true})"},
      {"ThrowSwitch", R"({"on":true,"reason":"the model is being exchanged"})"},
      {"Search", R"({"customer":"k-1","limit":50})"},
      {"Report", R"({"format":"html","from":"2026-01-01","to":"2026-04-01"})"},
      {"Nothing", "{}"},
  };
  for (const auto& [name, example] : kExamples)
    if (name == takes) return example;
  return {};
}

json::object operation(const Route& route, Language language) {
  json::object out;
  std::string id(route.method);
  for (const char c : route.path) id += c == '/' || c == '{' || c == '}' || c == '.' ? '_' : c;
  out["operationId"] = id;
  out["summary"] = route.says.in(language);
  std::string description;
  if (!route.record.en.empty())
    description =
        (language == Language::zh ? "写入审计日志：" : "In the audit log: ") + std::string(route.record.in(language));
  if (!description.empty()) out["description"] = description;
  json::array parameters;
  for (std::size_t at = route.path.find('{'); at != std::string_view::npos; at = route.path.find('{', at + 1)) {
    const std::string_view name = route.path.substr(at + 1, route.path.find('}', at) - at - 1);
    json::object schema = text_of(128);
    schema["pattern"] = "^[^\\u0000-\\u0020\\u007f/]+$";
    parameters.push_back(
        json::object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", std::move(schema)}});
  }
  for (const Parameter& parameter : route.query)
    parameters.push_back(json::object{{"name", parameter.name},
                                      {"in", "query"},
                                      {"description", parameter.says.in(language)},
                                      {"schema", schema_of(parameter)}});
  const auto header = [&](std::string_view name, bool required, json::object schema, const Told& says) {
    parameters.push_back(json::object{{"name", name},
                                      {"in", "header"},
                                      {"required", required},
                                      {"description", says.in(language)},
                                      {"schema", std::move(schema)}});
  };
  header("traceparent", false, type("string"),
         {"continued; a bad one is dropped (W3C Trace Context)", "予以延续；有误则忽略（W3C Trace Context）"});
  header("tracestate", false, type("string"), {"handed on with traceparent", "随 traceparent 传递"});
  header("Accept-Language", false, type("string"),
         {"en or zh: of problems; what a customer is told follows the request's `language`",
          "en 或 zh：问题说明的语言；对客户的文本以请求的 `language` 为准"});
  if (route.turn && route.handler != Handler::batch) {
    header("Idempotency-Key", false, type("string"), {"the body's id, once more", "与正文中的 id 相同"});
    header("Caveat-Deadline-Ms", false, json::object{{"type", "integer"}, {"minimum", 1}},
           {"shortens the time within which an answer is wanted", "缩短等待答复的时限"});
  }
  if (route.versioned && route.body > 0)
    header("If-Match", true, text_of(128),
           {"the version that was read, from ETag; * for whichever it is", "所读取的版本，取自 ETag；* 表示任意版本"});
  if (route.handler == Handler::schema)
    header("If-None-Match", false, type("string"), {"the ETag of what is known already", "已有版本的 ETag"});
  if (!parameters.empty()) out["parameters"] = std::move(parameters);
  if (route.body > 0) {
    json::object taken = content(route.takes);
    if (const std::string_view example = example_of(route.takes); !example.empty())
      taken.begin()->value().as_object()["example"] = json::parse(example);
    json::object body{
        {"required", route.takes != "Nothing"}, {"content", std::move(taken)}, {"x-largest-bytes", route.body}};
    out["requestBody"] = std::move(body);
  }
  json::object responses;
  for (const int status : statuses_of(route)) {
    json::object response{{"description", reason_phrase(status)}};
    if (status < 300 && status != 202)
      response["content"] = route.handler == Handler::report ? report_content() : content(route.gives);
    else if (status == 503 && route.handler == Handler::ready)
      response["content"] = json::object{{"application/json", json::object{{"schema", reference("Ready")}}},
                                         {"application/problem+json", json::object{{"schema", reference("Problem")}}}};
    else if (status >= 400)
      response["content"] = json::object{{"application/problem+json", json::object{{"schema", reference("Problem")}}}};
    response["headers"] = headers_of(route, status);
    responses[std::to_string(status)] = std::move(response);
  }
  out["responses"] = std::move(responses);
  if (route.roles != 0) {
    out["security"] = json::array{json::object{{"key", json::array{}}}};
    out["x-roles"] = roles_in_words(route, "", " ");
  } else {
    out["security"] = json::array{};
  }
  return out;
}

std::string lower(std::string_view method) {
  std::string out(method);
  for (char& c : out) c = static_cast<char>(c | 0x20);
  return out;
}

// Between `quote`s is code.
std::string page(Language language, std::string_view title, std::string_view body) {
  return "<!doctype html>\n<html lang=\"" + std::string(language == Language::zh ? "zh" : "en") +
         "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>" +
         escape_markup(title) +
         "</title>\n<style>\nbody{font:16px/1.5 system-ui,\"Noto Sans CJK SC\",sans-serif;max-width:70rem;margin:2rem "
         "auto;"
         "padding:0 "
         "1rem;color:#1a1a1a;background:#fff}\ntable{border-collapse:collapse;width:100%}\nth,td{text-align:left;"
         "vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid "
         "#ccc}\ncode,pre{font-family:ui-monospace,monospace;"
         "font-size:.92em}\npre{background:#f4f4f4;padding:.8rem;overflow:auto}\n:target{background:#fff3c4}\n</"
         "style></head>\n<body>\n<h1>" +
         escape_markup(title) + "</h1>\n" + std::string(body) + "</body></html>\n";
}

}  // namespace

std::string openapi_json(std::string_view request_schema, Language language) {
  json::object paths;
  for (const Route& route : routes()) {
    json::object& path = paths.emplace(route.path, json::object{}).first->value().as_object();
    path[lower(route.method)] = operation(route, language);
  }
  const json::object document{
      {"openapi", "3.1.0"},
      {"jsonSchemaDialect", kDialect},
      {"info",
       json::object{{"title", "Caveat"},
                    {"version", "v1"},
                    {"description",
                     language == Language::zh
                         ? "机器人开口之前先来询问，得到它可以说的话。任何裁决都以 200 返回。"
                         : "A bot asks before it speaks and gets back what it may say. Every verdict is a 200."}}},
      {"paths", std::move(paths)},
      {"components",
       json::object{{"schemas", schemas(request_schema, language)},
                    {"securitySchemes",
                     json::object{{"key", json::object{{"type", "http"},
                                                       {"scheme", "bearer"},
                                                       {"description", "caveat keys caller ID --role ROLE"}}}}}}}};
  return json::serialize(document);
}

std::string reference_page(Language language) {
  const bool zh = language == Language::zh;
  std::string body =
      zh ? "<p>本页由路由表生成。任何裁决都以 200 返回；只读取 <code>verdict</code> 与 <code>say</code> "
           "的客户端在任何情形下都是对的。机器可读的描述见 <a href=\"/openapi.json\">/openapi.json</a>，"
           "问题代码见 <a href=\"/docs/problems\">/docs/problems</a>。</p>\n"
         : "<p>This page is made of the table that routes requests. Every verdict is a 200; a client that "
           "reads only <code>verdict</code> and <code>say</code> is right in every case. For machines: <a "
           "href=\"/openapi.json\">/openapi.json</a>; every problem: <a "
           "href=\"/docs/problems\">/docs/problems</a>.</p>\n";
  body +=
      "<pre>curl -s http://127.0.0.1:8650/v1/decisions \\\n  -H \"Authorization: Bearer $(cat out/serve/bot.key)\" "
      "\\\n  "
      "-H 'Content-Type: application/json' \\\n  -d "
      "'{\"id\":\"t-1\",\"language\":\"zh\",\"answer\":{\"text\":\"这款产品保本。\"}}'"
      "</pre>\n";
  body += zh ? "<table><thead><tr><th>路径</th><th>作用</th><th>角色</th><th>状态码</th><th>审计日志</th></tr></"
               "thead><tbody>\n"
             : "<table><thead><tr><th>Path</th><th>Does</th><th>Roles</th><th>Statuses</th><th>Audit "
               "log</th></tr></thead><tbody>\n";
  for (const Route& route : routes()) {
    body += "<tr><td><code>" + escape_markup(route.method) + " " + escape_markup(route.path) + "</code></td><td>" +
            escape_markup(route.says.in(language)) + "</td><td>" +
            roles_in_words(route, zh ? "任何人" : "anyone", zh ? "、" : ", ") + "</td><td>";
    for (const int status : statuses_of(route)) body += std::to_string(status) + " ";
    body += "</td><td>" + escape_markup(route.record.in(language)) + "</td></tr>\n";
  }
  body += "</tbody></table>\n";
  return page(language, zh ? "Caveat 接口参考" : "Caveat reference", body);
}

std::string problems_page(Language language, std::span<const Code* const> more) {
  const bool zh = language == Language::zh;
  std::string body =
      zh ? "<p><code>errors</code> 一次列出请求中的全部错误。一个请求有多个问题时，以状态码最小者为 <code>code</code>，"
           "并排在最前：400 写法，403 权限，404–415 路径与正文，422 内容，428 缺少版本，503 服务自身。</p>\n"
         : "<p><code>errors</code> tells all that is wrong with a request at once. Of several problems the one of the "
           "lowest status is the <code>code</code>, and stands first: 400 how it is written, 403 who may, 404–415 path "
           "and body, 422 what it says, 428 the version, 503 ourselves.</p>\n";
  body += zh ? "<table><thead><tr><th>代码</th><th>状态码</th><th>能否原样重发</th><th>含义</th></tr></thead><tbody>\n"
             : "<table><thead><tr><th>Code</th><th>Status</th><th>May be sent again as it "
               "is</th><th>Means</th></tr></thead><tbody>\n";
  std::vector<const Code*> all(wire::all_codes().begin(), wire::all_codes().end());
  all.insert(all.begin(), &codes::kBadHttp);
  all.insert(all.end(), more.begin(), more.end());
  for (const Code* code : all)
    body += "<tr id=\"" + std::string(code->name) + "\"><td><code>" + std::string(code->name) + "</code></td><td>" +
            std::to_string(code->http_status) + "</td><td>" +
            (code->retryable ? (zh ? "能" : "yes") : (zh ? "否" : "no")) + "</td><td>" +
            escape_markup(zh ? code->zh : code->en) + "</td></tr>\n";
  body += "</tbody></table>\n";
  return page(language, zh ? "问题代码" : "Problems", body);
}

}  // namespace caveat::server
