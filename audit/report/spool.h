// Spool: bytes that may be too many for memory: in a file that has no name, so it is gone with the object, also when the process is
// killed. What a report is made of, and the report itself, until it has been handed over.
//
//   Spool spool({.folder = "/var/lib/caveat"});
//   spool.add(row);
//   spool.read(0, to);
//
// Promises   read gives what was added; nobody but this process and its user's root can open it
// Threads    one adds; when it has ended, all reads may run together
// Errors     audit::Error `report_write`: the folder cannot be written, or has no more room than is to be kept; whatever `look` throws
// Cost       a quarter of a MiB of memory
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "audit/phrases.h"
#include "engine/base/digest.h"

namespace caveat::audit {

struct SpoolOptions {
  std::string folder = ".";
  std::uint64_t keep_free = 0;           // bytes of the disk, for what else is written to it
  std::function<void()> look = nullptr;  // now and then, while it grows; may throw
};

class Spool {
 public:
  explicit Spool(SpoolOptions options);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  Spool& add(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  Digest digest();  // of all; nothing is added after it
  void read(std::uint64_t at, std::span<char> to);
  std::string text(std::uint64_t at, std::size_t size);

 private:
  void flush();
  [[noreturn]] void fail(Words why) const;
  const SpoolOptions options_;
  int file_ = -1;
  std::uint64_t size_ = 0;  // what is still in the buffer with it
  std::string buffer_;
  Sha256 hash_;
};

}  // namespace caveat::audit
