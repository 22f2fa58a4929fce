// Verify: the whole log, every cell of every table recomputed or compared, and what was found told by name.
//
//   VerifyReport report = verify_log(*reader, {.verifier = key, .keys = &keys});
//
// Promises   a changed value in any cell, a dropped, added or swapped row is a finding; each claim is shown, refuted, or not
//            checked and why; what stands on a failed signature or tree is never called good. A body whose data key is gone is
//            no change of the log: erased, where an erasure record names the key; else lost, which is never called good either.
//            A checkpoint by a key that was not named is no change where a key that was named signed the record that names
//            another: it is not checked, nor is anything behind, and the log is not called good. The log ends with a checkpoint by
//            the last of the signers that are known, or with the record that names it: else it was put back, or went on under a
//            retired key
// Errors     findings, not exceptions, also where the file is damaged; audit::Error where the machine cannot read it
// Cost       linear in the log; memory: eight bytes a record, some hundred a checkpoint and a closed record, and of the state as many rows
//            as the options say; of what is more, a temporary file holds each change
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/error.h"
#include "audit/log/claim.h"
#include "audit/log/reader.h"

namespace caveat::audit {

struct Finding {
  std::string
      table;  // "headers", "bodies", "checkpoints", "tiles", "tags", "state", "about", "schema", "keys", "high-water"
  std::string row;   // "4711", "size 60", …
  std::string what;  // what is wrong, in words
  std::string what_zh;
};

enum class Anchor : std::uint8_t { unanchored, anchored, diverged, invalid };
std::string_view name(Anchor anchor);

struct VerifyOptions {
  std::optional<VerifierKey> verifier =
      std::nullopt;                       // from outside or the key set; without it no signature is checked
  std::vector<VerifierKey> earlier = {};  // the signers before it, in order: of a log whose key was rotated
  // Of `earlier`, those that are known only because a note leads back to them from a later one. What that one covers they may have
  // signed; what stands at the log's end they cannot sign for.
  std::vector<VerifierKey> led_back = {};
  std::vector<VerifierKey> unplaced = {};  // named, and no note says that a later one is known: each must have signed
  const KeyStore* keys = nullptr;          // opens bodies, recomputes tags, state and the counts of a day
  std::string high_water = {};             // path of the mark; empty: not compared
  bool mark_named = false;                 // the mark is not the one among the keys: it must be there
  bool copy = false;                       // of a log that went on: its keys may know of more records than it has
  std::optional<std::string> kept = std::nullopt;  // a checkpoint that somebody kept: must be a beginning of this log
  std::function<void(std::uint64_t done, std::uint64_t of)> progress = {};
  std::size_t max_findings = 1'000;            // the rest is counted
  std::size_t state_rows_in_memory = 100'000;  // that the records make; the rest lies in a temporary file
  SignatureCheck check = &verify_signature;    // tests: one that remembers
};

// A data key that records need and the key set has not. Their places and proofs stand; what they say can no longer be read.
struct ClosedKey {
  KeyId key{};
  std::uint64_t records = 0, first = 0;    // how many, and the first of them
  std::optional<std::uint64_t> erased_by;  // the erasure record that names it; nothing: none does
};

struct VerifyReport {
  std::uint64_t behind = 0;  // records that the keys of a copy know of and it has not
  bool end_known = true;     // false: no mark was at hand that says how far the log had come
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  std::int64_t time_us = 0;  // of the newest record
  Anchor anchor = Anchor::unanchored;
  bool damaged =
      false;  // the file could not be read to its end: what is behind the place that a finding names was not judged
  bool signatures_checked = false;
  bool bodies_opened = false;
  std::uint64_t bodies_closed = 0;     // whose data key is gone
  std::uint64_t bodies_lost = 0;       // of these: no erasure record names it
  std::vector<ClosedKey> closed_keys;  // by the first record that needs it
  std::vector<Finding> findings;
  std::uint64_t more_findings = 0;
  std::vector<Claim> claims;
  bool mark_unread = false;                   // the finding of the mark is that it is none of this log, or damaged
  std::optional<std::uint64_t> kept_retired;  // the rotation before which the kept checkpoint's signer was the log's
  bool good() const { return findings.empty() && signatures_checked && bodies_lost == 0; }
};

// Of a log that is too damaged to be opened at all: what `LogReader::open` threw as a finding. Throws it again where it says
// nothing of a damage (the file is not there, no Caveat log, of another format).
VerifyReport verify_damaged(const Error& error);

// Keys that were named in any order, in that in which the log's checkpoints use them; those that it does not use come first.
std::vector<VerifierKey> in_order_of_use(const LogReader& reader, std::vector<VerifierKey> named);

VerifyReport verify_log(const LogReader& reader, const VerifyOptions& options);

}  // namespace caveat::audit
