// OperationLog: what the server does, one JSON object a line, for the operator: ids, routes, statuses, times.
//
//   auto log = OperationLog::open("", Level::info);          // standard error
//   log->write(Level::info, "exchange", {{"request", id}, {"status", 200}});
//
// Promises   never a text of a turn and never an id of a customer or conversation: callers hand in routes, not targets, and our own
//            ids only; a value is escaped, so a line stays a line; the level can change while it runs; lines stand in the order in
//            which they were written, and each is in the file when write returns, or, of write_soon, when flush does
// Threads    all calls may run together
// Errors     a file that cannot be opened: open throws std::runtime_error with the reason, reopen goes on with the file of before
//            and says so there
// Cost       a line below the level: one comparison; write: a call of the system; write_soon: one for all that come within the same
//            moment, as long as somebody calls flush when waits() says so
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/clock.h"

namespace caveat::server {

enum class Level : std::uint8_t { debug, info, warn, error, off };
std::string_view level_name(Level level);

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
};

class OperationLog {
 public:
  // `file` empty: standard error.
  static std::unique_ptr<OperationLog> open(const std::string& file, Level level, Clock& clock);
  virtual ~OperationLog() = default;
  virtual void write(Level level, std::string_view event, std::initializer_list<LogField> fields) = 0;
  virtual void write_soon(Level level, std::string_view event, std::initializer_list<LogField> fields) {
    write(level, event, fields);
  }
  virtual bool waits() const { return false; }  // something is not in the file yet
  virtual void flush() {}
  virtual Level level() const = 0;
  virtual void set_level(Level level) = 0;
  virtual void reopen() = 0;  // after the file was moved away
};

}  // namespace caveat::server
