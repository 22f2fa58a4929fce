// Packs and reference sets: whether they compile, and what of them somebody should look at.
#include <algorithm>
#include <filesystem>

#include "adapters/cli/doctor.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/rules.h"
#include "adapters/cli/served.h"
#include "adapters/cli/system_clock.h"
#include "adapters/load/ruleset.h"
#include "adapters/wire/problem_json.h"

namespace caveat::cli {

// The folders cannot be read, or there is nothing in them.
void Doctor::no_packs(const Problem& problem, const config::Configuration& configuration) {
  const std::string folder = problem.items.empty() ? configuration.pack_folders.front() : problem.items.front().path;
  std::error_code ignored;
  const bool there = std::filesystem::exists(folder, ignored);
  const std::vector<std::string>& data = configuration.data_folders;
  if (!there && std::find(data.begin(), data.end(), folder) != data.end())
    return bad("data", wire::problem_text(problem, terminal_.language, folder),
               {"`mkdir -p {0}`, or take it out of [data] folders", "`mkdir -p {0}`，或从 [data] folders 中删去"},
               {shell_word(folder)});
  // Never as a command that would do: the bank's gate would decide by two rules to try.
  bad("packs", wire::problem_text(problem, terminal_.language, folder),
      there ? Phrase{"put the bank's packs into {0}, or name the folder that holds them in [packs] folders; a pack to "
                     "try "
                     "the gate with is written by `caveat new FOLDER`",
                     "请将本行规则包放入 {0}，或在 [packs] folders 中指明其目录；`caveat new 目录` "
                     "可生成供试用的规则包"}
            : Phrase{"name the folder that holds the bank's packs in [packs] folders, or put {0} back; a pack to try "
                     "the "
                     "gate with is written by `caveat new FOLDER`",
                     "请在 [packs] folders 中指明本行规则包的目录，或恢复 {0}；`caveat new 目录` 可生成供试用的规则包"},
      {shell_word(folder)});
}

void Doctor::packs(const config::Configuration& configuration, const Result<std::vector<server::CallerEntry>>& who) {
  const Result<load::Loaded> loaded =
      load::load_rules(configuration.pack_folders, Limits{}, {}, configuration.data_folders);
  if (!loaded) return no_packs(loaded.error(), configuration);
  if (!loaded->rules) {
    const Faulty where = faulty(*loaded, configuration);
    return bad("packs",
               told({"{0} in {1}", "{1} 中有 {0}"},
                    {counted(loaded->errors(), terminal_, "mistake", "mistakes", "处错误"), where.folders}),
               {"`caveat check {0}` shows each with its place", "`caveat check {0}` 逐条列出"}, {where.all});
  }
  const program::Program& program = *loaded->rules->program;
  if (const std::optional<Problem> unknown =
          unknown_queue(program, configuration.default_queue, configuration.default_queue_place))
    set_key("packs", wire::problem_text(*unknown, terminal_.language, file_), "default_queue",
            unknown->items.front().nearest, {"name a queue of the packs, or none", "请指明规则包的队列，或留空"}, {});
  else
    good("packs", {"{0}, {1} examples hold", "{0} 个规则包，{1} 个示例全部通过"},
         {terminal_.language == Language::zh ? std::to_string(loaded->packs.size())
                                             : counted(loaded->packs.size(), terminal_, "pack", "packs", ""),
          std::to_string(loaded->examples_held)});
  in_force(program);
  data(*loaded);
  if (!who) return;
  const auto list = [](std::string& all, std::string_view one) { all += (all.empty() ? "" : ", ") + std::string(one); };
  std::string queues, jurisdictions;
  for (std::uint32_t i = 0; i < program.queues().size(); ++i) list(queues, program.queue_name(i));
  for (const std::string_view one : program.jurisdictions()) list(jurisdictions, one);
  for (const Unseen& one : unseen(program, *who))
    if (one.key == "jurisdictions" && jurisdictions.empty())
      note("callers", {"{0}", "{0}"}, {caveat::cli::told(one, terminal_.language)},
           {"take it out of its jurisdictions, or bring in the pack that is of it; then reload",
            "请从其 jurisdictions 中删去，或加入属于该法域的规则包；然后重载"});
    else
      note("callers", {"{0}", "{0}"}, {caveat::cli::told(one, terminal_.language)},
           {"name one of {0} in its {1}, or bring in the pack that has it; then reload",
            "请在其 {1} 中写明以下之一：{0}，或加入相应的规则包；然后重载"},
           {one.key == "queues" ? queues : jurisdictions, std::string(one.key)});
}

// Examples have days of their own, and a turn is judged in silence by what is left.
void Doctor::in_force(const program::Program& program) {
  const std::vector<decide::OutOfForce> all = decide::out_of_force(program, SystemClock().wall_us(), 0);
  if (all.empty()) return;
  constexpr std::size_t kShown = 8;
  note("packs", {"{0} not in force today: {1}", "{0}今日不在施行期内：{1}"},
       {counted(all.size(), terminal_, "rule is", "rules are", "条规则"),
        told_openly(program, all, kShown, terminal_.language)},
       {"if that is not meant, mend the dates of the rule or of the sources that it cites, then reload",
        "如非本意，请改正规则或其所引法源的起止日期，然后重载"});
}

// Each set that a pack declares: what is not there, and what somebody should look at.
void Doctor::data(const load::Loaded& loaded) {
  const decide::Ruleset& rules = *loaded.rules;
  for (const model::DataSet& declared : loaded.model->data) {
    const std::string& name = declared.names.first;
    const decide::Data::Set* set = rules.data.find(name);
    if (set == nullptr)
      note("data", {"{0}: no file; callers state its facts", "{0}：没有文件；其事实由调用方陈述"}, {name},
           {"put {0}.data.csv beside the packs or into a folder of [data] folders, then reload",
            "将 {0}.data.csv 放在规则包旁或 [data] folders 所列的目录中，然后重载"},
           {name});
    else if (decide::is_overdue(*rules.program, *set, SystemClock().wall_us(), 0))
      note("data", {"{0}: should have been reviewed by {1}", "{0}：应于 {1} 前复核"},
           {name, format_date(*declared.review_by)},
           {"let its owner look at it, then write the next “review by” into the pack",
            "请其负责人复核，再在规则包中写明下一个“复核期限”"});
    else
      good("data", {"{0}, {1}", "{0}，{1}"},
           {name + (set->version.empty() ? "" : " " + set->version),
            counted(set->by_key.size(), terminal_, "row", "rows", "行")});
  }
}

}  // namespace caveat::cli
