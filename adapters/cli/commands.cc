#include <array>

#include "adapters/cli/command.h"
#include "adapters/cli/serve_commands.h"

namespace caveat::cli {

namespace {

const Option kLanguage{"--language",
                       "en|zh",
                       {"language of what is printed", "输出所用的语言"},
                       {"from LANG, else en", "取自 LANG，否则为 en"}};
const Option kJson{"--json", "", {"print JSON where a table for people would stand", "以 JSON 代替供人阅读的表格"}, {}};
const Option kHelp{"--help", "", {"print this help", "显示本帮助"}, {}};
const std::array kCommon{kLanguage, kJson, kHelp};

const Option kRules{"--rules", "DIR", {"folder with rule packs, at any depth", "规则包所在目录（任意层级）"}, {}, true};
const Option kLog{"--log",
                  "FILE.db",
                  {"the audit log; made if it is not there", "审计日志；不存在时新建"},
                  {"nothing is recorded", "不作记录"}};
const Option kKeys{"--keys",
                   "DIR",
                   {"folder with the keys of the log", "日志密钥所在目录"},
                   {"CAVEAT_KEYS, else FILE.keys/ beside the log", "CAVEAT_KEYS，否则为日志旁的 FILE.keys/"}};
const Option kMark{
    "--high-water",
    "FILE",
    {"the mark of how far the log had come, as [log] high_water names it", "高水位标记，即 [log] high_water 所指"},
    {"high-water among the keys", "密钥目录中的 high-water"}};
const Option kConfig{
    "--config",
    "FILE",
    {"the configuration; `caveat new --config FILE` writes one", "配置文件；由 `caveat new --config FILE` 生成"},
    {"every key has its default", "各项均取缺省值"}};
const Option kFor{"--for", "bot|customer|officer", {"for whom it is told", "面向的读者"}, {"officer", "officer"}};

const Option kCopy{"--copy",
                   "",
                   {"the log is a copy: write nothing to it; that it was looked at is then not recorded",
                    "该日志是副本：不写入；查看与导出因此不作记录"},
                   {}};
const Option kSocket{"--socket",
                     "FILE",
                     {"the socket of the server that writes the log, as [http] socket names it",
                      "写入该日志的服务的套接字，即 [http] socket 所指"},
                     {"FILE.sock beside the log", "日志旁的 FILE.sock"}};
const Option kAsRole{"--role",
                     "ROLE",
                     {"read as one who holds this role: its confidential rules show",
                      "以该角色的身份阅读：可见范围含该角色的保密规则会显示"},
                     {"confidential rules do not show", "不显示保密规则"}};
const Option kReason{
    "--reason", "TEXT", {"why it is looked at, kept with the record of it", "查看事由，随记录保存"}, {}};
const Option kCustomer{"--customer", "ID", {"of this customer", "该客户的"}, {}};
const Option kRule{
    "--rule", "PACK/RULE", {"in which this rule fired or could not be settled", "该规则触发或无法判断的"}, {}};
const Option kVerdict{"--verdict", "allow|revise|require|block|handoff", {"with this verdict", "结论为此的"}, {}};
const Option kFrom{"--from",
                   "TIME",
                   {"first day or instant, RFC 3339; days are UTC", "起始日期或时刻，RFC 3339；日期按 UTC"},
                   {"the first record", "第一条记录"}};
const Option kTo{"--to",
                 "TIME",
                 {"last day or instant, RFC 3339; days are UTC", "截止日期或时刻，RFC 3339；日期按 UTC"},
                 {"the newest checkpoint", "最新检查点"}};
const Option kSealKey{"--key",
                      "FILE.vkey",
                      {"public key to check signatures with; several, one option each, where the log's key was changed",
                       "用于验证签名的公钥；日志密钥更换过时可多次给出"},
                      {"that of the key set", "密钥目录中的公钥"},
                      false,
                      true};

const Option kBenchDir{
    "--dir",
    "DIR",
    {"a folder on the disk that is meant; what is made in it goes away", "待测磁盘上的目录；所生成的文件会删除"},
    {"the current folder", "当前目录"}};
const Option kBenchRounds{
    "--rounds", "N", {"rounds, in each of which all take their turn", "轮数，每轮各项依次进行"}, {"3", "3"}};
const Option kBenchSeed{
    "--seed", "N", {"of the made-up rules and turns", "虚构规则与对话的种子"}, {"20261124", "20261124"}};

const ExitCode kExitDone{kDone, {"done", "完成"}};
const ExitCode kExitDiffers{
    kNo, {"an answer differs from the oracle's; nothing was timed", "有答案与基准答案不符；未作计时"}};
const ExitCode kExitUsage{kUsage, {"the command was used wrongly", "命令用法有误"}};
const ExitCode kExitEnvironment{kEnvironment, {"a file, disk or key failed", "文件、磁盘或密钥出错"}};
const ExitCode kExitLog{kUnknownSigner,
                        {"the log is not what its keys remember: an old copy, another, or changed",
                         "日志与其密钥所记不符：旧副本、其他日志或已被改动"}};
const ExitCode kExitFormat{kRefused, {"the log is of a format of another version", "日志为其他版本的格式"}};
const ExitCode kExitBadPack{kRefused, {"the rules have errors", "规则有错误"}};

Command later(std::string_view name, std::string_view arguments, std::uint8_t audience, Phrase says) {
  Command command;
  command.name = name;
  command.arguments = arguments;
  command.most = 100;
  command.audience = audience;
  command.says = says;
  return command;
}

std::vector<Command> make() {
  std::vector<Command> all;
  // ---- authors
  all.push_back(
      {.name = "new",
       .arguments = "[DIR]",
       .least = 0,
       .most = 1,
       .audience = 0,
       .says = {"write a starter pack: two rules, examples that pass", "生成入门规则包：两条规则和能通过的示例"},
       .options = {{"--config",
                    "FILE",
                    {"write instead a configuration for `serve`, every key explained",
                     "改为生成 `serve` 的配置文件，逐项说明"},
                    {}}},
       .exits = {kExitDone,
                 kExitUsage,
                 {kEnvironment, {"the folder exists or cannot be written", "目录已存在或无法写入"}}},
       .examples = {{"caveat new my-rules", {"a pack in my-rules/", "在 my-rules/ 中生成规则包"}},
                    {"caveat new --language zh my-chinese-rules", {"written in Chinese", "用中文写成的规则包"}},
                    {"caveat new --config my.toml", {"a configuration", "配置文件"}}},
       .run = run_new});
  all.push_back({.name = "check",
                 .arguments = "PATH…",
                 .least = 1,
                 .most = 1000,
                 .audience = 0,
                 .says = {"compile rules, show every mistake, run the examples", "编译规则，列出所有错误并运行示例"},
                 .options = {{"--coverage",
                              "",
                              {"show which rules the examples fire, and which they nearly fire",
                               "显示各规则被哪些示例触发、被哪些示例擦边"},
                              {}}},
                 .exits = {kExitDone,
                           {kNo, {"the rules have errors or an example fails", "规则有错误或示例未通过"}},
                           kExitUsage,
                           kExitEnvironment},
                 .examples = {{"caveat check rules", {"all packs below rules/", "检查 rules/ 下的所有规则包"}},
                              {"caveat check --coverage rules/cn/credit",
                               {"and which rules its examples try", "并显示示例覆盖了哪些规则"}},
                              {"caveat check rules --json", {"the same for a program", "以 JSON 输出"}}},
                 .run = run_check});
  all.push_back(
      {.name = "fmt",
       .arguments = "PATH…",
       .least = 1,
       .most = 1000,
       .audience = 0,
       .says = {"format rule files in place", "就地格式化规则文件"},
       .options = {{"--check",
                    "",
                    {"change nothing; exit 1 if a file would change", "不改动文件；若有文件需改动则退出码为 1"},
                    {}}},
       .exits = {kExitDone,
                 {kNo, {"--check: a file is not formatted", "--check：有文件未格式化"}},
                 kExitUsage,
                 {kRefused, {"a file has syntax errors and is left as it is", "文件有语法错误，未作改动"}},
                 kExitEnvironment},
       .examples = {{"caveat fmt --check rules", {"look, change nothing", "只检查，不改动"}},
                    {"caveat fmt --language zh rules/common", {"rewrite in Chinese phrasing", "改写为中文表述"}}},
       .run = run_fmt});
  all.push_back(
      {.name = "explain",
       .arguments = "FILE.json",
       .least = 1,
       .most = 1,
       .audience = 0,
       .says = {"tell one decision as a tree: why each rule fired", "以树状讲述一次决定：每条规则为何触发"},
       .options = {kRules,
                   kFor,
                   {"--why-not",
                    "RULE",
                    {"which of this rule's conditions failed, and on what", "该规则的哪个条件未满足，依据什么"},
                    {}},
                   kAsRole},
       .exits = {kExitDone,
                 kExitUsage,
                 {kRefused, {"the turn is refused, or the rules have errors", "对话轮次被拒绝，或规则有错误"}},
                 kExitEnvironment},
       .examples = {{"head -1 examples/wealth.jsonl | caveat explain --rules rules -",
                     {"the first example turn, read from standard input", "从标准输入读取第一条示例"}},
                    {"head -1 examples/wealth.jsonl | caveat explain --rules rules --for customer --language zh -",
                     {"in words a customer may read, in Chinese", "以客户可读的中文讲述"}},
                    {"head -1 examples/wealth.jsonl | caveat explain --rules rules --why-not riskier_than_customer -",
                     {"why that rule did not fire", "该规则为何没有生效"}}},
       .run = run_explain});
  all.push_back(later(
      "prove", "PATH…", 0,
      {"overlaps, gaps, dead rules, guarantees, each with a witness", "查找重叠、缺口、死规则并验证保证，附证例"}));
  all.push_back(
      later("diff", "OLD NEW", 0, {"what changes in meaning between two versions", "两个版本之间含义的变化"}));
  all.push_back(later("replay", "--log LOG --rules DIR", 0,
                      {"recorded decisions under other rules", "用另一套规则重放已记录的决定"}));
  all.push_back(
      later("table", "import|export FILE", 0, {"decision tables to and from a spreadsheet", "决策表与电子表格互转"}));
  all.push_back(
      later("doc", "PATH… --out FILE", 0, {"the rulebook for people who sign it off", "供审批人阅读的规则手册"}));
  all.push_back(
      later("lsp", "", 0, {"language server over standard input and output", "通过标准输入输出提供的语言服务器"}));
  // ---- bots
  all.push_back(
      {.name = "decide",
       .arguments = "[FILE.jsonl…]",
       .least = 0,
       .most = 1000,
       .audience = 1,
       .says = {"turns in, decisions out: JSON Lines, in order", "逐行读取对话轮次，按顺序输出决定（JSON Lines）"},
       .options =
           {kRules,
            kLog,
            kKeys,
            {"--jobs",
             "N",
             {"threads that decide, 1 to 256; decisions and records stand in input order",
              "执行决定的线程数，1 至 256；决定与记录均按输入顺序"},
             {"as many as the machine has cores", "与机器核心数相同"}},
            {"--outcome", "", {"print only what the engine decided, byte-stable", "只输出引擎的裁决，逐字节稳定"}, {}}},
       .exits = {kExitDone,
                 kExitUsage,
                 {kRefused,
                  {"a line was refused (the others were decided), or the rules have errors",
                   "有行被拒绝（其余已决定），或规则有错误"}},
                 kExitEnvironment,
                 kExitLog},
       .examples = {{"caveat decide --rules rules examples/wealth.jsonl",
                     {"decide without recording", "只决定，不记录"}},
                    {"caveat decide --rules rules --log audit.db examples/wealth.jsonl",
                     {"decide and record", "决定并记录"}}},
       .run = run_decide});
  all.push_back({.name = "schema",
                 .arguments = "",
                 .least = 0,
                 .most = 0,
                 .audience = 1,
                 .says = {"JSON Schema of the requests that the packs understand", "规则包所理解的请求的 JSON Schema"},
                 .options = {kRules},
                 .exits = {kExitDone, kExitUsage, kExitBadPack, kExitEnvironment},
                 .examples = {{"caveat schema --rules rules", {"print it", "输出"}},
                              {"caveat schema --rules rules > request.schema.json", {"keep it", "保存到文件"}}},
                 .run = run_schema});
  all.push_back({.name = "serve",
                 .arguments = "",
                 .least = 0,
                 .most = 0,
                 .audience = 1,
                 .says = {"the gate over HTTP, on this machine: a bot asks before it speaks",
                          "本机 HTTP 接口：机器人开口之前先来询问"},
                 .options = {kConfig,
                             {"--rules",
                              "DIR",
                              {"folder with rule packs, at any depth", "规则包所在目录（任意层级）"},
                              {"rules", "rules"}},
                             {"--log",
                              "FILE.db",
                              {"the audit log; made if it is not there", "审计日志；不存在时新建"},
                              {"out/serve/log.db", "out/serve/log.db"}},
                             kKeys,
                             {"--listen",
                              "ADDR:PORT",
                              {"where to listen; port 0 takes a free one", "监听地址；端口 0 表示任取空闲端口"},
                              {"127.0.0.1:8650", "127.0.0.1:8650"}}},
                 .exits = {kExitDone, kExitUsage, kExitBadPack, kExitEnvironment, kExitLog},
                 .examples = {{"timeout --preserve-status 5 caveat serve --listen 127.0.0.1:0",
                               {"the packs in rules/, the log in out/serve/; a key for a bot is made",
                                "使用 rules/ 中的规则包，日志位于 out/serve/；自动生成机器人密钥"}},
                              {"caveat new --config caveat.toml && timeout --preserve-status 5 caveat serve --config "
                               "caveat.toml --listen 127.0.0.1:0",
                               {"as the configuration says", "按配置运行"}}},
                 .run = run_serve});
  all.push_back(later("reconcile", "--log LOG TRANSCRIPT", 1,
                      {"what was sent without being judged", "找出未经裁决就发出的内容"}));
  // ---- operators
  all.push_back(later("bundle", "build|sign|verify", 2,
                      {"signed, reproducible archives of packs", "已签名、可复现的规则包归档"}));
  all.push_back(
      {.name = "keys new",
       .arguments = "DIR",
       .least = 1,
       .most = 1,
       .audience = 2,
       .says = {"make a key set for one log", "为一份日志生成密钥"},
       .options = {{"--suite", "intl|national", {"which algorithms", "所用算法套件"}, {"intl", "intl"}},
                   {"--origin",
                    "NAME",
                    {"name of the log, like bank.example/caveat/gate-1", "日志的名称，如 bank.example/caveat/gate-1"},
                    {"caveat.local/ and eight hex digits", "caveat.local/ 加八位十六进制数"}}},
       .exits = {kExitDone,
                 kExitUsage,
                 {kEnvironment, {"the folder exists or cannot be written", "目录已存在或无法写入"}}},
       .examples = {{"caveat keys new bank.keys", {"for the log bank.db beside it", "供旁边的日志 bank.db 使用"}},
                    {"caveat keys new --origin bank.example/caveat/gate-1 gate-1.keys",
                     {"with a name of your own", "自定名称"}}},
       .run = run_keys_new});
  all.push_back(
      {.name = "keys protect",
       .arguments = "DIR",
       .least = 1,
       .most = 1,
       .audience = 2,
       .says = {"put a passphrase on a key set, or another one", "为密钥加上或更换口令"},
       .options = {{"--passphrase",
                    "FILE",
                    {"file that holds the new passphrase; CAVEAT_PASSPHRASE_FILE opens a set that has one",
                     "存放新口令的文件；已有口令的密钥由 CAVEAT_PASSPHRASE_FILE 打开"},
                    {"CAVEAT_PASSPHRASE_FILE", "CAVEAT_PASSPHRASE_FILE"}}},
       .exits = {kExitDone, kExitUsage, kExitEnvironment},
       .examples =
           {{"(umask 077; head -c 24 /dev/urandom | base64 > bank.pass); CAVEAT_PASSPHRASE_FILE=bank.pass caveat "
             "keys protect bank.keys",
             {"with a passphrase that nobody has to remember", "使用无需记忆的口令"}},
            {"(umask 077; head -c 24 /dev/urandom | base64 > next.pass); CAVEAT_PASSPHRASE_FILE=bank.pass caveat "
             "keys protect bank.keys "
             "--passphrase next.pass",
             {"another passphrase", "更换口令"}}},
       .run = run_keys_protect});
  all.push_back(
      {.name = "keys rotate",
       .arguments = "DIR",
       .least = 1,
       .most = 1,
       .audience = 2,
       .says = {"a new signing key; a record signed by both says so", "更换签名密钥，由新旧密钥共同签署并记入日志"},
       .options = {{"--log",
                    "FILE.db",
                    {"the log of these keys", "该密钥所属的日志"},
                    {"FILE.db beside FILE.keys", "FILE.keys 旁的 FILE.db"}}},
       .exits = {kExitDone, kExitUsage, kExitEnvironment, kExitLog},
       .examples = {{"caveat keys rotate audit.keys", {"for the log audit.db beside it", "供旁边的日志 audit.db 使用"}},
                    {"caveat keys rotate audit.keys --log audit.db --json", {"for a program", "以 JSON 输出"}}},
       .run = run_keys_rotate});
  all.push_back(
      {.name = "keys list",
       .arguments = "DIR",
       .least = 1,
       .most = 1,
       .audience = 2,
       .says = {"what a key set holds; no key is shown", "列出密钥目录的内容；不显示任何密钥"},
       .options = {},
       .exits = {kExitDone, kExitUsage, kExitEnvironment},
       .examples = {{"caveat keys list audit.keys", {"signers, data keys, protection", "签署公钥、数据密钥与口令保护"}},
                    {"caveat keys list audit.keys --json", {"for a program", "以 JSON 输出"}}},
       .run = run_keys_list});
  all.push_back(
      {.name = "keys caller",
       .arguments = "ID",
       .least = 1,
       .most = 1,
       .audience = 2,
       .says = {"a key for a caller of the HTTP interface: shown once, only its digest is kept",
                "为 HTTP 接口的调用方生成密钥：只显示一次，仅保存摘要"},
       .options = {{"--role",
                    "ROLE,…",
                    {"bot, agent, auditor, operator, activator or privacy; several with commas",
                     "bot、agent、auditor、operator、activator 或 privacy；多个以逗号分隔"},
                    {},
                    true},
                   {"--source",
                    "NAME,…",
                    {"fact sources that it may state; * is every one", "可以陈述的事实来源；* 为全部"},
                    {"none", "无"}},
                   {"--queue", "NAME,…", {"queues that an agent sees", "人工坐席可见的队列"}, {"none", "无"}},
                   {"--jurisdiction", "CODE,…", {"that its turns fall under", "其对话轮次所属的法域"}, {"none", "无"}},
                   {"--any-time", "", {"it may say that a turn was at any time", "可以指明任意的轮次时间"}, {}},
                   {"--confirms", "", {"it confirms what it sent", "会确认实际发送的内容"}, {}},
                   {"--config",
                    "FILE",
                    {"add it to this configuration", "追加到此配置文件"},
                    {"the callers file beside the log", "日志旁的调用方文件"}},
                   {"--log",
                    "FILE.db",
                    {"the log whose callers file it is", "调用方文件所属的日志"},
                    {"out/serve/log.db", "out/serve/log.db"}}},
       .exits = {kExitDone, kExitUsage, {kRefused, {"the file has mistakes", "文件有误"}}, kExitEnvironment},
       .examples = {{"caveat keys caller bank-app --role bot --source crm --log audit.db",
                     {"a bot that may state what the CRM says", "可陈述 CRM 事实的机器人"}},
                    {"caveat keys caller li.wei --role agent --queue wealth_advisors --log audit.db",
                     {"a person at a desk", "人工坐席"}}},
       .run = run_keys_caller});
  all.push_back(
      later("erase", "--customer ID", 2, {"erase a person, with a certificate", "删除某个人的数据并出具证明"}));
  all.push_back(
      later("subject-access", "--customer ID", 2, {"all that is held on a person", "导出所存的某个人的全部数据"}));
  all.push_back(later("data", "build|sign|activate", 2,
                      {"reference data: catalogue, market, word feeds", "参考数据：产品目录、行情、词表"}));
  all.push_back(later("log backup", "LOG", 2, {"copy a log while it runs", "在运行中备份日志"}));
  all.push_back({.name = "log restore",
                 .arguments = "LOG",
                 .least = 1,
                 .most = 1,
                 .audience = 2,
                 .says = {"go on with a log put back from an old copy: a new epoch that says what is missing",
                          "以放回的旧副本继续：开始新世代并载明缺失内容"},
                 .options = {kKeys,
                             kMark,
                             {"--reason", "TEXT", {"why, kept with the record of it", "事由，随记录保存"}, {}, true}},
                 .exits = {kExitDone,
                           {kNo, {"nothing is missing; nothing was done", "没有缺失；未执行任何操作"}},
                           kExitUsage,
                           kExitEnvironment,
                           kExitLog},
                 .examples = {{"caveat log restore audit.db --reason 'disk lost, copy of last night'",
                               {"after the copy was put in place", "放回副本之后执行"}},
                              {"caveat log restore audit.db --reason test --json", {"for a program", "以 JSON 输出"}}},
                 .run = run_log_restore});
  all.push_back(later("log archive", "LOG", 2, {"move closed months away", "归档已结束的月份"}));
  all.push_back(
      later("switch", "on|off [--topic T]", 2, {"everything, or one topic, to a person", "将全部或某一专题转人工"}));
  all.push_back(
      {.name = "doctor",
       .arguments = "",
       .least = 0,
       .most = 0,
       .audience = 2,
       .says = {"check configuration, callers, packs, addresses, keys, log, disk, clock; each ✗ with what cures it",
                "检查配置、调用方、规则包、监听地址、密钥、日志、磁盘与时钟；每个 ✗ 附解决办法"},
       .options = {kConfig,
                   {"--rules",
                    "DIR",
                    {"folder with rule packs, at any depth", "规则包所在目录（任意层级）"},
                    {"rules", "rules"}},
                   {"--log", "FILE.db", {"the audit log", "审计日志"}, {"out/serve/log.db", "out/serve/log.db"}},
                   kKeys},
       .exits = {kExitDone, {kNo, {"something is wrong: the lines with ✗", "存在问题：见带 ✗ 的各行"}}, kExitUsage},
       .examples = {{"caveat doctor --log audit.db",
                     {"before the first start, or when something is odd", "首次启动之前，或出现异常时"}},
                    {"caveat doctor --log audit.db --json", {"for a program", "以 JSON 输出"}}},
       .run = run_doctor});
  // ---- auditors
  all.push_back(
      {.name = "log verify",
       .arguments = "LOG",
       .least = 1,
       .most = 1,
       .audience = 3,
       .says = {"check the whole log against its checkpoints", "对照检查点核验整份日志"},
       .options = {kKeys,
                   kMark,
                   kSealKey,
                   {"--checkpoint", "FILE", {"a checkpoint or a receipt kept elsewhere", "另行保存的检查点或回执"}, {}},
                   {"--copy",
                    "",
                    {"the log is a copy of one that goes on: that its keys know of more is told and refutes nothing",
                     "该日志是仍在续写的日志的副本：其密钥所知的记录更多，只作说明，不算不符"},
                    {}}},
       .exits = {kExitDone,
                 {kNo,
                  {"the log was changed, or could not be checked in full; what and where is printed",
                   "日志已被改动，或未能全部核验；输出位置与内容"}},
                 kExitUsage,
                 {kRefused,
                  {"a key or checkpoint that was given is none, or of another log",
                   "所给的公钥或检查点无效，或属于另一份日志"}},
                 kExitEnvironment},
       .examples = {{"caveat log verify audit.db", {"with the keys in audit.keys/", "使用 audit.keys/ 中的密钥"}},
                    {"caveat log verify audit.db --json", {"the same for a program", "以 JSON 输出"}}},
       .run = run_log_verify});
  all.push_back(
      {.name = "log prove",
       .arguments = "LOG",
       .least = 1,
       .most = 1,
       .audience = 3,
       .says = {"prove that a record is in the log, or that it goes on from a kept checkpoint",
                "证明某条记录在日志中，或日志由所存检查点续写而来"},
       .options =
           {{"--index", "N", {"a receipt of this record, as tlog-proof@v1", "该记录的回执，格式为 tlog-proof@v1"}, {}},
            {"--since",
             "FILE",
             {"that the tree of this checkpoint, or of this receipt, is the beginning of the newest one",
              "该检查点（或回执）的树是最新检查点之树的开头"},
             {}},
            kKeys,
            kSealKey},
       .exits = {kExitDone,
                 {kNo,
                  {"there is nothing to prove: the log does not begin with that checkpoint's tree, or is shorter",
                   "无可证明：日志并非以该检查点的树开头，或比其更短"}},
                 kExitUsage,
                 {kRefused,
                  {"a key or checkpoint that was given is none, or of another log",
                   "所给的公钥或检查点无效，或属于另一份日志"}},
                 kExitEnvironment,
                 kExitLog},
       .examples = {{"caveat log prove audit.db --index 0 > record.proof",
                     {"record 0 is in the log, against its newest checkpoint", "记录 0 在日志中，以最新检查点为准"}},
                    {"caveat log prove audit.db --since record.proof > consistency.proof",
                     {"for whoever kept that receipt", "供保存该回执的人使用"}}},
       .run = run_log_prove});
  all.push_back(
      {.name = "log show",
       .arguments = "LOG",
       .least = 1,
       .most = 1,
       .audience = 3,
       .says = {"list the records of a log; that they were seen is recorded", "列出日志中的记录；查看本身也会被记录"},
       .options =
           {kKeys,
            {"--index", "N", {"one record in full", "完整显示一条记录"}, {"all, one line each", "全部，每条一行"}},
            kAsRole,
            kReason,
            kCopy},
       .exits = {kExitDone, kExitUsage, kExitFormat, kExitEnvironment, kExitLog},
       .examples = {{"caveat log show audit.db", {"one line a record", "每条记录一行"}},
                    {"caveat log show audit.db --index 0", {"the first record", "第一条记录"}}},
       .run = run_log_show});
  all.push_back(
      {.name = "log search",
       .arguments = "LOG",
       .least = 1,
       .most = 1,
       .audience = 3,
       .says = {"find records by customer, rule, verdict, day", "按客户、规则、裁决、日期查找记录"},
       .options = {kKeys,
                   kCustomer,
                   {"--conversation", "ID", {"of this conversation", "该会话的"}, {}},
                   kRule,
                   kVerdict,
                   {"--day",
                    "DATE",
                    {"of this day, as the turn itself dates it (UTC where it has no `at`)",
                     "对话轮次自身所载日期为此日的（未写 `at` 时按 UTC）"},
                    {}},
                   kFrom,
                   kTo,
                   {"--request", "ID", {"with this id of the caller", "调用方的 id 为此的"}, {}},
                   {"--decision", "ID", {"with this decision id", "决定编号为此的"}, {}},
                   kReason,
                   kSocket,
                   kCopy},
       .exits = {kExitDone, kExitUsage, kExitFormat, kExitEnvironment, kExitLog},
       .examples = {{"caveat log search audit.db --verdict block", {"what was blocked", "被拦截的决定"}},
                    {"caveat log search audit.db --rule cn.wealth/riskier_than_customer --verdict handoff --json",
                     {"two conditions, both must hold; for a program", "两个条件同时满足；以 JSON 输出"}}},
       .run = run_log_search});
  all.push_back(later("log tiles", "LOG DIR", 3, {"the log as tlog-tiles", "以 tlog-tiles 形式导出日志"}));
  all.push_back(
      {.name = "report",
       .arguments = "LOG",
       .least = 1,
       .most = 1,
       .audience = 3,
       .says = {"write a report: .html for people, .csv and .jsonl for tools, .zip as evidence",
                "生成报告：.html 供阅读，.csv 与 .jsonl 供工具，.zip 作为证据"},
       .options =
           {{"--out", "FILE", {"where to write; its ending chooses the form", "输出文件；格式由扩展名决定"}, {}, true},
            kKeys,
            kFrom,
            kTo,
            kCustomer,
            kRule,
            kVerdict,
            {"--seed",
             "TEXT",
             {"seed of the sample", "抽样种子"},
             {"made of the checkpoint and the query", "由检查点与查询生成"}},
            {"--checkpoint",
             "FILE",
             {"as of this checkpoint; an earlier package has one", "以该检查点为准；先前的证据包中即有"},
             {"the newest", "最新检查点"}},
            {"--packs",
             "FOLDER",
             {"of a .zip: put in the rules that decisions were made by, as far as they lie there, for its reader; "
              "several, one option each. Whoever has the package reads them; packs with confidential rules are left "
              "out",
              "用于 .zip：收入作出决定所依据的规则（须在该目录中），可多次给出。持有证据包者均可阅读；"
              "含保密规则的规则包不收入"},
             {},
             false,
             true},
            {"--requested-by", "NAME", {"who asked for it; printed and recorded", "申请人；印于报告并记入日志"}, {}},
            {"--purpose", "TEXT", {"what it is for; printed and recorded", "用途；印于报告并记入日志"}, {}},
            kSocket,
            kCopy},
       .exits = {kExitDone,
                 {kNo, {"the log was changed; no report is written", "日志已被改动；未生成报告"}},
                 kExitUsage,
                 {kRefused,
                  {"the checkpoint that was given is none, or of another log; or the log is of a format of another "
                   "version",
                   "所给的检查点无效，或属于另一份日志；或日志为其他版本的格式"}},
                 kExitEnvironment,
                 kExitLog},
       .examples = {{"caveat report audit.db --out report.html", {"to read", "供阅读"}},
                    {"caveat report audit.db --out evidence.zip", {"to hand to an auditor", "交给审计人员"}}},
       .run = run_report});
  all.push_back(
      {.name = "verify",
       .arguments = "FILE.zip|DIR",
       .least = 1,
       .most = 1,
       .audience = 3,
       .says = {"check an evidence package, with nothing else at hand", "核验证据包，无需其他材料"},
       .options =
           {{"--key",
             "FILE.vkey",
             {"the log's public key, got from the bank by another way; several, one option each, where the log's "
              "key was changed",
              "日志公钥，应通过其他途径从银行取得；日志密钥更换过时可多次给出"},
             {},
             false,
             true}},
       .exits = {kExitDone,
                 {kNo, {"the package was changed; what and where is printed", "证据包已被改动；输出改动的位置与内容"}},
                 kExitUsage,
                 {kRefused, {"a key that was given is none", "所给的公钥无效"}},
                 kExitEnvironment,
                 {kUnknownSigner, {"intact, but signed by nobody that you named", "完整，但签名者并非您所指定"}}},
       .examples = {{"caveat verify evidence.zip --key audit.keys/log.vkey",
                     {"against the key that you trust", "用您信任的公钥核验"}},
                    {"caveat verify evidence.zip",
                     {"intact or not; exit 5, since no key is named", "只核验完整性；未指定公钥，退出码为 5"}}},
       .run = run_verify});
  all.push_back(later("witness", "", 3, {"cosign other logs' checkpoints", "为其他日志的检查点联署"}));
  // ---- us
  all.push_back(
      {.name = "bench decisions",
       .arguments = "",
       .least = 0,
       .most = 0,
       .audience = 4,
       .says = {"what a decision costs, beside an evaluator written by hand for the same rules",
                "一次决定的开销，与为同一套规则手写的程序在同一次运行中对照"},
       .options = {{"--rules",
                    "N",
                    {"one number of rules", "只测一种规则数"},
                    {"10, 100, 1000 and 10000", "10、100、1000 与 10000"}},
                   {"--seconds", "N", {"seconds a contender and round", "每项每轮的秒数"}, {"0.3", "0.3"}},
                   kBenchRounds,
                   kBenchSeed,
                   {"--peers",
                    "DIR",
                    {"run beside: each program in it is another engine (docs/measurements.md)",
                     "对照运行：其中每个程序是一个其他引擎（见 docs/measurements.md）"},
                    {"none", "无"}},
                   {"--write",
                    "DIR",
                    {"write the rules and turns, neutral and as packs, and time nothing",
                     "写出规则与对话（中立形式与规则包），不作计时"},
                    {}},
                   {"--open",
                    "FILE",
                    {"open one program image and print its time and memory", "打开一个程序映像并输出耗时与内存"},
                    {}}},
       .exits = {kExitDone, kExitDiffers, kExitUsage},
       .examples = {{"caveat bench decisions --rules 100 --seconds 0.02 --rounds 1",
                     {"see that it runs", "看能否运行"}},
                    {"caveat bench decisions --rules 10 --seconds 0.02 --rounds 1 --json",
                     {"the same for a program", "以 JSON 输出"}}},
       .run = run_bench_decisions});
  all.push_back(
      {.name = "bench audit",
       .arguments = "",
       .least = 0,
       .most = 0,
       .audience = 4,
       .says = {"what recording costs, beside what the disk and others do",
                "记录的开销，与磁盘及同类系统在同一次运行中对照"},
       .options =
           {kBenchDir,
            {"--seconds", "N", {"seconds a measurement", "每项测量的秒数"}, {"5", "5"}},
            kBenchRounds,
            {"--records",
             "N",
             {"records of the log that is opened after a kill; 0: none", "中断后重新打开的日志的记录数；0 表示不测"},
             {"1000000", "1000000"}},
            {"--only",
             "PART",
             {"one, many, half, export or opening: that part alone", "只测一项：one、many、half、export 或 opening"},
             {"all of them", "全部"}},
            {"--tessera",
             "PROGRAM",
             {"another log to run beside, as tests/bench/tessera builds it",
              "对照用的另一种日志，由 tests/bench/tessera 构建"},
             {"its rows say that they were not run", "相应各行注明未运行"}}},
       .exits = {kExitDone,
                 {kNo, {"what was recorded did not verify; nothing was timed", "所记录的内容未通过核验；未作计时"}},
                 kExitUsage,
                 kExitEnvironment},
       .examples = {{"caveat bench audit --seconds 0.1 --rounds 1 --records 1000", {"see that it runs", "看能否运行"}},
                    {"caveat bench audit --seconds 0.1 --rounds 1 --records 0 | grep target",
                     {"what is held against what", "各项目标及对照结果"}}},
       .run = run_bench_audit});
  all.push_back(
      {.name = "bench serve",
       .arguments = "",
       .least = 0,
       .most = 0,
       .audience = 4,
       .says = {"what the service costs, beside a bare echo of its HTTP library and OPA's server",
                "服务的开销，与同一 HTTP 库的回显及 OPA 服务在同一次运行中对照"},
       .options = {kBenchDir,
                   {"--rules", "N", {"rules that every turn is judged by", "裁决每轮所用的规则数"}, {"1000", "1000"}},
                   {"--connections", "N", {"open at once", "同时打开的连接数"}, {"32", "32"}},
                   {"--entries",
                    "N",
                    {"knowledge entries that are judged in batches; 0: none", "成批裁决的知识条目数；0 表示不测"},
                    {"100000", "100000"}},
                   {"--seconds", "N", {"seconds a measurement", "每项测量的秒数"}, {"3", "3"}},
                   kBenchRounds,
                   kBenchSeed,
                   {"--opa",
                    "PROGRAM",
                    {"OPA, whose server is started and gets the same rules and turns",
                     "OPA 程序；将启动其服务并使用同一套规则与对话"},
                    {"its row says that it was not run", "该行注明未运行"}}},
       .exits = {kExitDone, kExitDiffers, kExitUsage, kExitEnvironment},
       .examples = {{"caveat bench serve --rules 10 --seconds 0.1 --rounds 1 --entries 1000",
                     {"see that it runs", "看能否运行"}},
                    {"caveat bench serve --rules 10 --connections 4 --seconds 0.1 --rounds 1 --entries 0 --json",
                     {"for a program that reads it", "供程序读取"}}},
       .run = run_bench_serve});
  all.push_back(
      {.name = "help",
       .arguments = "[COMMAND]",
       .least = 0,
       .most = 2,
       .audience = 4,
       .says = {"how to use a command", "命令的用法"},
       .options = {},
       .exits = {kExitDone, kExitUsage},
       .examples = {{"caveat help decide", {"synopsis, options, exit codes, examples", "用法、选项、退出码与示例"}},
                    {"caveat help decide --language zh", {"in Chinese", "以中文显示"}}},
       .run = run_help});
  all.push_back({.name = "version",
                 .arguments = "",
                 .least = 0,
                 .most = 0,
                 .audience = 4,
                 .says = {"the version of this build", "本程序的版本"},
                 .options = {},
                 .exits = {kExitDone},
                 .examples = {{"caveat version", {"name and number", "名称与版本号"}},
                              {"caveat version --json", {"for a program", "以 JSON 输出"}}},
                 .run = run_version});
  return all;
}

}  // namespace

std::span<const Command> commands() {
  static const std::vector<Command> all = make();
  return all;
}

std::span<const Option> common_options() { return kCommon; }

const Command* find_command(std::string_view name) {
  for (const Command& command : commands())
    if (command.name == name) return &command;
  return nullptr;
}

}  // namespace caveat::cli
