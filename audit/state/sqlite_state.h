// The state store on one node: the table `state` of the log, read through the log's own readers.
//
// Promises   of a writer: a key that is not there is mostly known from memory, once a thread of its own has read which are there
// Threads    all calls may run together; note, closed and opened are the committer's
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/seal/keystore.h"
#include "audit/state/key_filter.h"
#include "audit/state/state_store.h"
#include "audit/store/store.h"

namespace caveat::audit {

class SqliteState final : public StateStore {
 public:
  SqliteState(std::string path, std::string vfs, const KeyStore& keys);
  ~SqliteState() override;
  std::optional<StateEntry> read(const StateKey& key) override;
  std::vector<StateEntry> all(StateKind kind) override;

  // Of the log's one writer alone: what it is about to commit, that it has closed the log, that it has it open.
  void note(const std::vector<SealedStateChange>& changes);
  void closed();
  void opened();

 private:
  bool surely_not_there(const TagValue& discriminator);
  void learn_keys();

  std::string path_, vfs_;
  const KeyStore& keys_;
  std::mutex mutex_;
  std::unique_ptr<StoreReader> reader_;

  std::mutex filter_mutex_;
  KeyFilter filter_;  // of all that was noted, and of what was there once it is `whole_`
  bool writer_ = false, whole_ = false, too_large_ = false;
  std::size_t asked_ = 0;
  std::atomic<bool> stop_{false};
  std::thread learning_;
};

}  // namespace caveat::audit
