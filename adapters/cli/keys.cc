#include <boost/json.hpp>
#include <cstdlib>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/messages.h"
#include "adapters/load/rule_files.h"
#include "audit/seal/keystore.h"
#include "audit/seal/system_random.h"

namespace caveat::cli {

int run_keys_new(const Invocation& invocation, Terminal& terminal) {
  const std::string suite = invocation.get("--suite", "intl");
  if (suite == "national") return not_yet(terminal, "keys new --suite national");
  if (suite != "intl")
    return wrong_use(terminal,
                     {"--suite is intl or national, not “{0}”.", "--suite 应为 intl 或 national，而不是“{0}”。"},
                     {suite}, "keys new");
  audit::SystemRandom random;
  audit::KeyStoreOptions options;
  options.writable = true;
  options.random = &random;
  if (const char* file = std::getenv("CAVEAT_PASSPHRASE_FILE"); file != nullptr && *file != '\0') {
    Result<std::string> passphrase = load::read_file(file, 4096);
    if (!passphrase) return refuse(terminal, passphrase.error());
    while (!passphrase->empty() && (passphrase->back() == '\n' || passphrase->back() == '\r')) passphrase->pop_back();
    options.passphrase = std::move(*passphrase);
  }
  const std::string& dir = invocation.arguments[0];
  const std::unique_ptr<audit::KeyStore> keys =
      audit::KeyStore::create(dir, invocation.get("--origin"), std::move(options));
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
        {"caveat: the set is not protected by a passphrase. Keep the folder readable to this user alone; set "
         "CAVEAT_PASSPHRASE_FILE when making one to protect it.\n",
         "caveat：该密钥没有口令保护。请确保目录仅当前用户可读；生成时设置 CAVEAT_PASSPHRASE_FILE 即可加上保护。\n"});
  return kDone;
}

}  // namespace caveat::cli
