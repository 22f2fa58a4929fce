// A gate over a real log in a fresh folder, with a clock moved by hand, randomness that repeats, and a store that can fail.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "adapters/gate/gate.h"
#include "adapters/load/ruleset.h"
#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/record/decode.h"
#include "audit/store/store.h"
#include "tests/support/seeded_random.h"

namespace caveat::test {

class TestClock final : public Clock {
 public:
  Microseconds wall_us() override {
    if (left_ > 0 && left_.fetch_sub(1) == 1) then_();
    return now_.fetch_add(1);
  }
  std::uint64_t steady_ns() override { return static_cast<std::uint64_t>(now_.load()) * 1000; }
  void pass(Microseconds time) { now_ += time; }
  // Whoever asks for the time the so many-th time from now does this first.
  void at(int reading, std::function<void()> then) {
    then_ = std::move(then);
    left_ = reading;
  }
  bool was_at() const { return left_ <= 0; }

 private:
  std::atomic<int> left_{0};
  std::function<void()> then_;
  std::atomic<Microseconds> now_{1'795'000'000LL * 1'000'000};
};

// Counts what is durable, and fails when it is told to.
struct StoreSwitch {
  std::atomic<std::uint64_t> durable{0};
  std::atomic<int> failing{0};       // commits still to fail
  std::atomic<bool> stopped{false};  // commits wait until it is false, and then must be notified
};

class WatchedStore final : public audit::Store {
 public:
  WatchedStore(std::unique_ptr<audit::Store> inner, StoreSwitch& control)
      : inner_(std::move(inner)), control_(control) {}
  void commit(const audit::Batch& batch) override {
    control_.stopped.wait(true);
    if (control_.failing > 0 && !batch.records.empty()) {
      --control_.failing;
      throw audit::Error(audit::codes::kStorage, "test", {std::string("test"), "the disk is full"});
    }
    inner_->commit(batch);
    if (!batch.records.empty()) control_.durable = batch.records.back().index + 1;
  }
  void tidy() override { inner_->tidy(); }
  audit::StoreReader& reader() override { return inner_->reader(); }
  void close() override { inner_->close(); }

 private:
  std::unique_ptr<audit::Store> inner_;
  StoreSwitch& control_;
};

struct Bench {
  TestClock clock;
  SeededRandom random;
  StoreSwitch control;
  gate::Snapshot snapshot;
  std::filesystem::path folder;
  std::string vfs;  // below the log; empty: the system's own
  std::unique_ptr<audit::Log> log;

  explicit Bench(bool with_log = true) : snapshot(rules()) {
    // In memory where there is such a place: these tests write much and prove nothing about a disk.
    std::error_code ignored;
    const std::filesystem::path memory = "/dev/shm";
    const auto base = std::filesystem::is_directory(memory, ignored) ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (base / "caveat-gate-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    if (with_log) open();
  }
  ~Bench() {
    log.reset();
    std::filesystem::remove_all(folder);
  }

  void open() {
    audit::LogOptions options;
    options.path = (folder / "log.db").string();
    options.create = true;
    options.clock = &clock;
    options.random = &random;
    options.vfs = vfs;
    options.wrap_store = [this](std::unique_ptr<audit::Store> inner) {
      return std::make_unique<WatchedStore>(std::move(inner), control);
    };
    log = audit::Log::open(std::move(options));
  }

  // What a restart finds.
  void reopen() {
    log->close();
    log.reset();
    open();
  }

  std::unique_ptr<gate::Gate> gate(std::size_t threads = 2) { return gate(gate::GateOptions{.threads = threads}); }
  std::unique_ptr<gate::Gate> gate(gate::GateOptions options) {
    options.snapshot = &snapshot;
    options.log = log.get();
    options.clock = &clock;
    options.random = &random;
    return std::make_unique<gate::Gate>(std::move(options));
  }

  static std::shared_ptr<const decide::Ruleset> rules() {
    static const std::shared_ptr<const decide::Ruleset> loaded = [] {
      Result<load::Loaded> read = load::load_rules({CAVEAT_SOURCE_DIR "/tests/adapters/gate/pack"}, Limits{});
      BOOST_REQUIRE(read);
      for (const Diagnostic& diagnostic : read->diagnostics) BOOST_TEST_MESSAGE(render(diagnostic, read->sources));
      BOOST_REQUIRE(read->rules);
      return read->rules;
    }();
    return loaded;
  }

  // Records in the log, by a reader of its own.
  std::size_t decisions() { return records(audit::Kind::decision); }
  std::size_t records(audit::Kind kind) {
    const auto reader = audit::LogReader::open((folder / "log.db").string());
    std::size_t count = 0;
    reader->each_header(0, reader->size(), [&](std::uint64_t, std::string_view leaf) {
      const Result<audit::Header> header = audit::decode_header(leaf);
      if (header && header->context.kind == kind) ++count;
    });
    return count;
  }
};

}  // namespace caveat::test
