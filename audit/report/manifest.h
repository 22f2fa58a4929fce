// Manifest: what a package says of itself: query, range, counts and the digest of every other member; signed as a note.
//
// Promises   the same model and members give the same bytes
// Errors     `bad_package` with the JSON path
// Source     docs/formats.md "Evidence package"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/report/archive.h"
#include "audit/report/model.h"
#include "audit/report/packs.h"

namespace caveat::audit {

struct Manifest {
  std::uint64_t format = 0;
  std::string version;  // of the build that wrote it
  std::uint64_t first = 0, end = 0;
  ReportQuery query;
  LogFacts log;  // without the checkpoint note, which is a member
  std::string seed;
  std::uint64_t records = 0, population = 0;
  std::array<std::uint64_t, 5> verdicts{};
  std::optional<std::vector<HeldPack>> packs;  // nothing: nobody asked for them
  struct Member {
    std::string name;
    std::uint64_t size = 0;
    std::string sha256;  // hex
  };
  std::vector<Member> members;  // by name
};

std::string write_manifest(const ReportModel& model, std::uint64_t first, std::uint64_t end,
                           std::vector<Manifest::Member> members);
std::string write_manifest(const Manifest& manifest);  // of what was read: the one spelling of it
Result<Manifest> read_manifest(std::string_view json);
std::string manifest_text(std::string_view manifest_json);  // what is signed: a line of its own and the digest

std::string write_proof(const std::vector<Digest>& proof);
Result<std::vector<Digest>> read_proof(std::string_view json);

}  // namespace caveat::audit
