#include <algorithm>
#include <filesystem>

#include "audit/log/about.h"
#include "audit/log/log_inside.h"
#include "audit/log/older_keys.h"
#include "audit/log/open_day.h"
#include "audit/log/reader.h"
#include "audit/log/tiles.h"
#include "audit/record/decode.h"
#include "audit/record/layout.h"
#include "audit/store/sqlite.h"

namespace caveat::audit {

namespace fs = std::filesystem;

void GroupCommitLog::open_keys() {
  const std::string& path = options_.path;
  std::error_code ignored;
  if (fs::is_directory(options_.high_water, ignored))
    throw Error(codes::kLogReadOnly, options_.high_water, {options_.high_water, "it is a folder"});
  bool log_there = fs::exists(path, ignored);
  if (log_there) {
    must_have_one_name(path);
    refuse_other_formats();
  }
  const auto must_be_there = [&] {
    log_there = fs::exists(path, ignored);
    if (!log_there && !options_.create) {
      if (was_there(options_.high_water)) throw log_gone(path, options_.keys_dir);
      throw Error(codes::kLogMissing, path, {path});
    }
    if (log_there && !KeyStore::exists(options_.keys_dir))
      throw Error(codes::kKeysMissing, options_.keys_dir, {options_.keys_dir, "there is no key set"});
  };
  must_be_there();
  // Before the keys are read: who has it now may change them, or make log and keys.
  lock_ = std::make_unique<WriterLock>(path);
  must_be_there();
  const bool keys_there = KeyStore::exists(options_.keys_dir);
  const KeyStoreOptions key_options{.writable = true, .random = options_.random, .vfs = options_.vfs};
  const std::int64_t created = log_there ? 0 : now();  // before keys are made for nothing
  try {
    keys_ = keys_there ? KeyStore::open(options_.keys_dir, key_options)
                       : KeyStore::create(options_.keys_dir, options_.origin, key_options);
  } catch (const SqliteError&) {  // on a disk that only reads it is the log that is told
    if (log_there) must_be_writable(path);
    throw;
  }
  if (!options_.origin.empty() && options_.origin != keys_->origin())
    throw Error(codes::kKeysOtherLog, options_.keys_dir, {options_.keys_dir, keys_->origin(), options_.origin});
  if (log_there) return;

  made_keys_ = !keys_there;
  // A log that was there has a mark somewhere: one that is made anew would say that nothing is missing.
  if (!own_mark_ && !keys_->bound_log() && !fs::exists(options_.high_water, ignored))
    create_high_water(options_.high_water, keys_->origin());
  if (read_high_water(options_.high_water, keys_->signers().back().name).size > 0)  // by the name of the last epoch
    throw log_gone(path, options_.keys_dir);
  const std::string note = keys_->sign(about_text({.format = kFormat,
                                                   .origin = keys_->origin(),
                                                   .suite = "intl",
                                                   .created = format_instant(created, 0),
                                                   .sqlite = options_.sqlite}));
  keys_->bind_log(sha256(note));  // before the log appears: a log never stands without the keys that know it
  create_sqlite_store(path, note, {.vfs = options_.vfs});
}

// Before its keys, which are then of another format too; a foreign file is named as such.
void GroupCommitLog::refuse_other_formats() const {
  const std::string& path = options_.path;
  const Result<About> about = parse_about(open_sqlite_reader(path)->about());
  if (!about && about.error().code == &codes::kLogFormat)
    throw Error(codes::kLogFormat, path,
                {path, about.error().items.front().found, about.error().items.front().expected});
}

// Opens the file and holds it against everything that is known of it: note, newest checkpoint, high-water mark, and what
// this process has answered for.
void GroupCommitLog::open_store() {
  const std::string& path = options_.path;
  if (lock_ == nullptr || !lock_->held()) {  // it was taken away, and could not be had the last time
    lock_.reset();
    lock_ = std::make_unique<WriterLock>(path);
  }
  auto store = open_sqlite_store(path, {.vfs = options_.vfs,
                                        .recent_tag_rows = options_.recent_tag_rows,
                                        .wal_pages = options_.wal_pages,
                                        .served = options_.served,
                                        .locked = true});
  StoreReader& reader = store->reader();
  const std::string note = reader.about();
  const Result<About> about = parse_about(note);
  if (!about) {
    const ProblemItem& item = about.error().items.front();
    if (about.error().code == &codes::kLogFormat)
      throw Error(codes::kLogFormat, path, {path, item.found, item.expected});
    throw Error(codes::kLogBroken, path, {path, "its note about itself is not what Caveat writes"});
  }
  const auto newest = reader.newest_checkpoint(kTreeSha256);
  const std::uint64_t size = newest ? newest->size : 0;
  if (keys_->bound_log() == sha256(note)) finish_signer(reader, size);
  const std::vector<VerifierKey> known = keys_->signers();
  origin_ = known.back().name;
  if (about->origin != keys_->origin() || keys_->bound_log() != sha256(note) ||
      !open_note(note, known, &verify_signature))
    throw Error(codes::kKeysOtherLog, options_.keys_dir, {options_.keys_dir, keys_->origin(), about->origin});

  if (const auto changed = changed_behind(reader, known, &verify_signature))
    throw Error(codes::kKeysMissing, options_.keys_dir, {options_.keys_dir, of_before(*changed)});
  std::optional<Mark> lost;
  Mark mark = mark_of(size, lost);
  if (mark.size < durable_size_) mark = {.size = durable_size_, .root = root_, .one_line_damaged = false};
  if (mark.size > size)
    throw Error(codes::kLogRolledBack, path, {path, std::to_string(size), std::to_string(mark.size)});
  const auto root_at = [&](std::uint64_t at) {
    return range_root(0, at,
                      [&](unsigned level, std::uint64_t position) { return stored_node(reader, level, position); });
  };
  if (!lost && root_at(mark.size) != mark.root)
    throw Error(codes::kLogDiverged, path, {path, std::to_string(mark.size)});

  NodeCache cache;
  Frontier tree(size,
                [&](unsigned level, std::uint64_t position) { return stored_node(reader, level, position, &cache); });
  std::int64_t last_time = 0;
  if (newest) {
    const Result<Checkpoint> checkpoint = open_checkpoint(newest->note, known, &verify_signature);
    if (!checkpoint || checkpoint->size != size || checkpoint->root != tree.root())
      throw Error(codes::kLogBroken, path, {path, "its newest checkpoint does not fit its records"});
    const auto leaf = reader.header(size - 1);
    const Result<Header> header = decode_header(leaf.value_or(""));
    if (!header) throw Error(codes::kLogBroken, path, {path, "its newest record cannot be read"});
    if (!lost && !by_the_key_of_now(reader, known, &verify_signature))  // an epoch changes to it
      throw Error(codes::kLogBroken, path, {path, "its newest checkpoint is signed by a key that was retired before"});
    last_time = header->time_us;
  }
  if (!reader.outside(size).empty())
    throw Error(codes::kLogBroken, path, {path, "it has records that no checkpoint covers"});

  std::unique_ptr<HighWater> mark_file;
  if (lost) {
    begin_epoch(*lost, size, newest ? newest->note : std::string());
  } else {
    mark_file = std::make_unique<HighWater>(options_.high_water, origin_);
    if (mark.size < size) mark_file->write(size, tree.root());  // the process ended between commit and mark
  }
  if (options_.wrap_store) store = options_.wrap_store(std::move(store));
  store_ = std::move(store);
  if (state_ != nullptr) state_->opened();
  mark_ = std::move(mark_file);
  tree_ = std::move(tree);
  last_time_ = last_time;
  tally_ = size == 0 ? std::optional(Tally{}) : std::nullopt;
  day_first_ = 0;
  so_far_ = read_open_day(store_->reader(), size);
  counted_to_ = so_far_ ? so_far_->records.end : 0;
  const std::lock_guard lock(mutex_);
  durable_size_ = size;
  root_ = tree_.root();
  note_ = newest ? std::make_shared<const std::string>(newest->note) : nullptr;
}

// True: records that were given up as lost are there after all. Whoever read the state in between read too little, so he fails too.
bool GroupCommitLog::open_store_again() {
  const std::uint64_t before = size();
  open_store();
  const std::lock_guard lock(mutex_);
  if (durable_size_ == before) return false;
  ++ground_;
  for (auto& slot : slots_) slot.doomed = true;
  return true;
}

// A change of signer that was cut off between its record and the key set is ended; one whose record never came is dropped.
void GroupCommitLog::finish_signer(StoreReader& reader, std::uint64_t size) {
  const std::optional<std::string> prepared = keys_->prepared_key();
  if (!prepared && !keys_->prepared_is_broken()) return;
  const Result<Header> header = size > 0 ? decode_header(reader.header(size - 1).value_or("")) : decode_header("");
  if (header && (header->context.kind == Kind::key_rotated || header->context.kind == Kind::epoch)) {
    const Result<OpenedRecord> opened = open_record(*keys_, *header, reader.body(size - 1).value_or(""));
    const SectionBytes* section = opened ? opened->find(Section::event) : nullptr;
    const Result<Event> event = section == nullptr ? Result<Event>(tl::unexpected(Problem{}))
                                                   : decode_event(header->context.kind, section->encoded);
    KeyStore::NextSigner next;
    if (event) {
      const bool rotated = header->context.kind == Kind::key_rotated;
      const std::string line =
          rotated ? std::get<KeyMade>(*event).verifier_key : std::get<Epoch>(*event).verifier_key.value_or("");
      next.note = (rotated ? std::get<KeyMade>(*event).note : std::get<Epoch>(*event).note).value_or("");
      if (Result<VerifierKey> key = parse_verifier_key(line)) next.key = std::move(*key);
    }
    // Adopted already: cut off was only the end of it.
    const bool adopted = next.key == keys_->verifier();
    if (!prepared && !adopted) {
      const std::string path = options_.keys_dir + "/signing.key.next";
      throw Error(codes::kKeyFile, path, {path, "the newest record of the log names the key that it should hold"});
    }
    if (!adopted && next.key.key == *prepared) {
      if (next.key.name != keys_->verifier().name) replace_high_water(next.key.name, size, reader);
      keys_->adopt_signer(next);
      return;
    }
  }
  keys_->drop_prepared();
}

void GroupCommitLog::replace_high_water(const std::string& name, std::uint64_t size, StoreReader& reader) {
  const Digest root =
      range_root(0, size, [&](unsigned level, std::uint64_t position) { return stored_node(reader, level, position); });
  const std::string making = options_.high_water + ".new";
  std::error_code ignored;
  fs::remove(making, ignored);
  create_high_water(making, name);
  HighWater fresh(making, name);
  fresh.write(size, root);
  fresh.sync();
  fs::rename(making, options_.high_water, ignored);
  if (ignored) throw Error(codes::kStorage, options_.high_water, {options_.high_water, ignored.message()});
}

// Another SQLite than the one that wrote last is a change of what the log stands on, and so a record.
void GroupCommitLog::look_at_the_writer() {
  const Result<About> about = parse_about(store_->reader().about());
  const auto known = state_->read(kWriterKey);
  const std::string before = known ? known->value : about ? about->sqlite : std::string();
  if (before != options_.sqlite) writer_before_ = before;
}

// The mark, or what is known of a lost end where a new epoch is to begin.
Mark GroupCommitLog::mark_of(std::uint64_t size, std::optional<Mark>& lost) {
  Mark mark;
  try {
    mark = read_high_water(options_.high_water, origin_);
    if (!options_.new_epoch || mark.size <= size) {
      if (options_.new_epoch) throw Error(codes::kEpochNotNeeded, options_.path, {options_.path});
      return mark;
    }
  } catch (const Error& error) {
    if (!options_.new_epoch || &error.code() != &codes::kHighWater) throw;
  }
  lost = mark;
  return {.size = 0, .root = empty_root(), .one_line_damaged = false};
}

void GroupCommitLog::begin_epoch(const Mark& lost, std::uint64_t size, std::string newest) {
  std::size_t epochs = 1;
  std::string last = keys_->origin();
  for (const VerifierKey& signer : keys_->signers()) {
    if (signer.name == last) continue;
    last = signer.name;
    ++epochs;
  }
  KeyStore::NextSigner next = keys_->prepare_signer(keys_->origin() + "/epoch-" + std::to_string(epochs + 1));
  epoch_event_ = Epoch{.checkpoint = std::move(newest),
                       .by = options_.new_epoch->by,
                       .reason = options_.new_epoch->reason,
                       .lost = lost.size > size ? lost.size - size : 0,
                       .root = {},
                       .verifier_key = format_verifier_key(next.key),
                       .note = next.note};
  if (lost.size > size) epoch_event_.root = lost.root;
  origin_ = next.key.name;
  epoch_ = std::move(next);
  options_.new_epoch.reset();
}

// What an earlier commit kept of the day that was open then. Nothing that fits: the records are counted.
std::optional<Closing> GroupCommitLog::read_open_day(StoreReader& reader, std::uint64_t size) {
  const StateKey key = open_day_key();
  const TagValue subject = keyed_subject(*keys_, key), discriminator = keyed_discriminator(*keys_, key);
  const auto row = reader.state(key.kind, subject, discriminator);
  const auto value = row ? open_value(*keys_, key.kind, subject, discriminator, row->value) : std::nullopt;
  Result<Event> event = value ? decode_event(Kind::closing, *value) : tl::unexpected(Problem{});
  if (!event || std::get<Closing>(*event).records.end > size) return std::nullopt;
  return std::get<Closing>(std::move(*event));
}

}  // namespace caveat::audit
