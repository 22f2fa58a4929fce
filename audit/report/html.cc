#include "audit/report/html.h"

#include <kainjow/mustache.hpp>

#include "audit/report/number.h"
#include "audit/report/svg.h"
#include "audit/report/words.h"

namespace caveat::audit {

extern const char* const kReportPage;  // page.cc

namespace {

using kainjow::mustache::data;
using kainjow::mustache::list;
using kainjow::mustache::mustache;

// Blue to red, each with at least 4.5 : 1 against white; the plots add a texture.
const char* const kVerdictFill[] = {"#1b7837", "#2166ac", "#8c6d00", "#b2182b", "#6a3d9a"};

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "–";
  const std::uint64_t tenths = (part * 1000 + whole / 2) / whole;
  return number(tenths / 10) + "." + number(tenths % 10) + " %";
}

std::string join(const std::vector<std::string>& parts, std::string_view with) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += with;
    out += part;
  }
  return out;
}

std::string filled(std::string_view phrase, const std::string& a, const std::string& b) {
  std::string out(phrase);
  for (const auto& [place, value] : {std::pair("{a}", &a), std::pair("{b}", &b)})
    if (const std::size_t at = out.find(place); at != std::string::npos) out.replace(at, 3, *value);
  return out;
}

class Page {
 public:
  Page(const ReportModel& model, PageIs page)
      : model_(model),
        packaged_(page == PageIs::in_a_package),
        language_(model.query.language == Language::zh ? Language::zh : Language::en) {}

  std::string render() {
    head();
    verdicts();
    rules();
    queues();
    packs();
    stories();
    tail();
    custody();
    mustache page{std::string(kReportPage)};
    return page.render(root_);
  }

 private:
  bool zh() const { return language_ == Language::zh; }
  std::string w(std::string_view key) const { return std::string(word(key, language_)); }

  std::string kind_words(const std::string& named) const {
    for (std::uint64_t number = 0; number < 256; ++number) {
      const std::optional<Kind> kind = kind_of(number);
      if (kind && name(*kind) == named) return std::string(title(*kind, language_));
    }
    return named;
  }

  void row(data& rows, std::string_view key, const std::string& value, bool mono = false) {
    data item;
    item.set("label", w(key));
    item.set("value", value);
    item.set("mono", mono);
    rows.push_back(item);
  }

