#include "audit/report/spool.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "audit/error.h"
#include "audit/report/codes.h"
#include "audit/store/files.h"

namespace caveat::audit {
namespace {

constexpr std::size_t kBuffer = 256u << 10;

int without_name(const std::string& folder) {
  if (const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600); file >= 0) return file;
  std::string name = folder + "/.caveat-XXXXXX";  // a file system that knows none without a name
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file >= 0) ::unlink(name.c_str());
  return file;
}

}  // namespace

Spool::Spool(SpoolOptions options) : options_(std::move(options)), file_(without_name(options_.folder)) {
  if (file_ < 0) fail(system_words());
  buffer_.reserve(kBuffer);
}

Spool::~Spool() {
  if (file_ >= 0) ::close(file_);
}

void Spool::fail(Words why) const { throw Error(codes::kReportWrite, options_.folder, {options_.folder, why}); }

Spool& Spool::add(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, kBuffer - buffer_.size());
    buffer_ += part;
    bytes.remove_prefix(part.size());
    if (buffer_.size() == kBuffer) flush();
  }
  return *this;
}

void Spool::flush() {
  if (buffer_.empty()) return;
  if (options_.look) options_.look();
  if (struct ::statvfs disk{}; options_.keep_free > 0 && ::fstatvfs(file_, &disk) == 0 &&
                               std::uint64_t{disk.f_bavail} * disk.f_frsize < options_.keep_free + buffer_.size())
    fail("the room that is left on the disk is the log's");
  hash_.add(buffer_);
  for (std::string_view left = buffer_; !left.empty();) {
    const ::ssize_t written = ::write(file_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(system_words());
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

Digest Spool::digest() {
  flush();
  return hash_.finish();
}

void Spool::read(std::uint64_t at, std::span<char> to) {
  flush();
  while (!to.empty()) {
    const ::ssize_t got = ::pread(file_, to.data(), to.size(), static_cast<::off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail(got == 0 ? std::string(Words("it is shorter than what was written to it")) : system_words());
    at += static_cast<std::uint64_t>(got);
    to = to.subspan(static_cast<std::size_t>(got));
  }
}

std::string Spool::text(std::uint64_t at, std::size_t size) {
  std::string out(size, '\0');
  read(at, out);
  return out;
}

}  // namespace caveat::audit
