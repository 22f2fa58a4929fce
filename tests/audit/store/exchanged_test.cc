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
      return code;
    };
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~Watched() {
    sqlite3_vfs_unregister(&vfs_);
    opened() = nullptr;
  }
  static std::function<void()>& opened() {
    static std::function<void()> act;
    return act;
  }

 private:
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

}  // namespace
}  // namespace caveat::audit
