// The log in SQLite. Durable steps and their order: audit/README.md.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <utility>

#include "audit/codes.h"
#include "audit/store/files.h"
#include "audit/store/migrations.h"
#include "audit/store/sqlite.h"
#include "audit/store/store.h"
#include "audit/store/wal_mover.h"
#include "audit/store/writer_lock.h"

namespace caveat::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kApplicationId = 0x43415654;  // "CAVT", in the file's header
// A cell may hold any number, and one that does not fit must not pass for one that does.
template <class Number>
Number narrow(std::int64_t value) {
  return std::in_range<Number>(value) ? static_cast<Number>(value) : std::numeric_limits<Number>::max();
}

constexpr std::size_t kTagsAtOnce = 32;  // in one statement, which costs as much as some of them
constexpr int kBlockBits = 16;           // of the records whose sorted tags lie together
constexpr std::int64_t kRestPages = 64;  // so few pages of the WAL are moved between two commits
constexpr std::int64_t kMoves = 20;      // of `wal_pages` each, before that rest is

std::string_view text_of(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Of which SQLite knows nothing: the WAL lies beside the one that it was opened by.
bool has_second_name(const std::string& path) {
  struct stat file{};
  return ::stat(path.c_str(), &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink > 1;
}

// What is wrong with a file that is to be a log, before anything is written to it.
void judge(Database& db) {
  const std::string& path = db.path();
  try {
    if (db.number("PRAGMA application_id") != kApplicationId)
      throw Error(codes::kLogForeign, path, {path, "it is a database of something else"});
    if (db.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'about'") != 1 ||
        db.number("SELECT count(*) FROM about") != 1)
      throw Error(codes::kLogHalfWritten, path, {path, "it does not say which log it is"});
    const std::int64_t pages = db.number("PRAGMA page_count");
    const std::int64_t newest = log_migrations().back().number;
    const std::int64_t layout = db.number("PRAGMA user_version");
    if (layout > newest) throw Error(codes::kLogNewer, path, {path, std::to_string(layout), std::to_string(newest)});
    std::error_code ignored;
    const std::string beside = db.wal_path();
    const auto wal = fs::exists(beside, ignored) ? fs::file_size(beside, ignored) : 0;
    if (wal == 0 && static_cast<std::int64_t>(fs::file_size(path, ignored)) < pages * db.number("PRAGMA page_size")) {
      if (has_second_name(path)) throw Error(codes::kLogLinked, path, {path});
      throw Error(codes::kLogHalfWritten, path, {path, "the file is shorter than it says"});
    }
  } catch (const SqliteError& error) {
    if (error.not_a_database()) {
      std::error_code ignored;
      const bool cut = fs::file_size(path, ignored) >= 100 && error.corrupt();
      throw Error(cut ? codes::kLogHalfWritten : codes::kLogForeign, path,
                  {path, cut ? error.words() : "it is no database"});
    }
    throw;
  }
}

void must_exist(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw Error(codes::kLogMissing, path, {path});
  if (fs::is_directory(path, ignored)) throw Error(codes::kLogForeign, path, {path, "it is a folder"});
  if (!fs::is_regular_file(path, ignored)) throw Error(codes::kLogForeign, path, {path, "it is no file"});
  if (fs::file_size(path, ignored) == 0) throw Error(codes::kLogForeign, path, {path, "it is empty"});
}

void each_tag_of(std::string_view row, const auto& visit) {
  for (std::size_t at = 0; at < row.size(); at += TagValue{}.size()) visit(row.substr(at, TagValue{}.size()));
}

// How far the merge that is under way has come: which tags of `recent_tags` lie sorted already.
struct TagMerge {
  std::int64_t first = 0, below = 0, index = 0;
  std::string tag;
  bool has(std::string_view other, std::int64_t at) const {
    return at >= first && at < below && std::pair(other, at) <= std::pair(std::string_view(tag), index);
  }
};
std::optional<TagMerge> read_merge(Database& db) {
  Statement row = db.prepare("SELECT first, below, idx, tag FROM tag_merge WHERE id = 1");
  if (!row.step()) return std::nullopt;
  return TagMerge{
      .first = row.integer(0), .below = row.integer(1), .index = row.integer(2), .tag = std::string(row.bytes(3))};
}

// Tags that are to be merged, as they come; sorted a few at a time, when it is their turn.
class TagsToMerge {
 public:
  void add(std::string_view tag, std::int64_t index) {
    TagValue value{};
    std::copy_n(tag.begin(), std::min(tag.size(), value.size()), reinterpret_cast<char*>(value.data()));
    parts_[value[0]].emplace_back(value, index);
    ++size_;
  }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::pair<TagValue, std::int64_t> take() {  // the least
    while (next_ == parts_[part_].size()) {
      parts_[part_++].clear();
      next_ = 0;
    }
    auto& part = parts_[part_];
    if (next_ == 0) std::sort(part.begin(), part.end());
    --size_;
    return part[next_++];
  }

 private:
  std::array<std::vector<std::pair<TagValue, std::int64_t>>, 256> parts_;  // by the first byte: they are spread evenly
  std::size_t part_ = 0, next_ = 0, size_ = 0;
};

class SqliteReader final : public StoreReader {
 public:
  explicit SqliteReader(Database& db) : db_(db) {}
  explicit SqliteReader(std::unique_ptr<Database> db, bool snapshot)
      : owned_(std::move(db)), db_(*owned_), snapshot_(snapshot) {
    begin();
  }

  const std::string& path() const override { return db_.path(); }

  std::string about() override { return db_.text("SELECT note FROM about WHERE id = 1"); }

  std::vector<std::string> about_rows() override {
    std::vector<std::string> rows;
    Statement all = db_.prepare("SELECT note FROM about ORDER BY id");
    while (all.step()) rows.emplace_back(all.bytes(0));
    return rows;
  }

  std::optional<std::string> header(std::uint64_t index) override {
    return cell(kept(header_, "SELECT header FROM headers WHERE idx = ?").bind(1, index));
  }

  std::optional<std::string> body(std::uint64_t index) override {
    return cell(kept(body_, "SELECT sealed FROM bodies WHERE idx = ?").bind(1, index));
  }

  std::optional<Digest> tile(int tree, unsigned level, std::uint64_t position) override {
    Statement& row = kept(tile_, "SELECT hash FROM tiles WHERE tree = ? AND level = ? AND position = ?");
    const auto bytes = cell(row.bind(1, tree).bind(2, static_cast<std::int64_t>(level)).bind(3, position));
    Digest hash{};
    if (!bytes || bytes->size() != hash.size()) return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), reinterpret_cast<char*>(hash.data()));
    return hash;
  }

  std::optional<StoredCheckpoint> newest_checkpoint(int tree) override {
    Statement row = db_.prepare(
        "SELECT tree, size, previous, time_us, note FROM checkpoints WHERE tree = ? ORDER BY size DESC LIMIT 1");
    row.bind(1, tree);
    if (!row.step()) return std::nullopt;
    return read_checkpoint(row);
  }

  std::optional<StoredCheckpoint> checkpoint(int tree, std::uint64_t size) override {
    Statement row =
        db_.prepare("SELECT tree, size, previous, time_us, note FROM checkpoints WHERE tree = ? AND size = ?");
    row.bind(1, tree).bind(2, size);
    if (!row.step()) return std::nullopt;
    return read_checkpoint(row);
  }

  std::vector<std::uint64_t> find_tag(const TagValue& tag) override {
    std::vector<std::uint64_t> found;
    Statement sorted = db_.prepare("SELECT idx FROM tags WHERE tag = ? ORDER BY idx");
    sorted.bind_blob(1, view(tag));
    while (sorted.step()) found.push_back(static_cast<std::uint64_t>(sorted.integer(0)));
    if (has_blocks()) {
      // Those that are there: a number that somebody wrote into the file says nothing of how many there are.
      Statement next = db_.prepare("SELECT block FROM block_tags WHERE block > ? ORDER BY block LIMIT 1");
      Statement in_block = db_.prepare("SELECT idx FROM block_tags WHERE block = ? AND tag = ?");
      next.bind(1, std::int64_t{-1});
      while (next.step()) {
        const std::int64_t block = next.integer(0);
        in_block.bind(1, block).bind_blob(2, view(tag));
        while (in_block.step()) found.push_back(static_cast<std::uint64_t>(in_block.integer(0)));
        next.reset();
        next.bind(1, block);
      }
    }
    Statement recent = db_.prepare("SELECT idx, tags FROM recent_tags ORDER BY idx");
    while (recent.step())
      each_tag_of(recent.bytes(1), [&](std::string_view one) {
        if (one == view(tag)) found.push_back(static_cast<std::uint64_t>(recent.integer(0)));
      });
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
  }

  std::optional<StoredStateRow> state(StateKind kind, const TagValue& subject, const TagValue& discriminator) override {
    Statement& row = kept(state_,
                          "SELECT kind, subject, discriminator, version, idx, value FROM state "
                          "WHERE kind = ? AND subject = ? AND discriminator = ?");
    row.bind(1, static_cast<std::int64_t>(kind)).bind_blob(2, view(subject)).bind_blob(3, view(discriminator));
    if (!row.step()) return std::nullopt;
    StoredStateRow found = read_state(row);
    row.reset();
    return found;
  }

  void each_header(std::uint64_t begin, std::uint64_t end,
                   const std::function<void(std::int64_t, std::string_view)>& visit) override {
    Statement rows = db_.prepare("SELECT idx, header FROM headers WHERE idx >= ? AND idx < ? ORDER BY idx");
    rows.bind(1, begin).bind(2, static_cast<std::int64_t>(std::min<std::uint64_t>(end, INT64_MAX)));
    while (rows.step()) visit(rows.integer(0), rows.bytes(1));
  }

  void each_body(const std::function<void(std::int64_t, std::string_view)>& visit) override {
    Statement rows = db_.prepare("SELECT idx, sealed FROM bodies ORDER BY idx");
    while (rows.step()) visit(rows.integer(0), rows.bytes(1));
  }

  std::vector<std::int64_t> outside(std::uint64_t size) override {
    std::vector<std::int64_t> found;
    // Two questions: of one with OR SQLite makes a walk over all rows, ten seconds for ten million.
    Statement before = db_.prepare("SELECT idx FROM headers WHERE idx < 0 ORDER BY idx");
    while (before.step()) found.push_back(before.integer(0));
    if (size > static_cast<std::uint64_t>(INT64_MAX)) return found;
    Statement behind = db_.prepare("SELECT idx FROM headers WHERE idx >= ? ORDER BY idx");
    behind.bind(1, size);
    while (behind.step()) found.push_back(behind.integer(0));
    return found;
  }

  void each_checkpoint(const std::function<void(const StoredCheckpoint&)>& visit) override {
    Statement rows = db_.prepare("SELECT tree, size, previous, time_us, note FROM checkpoints ORDER BY tree, size");
    while (rows.step()) visit(read_checkpoint(rows));
  }

  void each_tile(const std::function<void(const StoredTile&, std::string_view)>& visit) override {
    Statement rows = db_.prepare("SELECT tree, level, position, hash FROM tiles ORDER BY tree, level, position");
    while (rows.step()) {
      StoredTile tile{.tree = narrow<int>(rows.integer(0)),
                      .level = narrow<unsigned>(rows.integer(1)),
                      .position = static_cast<std::uint64_t>(rows.integer(2)),
                      .hash = {}};
      visit(tile, rows.bytes(3));
    }
  }

  void each_tag(const std::function<void(std::string_view, std::string_view, std::int64_t)>& visit) override {
    Statement sorted = db_.prepare("SELECT tag, idx FROM tags");
    while (sorted.step()) visit("tags", sorted.bytes(0), sorted.integer(1));
    if (has_blocks()) {
      Statement blocks = db_.prepare("SELECT tag, idx FROM block_tags");
      while (blocks.step()) visit("block_tags", blocks.bytes(0), blocks.integer(1));
    }
    const std::optional<TagMerge> merge = tag_merge();
    Statement recent = db_.prepare("SELECT idx, tags FROM recent_tags");
    while (recent.step()) {
      const std::string_view row = recent.bytes(1);
      const std::int64_t index = recent.integer(0);
      if (row.empty()) visit("recent_tags", row, index);  // none is ever written: verify names it
      each_tag_of(row, [&](std::string_view tag) {
        if (!merge || !merge->has(tag, index)) visit("recent_tags", tag, index);
      });
    }
  }

  // Tags are merged from the oldest on: what is not newer than a merged one was merged.
  std::string_view table_of_tag(std::string_view tag, std::int64_t index) override {
    const auto has_newer = [&](const char* sql) {
      Statement newest = db_.prepare(sql);
      return newest.step() && index <= newest.integer(0);
    };
    if (has_newer("SELECT coalesce(max(idx), -1) FROM tags")) return "tags";
    if (!has_blocks()) return "recent_tags";
    if (const std::optional<TagMerge> merge = tag_merge(); merge && index >= merge->first)
      return merge->has(tag, index) ? "block_tags" : "recent_tags";
    return has_newer("SELECT coalesce(max(idx), -1) FROM block_tags") ? "block_tags" : "recent_tags";
  }

  // A record, from that one on, of which a tag stands sorted and still waits to be.
  std::optional<std::int64_t> first_in_both(std::int64_t from) {
    Statement both = db_.prepare(
        "SELECT block_tags.idx, block_tags.tag, recent_tags.tags FROM block_tags JOIN recent_tags USING (idx) WHERE "
        "block >= ? AND idx >= ?");
    both.bind(1, from >> kBlockBits).bind(2, from);
    while (both.step()) {
      bool found = false;
      each_tag_of(both.bytes(2), [&](std::string_view tag) { found |= tag == both.bytes(1); });
      if (found) return both.integer(0);
    }
    return std::nullopt;
  }

  void each_misplaced_tag(const std::function<void(std::string_view, std::int64_t)>& visit) override {
    if (!has_blocks()) return;
    Statement rows = db_.prepare("SELECT idx FROM block_tags WHERE block <> idx >> " + std::to_string(kBlockBits));
    while (rows.step()) visit("block_tags", rows.integer(0));
    Statement others = db_.prepare("SELECT idx FROM tag_merge WHERE id <> 1");
    while (others.step()) visit("tag_merge", others.integer(0));
    const std::optional<TagMerge> merge = tag_merge();
    if (!merge) {  // then no tag stands in both tables, unless the place of the merge is gone
      if (const auto twice = first_in_both(db_.number("SELECT coalesce(min(idx), 0) FROM recent_tags")))
        visit("tag_merge", *twice);
      return;
    }
    // What is merged stands in both tables until all is. How far a merge has come is said in one way only: by its first record, the
    // newest of which it moved a tag, and the last tag that it moved.
    bool first = true, last = false, newest = false;
    std::int64_t both = 0;
    Statement sorted = db_.prepare("SELECT 1 FROM block_tags WHERE block = ? AND tag = ? AND idx = ?");
    Statement recent = db_.prepare("SELECT idx, tags FROM recent_tags WHERE idx < ? ORDER BY idx");
    recent.bind(1, merge->below);
    std::vector<std::string_view> moved;
    while (recent.step()) {
      const std::int64_t index = recent.integer(0);
      if (std::exchange(first, false) && index != merge->first) visit("tag_merge", index);
      moved.clear();
      each_tag_of(recent.bytes(1), [&](std::string_view tag) {
        if (merge->has(tag, index)) moved.push_back(tag);
      });
      std::sort(moved.begin(), moved.end());
      for (std::size_t i = 0; i < moved.size(); ++i) {
        last |= index == merge->index && moved[i] == merge->tag;
        sorted.reset();
        sorted.bind(1, index >> kBlockBits).bind_blob(2, moved[i]).bind(3, index);
        if ((i > 0 && moved[i] == moved[i - 1]) || !sorted.step()) {
          visit("recent_tags", index);
          continue;
        }
        ++both;
        newest |= index == merge->below - 1;
      }
    }
    Statement within = db_.prepare("SELECT count(*) FROM block_tags WHERE idx >= ? AND idx < ?");
    within.bind(1, merge->first).bind(2, merge->below);
    if (last && newest && within.step() && within.integer(0) == both && !first_in_both(merge->below)) return;
    visit("tag_merge", merge->index);
    Statement merged = db_.prepare("SELECT tag, idx FROM block_tags WHERE idx >= ? AND idx < ? AND block = idx >> " +
                                   std::to_string(kBlockBits));
    Statement of = db_.prepare("SELECT tags FROM recent_tags WHERE idx = ?");
    merged.bind(1, merge->first).bind(2, merge->below);
    while (merged.step()) {
      of.reset();
      of.bind(1, merged.integer(1));
      bool there = false;
      if (of.step()) each_tag_of(of.bytes(0), [&](std::string_view tag) { there |= tag == merged.bytes(0); });
      if (!there) visit("recent_tags", merged.integer(1));
    }
  }

  std::optional<StoredStateRow> state_keys(const std::optional<StoredStateRow>& after, std::size_t most,
                                           const std::function<void(std::string_view)>& visit) override {
    Statement rows = db_.prepare(
        "SELECT kind, subject, discriminator FROM state WHERE (kind, subject, discriminator) > (?, ?, ?) "
        "ORDER BY kind, subject, discriminator LIMIT ?");
    rows.bind(1, after ? static_cast<std::int64_t>(after->kind) : std::numeric_limits<std::int64_t>::min())
        .bind_blob(2, after ? std::string_view(after->subject) : std::string_view())
        .bind_blob(3, after ? std::string_view(after->discriminator) : std::string_view())
        .bind(4, static_cast<std::int64_t>(most));
    std::optional<StoredStateRow> last;
    std::size_t found = 0;
    while (rows.step()) {
      visit(rows.bytes(2));
      if (++found == most)
        last = StoredStateRow{.kind = static_cast<std::uint64_t>(rows.integer(0)),
                              .subject = std::string(rows.bytes(1)),
                              .discriminator = std::string(rows.bytes(2)),
                              .version = 0,
                              .index = 0,
                              .value = {}};
    }
    return last;
  }

  void each_state_of(StateKind kind, const std::function<void(const StoredStateRow&)>& visit) override {
    Statement rows = db_.prepare(
        "SELECT kind, subject, discriminator, version, idx, value FROM state WHERE kind = ? "
        "ORDER BY subject, discriminator");
    rows.bind(1, static_cast<std::int64_t>(kind));
    while (rows.step()) visit(read_state(rows));
  }

  void each_state(const std::function<void(const StoredStateRow&)>& visit) override {
    Statement rows = db_.prepare(
        "SELECT kind, subject, discriminator, version, idx, value FROM state ORDER BY kind, subject, discriminator");
    while (rows.step()) visit(read_state(rows));
  }

  std::vector<std::string> schema_faults() override {
    // Of the layout that it says it has: nobody who only reads brings it up to date.
    const std::span<const Migration> steps = log_migrations();
    const auto layout = static_cast<std::size_t>(db_.number("PRAGMA user_version"));
    const bool known = layout >= 1 && layout <= steps.size();
    std::vector<std::string> faults = schema_differences(db_, known ? steps.first(layout) : steps);
    if (db_.number("PRAGMA application_id") != kApplicationId)
      faults.emplace_back(Words("the application id was changed"));
    return faults;
  }

  void cut_when(std::function<bool()> cut) override { db_.interrupt_when(std::move(cut)); }

  void renew() override {
    if (!snapshot_) return;
    db_.exec("COMMIT");
    begin();
  }

 private:
  void begin() {
    if (!snapshot_) return;
    db_.exec("BEGIN");
    db_.number("SELECT count(*) FROM about");  // the first read takes the snapshot
  }

  Statement& kept(std::optional<Statement>& statement, std::string_view sql) {
    if (!statement) statement.emplace(db_.prepare(sql));
    return *statement;
  }

  static std::optional<std::string> cell(Statement& row) {
    if (!row.step()) return std::nullopt;
    std::string bytes(row.bytes(0));
    row.reset();
    return bytes;
  }

  static StoredCheckpoint read_checkpoint(Statement& row) {
    return {.tree = narrow<int>(row.integer(0)),
            .size = static_cast<std::uint64_t>(row.integer(1)),
            .previous = static_cast<std::uint64_t>(row.integer(2)),
            .time_us = row.integer(3),
            .note = std::string(row.bytes(4))};
  }

  static StoredStateRow read_state(Statement& row) {
    return {.kind = static_cast<std::uint64_t>(row.integer(0)),
            .subject = std::string(row.bytes(1)),
            .discriminator = std::string(row.bytes(2)),
            .version = static_cast<std::uint64_t>(row.integer(3)),
            .index = static_cast<std::uint64_t>(row.integer(4)),
            .value = std::string(row.bytes(5))};
  }

  bool has_blocks() {  // a log that no writer of layout 2 has opened yet has none
    return db_.number("SELECT count(*) FROM sqlite_schema WHERE name IN ('block_tags', 'tag_merge')") == 2;
  }

  std::optional<TagMerge> tag_merge() { return has_blocks() ? read_merge(db_) : std::nullopt; }

  std::unique_ptr<Database> owned_;
  Database& db_;
  bool snapshot_ = false;
  std::optional<Statement> header_, body_, tile_, state_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(const std::string& path, const StoreOptions& options)
      : lock_(options.locked ? nullptr : std::make_unique<WriterLock>(path)),
        db_(path, Database::Mode::write, options.vfs),
        wal_pages_(options.wal_pages),
        anew_at_(kMoves * wal_pages_),
        merge_at_(options.recent_tag_rows) {
    judge(db_);
    db_.exec("PRAGMA journal_mode = WAL");
    db_.exec("PRAGMA synchronous = FULL");
    migrate(db_, log_migrations());
    db_.settle();  // a commit: from here on there is a WAL, and while it is open it is begun anew but never made anew
    if (options.served) db_.lengthen_wal(anew_at_ + anew_at_ / 4);  // about as long as it gets
    wal_ = OpenedFile(db_.wal_path());
    index_ = OpenedFile(wal_.path().substr(0, wal_.path().size() - std::string_view("-wal").size()) + "-shm");
    load_recent_tags();
    header_.emplace(db_.prepare("INSERT INTO headers (idx, header) VALUES (?, ?)"));
    body_.emplace(db_.prepare("INSERT INTO bodies (idx, sealed) VALUES (?, ?)"));
    tags_.emplace(db_.prepare("INSERT INTO recent_tags (idx, tags) VALUES (?, ?)"));
    tile_.emplace(db_.prepare("INSERT INTO tiles (tree, level, position, hash) VALUES (?, ?, ?, ?)"));
    checkpoint_.emplace(
        db_.prepare("INSERT INTO checkpoints (tree, size, previous, time_us, note) VALUES (?, ?, ?, ?, ?)"));
    put_state_.emplace(
        db_.prepare("INSERT INTO state (kind, subject, discriminator, version, idx, value) VALUES (?, ?, ?, 1, ?, ?) "
                    "ON CONFLICT (kind, subject, discriminator) DO UPDATE SET version = version + 1, idx = "
                    "excluded.idx, value = excluded.value"));
    drop_state_.emplace(db_.prepare("DELETE FROM state WHERE kind = ? AND subject = ? AND discriminator = ?"));
    merge_one_.emplace(db_.prepare("INSERT OR IGNORE INTO block_tags (block, tag, idx) VALUES (?, ?, ?)"));
    std::string many = "INSERT OR IGNORE INTO block_tags (block, tag, idx) VALUES (?, ?, ?)";
    for (std::size_t i = 1; i < kTagsAtOnce; ++i) many += ", (?, ?, ?)";
    merge_many_.emplace(db_.prepare(many));
    merged_to_.emplace(db_.prepare(
        "INSERT INTO tag_merge (id, first, below, tag, idx) VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "below = excluded.below, tag = excluded.tag, idx = excluded.idx"));
    reader_.emplace(db_);
    mover_.emplace(path, options.vfs);
    // What stands under the name now is what both connections opened, and what each commit looks for again.
    file_ = OpenedFile(path);
    if (!file_.there() || db_.moved() || mover_->has_another_file()) throw Error(codes::kLogReplaced, path, {path});
    // Both connections have opened the WAL by its name, this one before the identity was taken, that one after it.
    for (const OpenedFile* file : {&wal_, &index_})
      if (!file->there()) throw Error(codes::kLogParted, file->path(), {file->path(), path});
  }

  ~SqliteStore() override { forget_statements(); }

  void commit(const Batch& batch) override {
    still_ours();
    write(batch);
    still_ours();  // nothing is answered that stands in a file without a name: it ends with this process
  }

  void tidy() override { move_wal(); }

  StoreReader& reader() override { return *reader_; }

  void close() override {
    mover_.reset();
    forget_statements();
    db_.exec(
        "PRAGMA busy_timeout = 100");  // who reads may be waiting for this very writer; the WAL stays for the next one
    db_.checkpoint(true);
    db_.close();
  }

 private:
  void write(const Batch& batch) {
    if (!merge_ && recent_rows_ >= merge_at_ && !recent_.empty()) begin_merge();
    Transaction transaction(db_);
    std::size_t tags = 0;
    for (const auto& record : batch.records) {
      header_->bind(1, record.index).bind_blob(2, record.header).run();
      body_->bind(1, record.index).bind_blob(2, record.body).run();
      if (!record.tags.empty()) {
        std::string row;
        for (const auto& tag : record.tags) {
          row.append(view(tag));
          recent_.add(view(tag), static_cast<std::int64_t>(record.index));
        }
        tags_->bind(1, record.index).bind_blob(2, row).run();
        count_recent(static_cast<std::int64_t>(record.index));
        tags += record.tags.size();
      }
      for (const auto& change : record.state) {
        if (change.sealed)
          put_state_->bind(1, static_cast<std::int64_t>(change.kind))
              .bind_blob(2, view(change.subject))
              .bind_blob(3, view(change.discriminator))
              .bind(4, record.index)
              .bind_blob(5, *change.sealed)
              .run();
        else
          drop_state_->bind(1, static_cast<std::int64_t>(change.kind))
              .bind_blob(2, view(change.subject))
              .bind_blob(3, view(change.discriminator))
              .run();
      }
    }
    for (const auto& tile : batch.tiles)
      tile_->bind(1, tile.tree)
          .bind(2, static_cast<std::int64_t>(tile.level))
          .bind(3, tile.position)
          .bind_blob(4, text_of(tile.hash))
          .run();
    for (const auto& checkpoint : batch.checkpoints)
      checkpoint_->bind(1, checkpoint.tree)
          .bind(2, checkpoint.size)
          .bind(3, checkpoint.previous)
          .bind(4, checkpoint.time_us)
          .bind_text(5, checkpoint.note)
          .run();
    // Faster than they come, so that a merge is over long before the next begins.
    if (merge_) merge_some(tags + tags / 4);
    transaction.commit();
  }

  void still_ours() {
    if (!file_.there()) throw Error(codes::kLogReplaced, file_.path(), {file_.path()});
    for (const OpenedFile* file : {&wal_, &index_})
      if (!file->there()) {
        const std::string there = rescued_to();
        if (there.empty()) throw Error(codes::kLogPartedUnsaved, file->path(), {file->path(), file_.path()});
        throw Error(codes::kLogParted, file->path(), {file->path(), there});
      }
  }

  // What was answered lies in a WAL that only this process still has: into the file with it, while there is one. Where somebody reads
  // what stood before it, which holds that up, all of the log goes into another file. Gives back where it is; empty: nowhere.
  std::string rescued_to() {
    // An older copy under the WAL's name would be read over what is moved now.
    for (const OpenedFile* file : {&wal_, &index_}) file->make_way();
    try {
      mover_.reset();
      db_.exec("PRAGMA busy_timeout = 2000");
      if (db_.checkpoint(true)) return file_.path();
    } catch (const caveat::Error&) {  // then as a copy
    }
    const std::string copy = file_.path() + ".rescued";
    const bool copied = copy_database(db_, copy);
    // Who opens the log now must not read, by an index of the lost WAL, another one.
    if (index_.there()) ::unlink(index_.path().c_str());
    return copied ? copy : std::string();
  }

  // The WAL is moved beside the commits in small steps: a commit that comes while the file is synced waits for that sync, so each is to
  // be short. After many of them the small rest is moved too, between two commits, so that the next one begins the WAL anew and it does
  // not grow without end.
  void move_wal() {
    if (mover_->under_way()) return;
    const std::int64_t in_wal = db_.wal_pages();
    if (const auto moved = mover_->ended()) {
      moved_ = *moved;
      if (moved_ >= in_wal) return begin_anew();
    }
    if (in_wal <= moved_) return;
    if (in_wal < anew_at_) {
      if (in_wal - tried_ >= wal_pages_) move_beside(in_wal);
    } else if (passes_ < 2 && in_wal - moved_ > kRestPages) {
      ++passes_;
      move_beside(in_wal);
    } else if (db_.checkpoint(false)) {
      begin_anew();
    } else {  // a reader stands in the way: tried again when as much has come
      passes_ = 0;
      tried_ = in_wal;
      anew_at_ = in_wal + kMoves * wal_pages_;
    }
  }

  void move_beside(std::int64_t in_wal) {
    tried_ = in_wal;
    mover_->start(moved_);
  }

  void begin_anew() {
    db_.all_moved();
    moved_ = 0;
    tried_ = 0;
    passes_ = 0;
    anew_at_ = kMoves * wal_pages_;
  }

  // Search tags are merged sorted, a few with each commit: all at once they held up whoever came meanwhile for tens of milliseconds.
  struct Merge {
    TagsToMerge left;
    std::int64_t first = 0;  // record
    std::int64_t end = 0;    // of the records whose rows go when all is merged
    std::int64_t below = 0;  // of those of which a tag is merged already
  };

  void count_recent(std::int64_t index) {
    if (recent_rows_++ == 0) oldest_tagged_ = index;
    newest_tagged_ = index;
  }

  void begin_merge() {
    merge_.emplace(
        Merge{.left = std::exchange(recent_, {}), .first = oldest_tagged_, .end = newest_tagged_ + 1, .below = 0});
    recent_rows_ = 0;
  }

  // Within the transaction of a commit.
  void merge_some(std::size_t count) {
    const std::size_t rows = std::min((count / kTagsAtOnce + 1) * kTagsAtOnce, merge_->left.size());
    std::array<std::pair<TagValue, std::int64_t>, kTagsAtOnce> some;
    const auto insert = [&](Statement& statement, std::size_t of) {
      for (std::size_t i = 0; i < of; ++i) {
        some[i] = merge_->left.take();
        const auto& [tag, index] = some[i];
        merge_->below = std::max(merge_->below, index + 1);
        const int at = static_cast<int>(3 * i);
        statement.bind(at + 1, index >> kBlockBits).bind_blob(at + 2, view(tag)).bind(at + 3, index);
      }
      statement.run();
      some[0] = some[of - 1];
    };
    for (std::size_t i = 0; i < rows / kTagsAtOnce; ++i) insert(*merge_many_, kTagsAtOnce);
    for (std::size_t i = 0; i < rows % kTagsAtOnce; ++i) insert(*merge_one_, 1);
    if (!merge_->left.empty()) {
      const auto& [tag, index] = some[0];
      merged_to_->bind(1, merge_->first).bind(2, merge_->below).bind_blob(3, view(tag)).bind(4, index).run();
      return;
    }
    db_.prepare("DELETE FROM recent_tags WHERE idx < ?").bind(1, merge_->end).run();
    db_.exec("DELETE FROM tag_merge");
    merge_.reset();
  }

  // After an opening: what waits, and the rest of a merge that was cut off.
  void load_recent_tags() {
    const std::optional<TagMerge> cut = read_merge(db_);
    if (cut) merge_.emplace(Merge{.left = {}, .first = cut->first, .end = cut->below, .below = cut->below});
    Statement recent = db_.prepare("SELECT idx, tags FROM recent_tags ORDER BY idx");
    while (recent.step()) {
      const std::int64_t index = recent.integer(0);
      const bool merging = merge_ && index < merge_->end;
      each_tag_of(recent.bytes(1), [&](std::string_view tag) {
        if (!merging)
          recent_.add(tag, index);
        else if (!cut->has(tag, index))
          merge_->left.add(tag, index);
      });
      if (!merging) count_recent(index);
    }
  }

  void forget_statements() {
    reader_.reset();
    header_.reset();
    body_.reset();
    tags_.reset();
    tile_.reset();
    checkpoint_.reset();
    put_state_.reset();
    drop_state_.reset();
    merge_one_.reset();
    merge_many_.reset();
    merged_to_.reset();
  }

  std::unique_ptr<WriterLock> lock_;  // nothing: the caller has it
  Database db_;
  OpenedFile file_, wal_, index_;
  std::int64_t wal_pages_, anew_at_;
  std::int64_t moved_ = 0, tried_ = 0;  // pages of the WAL: in the file, and there when a move was last begun
  int passes_ = 0;                      // of the mover since the WAL was so long that it is to begin anew
  std::size_t merge_at_;
  std::size_t recent_rows_ = 0;                         // that no merge has taken up yet
  std::int64_t oldest_tagged_ = 0, newest_tagged_ = 0;  // of them
  TagsToMerge recent_;
  std::optional<Merge> merge_;
  std::optional<Statement> header_, body_, tags_, tile_, checkpoint_, put_state_, drop_state_;
  std::optional<Statement> merge_one_, merge_many_, merged_to_;
  std::optional<SqliteReader> reader_;
  std::optional<WalMover> mover_;  // goes first
};

}  // namespace

void create_sqlite_store(const std::string& path, const std::string& about_note, const StoreOptions& options) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) throw Error(codes::kLogExists, path, {path});
  const std::string making = making_of(path);
  for (const char* end : {"", "-journal", "-wal", "-shm"})
    fs::remove(making + end, ignored);  // of a making that was cut off
  try {
    Database db(making, Database::Mode::create, options.vfs);
    db.exec("PRAGMA synchronous = FULL");
    db.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    migrate(db, log_migrations());
    Transaction transaction(db);
    db.prepare("INSERT INTO about (id, note) VALUES (1, ?)").bind_text(1, about_note).run();
    transaction.commit();
    db.close();
  } catch (const SqliteError& error) {
    if (error.read_only()) throw Error(codes::kLogReadOnly, path, {path, error.words()});
    throw;
  }
  if (::renameat2(AT_FDCWD, making.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) throw Error(codes::kLogExists, path, {path});
    throw Error(codes::kStorage, path, {path, system_words()});
  }
  sync_folder(fs::absolute(path).parent_path().string());
}

