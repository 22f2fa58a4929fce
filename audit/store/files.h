// Files: the few calls on plain files that keys and log need, with failures in words.
//
// Errors     audit::Error `storage`, or the code that is handed in for a file that cannot be read
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "audit/store/migrations.h"
#include "audit/store/sqlite.h"

namespace caveat::audit {

std::string system_words();  // of errno
std::string read_file(const std::string& path, std::size_t limit, const Code& code);
void write_new_file(const std::string& path, std::string_view bytes, unsigned mode);  // refuses an existing one; synced
// Where `path` is made until it is whole: a hidden name beside it, that no set and no log of a user has.
std::string making_of(const std::string& path);
void sync_folder(const std::string& path);

// A file as it lay under its name when it was opened: somebody may move it, put another in its place, or link it, and who has it open
// would go on without a word.
class OpenedFile {
 public:
  OpenedFile() = default;
  explicit OpenedFile(std::string path);
  const std::string& path() const { return path_; }
  bool there() const;  // it is, the same, under no other name
  void make_way()
      const;  // another that lies under its name gets the ending .stray: whoever opens the name next must not take it
  bool linked() const;  // it is, and under another name too: nothing is lost with that

 private:
  nlink_t names() const;  // 0: it is not there, or another is
  std::string path_;
  struct stat as_opened_{};
};

// All that a connection sees, whole and synced, as a new file of this name, readable to its owner alone; one that is there gives way.
// False: it could not be made, and nothing of it is left. What other connections read does not hinder it.
bool copy_database(Database& db, const std::string& to) noexcept;

// A read-only connection; where the folder cannot be written and no WAL is there, the file is taken as it stands.
std::unique_ptr<Database> open_for_reading(const std::string& path, const std::string& vfs);
// What a database's own tables differ in from what the migrations make, and what SQLite finds wrong in it.
std::vector<std::string> schema_differences(Database& db, std::span<const Migration> steps);

}  // namespace caveat::audit
