// log show, log search: records as far as the keys at hand allow; that they were looked at is itself a record.
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <iterator>
#include <memory>
#include <ostream>
#include <span>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/log_records.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/period.h"
#include "adapters/cli/progress.h"
#include "adapters/cli/server_client.h"
#include "adapters/cli/settings.h"
#include "adapters/cli/system_clock.h"
#include "adapters/gate/facts.h"
#include "adapters/gate/past.h"
#include "adapters/gate/ticket_json.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/sections.h"
#include "audit/report/words.h"
#include "audit/seal/system_random.h"
#include "engine/base/nearest.h"
#include "engine/base/roles.h"

namespace caveat::cli {

namespace {

namespace json = boost::json;
using audit::LogReader;

constexpr Phrase kStoryLabels[] = {{"", ""},
                                   {"customer: ", "客户："},
                                   {"bot wanted ", "机器人拟："},
                                   {"verdict: ", "裁决："},
                                   {"rule: ", "规则："},
                                   {"because: ", "原因："},
                                   {"law: ", "依据："},
                                   {"unknown: ", "未知："},
                                   {"told the customer: ", "告知客户："},
                                   {"handed to: ", "转交："},
                                   {"kept back: ", "扣下："}};

// The story and the facts of a decision as somebody with these roles reads them. No packs are at hand: what was confidential then counts.
struct Told {
  std::optional<audit::StorySection> story;
  gate::FactsTold facts;
};
Told tell(const Shown& shown, std::span<const std::string> roles, Language language) {
  Told told;
  if (!shown.opened) return told;
  const audit::SectionBytes* section = shown.opened->find(audit::Section::story);
  Result<audit::StorySection> story = audit::decode_story(section == nullptr ? "" : section->encoded);
  if (!story) return told;
  gate::tell_to(roles, gate::reserved_in(*shown.opened), *story);
  told.story = std::move(*story);
  told.facts =
      gate::FactsReader({.roles = roles, .has_packs = false, .whole = true, .language = language}).read(*shown.opened);
  return told;
}

void print_json(const Shown& shown, std::span<const std::string> roles, Terminal& terminal) {
  json::object out = json::parse(record_json(shown)).as_object();
  if (const Told told = tell(shown, roles, terminal.language); told.story) {
    out["story"] = gate::story_json(*told.story, terminal.language);
    out["facts"] = gate::facts_json(told.facts);
    if (told.facts.left_out > 0) out["facts_left_out"] = told.facts.left_out;
  }
  terminal.out << json::serialize(out) << '\n';
}

void print_record(const Shown& shown, std::string_view leaf, std::span<const std::string> roles, Terminal& terminal) {
  std::ostream& out = terminal.out;
  const auto line = [&](const Phrase& label, std::string_view value) { out << terminal.say(label) << value << '\n'; };
  line({"index     ", "序号      "}, std::to_string(shown.header.index));
  line({"time      ", "时间      "}, format_instant(shown.header.time_us, 0));
  line({"kind      ", "类型      "}, audit::title(shown.header.context.kind, terminal.language));
  line({"leaf      ", "叶哈希    "}, hex(audit::leaf_hash(leaf)));
  line({"body      ", "正文摘要  "}, hex(shown.header.body));
  if (!shown.opened) {
    out << terminal.say({"The body is sealed: no key at hand opens it.", "正文已封存：现有密钥无法打开。"}) << '\n';
    return;
  }
  if (shown.event) {
    out << '\n';
    for (const auto& [label, value] : audit::told(*shown.event, terminal.language)) {
      const std::string_view lines = std::string_view(value).substr(0, value.size() - (value.ends_with('\n') ? 1 : 0));
      out << "  " << label << terminal.say({": ", "："}) << plain(lines, "    ") << '\n';
    }
  }
  if (const Told told = tell(shown, roles, terminal.language); told.story) {
    out << '\n';
    for (const audit::StoryLine& one : terminal.language == Language::zh ? told.story->zh : told.story->en)
      out << "  " << terminal.say(kStoryLabels[static_cast<std::size_t>(one.kind)]) << plain(one.text, "    ") << '\n';
    for (const gate::FactTold& fact : told.facts.facts)
      out << "  " << terminal.say({"fact: ", "事实："}) << plain(gate::fact_told(fact, terminal.language), "    ")
          << '\n';
    if (told.facts.left_out > 0)
      out << "  "
          << fill(terminal.say({"{0} more facts are not listed.", "另有 {0} 项事实未列出。"}),
                  {std::to_string(told.facts.left_out)})
          << '\n';
  }
}

void print_row(const Shown& shown, Terminal& terminal) {
  if (terminal.json) {
    terminal.out << record_json(shown) << '\n';
    return;
  }
  terminal.out << shown.header.index << "  " << format_instant(shown.header.time_us, 0) << "  "
               << audit::title(shown.header.context.kind, terminal.language);
  if (shown.verdict) {
    terminal.out << "  "
                 << (terminal.language == Language::zh ? audit::verdict_word(shown.verdict->verdict, Language::zh)
                                                       : audit::verdict_name(shown.verdict->verdict))
                 << ' ';
    for (const std::string& rule : rules_of(shown)) terminal.out << ' ' << rule;
  }
  terminal.out << '\n';
}

// One record as the server tells it, in the line that print_row makes.
void print_told(const json::object& record, Terminal& terminal) {
  if (terminal.json) {
    terminal.out << json::serialize(record) << '\n';
    return;
  }
  const auto text = [&](const char* name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  std::string title = text("kind");
  for (std::uint64_t number = 1; number < 256; ++number) {
    const std::optional<audit::Kind> kind = audit::kind_of(number);
    if (!kind || audit::name(*kind) != title) continue;
    title = audit::title(*kind, terminal.language);
    break;
  }
  terminal.out << record.at("index").to_number<std::uint64_t>() << "  " << text("time") << "  " << title;
  if (const std::optional<std::uint8_t> verdict = verdict_of(text("verdict"))) {
    terminal.out << "  "
                 << (terminal.language == Language::zh ? audit::verdict_word(*verdict, Language::zh)
                                                       : audit::verdict_name(*verdict))
                 << ' ';
    for (const json::value& rule : record.at("rules").as_array()) terminal.out << ' ' << std::string(rule.as_string());
  }
  terminal.out << '\n';
}

// A log that a server writes is searched by it, which records that it was looked at; page by page.
int search_through_server(const Invocation& invocation, Terminal& terminal, const std::string& socket,
                          const Period& period) {
  json::object body{{"limit", 1'000}};
  for (const char* option :
       {"--customer", "--conversation", "--rule", "--verdict", "--day", "--request", "--decision", "--reason"})
    if (invocation.has(option)) body[option + 2] = invocation.get(option);
  for (const auto& [name, instant] : period.instants()) body[name] = instant;
  std::size_t found = 0;
  std::optional<Progress> waiting(std::in_place, terminal, true);
  for (;;) {
    const std::optional<ServerReply> reply = ask_server(socket, "POST", "/v1/log/search", json::serialize(body),
                                                        terminal.language, [&] { waiting->wait(); });
    if (!reply || reply->status != 200) waiting.reset();
    if (!reply) return server_gone(terminal, socket);
    if (reply->status != 200) return refused_by_server(terminal, *reply);
    const json::object page = json::parse(reply->body).as_object();
    for (const json::value& record : page.at("items").as_array()) {
      print_told(record.as_object(), terminal);
      ++found;
    }
    const auto* next = page.if_contains("next");
    if (next == nullptr) break;
    body["cursor"] = *next;
    waiting->wait();
  }
  waiting.reset();
  if (found == 0 && body.size() == 2 && invocation.has("--rule"))  // beside "limit"
    say_no_record_names(terminal, invocation.get("--rule"));
  if (!terminal.json)
    terminal.err << fill(terminal.say({"caveat: found {0}.\n", "caveat：找到 {0}。\n"}),
                         {counted(found, terminal, "record", "records", "条记录")});
  return kDone;
}

audit::Viewed viewed(const Invocation& invocation, std::vector<audit::IndexRange> records) {
  audit::Viewed event{.by = user_name(), .role = "local", .records = std::move(records), .reason = {}, .query = {}};
  if (invocation.has("--role")) event.role += " " + invocation.get("--role");
  if (invocation.has("--reason")) event.reason = invocation.get("--reason");
  return event;
}

// A word that is no role of a key counts where a rule of this record names it; else it is a slip, and the story would read as if no
// such rule had fired.
int read_role(const std::string& role, std::uint64_t index, const Shown& shown, Terminal& terminal) {
  if (std::find(kRoleNames.begin(), kRoleNames.end(), role) != kRoleNames.end()) return kDone;
  if (shown.opened) {
    for (const audit::Reserved& one : gate::reserved_in(*shown.opened))
      if (std::find(one.roles.begin(), one.roles.end(), role) != one.roles.end()) return kDone;
  }
  const std::string near(nearest(role, std::span<const std::string_view>(kRoleNames)));
  return wrong_use(
      terminal,
      near.empty() ? Phrase{"no key has the role “{0}”, and no confidential rule in record {1} is visible to it. "
                            "--role is one word: auditor, agent, or what `visible to` of a rule names.",
                            "没有密钥具有角色“{0}”，记录 {1} 中也没有对其可见的保密规则。--role "
                            "为一个名称：auditor、agent，或规则的“可见范围”所列名称。"}
                   : Phrase{"no key has the role “{0}”, and no confidential rule in record {1} is visible to it. Did "
                            "you mean {2}?",
                            "没有密钥具有角色“{0}”，记录 {1} 中也没有对其可见的保密规则。是否想输入 {2}？"},
      {role, std::to_string(index), near}, "log show");
}

// The writer and the clocks that it lives on, let go in the right order.
struct Recorder {
  SystemClock clock;
  audit::SystemRandom random;
  std::unique_ptr<audit::Log> log;
};

// What is shown may be read slowly, and nobody else may write the log while it is held. A snapshot of before would keep the writer from
// tidying up.
void let_go(Recorder& recorder, std::unique_ptr<LogReader>& reader) {
  if (recorder.log == nullptr) return;
  const std::string path = reader->path();
  reader.reset();
  recorder.log->close();
  recorder.log.reset();
  reader = LogReader::open(path);
}

}  // namespace

int run_log_show(const Invocation& invocation, Terminal& terminal) {
  if (invocation.has("--role") && !invocation.has("--index"))
    return wrong_use(terminal,
                     {"--role goes with --index N: only the story of one record tells of confidential rules.",
                      "--role 须与 --index N 同用：只有单条记录的讲述会提及保密规则。"},
                     {}, "log show");
  const std::string& path = invocation.arguments[0];
  std::unique_ptr<LogReader> reader = LogReader::open(path, keys_dir(invocation, path));
  const std::unique_ptr<audit::KeyStore> keys = keys_of(invocation, *reader);
  if (keys == nullptr)
    terminal.err << fill(terminal.say({"caveat: no keys in {0}: bodies stay sealed, headers are shown.\n",
                                       "caveat：{0} 中没有密钥：正文保持封存，只显示记录头。\n"}),
                         {keys_dir(invocation, path)});

  audit::IndexRange range{0, reader->size()};
  std::optional<std::string> leaf;
  if (invocation.has("--index")) {
    const std::string text = invocation.get("--index");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), range.first);
    if (error == std::errc() && end == text.data() + text.size() && range.first < reader->size())
      leaf = reader->header(range.first);
    if (!leaf)
      return wrong_use(terminal,
                       {"the log has {0}; --index counts from 0, and “{1}” is none of them.",
                        "日志有 {0}；--index 从 0 开始，其中没有“{1}”。"},
                       {counted(reader->size(), terminal, "record", "records", "条记录"), text}, "log show");
    range.end = range.first + 1;
    if (invocation.has("--role")) {
      const Shown shown = look(*reader, keys.get(), range.first, *leaf);
      if (const int wrong = read_role(invocation.get("--role"), range.first, shown, terminal); wrong != kDone)
        return wrong;
    }
  }
  Recorder recorder;
  recorder.log = open_recorder(invocation, terminal, *reader, keys.get(), recorder.clock, recorder.random);
  if (recorder.log != nullptr && !leaf) {  // whoever had the log until now may have gone on with it
    reader->renew();
    range.end = reader->size();
  }
  if (recorder.log != nullptr && range.first < range.end)
    record(*recorder.log, audit::Kind::viewed, viewed(invocation, {range}));
  let_go(recorder, reader);

  if (leaf) {
    std::vector<std::string> roles;
    if (invocation.has("--role")) roles.push_back(invocation.get("--role"));
    const Shown shown = look(*reader, keys.get(), range.first, *leaf);
    if (terminal.json)
      print_json(shown, roles, terminal);
    else
      print_record(shown, *leaf, roles, terminal);
  } else {
    Progress printing(terminal, true);
    reader->each_header(range.first, range.end, [&](std::uint64_t index, std::string_view header) {
      printing(index, range.end);
      print_row(look(*reader, keys.get(), index, header), terminal);
    });
  }
  return kDone;
}

int run_log_search(const Invocation& invocation, Terminal& terminal) {
  struct Key {
    const char* option;
    audit::TagKind kind;
  };
  constexpr Key kKeys[] = {{"--customer", audit::TagKind::customer}, {"--conversation", audit::TagKind::conversation},
                           {"--rule", audit::TagKind::rule},         {"--verdict", audit::TagKind::verdict},
                           {"--day", audit::TagKind::day},           {"--request", audit::TagKind::request},
                           {"--decision", audit::TagKind::decision}};
  if (invocation.has("--verdict") && !verdict_of(invocation.get("--verdict")))
    return wrong_verdict(terminal, invocation.get("--verdict"), "log search");
  if (const int wrong = read_rule(invocation, terminal, "log search"); wrong != kDone) return wrong;
  if (invocation.has("--day") && !parse_date(invocation.get("--day")))
    return wrong_use(terminal,
                     {"--day is a day (2026-11-23), not “{0}”.", "--day 应为日期（2026-11-23），而不是“{0}”。"},
                     {invocation.get("--day")}, "log search");
  Period period;
  if (const int wrong = read_period(invocation, terminal, "log search", period); wrong != kDone) return wrong;
  if (std::none_of(std::begin(kKeys), std::end(kKeys), [&](const Key& key) { return invocation.has(key.option); }) &&
      !invocation.has("--from") && !invocation.has("--to"))
    return wrong_use(terminal,
                     {"`caveat log search` needs something to look for: --customer, --conversation, --rule, --verdict, "
                      "--day, --from, --to, --request or --decision.",
                      "`caveat log search` 需要查询条件：--customer、--conversation、--rule、--verdict、--day、--from、"
                      "--to、--request 或 --decision。"},
                     {}, "log search");

  const std::string& path = invocation.arguments[0];
  if (!invocation.has("--copy")) {
    if (const std::string socket = socket_of(invocation, path); server_writes(socket, path))
      return search_through_server(invocation, terminal, socket, period);
    if (const int wrong = anothers_socket(invocation, terminal); wrong != kDone) return wrong;
  }
  std::unique_ptr<LogReader> reader = LogReader::open(path, keys_dir(invocation, path));
  const std::unique_ptr<audit::KeyStore> keys = keys_of(invocation, *reader);
  if (keys == nullptr) {
    const std::string dir = keys_dir(invocation, path);
    throw audit::Error(audit::codes::kKeysMissing, dir, {dir, "search tags are keyed"});
  }
  std::vector<std::vector<audit::Tag>> tags;
  std::string query;
  bool rule_there = true;
  const auto by = [&](const char* option, const std::string& value) {
    query += (query.empty() ? "" : " ") + std::string(option) + " " + value;
  };
  for (const Key& key : kKeys) {
    if (!invocation.has(key.option)) continue;
    std::string value = invocation.get(key.option);
    if (key.kind == audit::TagKind::verdict) value = audit::verdict_name(*verdict_of(value));
    if (key.kind == audit::TagKind::rule) {
      const RuleNames names = rule_as_recorded(*reader, *keys, value);
      by(key.option, names.in_words());
      tags.push_back(names.tags());
      rule_there = names.there;
      continue;
    }
    by(key.option, value);
    tags.push_back({{key.kind, std::move(value)}});
  }
  for (const char* option : {"--from", "--to"})
    if (invocation.has(option)) by(option, invocation.get(option));
  std::vector<std::uint64_t> found;
  {
    Progress progress(terminal);
    found = find_records(*reader, *keys, {.tags = std::move(tags), .period = period},
                         [&](std::uint64_t done, std::uint64_t of) { progress(done, of); });
  }

  Recorder recorder;
  recorder.log = open_recorder(invocation, terminal, *reader, keys.get(), recorder.clock, recorder.random);
  if (recorder.log != nullptr) {
    audit::Viewed event = viewed(invocation, ranges_of(found));
    event.query = query;
    // Under the key of the customer who was asked for: what names him must go when he is erased.
    std::vector<std::string> subjects;
    if (invocation.has("--customer")) subjects.push_back(invocation.get("--customer"));
    record(*recorder.log, audit::Kind::viewed, event, std::move(subjects));
  }
  let_go(recorder, reader);
  {
    Progress printing(terminal, true);
    for (std::size_t i = 0; i < found.size(); ++i) {
      printing(i, found.size());
      const std::optional<std::string> leaf = reader->header(found[i]);
      if (leaf) print_row(look(*reader, keys.get(), found[i], *leaf), terminal);
    }
  }
  if (!rule_there) say_no_record_names(terminal, invocation.get("--rule"));
  if (!terminal.json)
    terminal.err << fill(terminal.say({"caveat: found {0}.\n", "caveat：找到 {0}。\n"}),
                         {counted(found.size(), terminal, "record", "records", "条记录")});
  return kDone;
}

}  // namespace caveat::cli
