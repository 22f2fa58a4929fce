#include "engine/text/claims.h"

#include <algorithm>
#include <array>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"
#include "engine/text/clause.h"

namespace caveat::text {
namespace {

constexpr std::size_t kNearAfter = 36;  // bytes behind a hit in which a latin "is not" speaks of it

std::string_view cut(std::string_view text, Range range) { return text.substr(range.begin, range.end - range.begin); }

bool holds(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

// The cues of one clause that count: of those that overlap, the first and longest; none that overlaps the hit.
class Reading {
 public:
  Reading(std::string_view text, Range clause, Range hit, std::span<const CueHit> cues) : text_(text), hit_(hit) {
    std::uint32_t taken = clause.begin;
    std::uint32_t begin = 0, end = 0;
    for (const CueHit& cue : cues) {
      if (cue.begin < clause.begin || cue.end > clause.end) continue;
      if (cue.begin < hit.end && hit.begin < cue.end) continue;
      const bool same = cue.begin == begin && cue.end == end && end != 0;  // one word of two kinds
      if (!same && cue.begin < taken) continue;
      begin = cue.begin, end = cue.end, taken = cue.end;
      if (size_ < kept_.size()) kept_[size_++] = cue;
    }
  }
  std::span<const CueHit> cues() const { return {kept_.data(), size_}; }

 private:
  std::string_view text_;
  Range hit_;
  std::array<CueHit, 64> kept_{};
  std::size_t size_ = 0;
};

// 保不保本, 能不能: a sign, 不, the same sign again.
bool asks_by_doubling(std::string_view clause) {
  constexpr std::string_view kNot = "不";
  for (std::size_t at = clause.find(kNot); at != std::string_view::npos; at = clause.find(kNot, at + 1)) {
    const std::size_t after = at + kNot.size();
    if (at < kNot.size() || after + kNot.size() > clause.size()) continue;
    const std::string_view before = clause.substr(at - kNot.size(), kNot.size());
    const CodePoint sign = decode_utf8(before, 0);
    if (sign && sign.length == kNot.size() && is_han(sign.value) && before == clause.substr(after, kNot.size()))
      return true;
  }
  return false;
}

bool is_filler(std::string_view sign) {
  static constexpr std::array<std::string_view, 12> kFillers = {" ",  "的", "啊", "呢", "哦", "呀",
                                                                "哈", "亲", "您", "了", "~",  "吧"};
  return std::find(kFillers.begin(), kFillers.end(), sign) != kFillers.end();
}

// A clause without blanks and the little words round it.
std::string_view bare(std::string_view clause) {
  constexpr std::size_t kHan = 3;
  while (!clause.empty()) {
    if (is_filler(clause.substr(0, 1))) {
      clause.remove_prefix(1);
    } else if (is_filler(clause.substr(0, kHan))) {
      clause.remove_prefix(kHan);
    } else if (is_filler(clause.substr(clause.size() - 1))) {
      clause.remove_suffix(1);
    } else if (clause.size() >= kHan && is_filler(clause.substr(clause.size() - kHan))) {
      clause.remove_suffix(kHan);
    } else {
      break;
    }
  }
  return clause;
}

bool is_assent(std::string_view clause) {
  static constexpr std::array<std::string_view, 46> kAssent = {
      "是",         "对",        "对对",    "是是",         "没错",          "正确",      "嗯",          "嗯嗯",
      "好",         "可以",      "能",      "会",           "当然",          "当然是",    "当然可以",    "肯定",
      "肯定是",     "肯定可以",  "确实",    "确实是",       "确实如此",      "就是",      "就是这样",    "没问题",
      "放心",       "请放心",    "绝对",    "必须",         "yes",           "yes it is", "yes it does", "yes they are",
      "sure",       "of course", "correct", "that's right", "that is right", "right",     "certainly",   "absolutely",
      "definitely", "indeed",    "exactly", "yep",          "it is",         "it does"};
  const std::string_view words = bare(clause);
  if (words == "好" && clause.find("您好") != std::string_view::npos) return false;  // a greeting
  return std::find(kAssent.begin(), kAssent.end(), words) != kAssent.end();
}

// 对吗, 是吗: asks about the clause before it.
bool is_tag(std::string_view clause) {
  static constexpr std::array<std::string_view, 16> kTags = {
      "对吗",  "对吧",     "是吗",  "是吧",          "是不是",          "对不对",  "没错吧",      "好吗",
      "right", "isn't it", "is it", "is that right", "is that correct", "correct", "aren't they", "doesn't it"};
  while (!clause.empty() && clause.front() == ' ') clause.remove_prefix(1);
  while (!clause.empty() && clause.back() == ' ') clause.remove_suffix(1);
  return std::find(kTags.begin(), kTags.end(), clause) != kTags.end();
}

template <class Visit>
void each_clause(std::string_view text, Visit visit) {
  std::uint32_t begin = 0;
  for (std::uint32_t at = 0; at <= text.size();) {
    const std::size_t bound = at < text.size() ? clause_bound_at(text, at) : 1;
    if (bound == 0) {
      ++at;
      continue;
    }
    if (at > begin) visit(Range{begin, at});
    at += static_cast<std::uint32_t>(bound);
    begin = at;
  }
}

// The clause before this one, of the same sentence: parted by a comma.
std::optional<Range> clause_before(std::string_view text, Range clause) {
  if (clause.begin < 2 || text[clause.begin - 1] != ',') return std::nullopt;
  return clause_around(text, {clause.begin - 1, clause.begin - 1});
}

struct Said {
  int denials = 0;
  bool quoted = false, hedged = false, asked = false, rhetorical = false;
};

Said read(std::string_view text, Range hit, std::span<const CueHit> all) {
  const Range whole = clause_around(text, hit);
  Said said;
  const Reading reading(text, whole, hit, all);

  struct Denial {
    std::uint32_t end;
    bool verb, latin;
  };
  std::array<Denial, 16> denials{};
  std::size_t denied = 0;
  bool warned = false, reported = false, own = false, condition = false, of_others = false, promises = false;
  std::uint32_t promised = 0;
  for (const CueHit& cue : reading.cues()) {
    if (cue.begin >= hit.end) break;
    const bool latin = cues()[cue.cue].latin;
    switch (cue.kind()) {
      case CueKind::denies:
      case CueKind::denies_verb:
        if (denied > 0 && cues()[cue.cue].words == "nor") break;  // neither … nor is one denial
        if (denied < denials.size()) denials[denied++] = {cue.end, cue.kind() == CueKind::denies_verb, latin};
        break;
      case CueKind::warns:
        warned = true;
        break;
      case CueKind::reports:
        reported = !own;
        break;
      case CueKind::self:
        own = true;
        break;
      case CueKind::condition:
        condition = true;
        break;
      case CueKind::condition_of_others:
        condition = of_others = true;
        break;
      case CueKind::then:
        if (condition) {
          said.hedged = true;
          condition = of_others = false;
          denied = 0;
        }
        break;
      case CueKind::contrast:
        denied = 0;
        warned = reported = condition = of_others = false;
        break;
      case CueKind::resumes:
        denied = 0;
        break;
      case CueKind::promises:
        promises = true;
        promised = cue.begin;
        break;
      case CueKind::hedges:
        said.hedged = true;
        break;
      case CueKind::asks:
        said.asked = true;
        break;
      case CueKind::rhetorical:
        said.rhetorical = true;
        break;
      default:
        break;
    }
  }
  for (std::size_t i = 0; i < denied; ++i) {
    const Denial& one = denials[i];
    const std::string_view between = cut(text, {one.end, hit.begin});
    if (one.latin) {
      const std::size_t also = between.rfind(" and ");
      const bool adjacent = also != std::string_view::npos && also + 5 == between.size();
      if (also != std::string_view::npos && !adjacent) continue;
    } else if (one.verb && holds(between, "的") && !(promises && promised >= one.end)) {
      continue;
    }
    ++said.denials;
  }
  // "not insured, guaranteed or risk-free": a list under one denial.
  if (denied == 0 && holds(cut(text, {whole.begin, hit.begin}), " or ")) {
    if (const std::optional<Range> before = clause_before(text, whole)) {
      for (const CueHit& cue : all) {
        if (cue.begin < before->begin || cue.end > before->end) continue;
        if (cue.kind() == CueKind::denies && cues()[cue.cue].latin) {
          ++said.denials;
          break;
        }
      }
    }
  }

  bool other_subject = false;
  for (const CueHit& cue : reading.cues()) {
    if (cue.begin < hit.end) continue;
    const bool latin = cues()[cue.cue].latin;
    const std::string_view between = cut(text, {hit.end, cue.begin});
    if (cue.kind() == CueKind::contrast || cue.kind() == CueKind::resumes) break;
    if (cue.kind() == CueKind::condition_after && between.size() <= 6) condition = true;
    if (cue.kind() == CueKind::denied) ++said.denials;
    if (latin) {
      said.hedged = said.hedged || cue.kind() == CueKind::condition;  // guaranteed if you hold it
      other_subject = other_subject || holds(between, " that ") || holds(between, " which ") ||
                      holds(between, " and ") || holds(between, " with ") || holds(between, " who ");
      if (cue.kind() == CueKind::denies && !other_subject && between.size() <= kNearAfter) ++said.denials;
    }
  }

  // A condition in the clause before weakens, as does one of latin script before the hit: where it ends cannot be seen.
  bool han_condition = false;
  for (const CueHit& cue : reading.cues()) {
    if (cue.begin < hit.begin && cue.kind() == CueKind::condition && !cues()[cue.cue].latin) han_condition = true;
    if (cue.begin >= hit.end && cue.kind() == CueKind::condition_after) han_condition = true;
  }
  if (condition && (of_others || han_condition)) {
    said.quoted = true;
  } else if (condition) {
    said.hedged = true;
  }
  if (const std::optional<Range> before = clause_before(text, whole)) {
    for (const CueHit& cue : all) {
      if (cue.begin < before->begin || cue.end > before->end) continue;
      if (cue.kind() == CueKind::condition) said.hedged = true;
    }
  }

  said.quoted = said.quoted || warned || reported;
  const std::string_view clause = cut(text, whole);
  said.asked = said.asked || ends_with_question(text, whole) || asks_by_doubling(clause);
  for (const CueHit& cue : reading.cues()) {
    if (cue.kind() == CueKind::asks_at_end && cue.end == whole.end) said.asked = true;
    if (cue.kind() == CueKind::agrees_at_end && cue.end == whole.end) said.hedged = true;
  }
  return said;
}

Polarity settled(Said said, bool question_counts) {
  if (said.rhetorical && said.asked) {  // 难道不保本吗 says that it does
    ++said.denials;
    said.asked = false;
  }
  if (said.quoted) return Polarity::quoted;
  if (said.asked && question_counts) return Polarity::asked;
  if (said.denials % 2 == 1) return Polarity::negated;
  return said.hedged ? Polarity::hedged : Polarity::asserted;
}

// Each clause of a text, and what it asks: itself, with the one before it where it is a mere 对吗.
template <class Visit>
void each_question(std::string_view normal, std::span<const CueHit> cues, Visit visit) {
  std::optional<Range> before;
  std::size_t next = 0;
  each_clause(normal, [&](Range clause) {
    const std::string_view words = cut(normal, clause);
    const bool tag = is_tag(words);
    bool asks = ends_with_question(normal, clause) || asks_by_doubling(words) || tag;
    while (next < cues.size() && cues[next].begin < clause.begin) ++next;
    for (; next < cues.size() && cues[next].begin < clause.end; ++next) {
      const CueHit& cue = cues[next];
      const bool at_end = cue.kind() == CueKind::asks_at_end || cue.kind() == CueKind::agrees_at_end;
      asks = asks || (cue.end <= clause.end && (cue.kind() == CueKind::asks || (at_end && cue.end == clause.end)));
    }
    const Range question = tag && before ? Range{before->begin, clause.end} : clause;
    visit(clause, asks ? std::optional(question) : std::nullopt);
    before = clause;
  });
}

}  // namespace

std::string_view name(Polarity polarity) {
  constexpr std::array<std::string_view, 5> kNames = {"asserted", "hedged", "negated", "asked", "quoted"};
  return kNames[static_cast<std::size_t>(polarity)];
}

Polarity polarity(std::string_view normal, Range hit, std::span<const CueHit> cues) {
  return settled(read(normal, hit, cues), true);
}

std::optional<Range> assent(std::string_view normal) {
  std::optional<Range> found;
  each_clause(normal, [&](Range clause) {
    if (!found && is_assent(cut(normal, clause))) found = clause;
  });
  return found;
}

bool ends_with_question(std::string_view normal, Range clause) {
  std::size_t at = clause.end;
  while (at < normal.size() && (normal[at] == ' ' || normal[at] == '"' || normal[at] == ')')) ++at;
  return at < normal.size() && normal[at] == '?';
}

std::optional<Range> last_asked(std::string_view normal, std::span<const CueHit> cues) {
  std::optional<Range> asked;
  each_question(normal, cues, [&](Range, std::optional<Range> question) {
    if (question) asked = question;
  });
  return asked;
}

void assented_itself(std::string_view normal, std::span<const CueHit> cues, std::vector<Assented>& out) {
  out.clear();
  std::optional<Range> asked;
  each_question(normal, cues, [&](Range clause, std::optional<Range> question) {
    if (asked && is_assent(cut(normal, clause)) && !ends_with_question(normal, clause)) {
      out.push_back({*asked, clause});
      asked.reset();  // a second yes to it says nothing more
    } else if (question) {
      asked = question;
    }
  });
}

Polarity polarity_of_assent(std::string_view normal, Range hit, std::span<const CueHit> cues) {
  Said said = read(normal, hit, cues);
  if (asks_by_doubling(cut(normal, clause_around(normal, hit)))) said.denials = 0;  // 保不保本: yes says that it does
  return settled(said, false);
}

}  // namespace caveat::text
