// Store: where the log lies. One writer, one commit for a batch; readers see snapshots.
//
// Promises   commit: all of a batch is durable, or an Error is thrown and *nothing is known*: the caller closes the
// store, opens
//            it again and compares before it goes on
// Threads    a Store and a StoreReader belong to one thread at a time
// Errors     audit::Error: storage, log_replaced and, on opening, what codes.h lists
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/record/record.h"
#include "audit/state/state_store.h"

namespace caveat::audit {

inline constexpr int kTreeSha256 = 1;  // a national log keeps a second tree, of SM3, beside it

struct StoredRecord {
  std::uint64_t index = 0;
  std::string header, body;
  std::vector<TagValue> tags;
  std::vector<SealedStateChange> state;
};
struct StoredTile {  // the root of 256^level leaves
  int tree = kTreeSha256;
  unsigned level = 1;
  std::uint64_t position = 0;
  Digest hash{};
};
struct StoredCheckpoint {
  int tree = kTreeSha256;
  std::uint64_t size = 0, previous = 0;  // previous: the size of the one before, so that none is dropped unseen
  std::int64_t time_us = 0;              // of the newest record in it
  std::string note;
};
struct Batch {
  std::vector<StoredRecord> records;
  std::vector<StoredTile> tiles;
  std::vector<StoredCheckpoint> checkpoints;
};

struct StoredStateRow {
  std::uint64_t kind = 0;
  std::string subject, discriminator;
  std::uint64_t version = 0, index = 0;
  std::string value;
};

// Reads of one snapshot. Row visitors get raw cells: verify judges them.
class StoreReader {
 public:
  virtual ~StoreReader() = default;
  virtual const std::string& path() const = 0;
  virtual std::string about() = 0;
  virtual std::vector<std::string> about_rows() = 0;
  virtual std::optional<std::string> header(std::uint64_t index) = 0;
  virtual std::optional<std::string> body(std::uint64_t index) = 0;
  virtual std::optional<Digest> tile(int tree, unsigned level, std::uint64_t position) = 0;
  virtual std::optional<StoredCheckpoint> newest_checkpoint(int tree) = 0;
  virtual std::optional<StoredCheckpoint> checkpoint(int tree, std::uint64_t size) = 0;
  virtual std::vector<std::uint64_t> find_tag(const TagValue& tag) = 0;
  virtual std::optional<StoredStateRow> state(StateKind kind, const TagValue& subject,
                                              const TagValue& discriminator) = 0;

  virtual void each_header(std::uint64_t begin, std::uint64_t end,
                           const std::function<void(std::int64_t, std::string_view)>& visit) = 0;
  virtual void each_body(const std::function<void(std::int64_t, std::string_view)>& visit) = 0;
  virtual std::vector<std::int64_t> outside(std::uint64_t size) = 0;  // rows of headers that no tree of that size has
  virtual void each_checkpoint(const std::function<void(const StoredCheckpoint&)>& visit) = 0;  // by tree, size
  virtual void each_tile(const std::function<void(const StoredTile&, std::string_view hash)>& visit) = 0;
  virtual void each_tag(
      const std::function<void(std::string_view table, std::string_view tag, std::int64_t index)>& visit) = 0;
  // Records of which a sorted tag lies where nobody looks for it (block_tags), of which what is merged already differs in the two tables
  // where it stands (recent_tags), and where the merge under way is not at the place that it has come to (tag_merge).
  virtual void each_misplaced_tag(const std::function<void(std::string_view table, std::int64_t index)>& visit) = 0;
  virtual std::string_view table_of_tag(std::string_view tag,
                                        std::int64_t index) = 0;  // where one belongs that is not there
  virtual void each_state(const std::function<void(const StoredStateRow&)>& visit) = 0;
  // The discriminators of some rows behind `after`, from the first where there is none; gives back the last key, or nothing: no more.
  virtual std::optional<StoredStateRow> state_keys(const std::optional<StoredStateRow>& after, std::size_t most,
                                                   const std::function<void(std::string_view)>& visit) = 0;
  virtual void each_state_of(StateKind kind, const std::function<void(const StoredStateRow&)>& visit) = 0;
  // Differences between the schema on disk and that of this build, and what the database itself finds wrong.
  virtual std::vector<std::string> schema_faults() = 0;
  virtual void renew() = 0;  // a new snapshot
  // Asked often while rows are read, on the thread that reads: once it is true whatever is read throws Interrupted.
  virtual void cut_when(std::function<bool()> cut) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual void commit(const Batch& batch) = 0;
  virtual void tidy() = 0;            // between commits: WAL checkpoint
  virtual StoreReader& reader() = 0;  // on the writer's own connection
  virtual void close() = 0;
};

struct StoreOptions {
  std::string vfs = {};
  std::size_t recent_tag_rows = 8'192;  // records whose tags wait unsorted until they are merged
  std::int64_t wal_pages = 100;         // of 4 KB: so many come to the WAL before they are moved into the file
  bool served = false;   // of a writer for long: room in the WAL for all that comes between two moves is made at once
  bool locked = false;   // the caller has the writer lock
  bool snapshot = true;  // of a reader: one snapshot until `renew`; else each call sees what is newest
};

// Makes a log file with its signed `about` note; the file appears under its name only when it is whole.
void create_sqlite_store(const std::string& path, const std::string& about_note, const StoreOptions& options = {});
void must_have_one_name(const std::string& path);  // throws `log_linked`
void must_be_writable(const std::string& path);    // throws `log_read_only`
std::unique_ptr<Store> open_sqlite_store(const std::string& path, const StoreOptions& options = {});
std::unique_ptr<StoreReader> open_sqlite_reader(const std::string& path, const StoreOptions& options = {});
std::string sqlite_version();

}  // namespace caveat::audit
