// The state store on one node: the table `state` of the log, read through the log's own readers.
//
// Threads    all calls may run together
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "audit/seal/keystore.h"
#include "audit/state/state_store.h"
#include "audit/store/store.h"

namespace caveat::audit {

class SqliteState final : public StateStore {
 public:
  SqliteState(std::string path, std::string vfs, const KeyStore& keys);
  std::optional<StateEntry> read(const StateKey& key) override;
  std::vector<StateEntry> all(StateKind kind) override;
  void reopen();  // after the log was closed and opened again

 private:
  std::string path_, vfs_;
  const KeyStore& keys_;
  std::mutex mutex_;
  std::unique_ptr<StoreReader> reader_;
};

}  // namespace caveat::audit
