#include "audit/store/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/store/files.h"

namespace caveat::audit {

namespace {

// Beside the file itself, by whatever links it was named: one log has one writer.
std::string lock_of(const std::string& log_path) {
  std::error_code none;
  const std::filesystem::path itself = std::filesystem::canonical(log_path, none);
  return (none ? log_path : itself.string()) + "-writer";
}

}  // namespace

WriterLock::WriterLock(const std::string& log_path) : path_(lock_of(log_path)) {
  std::error_code ignored;
  // A command has it for a moment only; whoever has it longer is told of.
  constexpr auto kPatience = std::chrono::seconds(3);
  const auto since = std::chrono::steady_clock::now();
  for (;;) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file_ < 0) {
      const int why = errno;
      const std::filesystem::path folder = std::filesystem::absolute(path_, ignored).parent_path();
      if (why == ENOENT && !std::filesystem::exists(folder, ignored))
        throw Error(codes::kLogReadOnly, log_path, {log_path, said("there is no folder {0}", folder.string())});
      errno = why;
      throw Error(codes::kLogReadOnly, log_path, {log_path, path_ + ": " + system_words()});
    }
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      char pid[24] = {};
      const ssize_t got = ::pread(file_, pid, sizeof pid - 1, 0);
      ::close(file_);
      file_ = -1;
      if (std::chrono::steady_clock::now() - since < kPatience) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        continue;
      }
      std::string who(pid, got > 0 ? static_cast<std::size_t>(got) : 0);
      while (!who.empty() && who.back() == '\n') who.pop_back();
      throw Error(codes::kLogInUse, log_path, {log_path, who.empty() ? "?" : who});
    }
    // The one before us may have taken the file away between our open and our lock.
    if (held()) break;
    ::close(file_);
    file_ = -1;
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, pid.data(), pid.size(), 0) < 0) {
    // Only the message to a second writer would be poorer.
  }
}

bool WriterLock::held() const {
  struct stat ours{};
  struct stat named{};
  return ::fstat(file_, &ours) == 0 && ::stat(path_.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

bool has_writer(const std::string& log_path) {
  const int file = ::open(lock_of(log_path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file < 0) return errno == EACCES;  // another user's: he may well have it
  const bool free = ::flock(file, LOCK_SH | LOCK_NB) == 0;
  ::close(file);
  return !free;
}

WriterLock::~WriterLock() {
  if (file_ < 0) return;
  if (held()) ::unlink(path_.c_str());
  ::close(file_);
}

}  // namespace caveat::audit
