// Cues: the words by which a clause denies, asks, warns, quotes or weakens what stands in it; both languages, one table.
// They are needles of the same scan as the lexicons; claims reads what was found.
//
// Promises   the table is part of the semantics: changing it raises kTextVersion
// Source     semantics.md 24
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace caveat::text {

enum class CueKind : std::uint8_t {
  denies,               // what follows in its clause: 不是, 没有, 并非, "no", "not"
  denies_verb,          // its own verb: a 的 ends it, unless a verb of promising stands between (不会亏损的保本产品)
  denied,               // what stood before it: 不成立, 是骗局, "is a myth"
  neutral,              // looks like one of the others and is none: 不仅, 非常, "not only", "no doubt"
  warns,                // 不得, 严禁, 谨防, "beware", "must not"
  reports,              // somebody's words: 所谓, 声称, "so-called"
  self,                 // … but our own: 我行声称
  condition,            // 如果, "if"
  condition_of_others,  // 如有人, "if anyone": what follows is what others may say
  condition_after,      // …的话
  then,                 // 就, 即可: the main clause of a condition begins
  contrast,             // 但是, "but": a clause begins
  resumes,              // 而且, 同时: what was denied before is over
  promises,             // 承诺, 提供: a denied verb reaches through its object
  hedges,               // 可能, 基本, "probably"
  asks,                 // 是否, "whether"
  asks_at_end,          // 吗, 么
  agrees_at_end,        // 吧: a question when a customer says it
  rhetorical,           // 难道, 谁说: says the opposite
};

struct Cue {
  std::string_view words;
  CueKind kind;
  bool latin;  // of a script that parts words by blanks
};

std::span<const Cue> cues();

struct CueHit {  // in a normal text
  std::uint32_t begin = 0, end = 0;
  std::uint32_t cue = 0;  // index into cues()
  CueKind kind() const { return cues()[cue].kind; }
};

}  // namespace caveat::text