void must_be_writable(const std::string& path) {
  if (::access(path.c_str(), W_OK) != 0) throw Error(codes::kLogReadOnly, path, {path, system_words()});
}

void must_have_one_name(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw Error(codes::kLogForeign, path, {path, "it is a folder"});
  if (has_second_name(path)) throw Error(codes::kLogLinked, path, {path});
}

std::unique_ptr<Store> open_sqlite_store(const std::string& path, const StoreOptions& options) {
  must_exist(path);
  must_be_writable(path);
  must_have_one_name(path);
  try {
    return std::make_unique<SqliteStore>(path, options);
  } catch (const SqliteError& error) {
    if (error.moved()) throw Error(codes::kLogReplaced, path, {path});
    if (error.not_a_database()) throw Error(codes::kLogHalfWritten, path, {path, error.words()});
    if (error.read_only()) throw Error(codes::kLogReadOnly, path, {path, error.words()});
    throw;
  }
}

std::unique_ptr<StoreReader> open_sqlite_reader(const std::string& path, const StoreOptions& options) {
  must_exist(path);
  try {
    auto db = open_for_reading(path, options.vfs);
    judge(*db);
    return std::make_unique<SqliteReader>(std::move(db), options.snapshot);
  } catch (const SqliteError& error) {
    if (error.not_a_database())
      throw Error(error.corrupt() ? codes::kLogHalfWritten : codes::kLogForeign, path,
                  {path, error.corrupt() ? error.words() : "it is no database"});
    throw;
  }
}

}  // namespace caveat::audit
