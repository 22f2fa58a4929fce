// Writer lock: one writer a log, held by the process that writes; the file FILE.db-writer names it.
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

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace caveat::audit
