// Log reader: one snapshot of a log, for verify, show, search and report. Opens beside a running writer and never
// writes; everything but bodies, tags and state is readable without keys.
//
//   auto reader = LogReader::open("decisions.db");
//   std::optional<std::string> leaf = reader->header(4711);
//
// Promises   one snapshot: what commits later is not seen
// Threads    one at a time
// Errors     audit::Error: log_missing, log_gone, log_foreign, log_half_written, log_newer, storage
// Cost       opening: nothing that grows with the log; a node: at most 256 headers
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/log/checkpoint.h"
#include "audit/log/proof.h"
#include "audit/seal/sealer.h"
#include "audit/store/store.h"

namespace caveat::audit {

using NodeCache = std::map<std::pair<unsigned, std::uint64_t>, Digest>;
// A complete subtree's root from headers and tiles. Errors: audit::Error `log_broken`, if a record is not there.
Digest stored_node(StoreReader& store, unsigned level, std::uint64_t position, NodeCache* cache = nullptr);

class LogReader {
 public:
  static std::unique_ptr<LogReader> open(const std::string& path);  // its keys, if any, lie beside it
  static std::unique_ptr<LogReader> open(const std::string& path, const std::string& keys_dir);
  static std::unique_ptr<LogReader> over(std::unique_ptr<StoreReader> store);  // tests, and the log itself

  const std::string& path() const { return path_; }
  const std::string& origin() const { return origin_; }  // as the log says it; verify holds it against a key
  const std::string& about() const { return about_; }    // the signed note of its making
  std::uint64_t size() const { return size_; }           // of the newest checkpoint
  std::optional<std::string> checkpoint() const;         // the newest signed note; nothing: no record yet
  std::optional<std::string> checkpoint_at(std::uint64_t size) const;
  std::vector<std::uint64_t> checkpoint_sizes() const;

  std::optional<std::string> header(std::uint64_t index) const;  // the leaf
  std::optional<std::string> body(std::uint64_t index) const;    // sealed
  void each_header(std::uint64_t begin, std::uint64_t end,
                   const std::function<void(std::uint64_t, std::string_view)>& visit) const;

  Digest node(unsigned level, std::uint64_t position) const;
  Digest root(std::uint64_t size) const;
  std::vector<Digest> inclusion(std::uint64_t index, std::uint64_t size) const;
  std::vector<Digest> consistency(std::uint64_t old_size, std::uint64_t size) const;
  LogProof receipt(std::uint64_t index) const;  // against the newest checkpoint

  // With keys.
  Result<OpenedRecord> open_body(const KeyStore& keys, std::uint64_t index) const;
  std::vector<std::uint64_t> search(const KeyStore& keys, const Tag& tag) const;  // ascending

  void renew();  // a new snapshot
  StoreReader& store() const { return *store_; }

 private:
  explicit LogReader(std::unique_ptr<StoreReader> store);
  void read_head();
  std::unique_ptr<StoreReader> store_;
  std::string path_, origin_, about_;
  std::uint64_t size_ = 0;
  mutable NodeCache nodes_;
};

}  // namespace caveat::audit
