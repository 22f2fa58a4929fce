// Materials: knowledge entries before their publication, and a rulebook of phrases that they are judged by, made of a seed; sent in
// batches and held to what each should come to.
//
//   const Materials made = make_materials(1'000, 100'000, seed);
//   const double seconds = judge_in_batches(port, key, made);
//
// Promises   the same numbers and seed give the same rules and texts; every second text is Chinese, every tenth holds a phrase that blocks it
// Errors     std::runtime_error: no connection, an answer that is no verdict, or another verdict than it should be
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace caveat::cli::bench {

inline constexpr std::size_t kMaterialCharacters = 500, kMaterialsInABatch = 10'000;

struct Material {
  std::string line;  // a turn, without its line end
  bool blocked = false;
};
struct Materials {
  std::string pack;
  std::vector<Material> entries;
};
Materials make_materials(std::size_t rules, std::size_t entries, std::uint64_t seed);

// Seconds from the first byte sent to the last verdict; one batch after the other, each answered while it is sent.
double judge_in_batches(std::uint16_t port, const std::string& key, const Materials& materials);

}  // namespace caveat::cli::bench
