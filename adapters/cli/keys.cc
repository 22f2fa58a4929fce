#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <variant>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "adapters/cli/system_clock.h"
#include "adapters/load/codes.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/seal/key_file.h"
#include "audit/seal/keystore.h"
#include "audit/seal/system_random.h"
#include "engine/program/program.h"

namespace caveat::cli {

int run_keys_new(const Invocation& invocation, Terminal& terminal) {
  const std::string suite = invocation.get("--suite", "intl");
  if (suite == "national") return not_yet(terminal, "keys new --suite national");
  if (suite != "intl")
    return wrong_use(terminal,
                     {"--suite is intl or national, not “{0}”.", "--suite 应为 intl 或 national，而不是“{0}”。"},
                     {suite}, "keys new");
  const std::string origin = invocation.get("--origin");
  if (invocation.has("--origin") && !audit::valid_note_name(origin))
    return wrong_use(terminal,
                     {"--origin is a name without blanks, control characters and plus signs, like "
                      "bank.example/caveat/gate-1, and “{0}” is not.",
                      "--origin 应为不含空格、控制字符和加号的名称，如 bank.example/caveat/gate-1，而“{0}”不是。"},
                     {origin}, "keys new");
  audit::SystemRandom random;
  audit::KeyStoreOptions options;
  options.writable = true;
  options.random = &random;
  const std::string& dir = invocation.arguments[0];
  const std::unique_ptr<audit::KeyStore> keys = audit::KeyStore::create(dir, origin, std::move(options));
  if (terminal.json) {
    terminal.out << boost::json::serialize(boost::json::object{{"dir", dir},
                                                               {"origin", keys->origin()},
                                                               {"vkey", dir + "/log.vkey"},
                                                               {"protected", keys->protected_by_passphrase()}})
                 << '\n';
    return kDone;
  }
  terminal.out << fill(
      terminal.say({"key set {0} for the log {1}\npublic key {0}/log.vkey: give it to whoever will verify\n",
                    "密钥目录 {0}，日志 {1}\n公钥 {0}/log.vkey：请交给将来负责核验的人\n"}),
      {dir, keys->origin()});
  if (!keys->protected_by_passphrase())
    terminal.err << terminal.say(
        {"caveat: the set is not protected by a passphrase. Keep the folder readable to this user alone, or run "
         "`caveat keys "
         "protect` with CAVEAT_PASSPHRASE_FILE set.\n",
         "caveat：该密钥没有口令保护。请确保目录仅当前用户可读，或设置 CAVEAT_PASSPHRASE_FILE 后执行 `caveat keys "
         "protect`。\n"});
  return kDone;
}

namespace {

// The log of a set: --log, else FILE.db beside FILE.keys.
std::string log_of(const Invocation& invocation, const std::string& dir) {
  if (invocation.has("--log")) return invocation.get("--log");
  std::string path = dir;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.ends_with(".keys") ? path.substr(0, path.size() - 5) + ".db" : path + ".db";
}

}  // namespace

int run_keys_protect(const Invocation& invocation, Terminal& terminal) {
  const std::string& dir = invocation.arguments[0];
  const char* current = std::getenv("CAVEAT_PASSPHRASE_FILE");
  const bool of_command = invocation.has("--passphrase");
  const std::string file = invocation.get("--passphrase", current == nullptr ? "" : current);
  if (file.empty())
    return wrong_use(
        terminal,
        {"`caveat keys protect` needs a file with the passphrase: CAVEAT_PASSPHRASE_FILE, or --passphrase FILE.",
         "`caveat keys protect` 需要存放口令的文件：CAVEAT_PASSPHRASE_FILE，或 --passphrase FILE。"},
        {}, "keys protect");
  if (std::error_code ignored; of_command && !std::filesystem::exists(file, ignored))
    return refuse(terminal, Problem{&load::codes::kFileMissing,
                                    {{.path = file, .expected = {}, .found = {}, .nearest = {}, .hint = {}}}});
  const audit::SecretText passphrase =
      of_command ? audit::read_passphrase(file) : audit::passphrase_of_the_environment().value();
  audit::SystemRandom random;
  audit::KeyStoreOptions options;
  options.writable = true;
  options.random = &random;
  audit::KeyStore::protect(dir, passphrase.view(), options);
  if (terminal.json)
    terminal.out << boost::json::serialize(boost::json::object{{"dir", dir}, {"protected", true}}) << '\n';
  else
    terminal.out << fill(
        terminal.say({"key set {0} is protected by the passphrase in {1}: set CAVEAT_PASSPHRASE_FILE to it "
                      "from now on, and keep a copy of the passphrase apart\n",
                      "密钥目录 {0} 已由 {1} 中的口令保护：今后请将 CAVEAT_PASSPHRASE_FILE 设为该文件，"
                      "并将口令另行保存一份\n"}),
        {dir, file});
  return kDone;
}

int run_keys_rotate(const Invocation& invocation, Terminal& terminal) {
  const std::string& dir = invocation.arguments[0];
  SystemClock clock;
  audit::SystemRandom random;
  audit::LogOptions options;
  options.path = log_of(invocation, dir);
  options.keys_dir = dir;
  options.semantics = program::kSemanticsVersion;
  options.clock = &clock;
  options.random = &random;
  const std::unique_ptr<audit::Log> log = audit::Log::open(std::move(options));
  const std::string before = audit::format_verifier_key(log->keys().verifier());
  const audit::Appended appended = log->rotate(user_name());
  if (const auto* failed = std::get_if<audit::AppendFailed>(&appended)) throw failed->why;
  const std::uint64_t index = std::get<audit::Committed>(appended).index;
  const std::string after = audit::format_verifier_key(log->keys().verifier());
  log->close();
  if (terminal.json)
    terminal.out << boost::json::serialize(
                        boost::json::object{{"dir", dir}, {"before", before}, {"after", after}, {"index", index}})
                 << '\n';
  else
    terminal.out << fill(
        terminal.say({"the log is signed by a new key from now on; the change is record {0}, signed by both\n"
                      "public key {1}/log.vkey: give it to whoever verifies, beside the one before:\n{2}\n",
                      "日志今后由新密钥签署；更换记为第 {0} 条记录，由新旧密钥共同签署\n"
                      "公钥 {1}/log.vkey：请交给负责核验的人，与此前的公钥一并保存：\n{2}\n"}),
        {std::to_string(index), dir, before});
  return kDone;
}

int run_keys_list(const Invocation& invocation, Terminal& terminal) {
  const std::string& dir = invocation.arguments[0];
  const std::unique_ptr<audit::KeyStore> keys = audit::KeyStore::open(dir, {});
  const audit::KeyStore::Holding holding = keys->holding();
  const auto quarter = [](std::uint64_t number) {
    return std::to_string(number / 4) + "-Q" + std::to_string(number % 4 + 1);
  };
  const std::vector<audit::VerifierKey> signers = keys->signers();
  if (terminal.json) {
    boost::json::array list;
    for (const audit::VerifierKey& signer : signers)
      list.push_back(boost::json::string(audit::format_verifier_key(signer)));
    boost::json::object out{{"dir", dir},
                            {"origin", keys->origin()},
                            {"suite", audit::name(keys->suite().id())},
                            {"protected", keys->protected_by_passphrase()},
                            {"bound", keys->bound_log().has_value()},
                            {"signers", std::move(list)},
                            {"data_keys", holding.data_keys},
                            {"subjects", holding.subjects},
                            {"buckets", holding.buckets}};
    if (holding.data_keys > 0) out["quarters"] = {quarter(holding.first_quarter), quarter(holding.last_quarter)};
    terminal.out << boost::json::serialize(out) << '\n';
    return kDone;
  }
  const auto line = [&](const Phrase& label, const std::string& value) {
    terminal.out << terminal.say(label) << value << '\n';
  };
  line({"log         ", "日志        "}, keys->origin());
  line({"suite       ", "算法套件    "}, std::string(audit::name(keys->suite().id())));
  line({"protected   ", "口令保护    "},
       std::string(keys->protected_by_passphrase()
                       ? terminal.say({"by a passphrase (argon2id)", "有（argon2id）"})
                       : terminal.say({"no: run `caveat keys protect`", "无：可执行 `caveat keys protect`"})));
  line({"serves      ", "所属日志    "},
       std::string(keys->bound_log() ? terminal.say({"its log; no other", "已绑定，仅供该日志"})
                                     : terminal.say({"no log yet", "尚未绑定"})));
  line({"data keys   ", "数据密钥    "},
       fill(terminal.say({"{0} of {1}, in {2} of {3} buckets", "{0} 把，涉及 {1}，分布于 {3} 个密钥桶中的 {2} 个"}),
            {std::to_string(holding.data_keys), counted(holding.subjects, terminal, "person", "persons", "个主体"),
             std::to_string(holding.buckets), std::to_string(audit::kBuckets)}));
  if (holding.data_keys > 0)
    line({"quarters    ", "季度        "}, quarter(holding.first_quarter) + " – " + quarter(holding.last_quarter));
  for (std::size_t i = 0; i < signers.size(); ++i)
    line(i + 1 == signers.size() ? Phrase{"signs now   ", "当前公钥    "} : Phrase{"signed once ", "曾用公钥    "},
         audit::format_verifier_key(signers[i]));
  return kDone;
}

}  // namespace caveat::cli
