// Made state: the rows of state that the records of a log make, as a verification reckons them record by record. Of a large log most of
// them lie in a temporary file, so that one with millions of rows needs no more memory than one with many.
//
//   MadeState made(100'000);
//   made.put(key, 7, digest);  // as record 7 says
//   while (const std::optional<MadeRow> row = made.next()) ...
//
// Promises   no value lies in the file, only the digests that were handed in; the file has no name, and goes with the process
// Errors     audit::Error: unreadable, where the temporary file fails
// Cost       memory: some 150 bytes for each row that may be there, and 16 MB once there is a file, whose changes are sorted as they are read
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "audit/record/record.h"
#include "audit/state/state_store.h"

namespace caveat::audit {

struct KeyedState {  // as the table `state` has it
  StateKind kind{};
  TagValue subject{}, discriminator{};
  friend auto operator<=>(const KeyedState&, const KeyedState&) = default;
};

struct MadeRow {
  KeyedState key;
  std::uint64_t version = 0, index = 0;
  Digest value{};
};

class MadeState {
 public:
  explicit MadeState(std::size_t in_memory);
  ~MadeState();
  MadeState(const MadeState&) = delete;
  MadeState& operator=(const MadeState&) = delete;

  void put(const KeyedState& key, std::uint64_t index, const Digest& value);
  void erase(const KeyedState& key);
  // When all was said: what is there then, ascending.
  std::optional<MadeRow> next();

  std::size_t in_memory() const { return newest_.size(); }  // rows

 private:
  struct Change {            // of a key, since rows were moved to the file
    bool anew = false;       // it was erased first
    std::uint64_t puts = 0;  // and since then
    std::uint64_t index = 0;
    Digest value{};
  };
  struct File;
  Change& change(const KeyedState& key);
  void move_to_file();
  std::optional<std::pair<KeyedState, Change>> read();

  std::size_t most_;
  std::map<KeyedState, Change> newest_;
  std::unique_ptr<File> file_;  // null: all are in memory
  bool reading_ = false;
  std::map<KeyedState, Change>::const_iterator at_;
  std::optional<std::pair<KeyedState, Change>> ahead_;
};

}  // namespace caveat::audit
