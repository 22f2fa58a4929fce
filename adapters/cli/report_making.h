// Report making: the work behind `report` and POST /v1/reports: the log is verified, the decisions collected, the report rendered, and
// its export recorded before a byte of it leaves.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/load/ruleset.h"
#include "audit/log/log.h"
#include "audit/log/reader.h"
#include "audit/log/verify.h"
#include "audit/report/model.h"
#include "audit/report/packs.h"
#include "audit/report/spool.h"
#include "engine/base/result.h"

namespace caveat::cli {

struct ReportAsked {
  std::string form;  // html, csv, jsonl, zip
  audit::ReportQuery query;
  std::string checkpoint;          // the note to report as of; empty: the newest
  std::string by, role;            // who asks, for the record
  std::string high_water = {};     // path of the log's mark; empty: among its keys
  audit::FindPack packs = {};      // of a package: brings along the rules that are found; null: none were asked for
  bool copy = false;               // of a log that went on: its end may lie behind what its keys know
  audit::SpoolOptions spool = {};  // where it is written until it is handed over
};

struct ReportMade {
  std::vector<audit::Finding> findings;  // not empty: the log was changed, and there is no report
  std::shared_ptr<audit::Spool> file;
  Digest digest{};      // of the file
  std::string receipt;  // of a package whose export is recorded
  std::uint64_t population = 0, sealed = 0, records = 0, log_size = 0;
  std::uint64_t missing = 0;              // records that the keys of a copy know of and it has not
  bool by_server = false;                 // which has packs of its own
  std::vector<audit::HeldPack> left_out;  // packs that were asked for and are not in the package
  bool end_known = true;                  // false: keys were at hand, and no mark that says how far the log had come
  std::optional<audit::Committed> recorded;
};

// The packs that were loaded, for a package, by digest.
using PacksAtHand = std::map<Digest, audit::PackTexts>;
void add_to(PacksAtHand& all, const load::Loaded& loaded);
audit::FindPack finder(std::shared_ptr<const PacksAtHand> all);

using ReportProgress = std::function<void(std::uint64_t done, std::uint64_t of)>;

std::string folder_of(const std::string& file);

// A note of this log, or why it is none.
Result<std::string> kept_checkpoint(const audit::LogReader& reader, const std::string& note);
std::optional<std::uint64_t> size_of(const std::string& checkpoint);  // nothing: it is none, or there is none

// Where the export is recorded. Nobody else may write the log while he has it, so he is asked for it when the report is made, and before
// that only whether he will have it: what the report says of itself hangs on that.
struct ReportRecorder {
  std::function<bool()> records;     // once the log is known to be whole; false: the export is not recorded
  std::function<audit::Log*()> log;  // or an exception: then there is no report
};

// `keys` null: decisions are counted, not opened.
ReportMade make_report(audit::LogReader& reader, const audit::KeyStore* keys, const ReportRecorder& recorder,
                       ReportAsked asked, const ReportProgress& verifying, const ReportProgress& collecting);

}  // namespace caveat::cli