  void head() {
    const LogFacts& log = model_.log;
    root_.set("lang", zh() ? "zh-CN" : "en");
    for (const char* key :
         {"title",      "scope",    "log",         "verdicts", "by_rule",     "by_rule_note",  "handoffs",
          "packs",      "stories",  "sample_note", "kinds",    "not_checked", "by_hand",       "by_hand_text",
          "checkpoint", "glossary", "rule",        "law",      "unknown",     "decisions",     "verdict",
          "share",      "total",    "queue",       "hold",     "turn_only",   "causes",        "priority",
          "pack",       "version",  "digest",      "from_to",  "closings",    "closings_note", "day",
          "records",    "kind",     "count",       "none",     "decision",    "leaf"})
      root_.set(std::string("w_") + key, w(key));
    root_.set("subtitle", log.origin);
    root_.set("w_language_note", w("times") +
                                     (model_.query.offset_minutes == 0
                                          ? std::string("UTC")
                                          : "UTC" + format_instant(0, model_.query.offset_minutes).substr(19)) +
                                     (zh() ? "。" : "."));

    // Where no decision could be opened, nothing is known of them: not even how many the query would select.
    const bool all_sealed = model_.sealed > 0 && model_.opened == 0;
    const std::string sealed_words = filled(w("all_sealed"), number(model_.sealed), "");
    root_.set("all_sealed", all_sealed);
    root_.set("some_sealed", model_.sealed > 0 && !all_sealed);
    root_.set("w_sealed", w("sealed"));
    root_.set("sealed", number(model_.sealed));
    root_.set("sealed_words", sealed_words);
    root_.set("none", all_sealed ? sealed_words : w("none"));

    data scope(data::type::list);
    row(scope, "query", model_.query.in_words(language_, ReportQuery::Alias::named));
    row(scope, "population", all_sealed ? sealed_words : number(model_.population));
    if (!model_.query.customer.empty())
      row(scope, "whose", filled(w("by_word"), number(model_.query.subjects.size()), number(model_.others)));
    row(scope, "record_range",
        number(model_.records) +
            (model_.first_index ? (zh() ? "（" : " (") +
                                      filled(w("of_index"), number(*model_.first_index), number(*model_.last_index)) +
                                      (zh() ? "）" : ")")
                                : ""));
    if (model_.first_time)
      row(scope, "time_range",
          format_instant(*model_.first_time, model_.query.offset_minutes) + " – " +
              format_instant(*model_.last_time, model_.query.offset_minutes));
    if (model_.of_many > 0) row(scope, "of_many", number(model_.of_many) + (zh() ? "。" : ". ") + w("of_many_words"));
    if (model_.sealed > 0) row(scope, "sealed", number(model_.sealed));
    if (model_.unreadable > 0) row(scope, "unreadable", number(model_.unreadable));
    row(scope, "requested_by", model_.query.requested_by.empty() ? w("not_stated") : model_.query.requested_by);
    row(scope, "purpose", model_.query.purpose.empty() ? w("not_stated") : model_.query.purpose);
    row(scope, "custody", w(log.recorded ? "recorded" : "not_recorded"));
    root_.set("scope_rows", scope);

    data log_rows(data::type::list);
    row(log_rows, "origin", log.origin);
    row(log_rows, "file", log.path);
    row(log_rows, "size", number(log.size));
    row(log_rows, "root", hex(log.root), true);
    row(log_rows, "checkpoint_time",
        log.size > 0 ? format_instant(log.checkpoint_time, model_.query.offset_minutes) : "–");
    row(log_rows, "key", log.key_name.empty() ? w("no_key_at_hand") : log.key_name);
    root_.set("log_rows", log_rows);

    const std::vector<std::string>& findings = zh() ? log.findings_zh : log.findings_en;
    root_.set("state", w(!findings.empty()      ? "checked_bad"
                         : log.checked          ? "checked_ok"
                         : log.key_name.empty() ? "no_key"
                                                : "not_run"));
    root_.set("state_class", !findings.empty() ? "bad" : log.checked ? "good" : "open");
    root_.set("state_sign", !findings.empty() ? "✗" : log.checked ? "✓" : "–");
    data finding_rows(data::type::list);
    for (const std::string& finding : findings) finding_rows.push_back(data("text", finding));
    root_.set("findings", finding_rows);
  }

  void verdicts() {
    data rows(data::type::list);
    std::uint64_t sum = 0;
    for (std::uint8_t verdict = 0; verdict < 5; ++verdict) {
      const std::uint64_t count = model_.verdicts[verdict];
      sum += count;
      data item;
      item.set("name", std::string(verdict_word(verdict, language_)));
      item.set("code", std::string(verdict_name(verdict)));
      item.set("count", number(count));
      item.set("share", percent(count, model_.population));
      rows.push_back(item);
    }
    root_.set("verdict_rows", rows);
    root_.set("population", number(sum));
    std::vector<Bar> bars;
    std::vector<Series> series;
    for (std::uint8_t verdict = 0; verdict < 5; ++verdict) {
      series.push_back({std::string(verdict_word(verdict, language_)), kVerdictFill[verdict]});
      Bar bar{std::string(verdict_word(verdict, language_)), std::vector<std::uint64_t>(5, 0)};
      bar.parts[verdict] = model_.verdicts[verdict];
      bars.push_back(std::move(bar));
    }
    root_.set("verdict_chart", bar_chart("verdict", w("verdicts"), w("chart_desc"), series, bars));
  }

