#include "adapters/server/oplog.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <atomic>
#include <charconv>
#include <mutex>

#include "engine/base/escape.h"
#include "engine/base/units.h"

namespace caveat::server {

namespace {

constexpr std::uint64_t kCrowdNs = 200'000;
constexpr std::size_t kMostPending = 64u << 10;

class Spdlog final : public OperationLog {
 public:
  Spdlog(std::string file, Level level, Clock& clock) : file_(std::move(file)), level_(level), clock_(clock) {
    logger_ = make();
  }

  ~Spdlog() override { flush(); }

  void write(Level level, std::string_view event, std::initializer_list<LogField> fields) override {
    if (!heard(level)) return;
    const std::string& line = text_of(level, event, fields);
    const std::lock_guard lock(mutex_);
    pending_ += line;
    write_pending();
  }

  // A line that comes alone goes at once. Those of a crowd wait for each other: a call of the system costs more than a decision.
  void write_soon(Level level, std::string_view event, std::initializer_list<LogField> fields) override {
    if (!heard(level)) return;
    const std::string& line = text_of(level, event, fields);
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

  const std::string& text_of(Level level, std::string_view event, std::initializer_list<LogField> fields) const {
    thread_local std::string line;  // keeps what it has grown to
    line = "{\"time\":\"";
    line += format_instant(clock_.wall_us(), 0);
    line += "\",\"level\":\"";
    line += level_name(level);
    line += "\",\"event\":";
    append_json(line, event);
    for (const LogField& field : fields) {
      const auto* text = std::get_if<std::string_view>(&field.value);
      if (text != nullptr && text->empty()) continue;  // what does not apply is left out
      line += ",\"";
      line += field.name;  // ours: nothing in it that has to be escaped
      line += "\":";
      if (text != nullptr) {
        append_json(line, *text);
      } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        char digits[24];
        line.append(digits, std::to_chars(digits, digits + sizeof digits, *number).ptr);
      } else {
        line += std::get<bool>(field.value) ? "true" : "false";
      }
    }
    line += "}\n";
    return line;
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
