#include "adapters/server/oplog.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <charconv>
#include <cstring>
#include <mutex>

#include "engine/base/escape.h"
#include "engine/base/units.h"

namespace caveat::server {

namespace {

constexpr std::uint64_t kCrowdNs = 200'000;
constexpr std::size_t kMostPending = 64u << 10;

char* put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

constexpr std::size_t most_quoted(std::string_view text) { return 6 * text.size() + 2; }  // each byte as \u00XX
char* put_quoted(char* at, std::string_view text) {
  if (!is_plain_json(text)) return put(at, quote_json(text));
  *at++ = '"';
  at = put(at, text);
  *at++ = '"';
  return at;
}

// format_instant, as lines that come within one second share all of it but the fraction.
char* put_time(char* at, Microseconds now) {
  thread_local Microseconds second = -1;
  thread_local std::string text;  // "2026-11-24T09:30:00Z"
  if (now < 0 || now / 1'000'000 != second) {
    if (now < 0) return put(at, format_instant(now, 0));
    text = format_instant(now - now % 1'000'000, 0);
    second = now / 1'000'000;
  }
  at = put(at, std::string_view(text).substr(0, text.size() - 1));
  if (std::int64_t fraction = now % 1'000'000; fraction != 0) {
    char digits[] = ".000000";
    for (std::size_t i = 6; i > 0; --i, fraction /= 10) digits[i] = static_cast<char>('0' + fraction % 10);
    std::size_t size = sizeof digits - 1;
    while (digits[size - 1] == '0') --size;
    at = put(at, {digits, size});
  }
  *at++ = 'Z';
  return at;
}

class Spdlog final : public OperationLog {
 public:
  Spdlog(std::string file, Level level, Clock& clock) : file_(std::move(file)), level_(level), clock_(clock) {
    logger_ = make();
  }

  ~Spdlog() override { flush(); }

  void write(Level level, std::string_view event, std::initializer_list<LogField> fields) override {
    if (!heard(level)) return;
    const std::string_view line = text_of(level, event, fields);
    const std::lock_guard lock(mutex_);
    pending_ += line;
    write_pending();
  }

  // A line that comes alone goes at once. Those of a crowd wait for each other: a call of the system costs more than a decision.
  void write_soon(Level level, std::string_view event, std::initializer_list<LogField> fields) override {
    if (!heard(level)) return;
    const std::string_view line = text_of(level, event, fields);
    const std::uint64_t now = clock_.steady_ns();
    const std::lock_guard lock(mutex_);
    pending_ += line;
    if (now - last_ns_ >= kCrowdNs || pending_.size() > kMostPending)
      write_pending();
    else
      waits_.store(true, std::memory_order_relaxed);
    last_ns_ = now;
  }
  bool waits() const override { return waits_.load(std::memory_order_relaxed); }
  void flush() override {
    const std::lock_guard lock(mutex_);
    write_pending();
  }

  Level level() const override { return level_.load(std::memory_order_relaxed); }
  void set_level(Level level) override { level_.store(level, std::memory_order_relaxed); }

  void reopen() override {
    if (file_.empty()) return;
    std::shared_ptr<spdlog::logger> fresh;
    try {
      fresh = make();
    } catch (const std::exception& error) {  // lines go on where they went: better there than nowhere
      write(Level::error, "log_not_reopened", {{"why", error.what()}});
      return;
    }
    const std::lock_guard lock(mutex_);
    write_pending();
    logger_ = std::move(fresh);
  }

 private:
  std::shared_ptr<spdlog::logger> make() const {
    spdlog::sink_ptr sink;
    if (file_.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file_);
    auto logger = std::make_shared<spdlog::logger>("caveat", std::move(sink));
    logger->set_pattern("%v");                // the line is whole already
    logger->set_level(spdlog::level::trace);  // our own level decides
    logger->flush_on(spdlog::level::trace);   // what is written is in the file, whatever comes next
    return logger;
  }

  bool heard(Level level) const { return level >= level_.load(std::memory_order_relaxed) && level != Level::off; }

  // One line, in memory of the thread's own that holds until its next one. Every exchange makes one: room for all of it is there first,
  // and then its parts are only copied.
  std::string_view text_of(Level level, std::string_view event, std::initializer_list<LogField> fields) const {
    constexpr std::size_t kFrame = 128, kField = 32;  // time, level and braces; quotes, colon and a number
    std::size_t most = kFrame + most_quoted(event);
    for (const LogField& field : fields) {
      most += kField + field.name.size();
      if (const auto* text = std::get_if<std::string_view>(&field.value)) most += most_quoted(*text);
    }
    thread_local std::string room;
    if (room.size() < most) room.resize(most);
    char* at = room.data();
    at = put(at, "{\"time\":\"");
    at = put_time(at, clock_.wall_us());
    at = put(at, "\",\"level\":\"");
    at = put(at, level_name(level));
    at = put(at, "\",\"event\":");
    at = put_quoted(at, event);
    for (const LogField& field : fields) {
      const auto* text = std::get_if<std::string_view>(&field.value);
      if (text != nullptr && text->empty()) continue;  // what does not apply is left out
      at = put(at, ",\"");
      at = put(at, field.name);  // ours: nothing in it that has to be escaped
      at = put(at, "\":");
      if (text != nullptr)
        at = put_quoted(at, *text);
      else if (const auto* number = std::get_if<std::int64_t>(&field.value))
        at = std::to_chars(at, at + kField, *number).ptr;
      else
        at = put(at, std::get<bool>(field.value) ? "true" : "false");
    }
    at = put(at, "}\n");
    return {room.data(), at};
  }

  void write_pending() {  // under mutex_
    waits_.store(false, std::memory_order_relaxed);
    if (pending_.empty()) return;
    pending_.pop_back();  // the logger ends the line
    logger_->info(pending_);
    pending_.clear();
  }

  const std::string file_;
  std::atomic<Level> level_;
  Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<spdlog::logger> logger_;
  std::string pending_;  // whole lines
  std::uint64_t last_ns_ = 0;
  std::atomic<bool> waits_{false};
};

}  // namespace

std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

std::unique_ptr<OperationLog> OperationLog::open(const std::string& file, Level level, Clock& clock) {
  return std::make_unique<Spdlog>(file, level, clock);
}

}  // namespace caveat::server
