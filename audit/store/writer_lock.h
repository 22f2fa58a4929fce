// Writer lock: one writer a log, held by the process that writes; the file FILE.db-writer names it. Taken before the keys are read:
// whoever had it before may have changed them.
//
// Errors     audit::Error `log_in_use` with the other process's number, `log_read_only` where the file cannot be made
#pragma once

#include <string>

namespace caveat::audit {

class WriterLock {
 public:
  explicit WriterLock(const std::string& log_path);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  bool held() const;  // false: its file was moved away, and another may have the log

 private:
  std::string path_;
  int file_ = -1;
};

// Does a process have this log? The lock is tried for a moment, which a writer that comes then waits out.
bool has_writer(const std::string& log_path);

}  // namespace caveat::audit
