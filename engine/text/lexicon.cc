#include "engine/text/lexicon.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"

namespace caveat::text {
namespace {

constexpr std::string_view kGap = "…";
constexpr std::uint32_t kCues = 0xffffffff;  // of a Use: no lexicon, `term` is a cue

// Width and form folded, case kept, what is invisible and blank gone: for `exact case`.
void keep_case(std::string_view utf8, std::string& folded, std::string& out) {
  folded.clear();
  out.clear();
  UErrorCode error = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&folded);
  icu::Normalizer2::getNFKCInstance(error)->normalizeUTF8(
      0, icu::StringPiece(utf8.data(), static_cast<int32_t>(utf8.size())), sink, nullptr, error);
  if (U_FAILURE(error)) std::abort();
  for (std::size_t at = 0; at < folded.size();) {
    const CodePoint point = decode_utf8(folded, at);
    const std::size_t size = point ? point.length : 1;
    const Character::Kind kind = character(point.value).kind;
    if (kind != Character::Kind::drop && kind != Character::Kind::blank) append_utf8(out, plain(point.value));
    at += size;
  }
}
std::string keep_case(std::string_view utf8) {
  std::string folded, out;
  keep_case(utf8, folded, out);
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

MatchScratch::MatchScratch(const Lexicons& lexicons, std::size_t max_hits)
    : scan_(max_hits), hit_((lexicons.size() + 63) / 64, 0), max_hits_(max_hits) {
  matches_.reserve(max_hits);
  exceptions_.reserve(max_hits);
  cues_.reserve(max_hits);
  terms_.reserve(max_hits);
}

std::size_t MatchScratch::terms_hit(std::uint32_t lexicon) {
  terms_.clear();
  for (const Match& match : matches_) {
    if (match.lexicon == lexicon) terms_.push_back(match.term);
  }
  std::sort(terms_.begin(), terms_.end());
  return static_cast<std::size_t>(std::unique(terms_.begin(), terms_.end()) - terms_.begin());
}

Lexicons::Lexicons(std::span<const Lexicon> lexicons, std::vector<LexiconFault>& faults, bool with_cues)
    : has_cues_(with_cues) {
  for (const Lexicon& each : lexicons) term_counts_.push_back(static_cast<std::uint32_t>(each.terms.size()));
  std::vector<Needle> needles;
  std::vector<std::vector<Use>> uses;
  std::map<std::pair<std::string, std::string>, std::uint32_t> known;  // folded head and tail → needle
  const auto add = [&](std::string_view written, Use use) {
    Needle needle;
    const NeedleFault fault = make_needle(static_cast<std::uint32_t>(needles.size()), written, true, needle);
    const bool gap_in_exception = use.exception && !needle.tail.empty();
    if (fault != NeedleFault::none || gap_in_exception) {
      faults.push_back({use.lexicon, use.term, use.exception, gap_in_exception ? NeedleFault::several_gaps : fault});
      return;
    }
    const auto [at, fresh] = known.try_emplace({needle.head, needle.tail}, needle.id);
    if (fresh) {
      needles.push_back(std::move(needle));
      uses.emplace_back();
    }
    uses[at->second].push_back(use);
  };
  for (std::uint32_t i = 0; i < lexicons.size(); ++i) {
    const Lexicon& lexicon = lexicons[i];
    for (std::uint32_t t = 0; t < lexicon.terms.size(); ++t) {
      Use use{i, t, false, 0};
      if (lexicon.exact_case || lexicon.exact_form) {
        const std::string_view written = lexicon.terms[t];
        const std::size_t gap = written.find(kGap);
        std::string_view head = trimmed(written.substr(0, gap));
        std::string_view tail = gap == std::string_view::npos
                                    ? std::string_view()
                                    : trimmed(written.substr(written.rfind(kGap) + kGap.size()));
        exact_.push_back(lexicon.exact_form ? Exact{std::string(head), std::string(tail), true}
                                            : Exact{keep_case(head), keep_case(tail), false});
        use.exact = static_cast<std::uint32_t>(exact_.size());
      }
      add(lexicon.terms[t], use);
    }
    for (std::uint32_t t = 0; t < lexicon.but_not.size(); ++t) add(lexicon.but_not[t], {i, t, true, 0});
    has_exceptions_ = has_exceptions_ || !lexicon.but_not.empty();
  }
  for (std::uint32_t cue = 0; with_cues && cue < cues().size(); ++cue) {
    add(cues()[cue].words, {kCues, cue, false, 0});
  }
  for (const std::vector<Use>& each : uses) {
    uses_begin_.push_back(static_cast<std::uint32_t>(uses_.size()));
    uses_.insert(uses_.end(), each.begin(), each.end());
  }
  uses_begin_.push_back(static_cast<std::uint32_t>(uses_.size()));
  scanner_ = Scanner(needles);
}

bool Lexicons::is_exact(const Exact& wanted, const NormalText& text, Range normal, MatchScratch& scratch) {
  const std::string_view there = text.written(normal);
  if (wanted.form) {
    return wanted.tail.empty() ? there == wanted.head : there.starts_with(wanted.head) && there.ends_with(wanted.tail);
  }
  keep_case(there, scratch.folded_, scratch.kept_);
  const std::string& kept = scratch.kept_;
  return wanted.tail.empty() ? kept == wanted.head : kept.starts_with(wanted.head) && kept.ends_with(wanted.tail);
}

void Lexicons::match(const NormalText& text, MatchScratch& scratch) const {
  scratch.matches_.clear();
  scratch.exceptions_.clear();
  scratch.cues_.clear();
  std::fill(scratch.hit_.begin(), scratch.hit_.end(), 0);
  scanner_.scan(text.text(), scratch.scan_);
  scratch.over_limit_ = scratch.scan_.over_limit();
  if (scratch.over_limit_) return;
  if (has_exceptions_) {
    for (const Hit& hit : scratch.scan_.hits()) {
      for (std::uint32_t i = uses_begin_[hit.needle]; i < uses_begin_[hit.needle + 1]; ++i) {
        if (!uses_[i].exception || !text.is_plain({hit.begin, hit.end})) continue;
        if (scratch.exceptions_.size() == scratch.max_hits_) {
          scratch.over_limit_ = true;
          return;
        }
        scratch.exceptions_.push_back({uses_[i].lexicon, hit.begin, hit.end});
      }
    }
    // United by lexicon, so that each hit is settled by one search.
    auto& all = scratch.exceptions_;
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return std::tie(a.lexicon, a.begin, a.end) < std::tie(b.lexicon, b.begin, b.end);
    });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (kept > 0 && all[kept - 1].lexicon == all[i].lexicon && all[i].begin <= all[kept - 1].end) {
        all[kept - 1].end = std::max(all[kept - 1].end, all[i].end);
      } else {
        all[kept++] = all[i];
      }
    }
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(kept), all.end());
  }
  const auto excepted = [&](std::uint32_t lexicon, const Hit& hit) {
    const auto& all = scratch.exceptions_;
    const auto at = std::partition_point(all.begin(), all.end(), [&](const auto& e) {
      return std::tie(e.lexicon, e.end) <= std::tie(lexicon, hit.begin);
    });
    return at != all.end() && at->lexicon == lexicon && at->begin < hit.end;
  };
  for (const Hit& hit : scratch.scan_.hits()) {
    for (std::uint32_t i = uses_begin_[hit.needle]; i < uses_begin_[hit.needle + 1]; ++i) {
      const Use& use = uses_[i];
      if (use.lexicon == kCues) {
        if (scratch.cues_.size() == scratch.max_hits_) {
          scratch.over_limit_ = true;
          return;
        }
        scratch.cues_.push_back({hit.begin, hit.end, use.term});
        continue;
      }
      if (use.exception || excepted(use.lexicon, hit)) continue;
      const Range range{hit.begin, hit.end};
      if (use.exact != 0 && !is_exact(exact_[use.exact - 1], text, range, scratch)) continue;
      if (scratch.matches_.size() == scratch.max_hits_) {
        scratch.over_limit_ = true;
        return;
      }
      scratch.matches_.push_back({use.lexicon, use.term, range});
      scratch.hit_[use.lexicon / 64] |= std::uint64_t{1} << (use.lexicon % 64);
    }
  }
  std::sort(scratch.matches_.begin(), scratch.matches_.end(), [](const Match& a, const Match& b) {
    return std::tie(a.normal.begin, a.normal.end, a.lexicon, a.term) <
           std::tie(b.normal.begin, b.normal.end, b.lexicon, b.term);
  });
  if (!has_cues_) return;
  std::sort(scratch.cues_.begin(), scratch.cues_.end(), [](const CueHit& a, const CueHit& b) {
    return std::tie(a.begin, b.end, a.cue) < std::tie(b.begin, a.end, b.cue);
  });
}

}  // namespace caveat::text
