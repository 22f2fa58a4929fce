// Somebody exchanges the file at the very moment of the opening: whoever opened the one must not go on under the other's name.
#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/store/store.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

// The system's own file system, that lets somebody act each time a database was opened.
class Watched {
 public:
  static constexpr const char* kName = "watched";

  Watched() {
    below() = sqlite3_vfs_find(nullptr);
    vfs_ = *below();
    vfs_.zName = kName;
    vfs_.pNext = nullptr;
    vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
      const int code = below()->xOpen(below(), name, file, flags, out_flags);
      if (code == SQLITE_OK && (flags & SQLITE_OPEN_MAIN_DB) != 0 && opened()) opened()();
      if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
        plain() = file->pMethods;
        static sqlite3_io_methods methods;
        methods = *plain();
        methods.xSync = [](sqlite3_file* wal, int how) {
          const int synced = plain()->xSync(wal, how);
          if (wal_synced()) wal_synced()();
          return synced;
        };
        file->pMethods = &methods;
      }
      return code;
    };
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~Watched() {
    sqlite3_vfs_unregister(&vfs_);
    opened() = nullptr;
    wal_synced() = nullptr;
  }
  static std::function<void()>& wal_synced() {
    static std::function<void()> act;
    return act;
  }
  static std::function<void()>& opened() {
    static std::function<void()> act;
    return act;
  }

 private:
  static const sqlite3_io_methods*& plain() {
    static const sqlite3_io_methods* methods = nullptr;
    return methods;
  }
  static sqlite3_vfs*& below() {
    static sqlite3_vfs* vfs = nullptr;
    return vfs;
  }
  sqlite3_vfs vfs_{};
};

BOOST_AUTO_TEST_CASE(a_file_exchanged_between_its_opening_and_the_look_at_its_name_is_refused_in_words) {
  // When the writer's connection is open, and when the second one is that moves the WAL.
  for (const int when : {1, 2}) {
    const testing::Folder folder;
    const std::string path = folder / "log.db";
    create_sqlite_store(path, "note");
    std::filesystem::copy_file(path, path + ".other");
    Watched watched;
    int count = 0;
    Watched::opened() = [&] {
      if (++count != when) return;
      std::filesystem::rename(path, path + ".opened");
      std::filesystem::rename(path + ".other", path);
    };
    BOOST_CHECK_EXCEPTION((void)open_sqlite_store(path, {.vfs = Watched::kName}), audit::Error,
                          [](const audit::Error& error) { return &error.code() == &codes::kLogReplaced; });
    BOOST_TEST(count >= when);
  }
  const testing::Folder folder;
  create_sqlite_store(folder / "log.db", "note");
  Watched watched;
  BOOST_CHECK_NO_THROW((void)open_sqlite_store(folder / "log.db", {.vfs = Watched::kName}));
}

// What stands in a WAL without a name ends with the process: such a commit is a failed one, and its rows are in the file by then.
BOOST_AUTO_TEST_CASE(a_wal_that_vanishes_during_a_commit_makes_it_a_failed_one) {
  const testing::Folder folder;
  const std::string path = folder / "log.db";
  create_sqlite_store(path, "note");
  Watched watched;
  const auto store = open_sqlite_store(path, {.vfs = Watched::kName});
  const auto batch = [](std::uint64_t index) {
    Batch one;
    one.records.push_back({.index = index, .header = "header", .body = "body", .tags = {}, .state = {}});
    return one;
  };
  store->commit(batch(0));
  Watched::wal_synced() = [&] { std::filesystem::remove(path + "-wal"); };
  BOOST_CHECK_EXCEPTION(store->commit(batch(1)), audit::Error,
                        [](const audit::Error& error) { return &error.code() == &codes::kLogParted; });
  Watched::wal_synced() = nullptr;
  std::filesystem::copy_file(path, path + ".killed");
  const auto reader = open_sqlite_reader(path + ".killed", {});
  BOOST_TEST(reader->header(0).has_value());
  BOOST_TEST(reader->header(1).has_value());
}

}  // namespace
}  // namespace caveat::audit
