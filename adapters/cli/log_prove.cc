// log prove: what a log shows to somebody who has not its database: that a record is in it, or that it goes on from a checkpoint he kept.
#include <charconv>
#include <memory>
#include <optional>
#include <ostream>

#include "adapters/cli/command.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/messages.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/older_keys.h"
#include "audit/log/reader.h"
#include "audit/seal/suite.h"

namespace caveat::cli {

namespace {

using audit::LogReader;

// The newest checkpoint, read; a log without a record has none, and nothing to prove.
std::optional<audit::Checkpoint> newest_of(const LogReader& reader, std::string& note) {
  const std::optional<std::string> newest = reader.checkpoint();
  if (!newest) return std::nullopt;
  note = *newest;
  const Result<audit::SignedNote> parsed = audit::parse_note(note);
  if (!parsed) return std::nullopt;
  const Result<audit::Checkpoint> read = audit::parse_checkpoint(parsed->text);
  if (!read || read->size != reader.size()) return std::nullopt;
  return *read;
}

[[noreturn]] void broken(const LogReader& reader,
                         Words how = "its records are not those that its newest checkpoint covers") {
  throw audit::Error(audit::codes::kLogBroken, reader.path(), {reader.path(), how});
}

// Nothing leaves that whoever gets it could not verify, and nobody is accused by what the log's key did not sign.
void check_signature(const LogReader& reader, const std::string& note, const audit::VerifyOptions& options,
                     const std::string& dir) {
  std::vector<audit::VerifierKey> known = options.earlier;
  known.push_back(options.verifier.value());
  if (!audit::open_checkpoint(note, known, &audit::verify_signature)) {
    if (const auto changed = audit::changed_behind(reader.store(), known, &audit::verify_signature))
      throw audit::Error(audit::codes::kKeysMissing, dir,
                         {dir, options.keys != nullptr ? audit::of_before(*changed)
                                                       : said("record {0} changed the key of the log, and the key of "
                                                              "now was not named (`--key`)",
                                                              *changed)});
    broken(reader, "its newest checkpoint is not one that its key signed");
  }
  const bool between = options.keys != nullptr && options.keys->prepared_key();  // a change of key that was cut off
  if (!between && !audit::by_the_key_of_now(reader.store(), known, &audit::verify_signature))
    broken(reader, "its newest checkpoint is signed by a key that was retired before");
}

int prove_record(const LogReader& reader, const audit::Checkpoint& newest, std::uint64_t index, Terminal& terminal) {
  const audit::LogProof proof = reader.receipt(index);
  if (!audit::verify_inclusion(audit::leaf_hash(reader.header(index).value()), index, newest.size, proof.path,
                               newest.root))
    broken(reader);
  terminal.out << audit::format_log_proof(proof);
  return kDone;
}

// By its records alone: a stored subtree may still be what a changed record no longer is.
bool is_whole(const LogReader& reader, const audit::Checkpoint& newest) {
  audit::Frontier tree;
  reader.each_header(0, newest.size,
                     [&](std::uint64_t, std::string_view header) { tree.append(audit::leaf_hash(header)); });
  return tree.size() == newest.size && tree.root() == newest.root;
}

int prove_since(const LogReader& reader, const audit::Checkpoint& newest, const std::string& note,
                const audit::Checkpoint& kept, const std::string& file, Terminal& terminal) {
  if (reader.root(newest.size) != newest.root) broken(reader);
  const std::vector<std::string> names = {reader.path(), file, std::to_string(newest.size), std::to_string(kept.size)};
  if (kept.size > newest.size) {
    terminal.err << fill(
        terminal.say({"{0} ends at {2}, and {1} is of size {3}: records are missing at its end, or it is "
                      "an old copy. There is nothing to prove.\n",
                      "{0} 止于 {2}，而 {1} 的大小为 {3}：其末尾缺少记录，或它是旧副本。无可证明。\n"}),
        names);
    return kNo;
  }
  if (reader.root(kept.size) != kept.root) {
    if (!is_whole(reader, newest)) broken(reader);  // nobody is accused of two logs for a record that was changed
    terminal.err << fill(terminal.say({"{0} does not begin with the tree of {1}: at size {3} its root differs. Both "
                                       "signed, they show that two logs were kept.\n",
                                       "{0} 并非以 {1} 的树开头：在大小 {3} 处根哈希不同。二者均有签名，"
                                       "即表明存在两份日志。\n"}),
                         names);
    return kNo;
  }
  const std::vector<Digest> path = reader.consistency(kept.size, newest.size);
  if (!audit::verify_consistency(kept.size, kept.root, newest.size, newest.root, path)) broken(reader);
  terminal.out << audit::format_consistency(kept.size, path, note);
  return kDone;
}

}  // namespace

int run_log_prove(const Invocation& invocation, Terminal& terminal) {
  if (invocation.has("--index") == invocation.has("--since"))
    return wrong_use(
        terminal,
        {"log prove takes --index N, for a record, or --since FILE, for a checkpoint that was kept.",
         "log prove 须给出 --index N（证明一条记录）或 --since FILE（证明与所存检查点一致），二者取其一。"},
        {}, "log prove");
  const std::string& path = invocation.arguments[0];
  const std::unique_ptr<LogReader> reader = LogReader::open(path, keys_dir(invocation, path));
  std::string note;
  const std::optional<audit::Checkpoint> newest = newest_of(*reader, note);
  if (!newest) {
    if (reader->checkpoint()) broken(*reader);
    terminal.err << fill(terminal.say({"{0} has no record yet, and so no checkpoint. There is nothing to prove.\n",
                                       "{0} 尚无记录，因而没有检查点。无可证明。\n"}),
                         {path});
    return kNo;
  }
  const std::unique_ptr<audit::KeyStore> keys = keys_of(invocation, *reader);
  const std::string dir = keys_dir(invocation, path);
  audit::VerifyOptions options = verify_options(keys.get());
  if (invocation.has("--key")) {
    std::string at;
    Result<std::vector<audit::VerifierKey>> named = named_keys(invocation, at);
    if (!named) return refuse(terminal, named.error(), at);
    trust(options, *reader, keys.get(), std::move(*named));
  }
  if (options.verifier)
    check_signature(*reader, note, options, dir);
  else if (invocation.has("--since"))
    throw audit::Error(audit::codes::kKeysMissing, dir, {dir, "there is no such folder"});
  if (invocation.has("--index")) {
    const std::string text = invocation.get("--index");
    std::uint64_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || end != text.data() + text.size() || index >= newest->size || !reader->header(index))
      return wrong_use(terminal,
                       {"the log has {0}; --index counts from 0, and “{1}” is none of them.",
                        "日志有 {0}；--index 从 0 开始，其中没有“{1}”。"},
                       {counted(newest->size, terminal, "record", "records", "条记录"), text}, "log prove");
    if (!options.verifier)
      terminal.err << terminal.say(
          {"caveat: no key of the log is at hand: that its key signed the newest "
           "checkpoint was not checked. Name the key by --key.\n",
           "caveat：没有日志的密钥：未核验最新检查点是否由其密钥签署。请以 --key "
           "指定公钥。\n"});
    return prove_record(*reader, *newest, index, terminal);
  }
  const std::string& file = invocation.get("--since");
  const Result<std::string> kept = kept_checkpoint_of(file, options, reader->origin());
  if (!kept) return refuse(terminal, kept.error());
  const Result<audit::Checkpoint> since = audit::parse_checkpoint(audit::parse_note(*kept)->text);
  if (!since) return refuse(terminal, since.error(), file);
  return prove_since(*reader, *newest, note, *since, file, terminal);
}

}  // namespace caveat::cli