  void rules() {
    data rows(data::type::list);
    std::vector<Bar> bars;
    for (const RuleCount& rule : model_.rules) {
      const std::string& title = zh() ? (rule.title_zh.empty() ? rule.title_en : rule.title_zh)
                                      : (rule.title_en.empty() ? rule.title_zh : rule.title_en);
      data item;
      item.set("id", rule.id);
      item.set("title", title);
      item.set("law", join(zh() ? rule.cites_zh : rule.cites_en, zh() ? "；" : "; "));
      data cells(data::type::list);
      for (std::uint64_t count : rule.by_verdict)
        cells.push_back(data("count", count == 0 ? std::string("–") : number(count)));
      item.set("cells", cells);
      item.set("unknown", rule.unknown == 0 ? std::string("–") : number(rule.unknown));
      item.set("decisions", number(rule.decisions));
      rows.push_back(item);
      Bar bar{rule.id, {}};
      bar.parts.assign(rule.by_verdict.begin() + 1, rule.by_verdict.end());
      bar.parts.push_back(rule.unknown);
      bars.push_back(std::move(bar));
    }
    root_.set("rule_rows", rows);
    root_.set("has_rules", !model_.rules.empty());
    data heads(data::type::list);
    for (std::uint8_t verdict = 0; verdict < 5; ++verdict)
      heads.push_back(data("name", std::string(verdict_word(verdict, language_))));
    root_.set("verdict_heads", heads);
    std::vector<Series> series;
    for (std::uint8_t verdict = 1; verdict < 5; ++verdict)
      series.push_back({std::string(verdict_word(verdict, language_)), kVerdictFill[verdict], verdict});
    series.push_back({w("unknown"), "#595959", 0});
    if (!bars.empty()) root_.set("rule_chart", bar_chart("rule", w("chart_rules"), w("chart_desc"), series, bars));
  }

  void queues() {
    data rows(data::type::list);
    for (const QueueCount& queue : model_.queues) {
      data item;
      item.set("queue", queue.queue);
      item.set("total", number(queue.total));
      item.set("hold", number(queue.hold));
      item.set("turn_only", number(queue.total - queue.hold));
      item.set("priority", number(queue.by_priority[0]) + " / " + number(queue.by_priority[1]) + " / " +
                               number(queue.by_priority[2]) + " / " + number(queue.by_priority[3]));
      std::vector<std::string> causes;
      for (const auto& [cause, count] : queue.causes)
        causes.push_back(std::string(cause_word(cause, language_)) + " " + number(count));
      item.set("causes", join(causes, zh() ? "；" : "; "));
      rows.push_back(item);
    }
    root_.set("queue_rows", rows);
    root_.set("has_queues", !model_.queues.empty());
  }

  void packs() {
    data rows(data::type::list);
    for (std::size_t i = 0; i < model_.packs.size(); ++i) {
      const PackCount& pack = model_.packs[i];
      data item;
      item.set("name", pack.pack.name);
      item.set("version", pack.pack.version);
      item.set("digest", hex(pack.pack.digest));
      item.set("decisions", number(pack.decisions));
      item.set("range", "#" + number(pack.first_index) + " – #" + number(pack.last_index));
      if (model_.held && i < model_.held->size())  // of a package that lists others, claim 16 says so
        item.set("text", w(("held_" + std::string(word_of((*model_.held)[i].text))).c_str()));
      rows.push_back(item);
    }
    root_.set("pack_rows", rows);
    root_.set("held", model_.held.has_value());
    root_.set("w_held", w("held"));
    root_.set("w_held_note", w("held_note"));
    root_.set("has_packs", !model_.packs.empty());
    data kinds(data::type::list);
    for (const auto& [kind, count] : model_.kinds) {
      data item;
      item.set("kind", kind_words(kind));
      item.set("count", number(count));
      kinds.push_back(item);
    }
    root_.set("kind_rows", kinds);
    data days(data::type::list);
    for (const Closing& closing : model_.closings) {
      data item;
      item.set("day", closing.day);
      item.set("records", number(closing.records.end - closing.records.first));
      data cells(data::type::list);
      for (std::uint8_t verdict = 0; verdict < 5; ++verdict) {
        const auto found = closing.verdicts.find(std::string(verdict_name(verdict)));
        cells.push_back(data("count", found == closing.verdicts.end() ? std::string("–") : number(found->second)));
      }
      item.set("cells", cells);
      days.push_back(item);
    }
    root_.set("day_rows", days);
    root_.set("has_days", !model_.closings.empty());
  }

