#include "adapters/cli/log_file.h"

#include <cstdlib>
#include <ostream>

#include "audit/error.h"
#include "engine/base/diagnostic.h"
#include "engine/program/program.h"

namespace caveat::cli {

std::string keys_dir(const Invocation& invocation, const std::string& log_path) {
  if (invocation.has("--keys")) return invocation.get("--keys");
  const char* from_environment = std::getenv("CAVEAT_KEYS");
  if (from_environment != nullptr && *from_environment != '\0') return from_environment;
  return audit::default_keys_dir(log_path);
}

std::unique_ptr<audit::Log> open_log(const Invocation& invocation, Terminal& terminal, const std::string& path,
                                     Clock& clock, Random& random) {
  const std::string keys = keys_dir(invocation, path);
  const bool fresh = !audit::KeyStore::exists(keys);
  audit::LogOptions options;
  options.path = path;
  options.keys_dir = keys;
  options.create = true;
  options.semantics = program::kSemanticsVersion;
  options.clock = &clock;
  options.random = &random;
  std::unique_ptr<audit::Log> log = audit::Log::open(std::move(options));
  if (fresh) {
    terminal.err << fill(terminal.say({"caveat: made a new key set in {0} for the log {1}.\n"
                                       "  It is not protected by a passphrase: keep the folder readable to this user "
                                       "alone, back it up apart from the log,\n"
                                       "  and give {0}/log.vkey to whoever will verify.\n",
                                       "caveat：已在 {0} 为日志 {1} 生成新密钥。\n"
                                       "  该密钥没有口令保护：请确保目录仅当前用户可读，与日志分开备份，\n"
                                       "  并将 {0}/log.vkey 交给将来负责核验的人。\n"}),
                         {keys, log->origin()});
  }
  return log;
}

}  // namespace caveat::cli
