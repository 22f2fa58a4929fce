// Packs in a package: the rules that its decisions were made by, so that whoever reads it can read them.
//
//   packs/DIGEST.cbor     the canonical declarations of a pack; their SHA-256 is the digest that records hold
//   packs/DIGEST/PATH     the files that they were made from, for people; PATH is percent-encoded but for `/`
//
// Promises   one name for each path and one path for each name; a pack with a confidential rule shows nothing
// Source     contracts.md 27, 33; docs/formats.md "Evidence package"; RFC 3986 2.1, 2.3
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/record/sections.h"
#include "engine/base/digest.h"

namespace caveat::audit {

struct PackFile {
  std::string path;  // within the pack's folder, `/` between its steps
  std::string bytes;
};

// As whoever makes a report has it at hand.
struct PackTexts {
  bool confidential = false;  // one of its rules is
  std::string declarations;
  std::vector<PackFile> files;
};
using FindPack = std::function<const PackTexts*(const Digest&)>;  // null: it is not at hand

enum class PackHeld : std::uint8_t { here, missing, confidential };
std::string_view word_of(PackHeld held);
std::optional<PackHeld> pack_held(std::string_view word);
struct HeldPack {
  PackDigest pack;
  PackHeld text = PackHeld::missing;
};

std::string declarations_member(const Digest& digest);
std::optional<std::string> file_member(const Digest& digest,
                                       std::string_view path);  // nothing: no member can have the name
struct PackMember {
  Digest digest{};
  std::optional<std::string> path;  // none: the declarations
};
std::optional<PackMember> pack_member(std::string_view name);  // nothing: it is no such member

struct PackToCompile {
  std::string name, version;
  std::vector<PackFile> files;
};
// What came of packs that hold together.
struct CompiledPacks {
  struct File {
    std::size_t pack = 0;  // by their order
    std::string path;      // empty: of no one file
  };
  std::optional<File> mistake;  // where the first error is, and they do not compile
  std::vector<std::optional<Digest>>
      digests;               // that the files of each lead to; nothing: to no pack of its name and version
  std::vector<File> unread;  // what is neither a rule file nor a list that one names: it may say anything
};
// The room knows no compiler: it is handed in.
using CompilePacks = std::function<CompiledPacks(const std::vector<PackToCompile>&)>;

}  // namespace caveat::audit
