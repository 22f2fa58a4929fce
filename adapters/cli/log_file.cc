#include "adapters/cli/log_file.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <ostream>
#include <variant>

#include "adapters/load/rule_files.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/high_water.h"
#include "audit/log/signers.h"
#include "engine/base/diagnostic.h"
#include "engine/program/program.h"

namespace caveat::cli {

namespace {

// Of the log that a checkpoint is of; empty: it is no checkpoint.
std::string origin_of(const std::string& checkpoint) {
  const Result<audit::SignedNote> note = audit::parse_note(checkpoint);
  if (!note) return {};
  const Result<audit::Checkpoint> said = audit::parse_checkpoint(note->text);
  return said ? said->origin : std::string();
}

// That a log is looked at is itself recorded, by whoever has it.
constexpr Phrase kNotAsked{
    "caveat: that a log is looked at is itself recorded, which takes its writer. If that is a server, name its socket "
    "with --socket FILE.sock ([http] socket of its configuration); else wait until the writer is done, or copy the log "
    "with its keys and look at the copy with --copy.\n",
    "caveat：查看日志本身也须由写入者记录。若写入者是服务，请以 --socket FILE.sock 指定其套接字（其配置中的 [http] "
    "socket）；否则请等待写入结束，或复制日志及其密钥并以 --copy 查看副本。\n"};
constexpr Phrase kNobodyThere{"caveat: nobody answers on {0}.\n", "caveat：{0} 处无人应答。\n"};
constexpr Phrase kNeverAsks{
    "caveat: that a log is looked at is itself recorded, which takes its writer. Where that is a server, `caveat log "
    "search` and `caveat report` ask it; else wait until the writer is done, or copy the log with its keys and look at "
    "the copy with --copy.\n",
    "caveat：查看日志本身也须由写入者记录。若写入者是服务，`caveat log search` 与 `caveat report` "
    "会向其查询；否则请等待写入结束，或复制日志及其密钥并以 --copy 查看副本。\n"};

bool asks_server(const Invocation& invocation) {
  const std::vector<Option>& options = invocation.command->options;
  return std::any_of(options.begin(), options.end(), [](const Option& one) { return one.name == "--socket"; });
}

}  // namespace

std::string keys_dir(const Invocation& invocation, const std::string& log_path) {
  if (invocation.has("--keys")) return invocation.get("--keys");
  std::string from_environment = keys_variable();
  return from_environment.empty() ? audit::default_keys_dir(log_path) : from_environment;
}

std::string keys_variable() {
  const char* value = std::getenv("CAVEAT_KEYS");
  return value == nullptr ? std::string() : value;
}

std::unique_ptr<audit::KeyStore> keys_of(const Invocation& invocation, const audit::LogReader& reader, bool needed) {
  const std::string dir = keys_dir(invocation, reader.path());
  if (!audit::KeyStore::exists(dir) && !invocation.has("--keys")) return nullptr;
  std::unique_ptr<audit::KeyStore> keys;
  try {
    keys = audit::KeyStore::open(dir, {});
  } catch (const audit::Error& error) {
    // Keys that lie there for somebody else are none at hand, where the public key or a copy is all that was asked for.
    const bool without = invocation.has("--key") || invocation.has("--copy");
    if (&error.code() == &audit::codes::kKeysUnreadable && without && !needed && !invocation.has("--keys"))
      return nullptr;
    throw;
  }
  if (keys->origin() == reader.origin()) return keys;
  const std::vector<audit::VerifierKey> known = keys->signers();
  const std::optional<std::string> newest = reader.checkpoint();
  if (!newest || !audit::open_checkpoint(*newest, known, &audit::verify_signature))
    throw audit::Error(audit::codes::kKeysOtherLog, dir, {dir, keys->origin(), reader.origin()});
  return keys;
}

audit::VerifyOptions verify_options(const audit::KeyStore* keys, const std::string& high_water) {
  audit::VerifyOptions options;
  options.high_water = high_water;
  options.mark_named = !high_water.empty();  // whoever names it wants it checked, with keys or without
  if (keys == nullptr) return options;
  options.earlier = keys->signers();
  options.verifier = std::move(options.earlier.back());
  options.earlier.pop_back();
  options.keys = keys;
  options.high_water = high_water.empty() ? keys->dir() + "/high-water" : high_water;
  return options;
}

Result<std::vector<audit::VerifierKey>> named_keys(const Invocation& invocation, std::string& at) {
  std::vector<audit::VerifierKey> named;
  for (const std::string& file : invocation.all("--key")) {
    at = file;
    Result<std::string> text = load::read_file(file, 1u << 16);
    if (!text) return tl::unexpected(text.error());
    Result<std::vector<audit::VerifierKey>> keys = audit::parse_verifier_keys(*text);
    if (!keys) return tl::unexpected(keys.error());
    for (audit::VerifierKey& key : *keys)
      if (std::find(named.begin(), named.end(), key) == named.end()) named.push_back(std::move(key));
  }
  return named;
}

Result<std::string> kept_checkpoint_of(const std::string& file, const audit::VerifyOptions& options,
                                       const std::string& origin) {
  Result<std::string> text = load::read_file(file, 1u << 20);
  if (!text) return text;
  const auto refused = [&](const std::string& why) -> audit::Error {
    return {audit::codes::kKeptCheckpoint, file, {file, why}};
  };
  if (text->empty()) throw refused("it is empty");
  std::erase(*text, '\r');  // a note has none: they came with the way by which it was kept
  if (const Result<audit::LogProof> receipt = audit::parse_log_proof(*text)) *text = receipt->checkpoint;
  std::vector<audit::VerifierKey> known = options.earlier;
  if (options.verifier) known.push_back(*options.verifier);
  const Result<audit::Checkpoint> opened = audit::open_checkpoint(*text, known, &audit::verify_signature);
  if (opened) return text;
  const std::string of = origin_of(*text);
  if (!of.empty() && !audit::of_log(of, origin)) throw refused("it is of the log " + of);
  const Result<audit::SignedNote> note = audit::parse_note(*text);
  const bool by_none = note && std::none_of(note->signatures.begin(), note->signatures.end(), [&](const auto& line) {
                         return std::any_of(known.begin(), known.end(), [&](const audit::VerifierKey& key) {
                           return key.name == line.name && key.id == line.id;
                         });
                       });
  if (of.empty()) throw refused("it is no checkpoint");
  throw refused(by_none ? "none of the log's keys that are known signed it" : "it was changed after it was signed");
}

void trust(audit::VerifyOptions& options, const audit::LogReader& reader, const audit::KeyStore* keys,
           std::vector<audit::VerifierKey> named) {
  const std::string newest = origin_of(reader.checkpoint().value_or(""));
  for (const audit::VerifierKey& key : named) {
    // The log's own note may be what was changed: then its newest checkpoint says which log it is, and if neither can, that is for verify.
    const bool ours = audit::of_log(key.name, reader.origin()) || audit::of_log(newest, key.name);
    if (!ours && !(reader.origin().empty() && newest.empty()))
      throw audit::Error(audit::codes::kKeyOtherLog, key.name,
                         {key.name, reader.origin().empty() ? newest : reader.origin()});
  }
  const auto among = [](const std::vector<audit::VerifierKey>& some, const audit::VerifierKey& key) {
    return std::find(some.begin(), some.end(), key) != some.end();
  };
  std::vector<audit::VerifierKey> trusted, others = named;
  if (keys != nullptr) {
    const std::vector<std::string> notes = keys->signer_notes();
    const std::vector<audit::VerifierKey> back = audit::follow_back(named, notes, &audit::verify_signature);
    others = audit::follow(named, notes, &audit::verify_signature);
    for (const audit::VerifierKey& signer : keys->signers()) {  // in their order
      if (const auto found = std::find(others.begin(), others.end(), signer); found != others.end())
        others.erase(found);
      else if (among(back, signer))
        options.led_back.push_back(signer);
      else
        continue;
      trusted.push_back(signer);
    }
  }
  std::copy_if(named.begin(), named.end(), std::back_inserter(options.unplaced), [&](const audit::VerifierKey& key) {
    return trusted.empty() || key == trusted.back() || !among(trusted, key);
  });
  // Before those of the key set, and where it is a copy of before a change of key behind them: as the log uses them.
  const std::vector<audit::VerifierKey> set = trusted;
  std::vector<audit::VerifierKey> all = set;
  all.insert(all.end(), others.begin(), others.end());
  all = audit::in_order_of_use(reader, std::move(all));
  const auto behind =
      std::find_if(all.rbegin(), all.rend(), [&](const audit::VerifierKey& key) { return among(set, key); }).base();
  trusted.clear();
  std::copy_if(all.begin(), behind, std::back_inserter(trusted),
               [&](const audit::VerifierKey& key) { return !among(set, key); });
  trusted.insert(trusted.end(), set.begin(), set.end());
  trusted.insert(trusted.end(), behind, all.end());
  options.verifier = std::move(trusted.back());
  trusted.pop_back();
  options.earlier = std::move(trusted);
}

std::unique_ptr<audit::Log> open_recorder(const Invocation& invocation, Terminal& terminal,
                                          const audit::LogReader& reader, const audit::KeyStore* keys, Clock& clock,
                                          Random& random, InUse in_use) {
  if (keys == nullptr) return nullptr;
  if (!invocation.has("--copy")) {
    try {
      audit::LogOptions options;
      options.path = reader.path();
      options.keys_dir = keys->dir();
      options.semantics = program::kSemanticsVersion;
      options.clock = &clock;
      options.random = &random;
      return audit::Log::open(std::move(options));
    } catch (const audit::Error& error) {
      if (&error.code() == &audit::codes::kLogInUse && in_use == InUse::advise) {
        if (invocation.has("--socket")) terminal.err << fill(terminal.say(kNobodyThere), {invocation.get("--socket")});
        terminal.err << terminal.say(asks_server(invocation) ? kNotAsked : kNeverAsks);
      }
      if (&error.code() != &audit::codes::kLogReadOnly) throw;
    }
  }
  terminal.err << fill(
      terminal.say({"caveat: {0} is a copy or cannot be written: that it was looked at is not in the log.\n",
                    "caveat：{0} 是副本或无法写入：本次查看未记入日志。\n"}),
      {reader.path()});
  return nullptr;
}

audit::Committed record(audit::Log& log, audit::Kind kind, const audit::Event& event,
                        std::vector<std::string> subjects) {
  audit::RecordContent content;
  content.kind = kind;
  content.semantics = program::kSemanticsVersion;
  content.subjects = std::move(subjects);
  content.sections = {{audit::Section::event, audit::encode_event(event)}};
  const audit::Appended appended = log.append(std::move(content));
  if (const auto* failed = std::get_if<audit::AppendFailed>(&appended)) throw failed->why;
  return std::get<audit::Committed>(appended);
}

std::string user_name() {
  const struct passwd* entry = ::getpwuid(::geteuid());
  return entry != nullptr && *entry->pw_name != '\0' ? entry->pw_name : "uid " + std::to_string(::geteuid());
}

std::unique_ptr<audit::Log> open_log(Terminal& terminal, const std::string& path, const std::string& keys, Clock& clock,
                                     Random& random, const std::string& high_water, bool served) {
  audit::LogOptions options;
  options.path = path;
  options.keys_dir = keys;
  options.high_water = high_water;
  options.served = served;
  options.create = true;
  options.semantics = program::kSemanticsVersion;
  options.clock = &clock;
  options.random = &random;
  std::unique_ptr<audit::Log> log = audit::Log::open(std::move(options));
  if (log->made_keys()) {
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
