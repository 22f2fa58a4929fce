// The log and its keys as the command line names them: --log, --keys, CAVEAT_KEYS.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "adapters/cli/command.h"
#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "audit/log/verify.h"
#include "audit/record/events.h"

namespace caveat::cli {

// --keys, else CAVEAT_KEYS, else the folder beside the log.
std::string keys_dir(const Invocation& invocation, const std::string& log_path);
std::string keys_variable();  // CAVEAT_KEYS; empty: it is not set

// The keys of a log that is read: null where none are there. A set of another log is refused; a log whose own note was changed
// is not taken for another log as long as these keys signed its newest checkpoint: verify names what was changed. Null too where this
// user may not read them and asked for nothing that takes them (`--key`, `--copy`), unless they are needed.
std::unique_ptr<audit::KeyStore> keys_of(const Invocation& invocation, const audit::LogReader& reader,
                                         bool needed = false);

// What verify needs of a key set, and of `--key`. `high_water`: the log's mark; empty: the one among its keys.
audit::VerifyOptions verify_options(const audit::KeyStore* keys, const std::string& high_water = {});

// The public keys that `--key FILE.vkey` names, as often as it comes: the lines of those files. `at`: the file that a Problem is of.
Result<std::vector<audit::VerifierKey>> named_keys(const Invocation& invocation, std::string& at);

// Signatures are then judged by keys that came from outside: by those, and by the ones to which the notes of the key set lead from them.
void trust(audit::VerifyOptions& options, const audit::LogReader& reader, const audit::KeyStore* keys,
           std::vector<audit::VerifierKey> named);

// The checkpoint that somebody kept, or that of a receipt, as `--checkpoint` names it; signed by a key of `options`. What is none says
// nothing of the log, so it is refused (audit::Error) and not held against it.
Result<std::string> kept_checkpoint_of(const std::string& file, const audit::VerifyOptions& options,
                                       const std::string& origin);

// Where looking and taking away are written down. Nothing on a copy (`--copy`), without keys, or where the file cannot be
// written: then the reader is told. A log that is being written by another process is refused: what is looked at must be recorded.
enum class InUse : std::uint8_t { advise, wait };  // wait: the caller tries again, and says so himself
std::unique_ptr<audit::Log> open_recorder(const Invocation& invocation, Terminal& terminal,
                                          const audit::LogReader& reader, const audit::KeyStore* keys, Clock& clock,
                                          Random& random, InUse in_use = InUse::advise);

// Appends; throws audit::Error if it did not become durable.
audit::Committed record(audit::Log& log, audit::Kind kind, const audit::Event& event,
                        std::vector<std::string> subjects = {});

std::string user_name();  // who runs this process, as the system knows him

// Opens the log for writing; log and keys are made where neither is there, and the reader is told so and how to protect them.
// `high_water`: where its mark stands, which a new log makes; empty: among its keys. `served`: by a process that stays.
std::unique_ptr<audit::Log> open_log(Terminal& terminal, const std::string& path, const std::string& keys, Clock& clock,
                                     Random& random, const std::string& high_water = {}, bool served = false);

}  // namespace caveat::cli
