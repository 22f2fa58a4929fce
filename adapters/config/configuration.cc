#include "adapters/config/configuration.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "adapters/config/codes.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"

namespace caveat::config {

namespace {

enum class Kind : std::uint8_t { text, texts, count, duration, size, choice, address, yes_no, zone };

struct Key {
  std::string_view section, name;
  Kind kind;
  std::string_view otherwise;  // its default, as it is written
  std::int64_t least, most;    // of numbers; ms, bytes
  std::string_view en, zh;
  std::string Configuration::* text = nullptr;
  std::vector<std::string> Configuration::* texts = nullptr;
  std::int64_t Configuration::* time = nullptr;
  std::size_t Configuration::* number = nullptr;
  bool Configuration::* flag = nullptr;
};

struct Section {
  std::string_view name, en, zh;
};
constexpr Section kSections[] = {
    {"log", "The audit log: every decision, sealed, signed, chained.", "审计日志：每个决定均加密、签名并链接。"},
    {"packs", "The rules.", "规则。"},
    {"data", "The reference sets that packs declare: NAME.data.csv, read with the rules and again on a reload.",
     "规则包所声明的参考数据：NAME.data.csv，随规则读取，重载时重新读取。"},
    {"gate", "How turns are decided.", "裁决方式。"},
    {"http", "Where it listens. Paths that are not absolute are reckoned from this file's folder.",
     "监听地址。相对路径以本文件所在目录为准。"},
    {"limits", "What a stranger may cost. Each is named in the problem that it causes.",
     "对外来请求的限制；触发时问题说明中会写明是哪一项。"},
    {"logging", "What it says of itself: JSON lines, without texts and without ids of customers.",
     "运行日志：JSON 行，不含任何文本与客户标识。"},
};

using C = Configuration;
const std::vector<Key>& keys() {
  static const std::vector<Key> all = {
      {"log", "path", Kind::text, "\"out/serve/log.db\"", 0, 0, "The log's file; made if it is not there.",
       "日志文件；不存在时新建。", &C::log_path},
      {"log", "keys", Kind::text, "\"\"", 0, 0, "Folder of its keys. Empty: FILE.keys beside the log.",
       "密钥目录。为空：日志旁的 FILE.keys。", &C::log_keys},
      {"log", "high_water", Kind::text, "\"\"", 0, 0,
       "The mark of how far the log had come, by which an old copy put back is noticed; on another disk than log and "
       "keys\n"
       "# it notices more. A new log makes it. For one that is there, copy its own there once: cp FILE.keys/high-water "
       "HERE.\n"
       "# Empty: among the keys.",
       "日志写到何处的高水位标记，用于发现被放回的旧副本；放在日志与密钥之外的磁盘上更可靠。\n"
       "# 新建日志时自动生成；已有日志须先复制一次：cp FILE.keys/high-water 此处。为空：与密钥同处。",
       &C::high_water},
      {"log", "zone", Kind::zone, "\"UTC\"", 0, 0,
       "Time zone of what the server tells of the log: times in searches and reports, and the days of their from and "
       "to.",
       "服务器讲述日志时所用的时区：查询与报告中的时刻，以及其起止日期。", &C::log_zone},
      {"packs", "folders", Kind::texts, "[\"rules\"]", 0, 0, "Folders with rule packs, at any depth.",
       "规则包所在目录（任意层级）。", nullptr, &C::pack_folders},
      {"data", "folders", Kind::texts, "[]", 0, 0,
       "Folders with reference sets, besides those that lie among the packs.", "参考数据所在目录；规则包目录之外的。",
       nullptr, &C::data_folders},
      {"gate", "deadline", Kind::duration, "\"2 s\"", 10, 600'000,
       "A turn that is not answered by then gets 504 and a hand-off; a caller may ask for less.",
       "超时未答复的轮次返回 504 并转人工；调用方可要求更短。", nullptr, nullptr, &C::deadline_ms},
      {"gate", "clock_skew", Kind::duration, "\"5 min\"", 0, 86'400'000,
       "How far a turn's own time may be from our clock, but for callers with any_time.",
       "轮次自带时间与本机时钟允许的偏差；any_time 调用方除外。", nullptr, nullptr, &C::clock_skew_ms},
      {"gate", "default_queue", Kind::text, "\"\"", 0, 0,
       "Queue of hand-offs that nothing sends elsewhere: by the switch, asked for without a queue, escalated with no "
       "queue\n"
       "# above, or whose queue no pack has any more. Empty: the default queue of the pack that comes first.",
       "没有其他去向的转接所入的队列：由紧急开关引起、未指明队列、无上级队列可升级，或原队列已不存在。\n"
       "# 为空：排在最前的规则包的默认队列。",
       &C::default_queue},
      {"gate", "durable", Kind::yes_no, "true", 0, 0,
       "Every answer waits until its record is on disk. false: allow, revise and block leave when the record is "
       "sealed, and\n"
       "# say so in it; after a crash some of them may stand in no log. Hand-offs and what is required wait all the "
       "same,\n"
       "# and after a record that could not be written everything does, until one can.",
       "每个答复都等其记录落盘后才发出。false：放行、修改、拦截在记录封存后即发出，并在记录中注明；\n"
       "# 崩溃后其中一部分可能不在日志中。转人工与要求类裁决仍等待落盘；若有记录未能写入，则在恢复之前全部等待。",
       nullptr, nullptr, nullptr, nullptr, &C::durable},
      {"gate", "threads", Kind::count, "0", 0, 256,
       "Threads that decide what may take long or has to wait for another turn. 0: as many as the machine has cores.",
       "执行较慢或须等待其他轮次的裁决的线程数。0：与机器核心数相同。", nullptr, nullptr, nullptr, &C::gate_threads},
      {"http", "listen", Kind::address, "\"127.0.0.1:8650\"", 0, 0,
       "Address and port. Without TLS only addresses of this machine are served: put a TLS proxy before it.",
       "地址与端口。没有 TLS 时只监听本机地址：请前置 TLS 代理。", &C::listen},
      {"http", "admin_listen", Kind::address, "\"\"", 0, 0,
       "A second address for /healthz, /readyz, /metrics and /docs, which the first then lacks. Empty: one for all.",
       "供 /healthz、/readyz、/metrics 与 /docs 使用的第二个地址，第一个地址不再提供。为空：共用一个。",
       &C::admin_listen},
      {"http", "socket", Kind::text, "\"\"", 0, 0,
       "A Unix socket for bots on this machine and for caveat's own commands. Empty: FILE.sock beside the log.",
       "供本机机器人与 caveat 自身命令使用的 Unix 套接字。为空：日志旁的 FILE.sock。", &C::socket},
      {"http", "callers", Kind::text, "\"\"", 0, 0,
       "A file with more [[callers]], which `caveat keys caller` writes. Empty: FILE.callers.toml beside the log.",
       "存放更多 [[callers]] 的文件，由 `caveat keys caller` 写入。为空：日志旁的 FILE.callers.toml。",
       &C::callers_file},
      {"http", "threads", Kind::count, "0", 0, 64,
       "Threads that read requests, decide what is quick, and write answers. 0: one fewer than there are cores, which "
       "is left to what commits.",
       "读取请求、执行快速裁决并写出答复的线程数。0：比机器核心数少一个，留一个核心用于提交记录。", nullptr, nullptr,
       nullptr, &C::http_threads},
      {"limits", "header", Kind::size, "\"16 KiB\"", 1024, 64 << 10, "Largest head of a request.", "请求头的最大长度。",
       nullptr, nullptr, nullptr, &C::header_bytes},
      {"limits", "body", Kind::size, "\"1 MiB\"", 1024, 1 << 20, "Largest body of a request, and line of a batch.",
       "请求正文以及批量请求中每行的最大长度。", nullptr, nullptr, nullptr, &C::body_bytes},
      {"limits", "header_wait", Kind::duration, "\"5 s\"", 10, 600'000, "For the whole head.", "接收完整请求头的时限。",
       nullptr, nullptr, &C::header_wait_ms},
      {"limits", "body_wait", Kind::duration, "\"10 s\"", 10, 600'000,
       "For the whole body; in a batch, between two pieces.", "接收完整正文的时限；批量请求中为两段之间。", nullptr,
       nullptr, &C::body_wait_ms},
      {"limits", "idle", Kind::duration, "\"60 s\"", 10, 86'400'000,
       "A connection on which nothing is asked is closed.", "空闲连接的关闭时限。", nullptr, nullptr, &C::idle_ms},
      {"limits", "connections", Kind::count, "10000", 1, 1'000'000, "Open at once.", "同时打开的连接数。", nullptr,
       nullptr, nullptr, &C::connections},
      {"limits", "turns_waiting", Kind::count, "4096", 1, 1'000'000, "Turns taken and not yet answered.",
       "已接收尚未答复的轮次数。", nullptr, nullptr, nullptr, &C::turns_waiting},
      {"limits", "turns_waiting_a_key", Kind::count, "16", 1, 1'000'000, "The same, of one conversation or customer.",
       "其中同一会话或客户的轮次数。", nullptr, nullptr, nullptr, &C::turns_waiting_a_key},
      {"limits", "caller_rate", Kind::count, "0", 0, 1'000'000,
       "Requests of one caller a second, those that are refused among them; a batch is one. 0: no limit.",
       "单个调用方每秒的请求数，被拒绝的也计入；一次批量请求计为一次。0 表示不限。", nullptr, nullptr, nullptr,
       &C::caller_rate},
      {"limits", "batch_lines", Kind::count, "10000", 1, 10'000'000, "Lines of one batch.", "一次批量请求的行数。",
       nullptr, nullptr, nullptr, &C::batch_lines},
      {"limits", "batches", Kind::count, "16", 1, 1'000, "Batches at once.", "同时进行的批量请求数。", nullptr, nullptr,
       nullptr, &C::batches},
      {"limits", "reports", Kind::count, "2", 1, 64, "Reports and searches of the log at once.",
       "同时进行的报告与日志检索数。", nullptr, nullptr, nullptr, &C::reports},
      {"limits", "drain", Kind::duration, "\"10 s\"", 0, 600'000, "To end what was taken, when it is told to stop.",
       "收到停机信号后完成已接收请求的时限。", nullptr, nullptr, &C::drain_ms},
      {"logging", "level", Kind::choice, "\"info\"", 0, 0,
       "debug, info, warn, error or off; SIGUSR1 says more, SIGUSR2 less.",
       "debug、info、warn、error 或 off；SIGUSR1 更详细，SIGUSR2 更简略。", &C::log_level},
      {"logging", "file", Kind::text, "\"\"", 0, 0, "Empty: standard error.", "为空：标准错误。", &C::log_file},
      {"logging", "language", Kind::choice, "\"en\"", 0, 0, "en or zh: of problems, where a request asks for neither.",
       "en 或 zh：请求未指明时问题说明所用的语言。", &C::language},
  };
  return all;
}

// What a reload puts in force; beside these it does so with the [[callers]].
bool counts_at_once(const Key& key) {
  return key.section == "packs" || key.section == "data" || (key.section == "http" && key.name == "callers") ||
         (key.section == "logging" && key.name == "level");
}

bool differs(const Key& key, const Configuration& a, const Configuration& b) {
  return (key.text != nullptr && a.*key.text != b.*key.text) ||
         (key.texts != nullptr && a.*key.texts != b.*key.texts) ||
         (key.time != nullptr && a.*key.time != b.*key.time) ||
         (key.number != nullptr && a.*key.number != b.*key.number) ||
         (key.flag != nullptr && a.*key.flag != b.*key.flag);
}

// Places that are kept: whoever sets one would believe that it does something.
struct Later {
  std::string_view section, name, instead;
};
constexpr Later kLater[] = {
    {"webhooks", "", "agents ask for /v1/handoffs"},
};

constexpr std::string_view kCallerKeys[] = {"id",     "roles",      "sources",  "jurisdictions",
                                            "queues", "key_digest", "confirms", "any_time"};

std::vector<std::string_view> choices(std::string_view name) {
  if (name == "level") return {"debug", "info", "warn", "error", "off"};
  return {"en", "zh"};
}

// "2 s", "500 ms", "16 KiB": a whole number, blanks, a unit.
std::optional<std::int64_t> quantity(std::string_view text,
                                     std::span<const std::pair<std::string_view, std::int64_t>> units) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number > 1'000'000'000) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  for (const auto& [name, factor] : units)
    if (unit == name) return number * factor;
  return std::nullopt;
}
constexpr std::pair<std::string_view, std::int64_t> kTimes[] = {
    {"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}};
constexpr std::pair<std::string_view, std::int64_t> kSizes[] = {{"B", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}};

class Reader {
 public:
  Reader(std::string file, const Known& known) : file_(std::move(file)), known_(known) {}

  // What the text does not say stays as it is in `out`.
  Configuration read(std::string_view text, Configuration out, bool callers_only = false) {
    toml::table root;
    try {
      root = toml::parse(text, std::string_view(file_));
    } catch (const toml::parse_error& error) {
      problem_.items.push_back({.path = place(error.source()),
                                .expected = "TOML",
                                .found = std::string(error.description()),
                                .nearest = {},
                                .hint = {}});
      return out;
    }
    for (const auto& [name, node] : root) {
      const std::string_view section = name.str();
      if (section == "callers")
        read_callers(node, out);
      else if (callers_only)
        unknown(name, "", {{"callers"}});
      else
        read_section(name, node, out);
    }
    return out;
  }

  Problem problem() && {
    problem_.code = &codes::kConfiguration;
    std::stable_sort(problem_.items.begin(), problem_.items.end(),
                     [](const ProblemItem& a, const ProblemItem& b) { return line_of(a.path) < line_of(b.path); });
    return std::move(problem_);
  }
  bool good() const { return problem_.items.empty(); }

 private:
  static long line_of(const std::string& path) {
    const std::size_t colon = path.find(':');
    return colon == std::string::npos ? 0 : std::strtol(path.c_str() + colon + 1, nullptr, 10);
  }

  std::string place(const toml::source_region& region) const {
    return file_ + ":" + std::to_string(region.begin.line) + ":" + std::to_string(region.begin.column);
  }

  void wrong(const toml::source_region& region, std::string_view key, std::string expected, std::string found,
             std::string nearest = {}) {
    problem_.items.push_back({.path = place(region) + (key.empty() ? "" : " " + std::string(key)),
                              .expected = std::move(expected),
                              .found = std::move(found),
                              .nearest = std::move(nearest),
                              .hint = {}});
  }

  void unknown(const toml::key& key, std::string_view section, const std::vector<std::string_view>& known) {
    const std::string_view meant = nearest(key.str(), std::span<const std::string_view>(known));
    wrong(key.source(), (section.empty() ? "" : std::string(section) + ".") + std::string(key.str()),
          section.empty() ? "a section of the configuration" : "a key of [" + std::string(section) + "]",
          "one that nobody knows", std::string(meant));
  }

  // True: the place is kept, and it has been said.
  bool not_yet(const toml::key& key, std::string_view section, std::string_view name) {
    for (const Later& later : kLater) {
      if (later.section != section || later.name != name) continue;
      wrong(key.source(), std::string(section) + (name.empty() ? "" : "." + std::string(name)),
            "nothing yet (not_yet): " + std::string(later.instead), "a key whose place is kept");
      return true;
    }
    return false;
  }

  static std::string shown(const toml::node& node) {
    if (const auto* text = node.as_string()) return quote_json(shortened(text->get()));
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (node.is_boolean()) return node.as_boolean()->get() ? "true" : "false";
    if (const auto* array = node.as_array()) {
      std::string all = "[";
      for (const toml::node& one : *array) all += (all.size() > 1 ? ", " : "") + shown(one);
      return shortened(all + "]");
    }
    if (node.is_table()) return "a table";
    return "another kind of value";
  }

  void read_section(const toml::key& name, const toml::node& node, Configuration& out) {
    const bool known = std::any_of(std::begin(kSections), std::end(kSections),
                                   [&](const Section& section) { return section.name == name.str(); });
    if (!known && not_yet(name, name.str(), "")) return;
    if (!known) {
      std::vector<std::string_view> names{"callers"};
      for (const Section& section : kSections) names.push_back(section.name);
      return unknown(name, "", names);
    }
    if (!node.is_table())
      return wrong(name.source(), name.str(), "a section [" + std::string(name.str()) + "]", shown(node));
    for (const auto& [key, value] : *node.as_table()) {
      const auto found = std::find_if(keys().begin(), keys().end(), [&](const Key& one) {
        return one.section == name.str() && one.name == key.str();
      });
      if (found == keys().end() && not_yet(key, name.str(), key.str())) continue;
      if (found == keys().end()) {
        std::vector<std::string_view> names;
        for (const Key& one : keys())
          if (one.section == name.str()) names.push_back(one.name);
        unknown(key, name.str(), names);
      } else {
        read_value(*found, value, out);
      }
    }
  }

  void read_value(const Key& key, const toml::node& node, Configuration& out) {
    const std::string path = std::string(key.section) + "." + std::string(key.name);
    const auto refuse = [&](std::string expected) { wrong(node.source(), path, std::move(expected), shown(node)); };
    switch (key.kind) {
      case Kind::text:
        if (!node.is_string()) return refuse("a text in quotes");
        if (has_nul(node.as_string()->get())) return refuse("a text without NUL");
        if (key.text == &C::log_path && node.as_string()->get().empty()) return refuse("the path of a file");
        out.*key.text = node.as_string()->get();
        if (key.text == &C::default_queue && !out.default_queue.empty()) out.default_queue_place = place(node.source());
        return;
      case Kind::address:
        if (!node.is_string()) return refuse("a text in quotes");
        if (!address_and_port(node.as_string()->get()) && (key.name == "listen" || !node.as_string()->get().empty()))
          return refuse("ADDRESS:PORT, like \"127.0.0.1:8650\" or \"[::1]:8650\"");
        out.*key.text = node.as_string()->get();
        return;
      case Kind::yes_no:
        if (!node.is_boolean()) return refuse("true or false");
        out.*key.flag = node.as_boolean()->get();
        return;
      case Kind::zone: {
        if (!node.is_string()) return refuse("a text in quotes");
        const std::string& name = node.as_string()->get();
        if (known_.zones != nullptr) {
          const std::vector<std::string> zones = known_.zones();
          if (std::find(zones.begin(), zones.end(), name) == zones.end())
            return wrong(node.source(), path, "a time zone of this machine, like \"Asia/Shanghai\"", shown(node),
                         std::string(nearest(name, std::span<const std::string>(zones))));
        }
        out.*key.text = name;
        return;
      }
      case Kind::choice: {
        const std::vector<std::string_view> names = choices(key.name);
        std::string list;
        for (const std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
        if (!node.is_string()) return refuse(list);
        const std::string& value = node.as_string()->get();
        if (std::find(names.begin(), names.end(), value) == names.end())
          return wrong(node.source(), path, list, shown(node),
                       std::string(nearest(value, std::span<const std::string_view>(names))));
        out.*key.text = value;
        return;
      }
      case Kind::texts: {
        std::optional<std::vector<std::string>> list = texts(node);
        if (!list || (list->empty() && key.otherwise != "[]")) return refuse("a list of texts, [\"…\"]");
        if (std::any_of(list->begin(), list->end(), [](const std::string& one) { return one.empty() || has_nul(one); }))
          return refuse("the paths of folders");
        out.*key.texts = std::move(*list);
        return;
      }
      case Kind::count: {
        const auto* number = node.as_integer();
        if (number == nullptr || number->get() < key.least || number->get() > key.most)
          return refuse("a whole number from " + std::to_string(key.least) + " to " + std::to_string(key.most));
        out.*key.number = static_cast<std::size_t>(number->get());
        return;
      }
      case Kind::duration: {
        const auto value = node.is_string() ? quantity(node.as_string()->get(), kTimes) : std::nullopt;
        if (!value || *value < key.least || *value > key.most)
          return refuse("a time like \"500 ms\", \"2 s\" or \"5 min\", from " + std::to_string(key.least) + " ms to " +
                        std::to_string(key.most) + " ms");
        out.*key.time = *value;
        return;
      }
      case Kind::size: {
        const auto value = node.is_string() ? quantity(node.as_string()->get(), kSizes) : std::nullopt;
        if (!value || *value < key.least || *value > key.most)
          return refuse("a size like \"16 KiB\", from " + std::to_string(key.least) + " B to " +
                        std::to_string(key.most) + " B");
        out.*key.number = static_cast<std::size_t>(*value);
        return;
      }
    }
  }

  // The system would read a path up to there.
  static bool has_nul(const std::string& text) { return text.find('\0') != std::string::npos; }

  static std::optional<std::vector<std::string>> texts(const toml::node& node) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> out;
    for (const toml::node& element : *array) {
      if (!element.is_string()) return std::nullopt;
      out.push_back(element.as_string()->get());
    }
    return out;
  }

  void read_callers(const toml::node& node, Configuration& out) {
    const toml::array* array = node.as_array();
    if (array == nullptr || !array->is_array_of_tables())
      return wrong(node.source(), "callers", "tables headed [[callers]]", shown(node));
    for (const toml::node& element : *array) read_caller(*element.as_table(), out);
  }

  void read_caller(const toml::table& table, Configuration& out) {
    CallerSettings caller;
    caller.place = place(table.source());
    bool roles_told = false;
    for (const auto& [key, value] : table) {
      const std::string_view name = key.str();
      const std::string path = "callers." + std::string(name);
      std::vector<std::string>* list = name == "roles"           ? &caller.roles
                                       : name == "sources"       ? &caller.sources
                                       : name == "jurisdictions" ? &caller.jurisdictions
                                       : name == "queues"        ? &caller.queues
                                                                 : nullptr;
      std::string* text = name == "id" ? &caller.id : name == "key_digest" ? &caller.key_digest : nullptr;
      bool* flag = name == "confirms" ? &caller.confirms : name == "any_time" ? &caller.any_time : nullptr;
      if (list != nullptr) {
        std::optional<std::vector<std::string>> read = texts(value);
        if (!read)
          wrong(value.source(), path, "a list of texts, [\"…\"]", shown(value));
        else
          *list = std::move(*read);
        roles_told = roles_told || (name == "roles" && !read);
      } else if (text != nullptr) {
        if (!value.is_string())
          wrong(value.source(), path, "a text in quotes", shown(value));
        else
          *text = value.as_string()->get();
      } else if (flag != nullptr) {
        if (!value.is_boolean())
          wrong(value.source(), path, "true or false", shown(value));
        else
          *flag = value.as_boolean()->get();
      } else {
        unknown(key, "callers", {std::begin(kCallerKeys), std::end(kCallerKeys)});
      }
    }
    if (!known_.is_id(caller.id))
      wrong(table.source(), "callers.id", "1 to 64 of a–z A–Z 0–9 . -",
            caller.id.empty() ? "none" : shortened(caller.id));
    else if (caller.id == kLocal)
      wrong(table.source(), "callers.id",
            "an id other than local, by which records name the command line and the user of the socket", caller.id);
    else if (!ids_.insert(caller.id).second)
      wrong(table.source(), "callers.id", "an id that no other caller has", caller.id);
    const bool digest_fits =
        caller.key_digest.size() == 64 && caller.key_digest.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!digest_fits)
      wrong(table.source(), "callers.key_digest", "the 64 hex digits that `caveat keys caller` writes",
            caller.key_digest.empty()        ? "none"
            : caller.key_digest.size() == 64 ? "64 characters, not all of them 0–9 a–f"
                                             : std::to_string(caller.key_digest.size()) + " characters");
    else if (const auto [first, is_new] = digests_.emplace(caller.key_digest, caller.id);
             !is_new && first->second != caller.id)
      // One secret under two ids: a bot would call as the person who takes over from it.
      wrong(table.source(), "callers.key_digest", "a key of its own: `caveat keys caller` makes one",
            "the one of " + first->second);
    if (caller.roles.empty() && !roles_told) wrong(table.source(), "callers.roles", "at least one role", "none");
    for (const std::string& role : caller.roles) {
      if (std::find(known_.roles.begin(), known_.roles.end(), role) != known_.roles.end()) continue;
      std::string list;
      for (const std::string_view name : known_.roles) list += (list.empty() ? "" : ", ") + std::string(name);
      wrong(table.source(), "callers.roles", list, role, std::string(nearest(role, known_.roles)));
    }
    const auto has = [&](std::string_view role) {
      return std::find(caller.roles.begin(), caller.roles.end(), role) != caller.roles.end();
    };
    if (has("bot") && has("agent"))  // it would open hand-offs, end them itself and speak as a person
      wrong(table.source(), "callers.roles", "a key for the bot and another for the person who takes over from it",
            "bot and agent");
    out.callers.push_back(std::move(caller));
  }

  const std::string file_;
  const Known known_;
  std::set<std::string> ids_;
  std::map<std::string, std::string> digests_;  // whose
  Problem problem_;
};

std::string written_list(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const std::string& text : list) out += (out.size() > 1 ? ", " : "") + quote_json(text);
  return out + "]";
}

std::string starter(Language language) {
  const bool zh = language == Language::zh;
  std::string out =
      zh ? "# caveat serve 的配置。每一项都写明了缺省值：删去某行，结果不变。\n"
           "# 修改后发送 SIGHUP（或 POST /v1/reload）：[packs] 与 [data] 的目录及其内容、\n"
           "# [[callers]] 与 [http] callers、[logging] level "
           "立即生效；其余须重启，其中有改动的会在重载的答复与运行日志中列出。\n"
         : "# The configuration of `caveat serve`. Every key stands here with its default: taking a line away changes "
           "nothing.\n# After a change send SIGHUP (or POST /v1/reload). The folders of [packs] and [data] with what "
           "lies in them,\n# [[callers]] and [http] callers, and [logging] level count at once; the rest counts after "
           "a "
           "restart, and the reload's\n# answer and the operational log name what of it has changed.\n";
  for (const Section& section : kSections) {
    out += "\n# " + std::string(zh ? section.zh : section.en) + "\n[" + std::string(section.name) + "]\n";
    for (const Key& key : keys()) {
      if (key.section != section.name) continue;
      out += "# " + std::string(zh ? key.zh : key.en) + "\n" + std::string(key.name) + " = " +
             std::string(key.otherwise) + "\n";
    }
  }
  out +=
      zh ? "\n# 可以调用的各方。`caveat keys caller ID --role ROLE --config 本文件` 会在此追加一段，密钥只显示一次。\n"
           "#   roles          bot、agent、auditor、operator、activator、privacy\n"
           "#   sources        可以陈述哪些来源的事实；[\"*\"] 为全部\n"
           "#   jurisdictions  其轮次所属的法域\n"
           "#   queues         agent 可见的队列\n"
           "#   confirms       会确认实际发送的内容：只有确认才计入每次会话或每日一次的披露\n"
           "#   any_time       可以指明任意的轮次时间（回放用）\n"
           "# [[callers]]\n# id = \"bank-app\"\n# roles = [\"bot\"]\n# sources = [\"crm\"]\n# key_digest = \"…\"\n"
         : "\n# Who may call. `caveat keys caller ID --role ROLE --config THIS-FILE` adds one here and shows its key "
           "once.\n"
           "#   roles          bot, agent, auditor, operator, activator, privacy\n"
           "#   sources        whose facts it may state; [\"*\"]: everybody's\n"
           "#   jurisdictions  that its turns fall under\n"
           "#   queues         that an agent sees\n"
           "#   confirms       it confirms what it sent: only that uses up what is disclosed once per conversation or "
           "day\n"
           "#   any_time       it may say that a turn was at any time (for replay)\n"
           "# [[callers]]\n# id = \"bank-app\"\n# roles = [\"bot\"]\n# sources = [\"crm\"]\n# key_digest = \"…\"\n";
  return out;
}

}  // namespace

