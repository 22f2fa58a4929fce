// A file system below SQLite that forgets what was not synced: over the system's own, it remembers for each file what a power
// cut would leave. Writes, truncations, syncs and deletions are counted; at a chosen one the power goes, or the call fails, or
// writes half. So are, apart from them, the calls that change nothing: open, read, size, access, lock, map; a chosen one fails.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace caveat::audit::testing {

class ForgetfulVfs {
 public:
  enum class Fault {
    power,
    error,
    full,
    half,
    blind
  };  // half: of a write, then "disk full"; blind: a call that only looks
  static constexpr const char* kName = "forgetful";

  static ForgetfulVfs& the() {
    static ForgetfulVfs vfs;
    return vfs;
  }

  // Faults at the `at`-th counted call from now on; 0: never.
  void arm(std::uint64_t at, Fault fault) {
    const std::lock_guard lock(mutex_);
    calls_ = 0;
    looks_ = 0;
    fault_at_ = at;
    fault_ = fault;
    dead_ = false;
    struck_ = false;
    writers_.clear();
    move_ = {};
    struck_move_.reset();
    hold_ = 0;
  }
  std::uint64_t calls() {
    const std::lock_guard lock(mutex_);
    return fault_ == Fault::blind ? looks_ : calls_;
  }
  bool struck() {
    const std::lock_guard lock(mutex_);
    return struck_;
  }

  // A move of the WAL into the file by a thread that commits nothing.
  struct Move {
    std::uint64_t bytes = 0;   // of the WAL by then
    std::uint64_t before = 0;  // so many moves ended since it was begun
  };
  std::optional<Move> struck_move() {
    const std::lock_guard lock(mutex_);
    return struck_move_;
  }
  Move move() {
    const std::lock_guard lock(mutex_);
    return move_;
  }
  // The next move stands still before its first write until the WAL has so many bytes, or the fault came.
  void hold_move_until(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    hold_ = bytes;
  }
  bool holds_move() {
    const std::lock_guard lock(mutex_);
    return held_;
  }

  // What the disk holds after the power came back: all that was synced, and of the rest what chance kept.
  void restart(std::uint64_t seed) {
    const std::lock_guard lock(mutex_);
    std::mt19937_64 chance(seed);
    for (auto& [path, disk] : disks_) {
      std::error_code ignored;
      if (!disk.exists) {
        std::filesystem::remove(path, ignored);
        continue;
      }
      std::string bytes = disk.durable;
      const int mood = static_cast<int>(chance() % 3);  // nothing of it, all of it, some of it
      for (const auto& change : disk.pending)
        if (mood == 1 || (mood == 2 && chance() % 2 == 0)) change.apply(bytes);
      std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    }
    forget_locked();
  }
  // All files under a new name of the run are taken as they stand.
  void forget() {
    const std::lock_guard lock(mutex_);
    forget_locked();
  }

 private:
  void forget_locked() {
    for (const auto& [path, disk] : disks_) {
      std::error_code ignored;
      std::filesystem::remove(path.substr(0, path.rfind("-wal")) + "-shm", ignored);
    }
    disks_.clear();
    dead_ = false;
    fault_at_ = 0;
  }

