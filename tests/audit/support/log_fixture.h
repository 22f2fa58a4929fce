// What the tests of the audit room share: a folder that goes away, a clock moved by hand, bytes that repeat, records to write.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "engine/base/cbor.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"

namespace caveat::audit::testing {

class Folder {
 public:
  Folder() {
    static std::atomic<int> count{0};
    // In memory where there is such a place: these tests write much and prove nothing about a disk.
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    const auto base = std::filesystem::is_directory(memory, ignored) ? memory : std::filesystem::temp_directory_path();
    path_ = base / ("caveat-audit-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class HandClock final : public Clock {
 public:
  std::atomic<Microseconds> now{1'795'600'000'000'000};
  std::atomic<Microseconds> step{1'000};  // each look moves it
  Microseconds wall_us() override { return now += step; }
  std::uint64_t steady_ns() override { return static_cast<std::uint64_t>(now) * 1'000; }
};

class CountedRandom final : public Random {
 public:
  explicit CountedRandom(std::uint64_t seed = 7) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override {
    const std::lock_guard lock(mutex_);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(state_());
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 state_;
};

inline std::string text_section(std::string_view text) {
  cbor::Encoder out;
  out.map(1);
  out.integer(1);
  out.text(text);
  return out.take();
}

// A decision as a gate would record it: some sections, a search tag or three, a change of state.
inline RecordContent decision(int number) {
  const std::string customer = "k-" + std::to_string(number % 7);
  RecordContent content;
  content.kind = Kind::decision;
  content.semantics = 1;
  content.subjects = {customer};
  content.sections = {{Section::verdict, text_section("handoff")},
                      {Section::request, text_section("request " + std::to_string(number))},
                      {Section::texts, text_section(std::string(static_cast<std::size_t>(number % 50) * 7, 'x'))}};
  content.tags = {{TagKind::customer, customer}, {TagKind::verdict, "handoff"}, {TagKind::day, "2026-11-25"}};
  content.changes = {{{StateKind::hold, "customer " + customer, ""}, "held since " + std::to_string(number)},
                     {{StateKind::idempotency, "request r-" + std::to_string(number), ""}, "digest"}};
  if (number % 10 == 9)
    content.changes.push_back({{StateKind::hold, "customer k-" + std::to_string((number + 1) % 7), ""}, std::nullopt});
  if (number % 5 == 4) content.subjects.push_back("k-other");
  return content;
}

struct LogFolder {
  Folder folder;
  HandClock clock;
  CountedRandom random;
  std::string path() const { return folder / "decisions.db"; }
  std::string keys_dir() const { return folder / "decisions.keys"; }
  LogOptions options(bool create = true) {
    LogOptions options;
    options.path = path();
    options.create = create;
    options.origin = create ? "bank.example/caveat/gate-1" : "";
    options.clock = &clock;
    options.random = &random;
    return options;
  }
  std::unique_ptr<KeyStore> keys() { return KeyStore::open(keys_dir(), {}); }
};

inline std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void spill(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

}  // namespace caveat::audit::testing
