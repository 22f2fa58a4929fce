#include "adapters/cli/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <ostream>
#include <vector>

#include "engine/base/diagnostic.h"

namespace caveat::cli {

namespace {

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// Only root gives a file to another; for anybody else it is enough that everybody may read it.
bool keep_owner(int file, const struct ::stat& was) {
  if (::fchown(file, was.st_uid, was.st_gid) == 0) return true;
  const int why = errno;
  const bool group = ::fchown(file, static_cast<::uid_t>(-1), was.st_gid) == 0;
  if ((was.st_mode & S_IROTH) != 0 || (was.st_uid == ::geteuid() && group)) return true;
  errno = why;
  return false;
}

// `write` is handed the file and says whether all was written.
int write_beside(Terminal& terminal, const std::string& named, const std::function<bool(int)>& write, ::mode_t mode) {
  const std::string path = behind_links(named);
  std::string beside = path + ".XXXXXX";
  struct ::stat replaced{};
  const bool replaces = ::stat(path.c_str(), &replaced) == 0;
  const bool is_file = !replaces || S_ISREG(replaced.st_mode);  // a device would be one no longer
  const int file = is_file ? ::mkstemp(beside.data()) : -1;
  const auto failed = [&](int why) {
    if (file >= 0) {
      ::close(file);
      ::unlink(beside.c_str());
    }
    terminal.err << "caveat: "
                 << fill(
                        terminal.say(
                            {"{0} could not be written: {1}. Choose a folder that exists, can be written and has room.",
                             "{0} 写入失败：{1}。请选择已存在、可写且有空间的目录。"}),
                        {path, std::strerror(why)})
                 << '\n';
    return kEnvironment;
  };
  if (!is_file) return failed(S_ISDIR(replaced.st_mode) ? EISDIR : EINVAL);
  if (file < 0) return failed(errno);
  ::mode_t mask = ::umask(0);
  ::umask(mask);
  if (!write(file) || (replaces && !keep_owner(file, replaced)) ||
      ::fchmod(file, replaces ? replaced.st_mode & 07777 : mode & ~mask) != 0 || ::fsync(file) != 0)
    return failed(errno);
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed(errno);
  ::close(file);
  return kDone;
}

}  // namespace

std::string behind_links(const std::string& path) {
  std::error_code error;
  std::filesystem::path at = path;
  for (int links = 0; links < 40 && std::filesystem::is_symlink(at, error); ++links)
    at = at.parent_path() / std::filesystem::read_symlink(at, error);
  return at.string();
}

int write_file(Terminal& terminal, const std::string& path, std::string_view bytes) {
  return write_beside(terminal, path, [&](int file) { return write_all(file, bytes); }, 0666);
}

int write_private(Terminal& terminal, const std::string& path, std::string_view bytes) {
  return write_beside(terminal, path, [&](int file) { return write_all(file, bytes); }, 0600);
}

int write_private(Terminal& terminal, const std::string& path, audit::Spool& bytes) {
  const auto pieces = [&](int file) {
    constexpr std::uint64_t kPiece = 1u << 20;
    for (std::uint64_t at = 0; at < bytes.size(); at += kPiece)
      if (!write_all(file, bytes.text(at, std::min(kPiece, bytes.size() - at)))) return false;
    return true;
  };
  return write_beside(terminal, path, pieces, 0600);
}

}  // namespace caveat::cli
