// GapNote: what was lost and no record says yet, kept among the keys, so that it outlives a process that could not write the log.
// One block of 512 bytes, made while there is room and overwritten in place: that takes no new block of a full disk.
//
//   note.write({.since = first, .lost = 6, .code = "storage"});    // on each loss
//   note.clear();                                                  // when the gap record is committed
//
// Promises   what was written survives the process; never throws: where it cannot be kept, the log is as well off as without it
// Threads    one at a time
// Source     docs/formats.md "FILE.keys/"
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/units.h"

namespace caveat::audit {

class GapNote {
 public:
  struct Lost {
    Microseconds since = 0;
    std::uint64_t lost = 0;  // decisions
    std::string code;
    bool missing = false;  // what it said is gone with it
  };

  // Makes the file if it is not there. `fresh`: of a log without a record; of any other it was taken away.
  GapNote(const std::string& path, std::string origin, bool fresh);
  ~GapNote();
  GapNote(const GapNote&) = delete;
  GapNote& operator=(const GapNote&) = delete;

  // Nothing: nothing was lost, or it cannot be told, since the file could not be opened. A note that is damaged says that something was,
  // and not what: code `gap_note`, none counted. So does one that was not there.
  std::optional<Lost> read() const;
  static constexpr std::string_view kDamaged = "gap_note";
  void write(const Lost& lost);
  void clear();

 private:
  void put(std::string line);
  std::string origin_;
  int file_ = -1;
  bool empty_ = true, made_ = false, fresh_ = false;
};

}  // namespace caveat::audit