Configuration defaults() {
  // The starter says the defaults, so it is what they are read from.
  static const Configuration all = Reader("", {}).read(starter(Language::en), {});
  return all;
}

Result<Configuration> read_configuration(std::string_view text, const std::string& file, const Known& known) {
  Reader reader(file, known);
  Configuration out = reader.read(text, defaults());
  if (!reader.good()) return tl::unexpected(std::move(reader).problem());
  return out;
}

Result<std::vector<CallerSettings>> read_callers(std::string_view text, const std::string& file, const Known& known) {
  Reader reader(file, known);
  Configuration out = reader.read(text, {}, true);
  if (!reader.good()) return tl::unexpected(std::move(reader).problem());
  return std::move(out.callers);
}

std::optional<std::pair<std::string, std::uint16_t>> address_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  std::string_view address = text.substr(0, colon);
  if (address.size() > 2 && address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  else if (address.find(':') != std::string_view::npos)
    return std::nullopt;
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end) return std::nullopt;
  return std::pair(std::string(address), port);
}

std::vector<std::string> count_after_a_restart(const Configuration& before, const Configuration& now) {
  std::vector<std::string> out;
  for (const Key& key : keys())
    if (!counts_at_once(key) && differs(key, before, now))
      out.push_back(std::string(key.section) + "." + std::string(key.name));
  return out;
}

std::string written_configuration(Language language) { return starter(language); }

std::string written_caller(const CallerSettings& caller) {
  std::string out = "\n[[callers]]\nid = " + quote_json(caller.id) + "\nroles = " + written_list(caller.roles) + "\n";
  if (!caller.sources.empty()) out += "sources = " + written_list(caller.sources) + "\n";
  if (!caller.jurisdictions.empty()) out += "jurisdictions = " + written_list(caller.jurisdictions) + "\n";
  if (!caller.queues.empty()) out += "queues = " + written_list(caller.queues) + "\n";
  out += "key_digest = " + quote_json(caller.key_digest) + "\n";
  if (caller.confirms) out += "confirms = true\n";
  if (caller.any_time) out += "any_time = true\n";
  return out;
}

}  // namespace caveat::config