  void stories() {
    data rows(data::type::list);
    const bool none = model_.stories.empty() || model_.opened == 0;
    for (const ToldDecision& told : none ? std::vector<ToldDecision>() : model_.stories) {
      data item;
      item.set("index", number(told.index));
      item.set("time", format_instant(told.time, model_.query.offset_minutes));
      const bool known = told.content == Content::opened;
      item.set("verdict", known ? std::string(verdict_word(told.verdict, language_)) : w("sealed_word"));
      item.set("verdict_class", known ? std::string(verdict_name(told.verdict)) : std::string("sealed"));
      if (!told.story)
        item.set("untold", w(known && told.of_others           ? "untold_others"
                             : known                           ? "untold_kept"
                             : told.content == Content::sealed ? "untold_sealed"
                                                               : "untold_unreadable"));
      item.set("leaf", told.leaf_hex);
      data lines(data::type::list);
      const StorySection story = told.story.value_or(StorySection());
      for (const StoryLine& line : zh() ? story.zh : story.en) {
        data entry;
        entry.set("label", w("k" + std::to_string(static_cast<int>(line.kind))));
        entry.set("text", line.text);
        entry.set("kind", "k" + std::to_string(static_cast<int>(line.kind)));
        lines.push_back(entry);
      }
      item.set("lines", lines);
      rows.push_back(item);
    }
    root_.set("story_rows", rows);
    root_.set("has_stories", !none);
    root_.set("seed_label", w("seed"));
    root_.set("seed", model_.seed);
  }

  void tail() {
    data open(data::type::list);
    for (const std::string& text : zh() ? model_.log.not_checked_zh : model_.log.not_checked_en)
      open.push_back(data("text", text));
    root_.set("not_checked_rows", open);
    root_.set("note", model_.log.checkpoint_note);
    data glossary(data::type::list);
    for (const char* key : {"g_handoff", "g_block", "g_require", "g_revise", "g_unknown", "g_root"})
      glossary.push_back(data("text", w(key)));
    root_.set("glossary_rows", glossary);
  }

  void custody() {
    const LogFacts& log = model_.log;
    for (const char* key :
         {"custody_title", "custody_intro", "custody_trace", "handovers", "handover_number", "handover_from",
          "handover_to", "handover_when", "handover_why", "handover_seal", "handover_signed"})
      root_.set(std::string("w_") + key, w(key));
    root_.set("w_handovers_note", w(packaged_ ? "handovers_package" : "handovers_page"));
    root_.set("custody_words", w(!log.recorded ? "custody_unrecorded"
                                 : packaged_   ? "custody_package"
                                               : "custody_page"));
    data rows(data::type::list);
    row(rows, "custody_what", w(packaged_ ? "form_package" : "form_page"));
    row(rows, "query", model_.query.in_words(language_, ReportQuery::Alias::named));
    row(rows, "requested_by", model_.query.requested_by.empty() ? w("not_stated") : model_.query.requested_by);
    row(rows, "purpose", model_.query.purpose.empty() ? w("not_stated") : model_.query.purpose);
    row(rows, "origin", log.origin);
    row(rows, "custody_checkpoint", filled(w("custody_tree"), number(log.size), hex(log.root)));
    row(rows, "checkpoint_time", log.size > 0 ? format_instant(log.checkpoint_time, model_.query.offset_minutes) : "–");
    row(rows, "seed", model_.seed, true);
    root_.set("custody_rows", rows);
    data by_hand(data::type::list);
    for (const char* key : {"custody_by", "custody_when", "custody_record"})
      if (log.recorded || std::string_view(key) != "custody_record") row(by_hand, key, "");
    row(by_hand, packaged_ ? "custody_manifest" : "custody_digest", "");
    root_.set("custody_lines", by_hand);
    data lines(data::type::list);
    for (int line = 1; line <= 5; ++line) lines.push_back(data("number", std::to_string(line)));
    root_.set("handover_rows", lines);
  }

  const ReportModel& model_;
  bool packaged_;
  Language language_;
  data root_;
};

}  // namespace

std::string render_html(const ReportModel& model, PageIs page) { return Page(model, page).render(); }

}  // namespace caveat::audit
