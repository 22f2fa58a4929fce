#include "audit/store/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "audit/phrases.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>

#include "audit/codes.h"

namespace caveat::audit {

std::string system_words() { return std::strerror(errno); }

namespace {

struct File {
  int number;
  explicit File(int opened) : number(opened) {}
  ~File() {
    if (number >= 0) ::close(number);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
};

}  // namespace

std::string read_file(const std::string& path, std::size_t limit, const Code& code) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0) throw Error(code, path, {path, system_words()});
  std::string bytes;
  struct stat status{};
  // Room for all of it at once, and a clean buffer: some of these files hold keys.
  if (::fstat(file.number, &status) == 0)
    bytes.reserve(std::min<std::size_t>(static_cast<std::size_t>(status.st_size), limit) + 1);
  char buffer[4'096];
  for (;;) {
    const ssize_t got = ::read(file.number, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(code, path, {path, system_words()});
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    ::explicit_bzero(buffer, static_cast<std::size_t>(got));
    if (bytes.size() <= limit) continue;
    ::explicit_bzero(bytes.data(), bytes.size());
    throw Error(code, path, {path, said("it is larger than {0} bytes", limit)});
  }
}

void write_new_file(const std::string& path, std::string_view bytes, unsigned mode) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.number < 0) throw Error(codes::kStorage, path, {path, system_words()});
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.number, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw Error(codes::kStorage, path, {path, system_words()});
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file.number) != 0) throw Error(codes::kStorage, path, {path, system_words()});
}

std::string making_of(const std::string& path) {
  std::string whole = path;
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  const std::filesystem::path of(whole);
  return (of.parent_path() / ("." + of.filename().string() + ".making")).string();
}

void sync_folder(const std::string& path) {
  const File folder(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.number < 0 || ::fsync(folder.number) != 0) throw Error(codes::kStorage, path, {path, system_words()});
}

bool copy_database(Database& db, const std::string& to) noexcept {
  std::string making;
  try {
    making = making_of(to);
    ::unlink(making.c_str());
    const File file(::open(making.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));  // SQLite takes an empty file
    if (file.number < 0) return false;
    std::string quoted;
    for (const char c : making) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    db.exec("VACUUM INTO '" + quoted + "'");
    if (::fsync(file.number) != 0 || ::rename(making.c_str(), to.c_str()) != 0)
      throw Error(codes::kStorage, to, {to, system_words()});
    sync_folder(std::filesystem::path(to).parent_path().string());
    return true;
  } catch (const std::exception&) {  // no room, as a rule
    if (!making.empty()) ::unlink(making.c_str());
    return false;
  }
}

OpenedFile::OpenedFile(std::string path) : path_(std::move(path)) {
  if (::stat(path_.c_str(), &as_opened_) != 0) as_opened_.st_nlink = 0;
}

nlink_t OpenedFile::names() const {
  struct stat now{};
  const bool same = as_opened_.st_nlink != 0 && ::stat(path_.c_str(), &now) == 0 && now.st_ino == as_opened_.st_ino &&
                    now.st_dev == as_opened_.st_dev;
  return same ? now.st_nlink : 0;
}
bool OpenedFile::there() const { return names() == 1; }
bool OpenedFile::linked() const { return names() > 1; }
void OpenedFile::make_way() const {
  if (names() == 0) ::rename(path_.c_str(), (path_ + ".stray").c_str());  // as a rule nothing lies there
}

std::unique_ptr<Database> open_for_reading(const std::string& path, const std::string& vfs) {
  try {
    auto db = std::make_unique<Database>(path, Database::Mode::read, vfs);
    db->number("SELECT count(*) FROM sqlite_schema");  // opening is lazy: this is the first read
    return db;
  } catch (const SqliteError& error) {
    std::error_code ignored;
    const std::filesystem::path itself = std::filesystem::canonical(path, ignored);
    const std::string wal = (ignored ? path : itself.string()) + "-wal";
    const bool has_wal = std::filesystem::exists(wal, ignored) && std::filesystem::file_size(wal, ignored) > 0;
    if (!error.read_only() || has_wal || !std::filesystem::exists(path, ignored)) throw;
  }
  return std::make_unique<Database>(path, Database::Mode::immutable, vfs);
}

namespace {

struct Schema {
  std::map<std::string, std::string> rows;
  std::int64_t layout = 0;
};

Schema schema_of(Database& db) {
  Schema schema{.rows = {}, .layout = db.number("PRAGMA user_version")};
  Statement all = db.prepare("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema");
  while (all.step()) {
    const std::string key = std::string(all.bytes(0)) + " " + std::string(all.bytes(1));
    schema.rows[key] = std::string(all.bytes(2)) + "\n" + std::string(all.bytes(3));
  }
  return schema;
}

// Of these steps, which are constants of the build: made once.
const Schema& schema_made_by(std::span<const Migration> steps) {
  static std::mutex mutex;
  static std::map<std::pair<const Migration*, std::size_t>, Schema> made;
  const std::lock_guard lock(mutex);
  const std::pair which(steps.data(), steps.size());
  const auto known = made.find(which);
  if (known != made.end()) return known->second;
  Database model("", Database::Mode::create);
  migrate(model, steps);
  return made.emplace(which, schema_of(model)).first->second;
}

}  // namespace

std::vector<std::string> schema_differences(Database& db, std::span<const Migration> steps) {
  std::vector<std::string> found;
  const auto& [expected, layout] = schema_made_by(steps);
  const auto [actual, actual_layout] = schema_of(db);
  for (const auto& [key, sql] : expected) {
    const auto row = actual.find(key);
    if (row == actual.end())
      found.push_back(key + " is not there");
    else if (row->second != sql)
      found.push_back(key + " is laid out in another way");
  }
  for (const auto& [key, sql] : actual)
    if (!expected.contains(key))
      found.push_back(
          key + (key.starts_with("table sqlite_stat")
                     ? " is none that Caveat makes: ANALYZE or PRAGMA optimize of another program left it, it says "
                       "nothing of the log, and `DROP " +
                           key + "` takes it away"
                     : " is none that Caveat makes"));
  if (actual_layout != layout) found.push_back("the layout number was changed");
  Statement check = db.prepare("PRAGMA integrity_check(20)");
  while (check.step())
    if (check.bytes(0) != "ok") found.push_back("SQLite finds: " + std::string(check.bytes(0)));
  return found;
}

}  // namespace caveat::audit
