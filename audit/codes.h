// Codes of the audit room: what can be wrong with a log, its keys, or a record, note or key file that was handed in.
//
// Promises   each sentence says what was found, what was expected, and what to do next
#pragma once

#include "engine/base/code.h"

namespace caveat::audit::codes {

// Things handed in (Problems).
inline constexpr Code kBadRecord{"bad_record", "This is no record that Caveat writes: {0}.",
                                 "这不是 Caveat 写出的记录：{0}。", 422, 5};
inline constexpr Code kLogFormat{
    "log_format",
    "{0} has record format {1}; this build reads format {2}. Use the build that wrote it, or start a new log.",
    "{0} 的记录格式为 {1}；本版本只读取格式 {2}。请使用写入它的版本，或新建日志。", 422, 3};
inline constexpr Code kBadNote{"bad_note", "This is no signed note: {0}.", "这不是有效的签名说明（signed note）：{0}。",
                               422, 5};
inline constexpr Code kBadCheckpoint{"bad_checkpoint", "This is no checkpoint: {0}.", "这不是有效的检查点：{0}。", 422,
                                     5};
inline constexpr Code kBadProof{"bad_proof", "This is no proof of a log entry: {0}.", "这不是有效的日志证明：{0}。",
                                422, 5};
inline constexpr Code kBadVerifierKey{"bad_verifier_key",
                                      "This is no verifier key: {0}. Expected one line NAME+HASH+KEY, as in log.vkey.",
                                      "这不是有效的验证公钥：{0}。应为一行 NAME+HASH+KEY，如 log.vkey 所示。", 422, 3};

inline constexpr Code kKeyOtherLog{"key_other_log",
                                   "The key named is for the log {0}, and this is {1}. Give the log.vkey of this log.",
                                   "所指定的公钥属于日志 {0}，而这是 {1}。请给出本日志的 log.vkey。", 422, 3};
inline constexpr Code kKeptCheckpoint{
    "kept_checkpoint",
    "{0} cannot be held against the log: {1}. Give the checkpoint as it was kept, and name the key that signed it.",
    "{0} 无法与日志比对：{1}。请给出当初保存的检查点，并指定签署它的公钥。", 422, 3};

inline constexpr Code kOtherMark{
    "other_mark",
    "{0} cannot be held against the log: it is damaged, or no high-water mark of this log. Name the log's own mark, as "
    "[log] high_water has it; without --high-water the one among its keys is taken.",
    "{0} 无法与日志比对：它已损坏，或不是本日志的高水位标记。请指明本日志的标记，即 [log] high_water "
    "所指；不写 --high-water 则取密钥目录中的标记。",
    422, 3};

// The log file.
inline constexpr Code kLogMissing{
    "log_missing", "There is no log {0}. Give the path of an existing log, or let `caveat decide` make one.",
    "日志 {0} 不存在。请给出已有日志的路径，或由 `caveat decide` 新建。", 500, 4};
inline constexpr Code kLogGone{
    "log_gone",
    "{0} is not there, and the keys in {1} know that it was. If it was moved, put it back with its -wal; else put back "
    "the newest copy. Where there is none, keep these keys as they are and begin another log, under another name and "
    "with keys of its own.",
    "{0} 不存在，而 {1} 中的密钥记得它曾经存在。若只是被移走，请连同其 -wal "
    "移回；否则请恢复最新的副本。若没有副本，请原"
    "样保留这套密钥，另用新的文件名和新的密钥开始另一份日志。",
    500, 4};
inline constexpr Code kLogNotThere{
    "log_not_there",
    "There is no log {0}, and the keys in {1} are of a log that was written to. Check the name first. If that log was "
    "moved, put it back with its -wal; if it is lost, its newest copy. Where there is none, keep these keys as they "
    "are "
    "and begin another log, under another name and with keys of its own.",
    "日志 {0} 不存在，而 {1} "
    "中的密钥属于一份已有记录的日志。请先核对名称。若该日志被移走，请连同其 -wal "
    "移回；若已丢失，请恢复最新的副本。若没有副本，请原样保留这套密钥，另用新的文件名和新的密钥开始另一份日志。",
    500, 4};
inline constexpr Code kLogExists{"log_exists", "{0} exists already and is left as it is. Choose another path.",
                                 "{0} 已存在，未作改动。请另选路径。", 500, 4};
inline constexpr Code kLogForeign{
    "log_foreign", "{0} is no Caveat log: {1}. Give the path of one, or let `caveat decide` make one where no file is.",
    "{0} 不是 Caveat 日志：{1}。请给出 Caveat 日志的路径，或由 `caveat decide` 在尚无文件之处新建。", 500, 4};
inline constexpr Code kLogHalfWritten{"log_half_written",
                                      "{0} is incomplete: {1}. Put back a whole copy from the back-up.",
                                      "{0} 不完整：{1}。请从备份恢复完整的副本。", 500, 4};
inline constexpr Code kLogReadOnly{
    "log_read_only",
    "{0} cannot be written: {1}. The folder that it lies in must be there, and this user have the right to write both.",
    "{0} 无法写入：{1}。其所在目录须已存在，且当前用户对文件与目录均有写权限。", 500, 4};
inline constexpr Code kLogInUse{
    "log_in_use",
    "{0} is being written by process {1}. One log has one writer; stop that process or choose another log.",
    "{0} 正由进程 {1} 写入。一份日志只能有一个写入者；请停止该进程或另选日志。",
    500,
    4,
    true};
inline constexpr Code kLogReplaced{"log_replaced",
                                   "{0} was moved, replaced or linked while it was open. Nothing more is written to "
                                   "it; put the file back and start again.",
                                   "{0} 在打开期间被移动、替换或链接，已停止写入。请放回原文件后重新启动。", 500, 4};
inline constexpr Code kLogLinked{
    "log_linked",
    "{0} has a second name (a hard link): what the log holds may lie beside the other one. Use the log by its own name "
    "and "
    "take the link away; for a copy, copy the file and its -wal.",
    "{0} 另有一个名称（硬链接）：日志的部分内容可能在另一名称旁。请使用日志原名并删除该链接；如需副本，请复制文件及其 "
    "-wal。",
    500, 4};
inline constexpr Code kLogPartedUnsaved{
    "log_parted_unsaved",
    "{0} was moved, replaced or linked while the log was open, and what it held could neither be moved into {1} nor be "
    "copied beside it: look for room on the disk. Put {0} back as it was before you start again.",
    "{0} 在日志打开期间被移动、替换或链接，其内容既未能移入 "
    "{1}，也未能在其旁保存副本：请检查磁盘空间。重新启动前请放回原来的 {0}。",
    500, 4};
inline constexpr Code kLogParted{
    "log_parted",
    "{0} was moved, replaced or linked while the log was open. What it held was moved into {1}, and the turns under "
    "way "
    "were not recorded. The log goes on with new files beside it: take nothing away from there while it is open.",
    "{0} 在日志打开期间被移动、替换或链接。其内容已移入 "
    "{1}，进行中的请求未被记录。日志将使用新的附属文件继续运行：打开期间请勿移走其旁的文件。",
    500, 4};
inline constexpr Code kLogRolledBack{
    "log_rolled_back",
    "{0} has the size {1}, but its keys remember {2}: an old copy was put back. Put back the newest copy; if there is "
    "none, "
    "`caveat log restore {0} --reason TEXT` goes on from here and records what is missing.",
    "{0} 只有 {1} 条记录，而其密钥记得 {2} 条：放回的是旧副本。请恢复最新的副本；若已没有，`caveat log restore {0} "
    "--reason TEXT` "
    "将由此继续，并记下缺失的部分。",
    500, 5};
inline constexpr Code kLogDiverged{
    "log_diverged",
    "{0} is not the log its keys remember: at size {1} its root differs. Put back the log that belongs to these keys.",
    "{0} 与其密钥所记不符：在大小 {1} 处根哈希不同。请恢复属于这套密钥的日志。", 500, 5};
inline constexpr Code kLogBroken{
    "log_broken", "{0} was changed from outside: {1}. Run `caveat log verify` to see what, and put back a whole copy.",
    "{0} 被外部改动：{1}。请运行 `caveat log verify` 查看详情，并恢复完整的副本。", 500, 5};
inline constexpr Code kLogNewer{"log_newer", "{0} has layout {1}, this build knows {2}. Use the build that wrote it.",
                                "{0} 的存储版本为 {1}，本版本只支持 {2}。请使用写入它的版本。", 500, 3};
inline constexpr Code kStorage{
    "storage",
    "{0} could not be written: {1}. What waited is handed to a person; the log is opened again by itself.",
    "{0} 写入失败：{1}。等待中的请求已转人工；日志会自动重新打开。",
    503,
    4,
    true};

// A database that is only read: a log, or the data.db of its keys.
inline constexpr Code kDamaged{
    "damaged", "{0} is damaged: {1}. Put back a whole copy; of a log, `caveat log verify` says how far it can be read.",
    "{0} 已损坏：{1}。请恢复完整的副本；若是日志，`caveat log verify` 会说明可读至何处。", 500, 4};
inline constexpr Code kUnreadable{
    "unreadable",
    "{0} could not be read: {1}. Look whether its disk is full or failing and whether this user may read it and its "
    "folder, then run this again.",
    "{0} 读取失败：{1}。请检查磁盘是否已满或有故障，以及当前用户能否读取该文件及其目录，然后重试。", 500, 4};

// The key set.
inline constexpr Code kKeysMissing{"keys_missing",
                                   "The keys of the log are not at {0}: {1}. Put the key set back, or name its folder.",
                                   "日志的密钥不在 {0}：{1}。请放回密钥，或指明其目录。", 500, 4};
inline constexpr Code kKeysRescued{
    "keys_rescued",
    "In {0} lies data.db.rescued: all keys as of when data.db was taken away from a log that was open. What goes on "
    "without "
    "them could never be joined with them again; put them back first: cd {0} && rm -f data.db-wal data.db-shm && mv "
    "data.db.rescued data.db",
    "{0} 中有 data.db.rescued：日志打开期间 data.db "
    "被移走时保存的全部密钥。若不先恢复，此后的密钥将无法与其合并。请先执行：cd {0} && rm -f "
    "data.db-wal data.db-shm && mv data.db.rescued data.db",
    500, 4};
inline constexpr Code kKeysUnreadable{
    "keys_unreadable",
    "The keys in {0} cannot be read by this user: {1}. Run this as the user whom they belong to. To verify a log, its "
    "public key is enough: "
    "name it by --key.",
    "当前用户无法读取 {0} 中的密钥：{1}。请以密钥所属的用户运行。若只是核验日志，有公钥即可：以 --key 指定。", 500, 4};
inline constexpr Code kKeysExist{"keys_exist", "{0} exists already and is left as it is. Choose another folder.",
                                 "{0} 已存在，未作改动。请另选目录。", 500, 4};
inline constexpr Code kKeysOtherLog{
    "keys_other_log", "The keys in {0} belong to the log {1}, not to {2}. Use the key set that lies beside the log.",
    "{0} 中的密钥属于日志 {1}，而不是 {2}。请使用与该日志相配的密钥。", 500, 4};
inline constexpr Code kKeyFile{"key_file", "{0} is no key file: {1}. Put back the file from a back-up.",
                               "{0} 不是有效的密钥文件：{1}。请从备份恢复。", 500, 4};
inline constexpr Code kKeyPassphrase{
    "key_passphrase", "{0} is protected by a passphrase: {1}. Set CAVEAT_PASSPHRASE_FILE to the file that holds it.",
    "{0} 受口令保护：{1}。请将 CAVEAT_PASSPHRASE_FILE 设为存放口令的文件。", 500, 4};
inline constexpr Code kPassphraseFile{
    "passphrase_file",
    "No passphrase can be read from {0}: {1}. Name a file that holds one line of at most 4096 bytes.",
    "无法从 {0} 读取口令：{1}。请指定含一行口令（至多 4096 字节）的文件。", 500, 4};
inline constexpr Code kKeyMode{"key_mode", "{0} can be read by others (mode {1}). Run `chmod 600` on it.",
                               "{0} 可被其他用户读取（权限 {1}）。请执行 `chmod 600`。", 500, 4};
inline constexpr Code kKeyUnwrap{
    "key_unwrap", "A key in {0} cannot be unwrapped: {1}. Put back the file from a back-up of the same key set.",
    "{0} 中的密钥无法解开：{1}。请从同一套密钥的备份恢复。", 500, 4};
inline constexpr Code kHighWater{"high_water",
                                 "{0} is {1}. Without it an old copy of the log would pass unseen: put it back; if it "
                                 "is lost, `caveat log restore LOG "
                                 "--reason TEXT` begins a new one and records that.",
                                 "{0} {1}。缺少它便无法发现日志被旧副本替换：请放回该文件；若已丢失，`caveat log "
                                 "restore LOG --reason TEXT` 将新建并记录此事。",
                                 500, 4};
inline constexpr Code kEpochNotNeeded{"epoch_not_needed",
                                      "{0} reaches its high-water mark: nothing is missing, and no new epoch is begun.",
                                      "{0} 达到其高水位标记：没有缺失，不开始新世代。", 500, 1};
inline constexpr Code kKeyChanged{
    "key_changed",
    "The key of {0} was changed while the package was made, which no key would verify: "
    "nothing was written or recorded. Make it again.",
    "生成证据包期间 {0} 的密钥已更换，该证据包将无法核验：未写入任何文件，也未记录。请重新生成。",
    500,
    4,
    true};
inline constexpr Code kBodyClosed{"body_closed", "Record {0} cannot be opened: {1}.", "记录 {0} 无法打开：{1}。", 500,
                                  5};
inline constexpr Code kNotYet{"not_yet", "{0} is not there yet.", "{0} 尚未实现。", 501, 2};

}  // namespace caveat::audit::codes
