// The log, its keys and its desk, and the clock that its records tell of.
#include <filesystem>
#include <memory>
#include <utility>

#include "adapters/cli/doctor.h"
#include "adapters/cli/log_file.h"
#include "adapters/cli/log_records.h"
#include "adapters/cli/served.h"
#include "adapters/cli/system_clock.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/high_water.h"
#include "audit/log/older_keys.h"
#include "audit/log/reader.h"
#include "audit/record/decode.h"
#include "audit/seal/keystore.h"
#include "audit/state/sqlite_state.h"

namespace caveat::cli {

void Doctor::keys_and_log(const config::Configuration& configuration,
                          const Result<std::vector<server::CallerEntry>>& who) {
  const std::string& path = configuration.log_path;
  const std::string dir = keys_dir(configuration);
  std::error_code ignored;
  const bool log_there = std::filesystem::exists(path, ignored);
  std::unique_ptr<audit::KeyStore> keys;
  if (!audit::KeyStore::exists(dir)) {
    if (log_cannot_be_) return;
    if (log_there && !is_anothers(path, nullptr))
      bad("keys", told({"the keys of {0} are not in {1}", "{0} 的密钥不在 {1}"}, {path, dir}),
          {"`cp -a BACKUP/. {0}/` puts the key set back", "`cp -a BACKUP/. {0}/` 恢复密钥"}, {shell_word(dir)});
    else if (!std::filesystem::exists(dir, ignored))
      note("keys", {"none yet: made with the log", "尚无：将随日志生成"}, {},
           {"`caveat keys new --origin bank.example/caveat/gate-1 {0}` gives the log a name of your own",
            "`caveat keys new --origin bank.example/caveat/gate-1 {0}` 可自定日志名称"},
           {shell_word(dir)});
  } else {
    try {
      audit::KeyStore::must_not_lie_rescued(dir);
      keys = audit::KeyStore::open(dir, {});
      if (others_may_write(dir))
        note("keys",
             {"{0} can be written by others, who can so exchange what lies in it",
              "{0} 可被他人写入，他人可借此替换其中的内容"},
             {dir}, {"`chmod 700 {0}`", "`chmod 700 {0}`"}, {shell_word(dir)});
      if (keys->protected_by_passphrase())
        good("keys", {"{0}, protected by a passphrase", "{0}，有口令保护"}, {dir});
      else
        note("keys", {"{0}, readable to this user alone, without a passphrase", "{0}，仅当前用户可读，没有口令"}, {dir},
             {"`CAVEAT_PASSPHRASE_FILE=FILE caveat keys protect {0}`",
              "`CAVEAT_PASSPHRASE_FILE=FILE caveat keys protect {0}`"},
             {shell_word(dir)});
    } catch (const Error& error) {
      bad("keys", error.message(terminal_.language), cure_of_keys(error.code()),
          {shell_word(dir), shell_word(owner_of(dir)), user_for_chown()});
    }
  }
  if (log_cannot_be_) return;
  // Looked for behind the keys, which take a second to open with a passphrase: a server that starts makes the log meanwhile.
  const bool log_is_there = log_there || std::filesystem::exists(path, ignored);
  if (!log_is_there && keys != nullptr && keys->bound_log()) {
    const std::string says =
        told({"{0} is not there, and its keys know that it was", "{0} 不存在，而其密钥记得它曾经存在"}, {path});
    const std::string journal = journal_beside(path);
    if (journal.empty())
      bad("log", says, {"`cp -a BACKUP {0}` puts back the newest copy", "`cp -a BACKUP {0}` 恢复最新的副本"},
          {shell_word(path)});
    else
      bad("log", says,
          {"if it was only moved, move it back to where{1} lies and do no more: its last records are in there. If "
           "it "
           "is lost, `mkdir {0}.bad && mv{1} {0}.bad`, since a copy does not go with that, and then `cp -a BACKUP "
           "{0}` puts back the newest copy",
           "若只是被移走，请移回{1} 所在之处，此外不作改动：最后的记录在其中。若已丢失，先 `mkdir {0}.bad && mv{1} "
           "{0}.bad`（副本与之不相配），再 `cp -a BACKUP {0}` 恢复最新的副本"},
          {shell_word(path), journal});
    return;
  }
  if (!log_is_there) {
    note("log", {"{0} is not there yet: the first start makes it", "{0} 尚不存在：首次启动时生成"}, {path},
         {"`caveat serve {0}`", "`caveat serve {0}`"}, {of_start_});
    return;
  }
  // What the cure of an old copy needs besides the log's name.
  const std::string where =
      (configuration.high_water.empty() ? std::string() : " --high-water " + shell_word(configuration.high_water)) +
      (dir == audit::default_keys_dir(path) ? std::string() : " --keys " + shell_word(dir));
  log(path, keys.get(), configuration.high_water, where);
  if (who && keys != nullptr && lines_.back().mark != Mark::bad) desk(path, *keys, *who);
}

void Doctor::desk(const std::string& path, const audit::KeyStore& keys,
                  const std::vector<server::CallerEntry>& callers) {
  try {
    audit::SqliteState state(path, {}, keys);
    for (const Orphan& one : orphans(state, callers))
      note("handoffs", {"{0}", "{0}"}, {caveat::cli::told(one, terminal_.language)},
           {"let an agent of that queue take it; where nobody serves it, `caveat keys caller ID --role agent --queue "
            "{0} {1}`, then reload",
            "请由该队列的坐席受理；若无人负责该队列，执行 `caveat keys caller ID --role agent --queue {0} "
            "{1}`，然后重载"},
           {shell_word(one.queue), of_start_});
  } catch (const Error& error) {
    bad("handoffs", error.message(terminal_.language), cure_of_log(error.code()),
        {shell_word(path), shell_word(keys.dir() + "/high-water"), shell_word(keys.dir()), journal_beside(path)});
  }
}

// Something that is no log and never was this one, so nothing to be moved or to have keys: its name was put there by mistake. Where
// keys know of a log, a file without a sign of it is that one, spoiled.
bool Doctor::is_anothers(const std::string& path, const audit::KeyStore* keys) {
  std::error_code ignored;
  if (keys != nullptr && keys->bound_log() && std::filesystem::is_regular_file(path, ignored)) return false;
  try {
    audit::LogReader::open(path);
  } catch (const audit::Error& error) {
    return &error.code() == &audit::codes::kLogForeign;
  } catch (const Error&) {  // told where it is looked into
  }
  return false;
}

// What lies beside a log, and stays where that itself was taken away, as words of a command, each behind a blank.
std::string Doctor::journal_beside(const std::string& path) {
  std::string all;
  std::error_code ignored;
  for (const std::string_view end : {"-wal", "-shm", "-journal"})
    if (const std::string one = path + std::string(end); std::filesystem::exists(one, ignored))
      all += " " + shell_word(one);
  return all;
}

Phrase Doctor::cure_of_keys(const Code& code) {
  if (&code == &audit::codes::kKeysUnreadable)
    return {
        "they belong to {1}: run this and the server as that user (`sudo -u {1} caveat doctor`); where {2} is to run "
        "it, hand them over: `sudo chown -R {2} {0}`",
        "密钥属于 {1}：请以该用户运行本命令与服务（`sudo -u {1} caveat doctor`）；若应由 {2} 运行，请移交："
        "`sudo chown -R {2} {0}`"};
  if (&code == &audit::codes::kKeyMode) return {"`chmod 600 {0}/*.key*`", "`chmod 600 {0}/*.key*`"};
  if (&code == &audit::codes::kKeyPassphrase || &code == &audit::codes::kPassphraseFile)
    return {"`export CAVEAT_PASSPHRASE_FILE=FILE`, for the server as well",
            "`export CAVEAT_PASSPHRASE_FILE=FILE`，服务端亦须设置"};
  if (&code == &audit::codes::kKeysRescued)
    return {"`cd {0} && rm -f data.db-wal data.db-shm && mv data.db.rescued data.db`",
            "`cd {0} && rm -f data.db-wal data.db-shm && mv data.db.rescued data.db`"};
  return {"`cp -a BACKUP/. {0}/` puts the key set back from its back-up", "`cp -a BACKUP/. {0}/` 从备份恢复密钥"};
}

// What is in the way of a copy goes aside with what belongs to it: a journal over another file would spoil that too.
Phrase Doctor::cure_of_log(const Code& code) {
  if (&code == &audit::codes::kHighWater)
    return {"`cp -a BACKUP/high-water {1}` puts its mark back; `caveat log verify {0}` shows whether all is there",
            "`cp -a BACKUP/high-water {1}` 恢复其标记；`caveat log verify {0}` 检查是否完整"};
  if (&code == &audit::codes::kKeysMissing)
    return {"leave the log as it is; `mv {2} {2}.older` and `cp -a BACKUP {2}` put back the newest key set",
            "请勿改动日志；先 `mv {2} {2}.older`，再 `cp -a BACKUP {2}` 恢复最新的密钥"};
  if (&code == &audit::codes::kKeysOtherLog)
    return {"name the set that belongs to it in [log] keys, or put it back: `mv {2} {2}.other` and `cp -a BACKUP {2}`",
            "请在 [log] keys 中指明与之相配的密钥，或恢复：先 `mv {2} {2}.other`，再 `cp -a BACKUP {2}`"};
  return {
      "`mkdir {0}.bad && mv {0}{3} {0}.bad` and then `cp -a BACKUP {0}` put back the newest copy; `caveat log verify "
      "{0}` shows what is wrong with one",
      "先 `mkdir {0}.bad && mv {0}{3} {0}.bad`，再 `cp -a BACKUP {0}` 恢复最新的副本；`caveat log verify {0}` "
      "可列出问题"};
}

// A set whose signer was changed since it was read: log and keys were looked at on both sides of that.
std::unique_ptr<audit::KeyStore> Doctor::changed_since(const audit::KeyStore& keys) {
  try {
    std::unique_ptr<audit::KeyStore> now = audit::KeyStore::open(keys.dir(), {});
    const bool same = now->signers() == keys.signers() && now->prepared_key() == keys.prepared_key();
    return same ? nullptr : std::move(now);
  } catch (const Error&) {  // what is wrong with them is told where they are looked at
    return nullptr;
  }
}

void Doctor::log(const std::string& path, const audit::KeyStore* keys, const std::string& high_water,
                 const std::string& where, int looks) {
  try {
    const std::unique_ptr<audit::LogReader> reader = audit::LogReader::open(path);
    if (keys != nullptr) {
      if (keys->origin() != reader->origin())
        throw audit::Error(audit::codes::kKeysOtherLog, keys->dir(), {keys->dir(), keys->origin(), reader->origin()});
      const std::vector<audit::VerifierKey> signers = keys->signers();
      const std::string own = keys->dir() + "/high-water";
      std::error_code ignored;
      if (!high_water.empty() && !std::filesystem::exists(high_water, ignored)) {
        bad("log",
            told({"its mark {0} is not there, so nobody could tell whether an old copy was put back",
                  "其高水位标记 {0} 不存在，无法判断是否放回了旧副本"},
                 {high_water}),
            {"attach its disk; where the mark was never there, `cp {0} {1}`",
             "请挂载其磁盘；若从未建立，执行 `cp {0} {1}`"},
            {shell_word(own), shell_word(high_water)});
        return;
      }
      const audit::Mark mark =
          audit::read_high_water(high_water.empty() ? own : high_water, keys->signers().back().name);
      reader->renew();  // a server may have moved both meanwhile, the log first
      if (reader->size() < mark.size) {
        bad("log",
            told({"{0} has the size {1}, its keys remember {2}: an old copy was put back",
                  "{0} 只有 {1} 条记录，而其密钥记得 {2} 条：放回的是旧副本"},
                 {path, std::to_string(reader->size()), std::to_string(mark.size)}),
            {"put back the newest copy; if it is lost, `caveat log restore {0}{1} --reason TEXT` begins a new epoch",
             "请恢复最新的副本；若已丢失，`caveat log restore {0}{1} --reason TEXT` 开始新世代"},
            {shell_word(path), where});
        return;
      }
      const auto changed = keys->prepared_key()  // the start ends a change that was cut off
                               ? std::nullopt
                               : audit::changed_behind(reader->store(), signers, &audit::verify_signature);
      if (changed)
        throw audit::Error(audit::codes::kKeysMissing, keys->dir(), {keys->dir(), audit::of_before(*changed)});
      if (const auto note = reader->checkpoint();
          note && !audit::open_checkpoint(*note, signers, &audit::verify_signature))
        throw audit::Error(audit::codes::kLogBroken, path,
                           {path, "its newest checkpoint is by no key of the set beside it"});
      if (!keys->prepared_key() && !audit::by_the_key_of_now(reader->store(), signers, &audit::verify_signature))
        throw audit::Error(audit::codes::kLogBroken, path,
                           {path, "its newest checkpoint is signed by a key that was retired before"});
      if (mark.size > 0 && reader->root(mark.size) != mark.root)
        throw audit::Error(audit::codes::kLogDiverged, path, {path, std::to_string(mark.size)});
    }
    good("log", {"{0}, {1}", "{0}，{1}"},
         {path, counted(static_cast<std::size_t>(reader->size()), terminal_, "record", "records", "条记录")});
    clock(*reader);
  } catch (const Error& error) {
    if (keys != nullptr && looks > 1)
      if (const auto now = changed_since(*keys)) return log(path, now.get(), high_water, where, looks - 1);
    if (is_anothers(path, keys))
      return set_key("log", error.message(terminal_.language), "path", free_log(),
                     {"`caveat serve --log FILE`, with a FILE that is not there yet or is the log",
                      "`caveat serve --log FILE`，FILE 为尚不存在的文件或原有日志"},
                     {});
    const std::string mark = !high_water.empty() || keys == nullptr ? high_water : keys->dir() + "/high-water";
    bad("log", error.message(terminal_.language), cure_of_log(error.code()),
        {shell_word(path), shell_word(mark), shell_word(keys == nullptr ? "" : keys->dir()), journal_beside(path)});
  }
}

void Doctor::clock(const audit::LogReader& reader) {
  if (reader.size() == 0) return;
  const Result<audit::Header> newest = audit::decode_header(reader.header(reader.size() - 1).value_or(""));
  if (!newest) return;
  SystemClock clock;
  const Microseconds now = clock.wall_us();
  if (std::optional<std::string> ahead = ahead_of_clock(newest->time_us, now, terminal_.language))
    bad("clock", *std::move(ahead),
        {"if the clock is wrong, set it: `timedatectl set-ntp true`. If it is right, it was ahead once: nothing is "
         "lost and the order of records "
         "holds; wait until it has come so far, or keep this log and its keys as they are and begin another (another "
         "[log] path), whose times are right at once",
         "若时钟有误，请校准：`timedatectl set-ntp "
         "true`"
         "。若时钟正确，则它曾经超前：记录没有丢失，顺序不变；请等到时钟到达该时刻，或原样保留此日志及其密钥，另开新"
         "日志（更换 [log] path），新日志的时刻立即正确"},
        {});
  else
    good("clock", {"it shows {0}, not before the newest record", "时钟显示 {0}，不早于最新记录"},
         {format_instant(now, 0)});
}

}  // namespace caveat::cli
