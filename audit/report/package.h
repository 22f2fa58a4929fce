// Package: the evidence of a report in one ZIP that anyone can verify without the bank, its database, a network or a secret.
//
//   Spool pieces(options), zip(options);
//   Evidence evidence = collect(reader, keys, query, facts, {.package = &pieces});
//   write_package(evidence, pieces, keys, zip);
//
// Promises   the same log, checkpoint, query and seed give the same bytes; every header of the range is there with a proof that
//            none is left out, also at the ends of the period; of every decision that a key opens the verdict, rules and digests are opened, of the sample
//            everything that its story stands on; the rest stays sealed and is named as such
// Cost       linear in the range; memory does not grow with it, but for the list of members, one for 256 records
// Source     contracts.md 33; docs/formats.md "Evidence package"
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/log/reader.h"
#include "audit/report/archive.h"
#include "audit/report/model.h"
#include "audit/report/packs.h"
#include "audit/report/spool.h"

namespace caveat::audit {

struct OpenedSection {
  Section section{};
  Salt salt{};
  std::string encoded;
};

struct OpenedParts {  // what an export shows of one record
  std::uint64_t index = 0;
  std::vector<OpenedSection> sections;  // ascending
};

// Records of the range a member of headers/ and of opened/, as in tlog-tiles; the last may have fewer.
inline constexpr std::uint64_t kBundle = 256;
std::string headers_member(std::uint64_t bundle);
std::string opened_member(std::uint64_t bundle);
std::string encode_opened(const OpenedParts& opened);
Result<OpenedParts> decode_opened(std::string_view encoded);
Result<std::vector<OpenedParts>> decode_bundle(
    std::string_view member);  // a CBOR sequence of them, at least one, by index

// The same where it lies.
struct OpenedSectionView {
  Section section{};
  Salt salt{};
  std::string_view encoded;
  Digest commitment() const { return commit_section(section, salt, encoded); }
};
struct OpenedView {
  std::uint64_t index = 0;
  std::vector<OpenedSectionView> sections;
};
// Takes the next record off a member; false: none of the form that encode_opened writes stands there, and decode_bundle says why.
bool take_opened(std::string_view& member, OpenedView& opened);

// What a package opens of a record whose key is at hand, but for the story of a decision that the seed draws. Whoever signs opens no less
// and no more, and no story where it tells of others than the customer who was asked for. `last`: it is the last one of the range.
std::span<const Section> sections_to_open(const ReportQuery& query, const HeaderView& header, bool last);

struct Evidence {
  ReportModel model;
  std::uint64_t first = 0,
                end = 0;  // the range of indices, half open: the period, the record before it and the one behind
  // Of a package:
  struct Piece {  // a member, in the spool that was handed in
    std::string name;
    std::uint64_t at = 0, size = 0;
    Digest digest{};
  };
  std::vector<Piece> pieces;  // by name
  std::vector<Digest> proof;  // range proof against the checkpoint's root
};

using CollectProgress = std::function<void(std::uint64_t done, std::uint64_t of)>;
struct CollectInto {
  CollectProgress progress = {};  // is told how far it is
  Gathering::Row row = {};        // gets each row of a table
  Spool* package = nullptr;       // gets the members of a package that grow with the log; null: there will be none
};
// Walks the log once, as of the checkpoint in `facts`. `keys` null: nothing is opened, and the report says so.
Evidence collect(const LogReader& reader, const KeyStore* keys, ReportQuery query, LogFacts facts,
                 const CollectInto& into = {});

// Brings along what is at hand of the packs that the decisions of the query were made by, and says of the others why not.
void add_packs(Evidence& evidence, Spool& pieces, const FindPack& find);

// Into `out`; gives the digest of its manifest.
Digest write_package(const Evidence& evidence, Spool& pieces, const KeyStore& keys, Spool& out);

// What reports say of themselves that no check of ours can show; in both languages.
void name_what_is_not_checked(LogFacts& facts, bool opened);

}  // namespace caveat::audit
