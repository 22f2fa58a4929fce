// High-water mark: how far this log has come, kept on another path, so that an old copy put back is noticed.
// Two lines of 96 bytes, written in turn with one pwrite each: a torn one leaves the other.
//
//   mark.write(size, root);      // after the commit, before any reply leaves
//
// Promises   what was written survives the process; `sync` makes it survive the machine
// Threads    one at a time
// Errors     audit::Error `high_water` if neither line can be read, `storage` if it cannot be written
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/record/record.h"

namespace caveat::audit {

struct Mark {
  std::uint64_t size = 0;
  Digest root{};
  bool one_line_damaged = false;
};

void create_high_water(const std::string& path, const std::string& origin);
// Whether a log was ever written to beside it: also where the mark is damaged. For what is told of one that is not there.
bool was_there(const std::string& high_water);
Mark read_high_water(const std::string& path, const std::string& origin);

class HighWater {
 public:
  HighWater(std::string path, std::string origin);  // opens for writing
  ~HighWater();
  HighWater(const HighWater&) = delete;
  HighWater& operator=(const HighWater&) = delete;

  void write(std::uint64_t size, const Digest& root);
  void sync();

 private:
  std::string path_, origin_;
  int file_ = -1;
  bool second_ = false;  // which line is next
};

}  // namespace caveat::audit