  struct Change {
    std::uint64_t at = 0;
    std::string bytes;
    bool truncates = false;  // to `at`
    void apply(std::string& to) const {
      if (truncates) {
        to.resize(static_cast<std::size_t>(at));
        return;
      }
      if (to.size() < at + bytes.size()) to.resize(static_cast<std::size_t>(at) + bytes.size());
      to.replace(static_cast<std::size_t>(at), bytes.size(), bytes);
    }
  };
  struct Disk {
    bool exists = true;
    std::string durable;
    std::vector<Change> pending;
  };
  struct File {
    sqlite3_file base;
    std::string* path;  // null: a temporary file, which nobody misses
    sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  ForgetfulVfs() {
    below_ = sqlite3_vfs_find(nullptr);
    vfs_ = *below_;
    vfs_.zName = kName;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + below_->szOsFile;
    vfs_.pNext = nullptr;
    vfs_.xOpen = &open;
    vfs_.xDelete = &remove;
    vfs_.xAccess = [](sqlite3_vfs*, const char* name, int flags, int* there) {
      if (the().blind()) return SQLITE_IOERR_ACCESS;
      return the().below_->xAccess(the().below_, name, flags, there);
    };
    sqlite3_vfs_register(&vfs_, 0);
    methods_ = sqlite3_io_methods{};
    methods_.iVersion = 2;
    methods_.xClose = [](sqlite3_file* f) {
      const int code = of(f)->below()->pMethods->xClose(of(f)->below());
      delete of(f)->path;
      return code;
    };
    methods_.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
      if (of(f)->path != nullptr && the().blind()) return SQLITE_IOERR_READ;
      return of(f)->below()->pMethods->xRead(of(f)->below(), to, size, at);
    };
    methods_.xWrite = &write;
    methods_.xTruncate = &truncate;
    methods_.xSync = &sync;
    methods_.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      if (of(f)->path != nullptr && the().blind()) return SQLITE_IOERR_FSTAT;
      return of(f)->below()->pMethods->xFileSize(of(f)->below(), size);
    };
    methods_.xLock = [](sqlite3_file* f, int kind) {
      if (the().blind()) return SQLITE_IOERR_LOCK;
      return of(f)->below()->pMethods->xLock(of(f)->below(), kind);
    };
    methods_.xUnlock = [](sqlite3_file* f, int kind) {
      return of(f)->below()->pMethods->xUnlock(of(f)->below(), kind);
    };
    methods_.xCheckReservedLock = [](sqlite3_file* f, int* held) {
      return of(f)->below()->pMethods->xCheckReservedLock(of(f)->below(), held);
    };
    methods_.xFileControl = [](sqlite3_file* f, int op, void* with) {
      return of(f)->below()->pMethods->xFileControl(of(f)->below(), op, with);
    };
    methods_.xSectorSize = [](sqlite3_file* f) { return of(f)->below()->pMethods->xSectorSize(of(f)->below()); };
    methods_.xDeviceCharacteristics = [](sqlite3_file*) {
      return 0;
    };  // promises nothing: not even that a sector is whole
    methods_.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** to) {
      if (the().blind()) return SQLITE_IOERR_SHMMAP;
      return of(f)->below()->pMethods->xShmMap(of(f)->below(), page, size, extend, to);
    };
    methods_.xShmLock = [](sqlite3_file* f, int at, int n, int flags) {
      if ((flags & SQLITE_SHM_LOCK) != 0 && the().blind()) return SQLITE_IOERR_SHMLOCK;
      return of(f)->below()->pMethods->xShmLock(of(f)->below(), at, n, flags);
    };
    methods_.xShmBarrier = [](sqlite3_file* f) { of(f)->below()->pMethods->xShmBarrier(of(f)->below()); };
    methods_.xShmUnmap = [](sqlite3_file* f, int gone) {
      return of(f)->below()->pMethods->xShmUnmap(of(f)->below(), gone);
    };
  }

  static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    ForgetfulVfs& self = the();
    File* ours = of(file);
    ours->base.pMethods = nullptr;
    ours->path = nullptr;
    if (self.blind()) return SQLITE_CANTOPEN;
    const bool lasting =
        name != nullptr && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    Disk before;
    if (lasting && !self.knows(name)) before = as_it_lies(name);  // before it is made
    const int code = self.below_->xOpen(self.below_, name, ours->below(), flags, out_flags);
    if (code != SQLITE_OK) return code;
    ours->base.pMethods = &self.methods_;
    if (lasting) {
      ours->path = new std::string(name);
      const std::lock_guard lock(self.mutex_);
      self.disks_.try_emplace(name, std::move(before));
    }
    return SQLITE_OK;
  }

  bool knows(const char* name) {
    const std::lock_guard lock(mutex_);
    return disks_.contains(name);
  }
  static Disk as_it_lies(const char* name) {
    Disk disk;
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(name, missing);
    disk.exists = !missing;
    if (missing) return disk;
    disk.durable.resize(static_cast<std::size_t>(size));
    std::ifstream(name, std::ios::binary).read(disk.durable.data(), static_cast<std::streamsize>(size));
    return disk;
  }

  static int remove(sqlite3_vfs*, const char* name, int sync_folder) {
    ForgetfulVfs& self = the();
    std::unique_lock lock(self.mutex_);
    if (const auto code = self.count(name); code) return *code == SQLITE_FULL ? SQLITE_IOERR_DELETE : *code;
    lock.unlock();
    const int code = self.below_->xDelete(self.below_, name, sync_folder);
    lock.lock();
    if (code == SQLITE_OK) self.disks_.insert_or_assign(name, Disk{.exists = false, .durable = {}, .pending = {}});
    return code;
  }

  // The fault of this call, if it is its turn. Under the lock.
  std::optional<int> count(const std::string& path) {
    if (dead_) return SQLITE_IOERR;
    ++calls_;
    if (fault_ == Fault::blind || calls_ != fault_at_) return std::nullopt;
    struck_ = true;
    longer_.notify_all();
    if (moves(path)) struck_move_ = move_;
    if (fault_ == Fault::power) {
      dead_ = true;
      return SQLITE_IOERR;
    }
    return fault_ == Fault::error ? SQLITE_IOERR : SQLITE_FULL;
  }

  static bool is_wal(const std::string& path) { return path.ends_with("-wal"); }
  // Is it the WAL's mover who calls?
  bool moves(const std::string& path) const { return !is_wal(path) && !writers_.contains(std::this_thread::get_id()); }

  // Does a call that only looks fail? After the power went they all do.
  bool blind() {
    const std::lock_guard lock(mutex_);
    if (dead_) return true;
    ++looks_;
    if (fault_ != Fault::blind || looks_ != fault_at_) return false;
    struck_ = true;
    return true;
  }

  static int write(sqlite3_file* f, const void* bytes, int size, sqlite3_int64 at) {
    ForgetfulVfs& self = the();
    File* ours = of(f);
    std::unique_lock lock(self.mutex_);
    if (ours->path == nullptr) return ours->below()->pMethods->xWrite(ours->below(), bytes, size, at);
    const bool was_dead = self.dead_;
    if (is_wal(*ours->path)) {
      self.writers_.insert(std::this_thread::get_id());
      if (at == 0) self.move_ = {};
      self.move_.bytes = std::max(self.move_.bytes, static_cast<std::uint64_t>(at) + static_cast<std::uint64_t>(size));
      self.longer_.notify_all();
    } else if (self.hold_ > 0 && self.moves(*ours->path)) {
      self.held_ = true;
      self.longer_.wait_for(lock, std::chrono::seconds(1),
                            [&] { return self.struck_ || self.move_.bytes >= self.hold_; });
      self.hold_ = 0;
      self.held_ = false;
    }
    const auto fault = self.count(*ours->path);
    if (was_dead) return *fault;
    int whole = size;
    if (fault) {
      if (self.fault_ != Fault::half && self.fault_ != Fault::power) return *fault;
      whole = size / 2;  // a torn write
    }
    if (whole > 0) {
      const int code = ours->below()->pMethods->xWrite(ours->below(), bytes, whole, at);
      if (code != SQLITE_OK) return code;
      self.disk(*ours->path)
          .pending.push_back({static_cast<std::uint64_t>(at),
                              std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(whole)), false});
    }
    return fault ? *fault : SQLITE_OK;
  }

  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    ForgetfulVfs& self = the();
    File* ours = of(f);
    const std::lock_guard lock(self.mutex_);
    if (ours->path != nullptr) {
      if (const auto code = self.count(*ours->path)) return *code == SQLITE_FULL ? SQLITE_IOERR_TRUNCATE : *code;
      self.disk(*ours->path).pending.push_back({static_cast<std::uint64_t>(size), {}, true});
    }
    return ours->below()->pMethods->xTruncate(ours->below(), size);
  }

  static int sync(sqlite3_file* f, int) {
    ForgetfulVfs& self = the();
    File* ours = of(f);
    const std::lock_guard lock(self.mutex_);
    if (ours->path == nullptr) return SQLITE_OK;
    if (const auto code = self.count(*ours->path)) return *code == SQLITE_FULL ? SQLITE_IOERR_FSYNC : *code;
    if (self.moves(*ours->path)) ++self.move_.before;
    Disk& disk = self.disk(*ours->path);
    for (const auto& change : disk.pending) change.apply(disk.durable);
    disk.pending.clear();
    return SQLITE_OK;
  }

  Disk& disk(const std::string& path) {
    Disk& found = disks_[path];
    found.exists = true;
    return found;
  }

  sqlite3_vfs* below_ = nullptr;
  sqlite3_vfs vfs_{};
  sqlite3_io_methods methods_{};
  std::mutex mutex_;
  std::map<std::string, Disk> disks_;
  std::uint64_t calls_ = 0, looks_ = 0, fault_at_ = 0;
  Fault fault_ = Fault::power;
  bool dead_ = false, struck_ = false;
  std::set<std::thread::id> writers_;  // of a WAL
  Move move_;
  std::optional<Move> struck_move_;
  std::uint64_t hold_ = 0;
  bool held_ = false;
  std::condition_variable longer_;
};

}  // namespace caveat::audit::testing
