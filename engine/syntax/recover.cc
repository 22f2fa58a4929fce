#include "engine/syntax/recover.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <optional>
#include <set>

#include "engine/base/units.h"
#include "engine/syntax/codes.h"
#include "engine/syntax/habits.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/mistakes.h"

namespace caveat::syntax {
namespace {

using P = CaveatGrammar;

bool is_free(int declaration) {
  return declaration == P::RULE || declaration == P::DEFINE || declaration == P::GUARANTEE ||
         declaration == P::WORDING || declaration == P::PARAMETER;
}

// A keyword that begins a clause wherever it stands; some begin one only where they are the first of their line.
bool begins_clause(int type, bool first_on_line) {
  switch (type) {
    case P::CITES:
    case P::APPLIES_TO:
    case P::EXCEPTION_TO:
    case P::OPEN_TO_EXCEPTIONS:
    case P::STATUS_SHADOW:
    case P::ROLLOUT:
    case P::VISIBLE_TO:
    case P::TRUST_INFERRED:
    case P::WHEN:
    case P::UNLESS:
    case P::THEN:
    case P::IF_UNKNOWN:
    case P::BECAUSE:
    case P::SAY:
      return true;
    case P::OWNER:
    case P::FROM:
    case P::SINCE:
    case P::UNTIL:
    case P::UP_TO:
    case P::CONFIDENTIAL:
      return first_on_line;
    default:
      return false;
  }
}

class Recovery {
 public:
  Recovery(Door& door, const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
           const Mistake* told, std::size_t first_complaint, std::size_t last_complaint, std::size_t most_shown,
           std::vector<Complaint>& complaints)
      : door_(door),
        tokens_(tokens),
        count_(count),
        source_(source),
        bytes_(bytes),
        kind_(tokens[0].type),
        most_shown_(most_shown),
        complaints_(complaints) {
    if (told != nullptr) {
      told_.insert(complaints.back().span.begin);
      first_told_ = complaints.back();
      first_told_at_ = std::min(told->token, count);
    }
    for (std::size_t i = first_complaint; i < last_complaint; ++i) {
      if (blocks_parsing(complaints[i])) blocked_.push_back(complaints[i].span.begin);
    }
    std::sort(blocked_.begin(), blocked_.end());
  }

  Recovered run() {
    cut();
    Recovered out;
    std::vector<std::vector<Token>> good(pieces_.size());
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      lost_members_.clear();
      doubtful_.clear();
      good[i] = read_piece(i);
      if (good[i].empty()) {
        out.lost.push_back(span_of(pieces_[i]));
      } else {
        out.lost.insert(out.lost.end(), lost_members_.begin(), lost_members_.end());
        out.lost.insert(out.lost.end(), doubtful_.begin(), doubtful_.end());
      }
    }
    if (good.front().empty()) good.front() = bare_head();
    if (good.front().empty()) return out;
    for (std::size_t i = 0; i < good.size(); ++i) {
      if (i > 0 && !good[i].empty() && !is_free(kind_))
        out.kept.push_back({P::LINE, good[i][0].begin, good[i][0].begin});
      out.kept.insert(out.kept.end(), good[i].begin(), good[i].end());
    }
    return out;
  }

 private:
  struct Piece {
    std::size_t begin = 0, end = 0;  // tokens, without the line end before it
  };

  int type(std::size_t at) const { return at < count_ ? tokens_[at].type : 0; }
  // Blanks before a token on its line; nothing if it is not the first there.
  std::optional<std::size_t> indent(std::size_t at) const {
    std::size_t begin = tokens_[at].begin, blanks = 0;
    while (begin > 0 && (bytes_[begin - 1] == ' ' || bytes_[begin - 1] == '\t')) --begin, ++blanks;
    if (begin > 0 && bytes_[begin - 1] != '\n' && bytes_[begin - 1] != '\r') return std::nullopt;
    return blanks;
  }
  std::string_view word(std::size_t at) const {
    return bytes_.substr(tokens_[at].begin, tokens_[at].end - tokens_[at].begin);
  }
  Span span_of(const Piece& piece) const { return {source_, tokens_[piece.begin].begin, tokens_[piece.end - 1].end}; }

  void cut();
  bool blocked(const Piece& piece, std::size_t index) const;
  std::vector<Token> read_piece(std::size_t index);
  // The tokens that make `piece` a declaration of its own: what stands before it and behind it.
  void surround(std::size_t index, const std::vector<Token>& piece, std::vector<Token>& before,
                std::vector<Token>& after) const;
  bool parses(const std::vector<Token>& before, const std::vector<Token>& piece, const std::vector<Token>& after,
              Mistake& mistake);
  // The piece as far as it can be mended; empty if it stays broken, and everything has been told.
  std::vector<Token> read(std::size_t index, std::vector<Token> piece, std::size_t begin, bool whole);
  std::vector<Token> bare_head();
  std::vector<Token> read_members(std::size_t index, const Piece& piece, std::size_t from);
  std::vector<Token> before_comma(std::size_t index, std::size_t opener, const Piece& member);
  std::vector<Token> read_next_line(std::size_t index, const Piece& piece, std::size_t from);
  void read_nested(const Piece& piece);
  struct Mended {
    std::vector<Token> piece;
    std::size_t behind = 0;  // the mend ends there
    bool one_word = false;   // one word stands for another: what is behind it stays what it was
  };
  std::optional<Mended> mended(const Complaint& complaint, const std::vector<Token>& piece) const;
  std::optional<std::vector<Token>> tokens_among(std::string_view text, Span span,
                                                 const std::vector<Token>& piece) const;
  static std::optional<Mended> in_brackets(const Complaint& complaint, const std::vector<Token>& piece);
  std::optional<std::vector<Token>> tokens_of(const std::string& written, Span span) const;

  Door& door_;
  const Token* tokens_;
  std::size_t count_;
  SourceId source_;
  std::string_view bytes_;
  int kind_;
  std::size_t most_shown_;
  std::vector<Complaint>& complaints_;
  std::set<std::uint32_t> told_;         // places of the mistakes that have been told
  std::optional<Complaint> first_told_;  // at which the whole declaration stopped, until its piece is met
  std::size_t first_told_at_ = 0;
  std::vector<std::uint32_t> blocked_;  // places of what the filter could make no token of
  std::vector<Piece> pieces_;
  Tree tree_;
  std::vector<Span> lost_members_;  // of the piece at hand, where the others could be read
  std::vector<Span>
      doubtful_;  // chains of it whose brackets are the author's choice: read with the first that is offered
};

void Recovery::cut() {
  // Where a bracket is never closed, lines begin without the filter having seen it.
  std::size_t unclosed = count_;
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < count_; ++i) {
    if (type(i) == P::LPAREN || type(i) == P::LBRACKET) open.push_back(i);
    if ((type(i) == P::RPAREN || type(i) == P::RBRACKET) && !open.empty()) open.pop_back();
  }
  if (!open.empty()) unclosed = open.front();
  std::size_t begin = 0, depth = 0;
  std::optional<std::size_t> members;  // indent of the first line
  const auto next = [&](std::size_t end, std::size_t start) {
    if (end > begin) pieces_.push_back({begin, end});
    begin = start;
  };
  const bool single = kind_ == P::USE || kind_ == P::SCALE || kind_ == P::WORDING || kind_ == P::DEFINE ||
                      kind_ == P::TOPIC || kind_ == P::PARAMETER || kind_ == P::DATA || kind_ == P::EVENT;
  for (std::size_t i = 1; i < count_ && !single; ++i) {
    if (is_free(kind_)) {
      const bool begins = kind_ == P::GUARANTEE
                              ? type(i) == P::WHEN || type(i) == P::THEN
                              : begins_clause(type(i), indent(i).has_value()) ||
                                    (type(i) == P::WORD && indent(i) && means_a(KeywordKind::clause, word(i)));
      const bool joined = (type(i) == P::WHEN && (type(i - 1) == P::AND || type(i - 1) == P::OR)) ||  // … and when …
                          (type(i) == P::WHEN && type(i - 1) == P::UNLESS) ||
                          (type(i) == P::THEN && type(i - 1) == P::IF_UNKNOWN) ||
                          (type(i) == P::THEN && !indent(i) &&
                           (type(i - 1) == P::AND || type(i - 1) == P::ALSO_DO));  // block and then hand off
      if (begins && !joined) next(i, i);
      continue;
    }
    if (type(i) == P::INDENT) ++depth;
    if (type(i) == P::DEDENT && depth > 0) --depth;
    if (type(i) == P::LINE && type(i - 1) == P::BY) continue;  // expect handoff by / a_rule
    if (type(i) == P::LINE && depth == 0) {
      const int first = type(i + 1);
      if (kind_ == P::LEXICON && first != P::BUT_NOT && first != P::EXACT_CASE && first != P::EXACT_FORM &&
          (first != P::FROM_FILE || begin == 0)) {
        continue;
      }
      if (!members && i + 1 < count_) members = indent(i + 1);
      next(i, i + 1);
    } else if (i > unclosed && members && type(i) != P::LINE && i > begin) {
      const auto blanks = indent(i);
      const bool nested = kind_ == P::FACTS && type(i - 1) != P::COMMA;
      if (blanks && (*blanks <= *members || nested)) next(i, i);
    }
  }
  next(count_, count_);
}

bool Recovery::blocked(const Piece& piece, std::size_t index) const {
  const std::uint32_t begin = tokens_[piece.begin].begin;
  const std::uint32_t end = index + 1 < pieces_.size() && pieces_[index].end == piece.end
                                ? tokens_[pieces_[index + 1].begin].begin
                                : tokens_[piece.end - 1].end;
  const auto at = std::lower_bound(blocked_.begin(), blocked_.end(), begin);
  return at != blocked_.end() && (*at < end || piece.end == count_);
}

std::vector<Token> Recovery::read_piece(std::size_t index) {
  const Piece& piece = pieces_[index];
  if (blocked(piece, index)) {
    return read_members(index, piece, piece.begin);
  }
  return read(index, {tokens_ + piece.begin, tokens_ + piece.end}, piece.begin, true);
}

void Recovery::surround(std::size_t index, const std::vector<Token>& piece, std::vector<Token>& before,
                        std::vector<Token>& after) const {
  const std::uint32_t at = piece.empty() ? 0 : piece.front().begin;
  const auto make = [at](std::initializer_list<int> types) {
    std::vector<Token> out;
    for (const int each : types) out.push_back({each, at, at});
    return out;
  };
  before.clear();
  after.clear();
  if (index == 0) {
    if (kind_ == P::FACTS) after = make({P::LINE, P::WORD, P::T_TEXT});
    if (kind_ == P::EXAMPLE) after = make({P::LINE, P::EXPECT, P::WORD});
    if (kind_ == P::GUARANTEE) after = make({P::WHEN, P::WORD, P::THEN, P::AT_LEAST, P::WORD});
    return;
  }
  const int first = piece.empty() ? 0 : piece.front().type;
  switch (kind_) {
    case P::RULE:
      before = make({P::RULE, P::WORD});
      break;
    case P::GUARANTEE:
      before = first == P::THEN ? make({P::GUARANTEE, P::WORD, P::WHEN, P::WORD}) : make({P::GUARANTEE, P::WORD});
      if (first != P::THEN) after = make({P::THEN, P::AT_LEAST, P::WORD});
      break;
    case P::SOURCE:
      before = make({P::SOURCE, P::WORD, P::IS, P::TEXT, P::LINE});
      break;
    case P::LEXICON:
      before = make({P::LEXICON, P::WORD, P::IS, P::TEXT, P::LINE});
      break;
    case P::EXAMPLE:
      if (first == P::EXPECT) {
        before = make({P::EXAMPLE, P::TEXT, P::LINE});
      } else if (first == P::FINAL_TEXT || first == P::LEFT) {
        before = make({P::EXAMPLE, P::TEXT, P::LINE, P::EXPECT, P::WORD, P::LINE});
      } else {
        before = first == P::GIVEN || first == P::AFTER || first == P::EARLIER
                     ? make({P::EXAMPLE, P::TEXT, P::LINE})
                     : make({P::EXAMPLE, P::TEXT, P::LINE, P::GIVEN, P::WORD, P::LINE});
        after = make({P::LINE, P::EXPECT, P::WORD});
      }
      break;
    default:
      before = make({kind_, P::WORD, P::LINE});
      break;
  }
}

bool Recovery::parses(const std::vector<Token>& before, const std::vector<Token>& piece,
                      const std::vector<Token>& after, Mistake& mistake) {
  std::vector<Token> whole = before;
  whole.insert(whole.end(), piece.begin(), piece.end());
  whole.insert(whole.end(), after.begin(), after.end());
  return door_.read(whole.data(), whole.size(), source_, tree_, mistake);
}

std::vector<Token> Recovery::read(std::size_t index, std::vector<Token> piece, std::size_t begin, bool whole) {
  constexpr int kMends = 20;
  const std::size_t end = begin + piece.size();  // of the declaration's tokens
  std::vector<Token> before, after;
  std::size_t mended_until = 0;  // tokens of the piece; a mistake before it follows from the mend
  bool one_word = true;          // else one right behind it, too
  std::ptrdiff_t grown = 0;      // by mends
  int mends = 0;
  const auto mend = [&](const Complaint& complaint) {
    if (mends >= kMends) return false;
    auto better = mended(complaint, piece);
    if (!better) return false;
    grown += static_cast<std::ptrdiff_t>(better->piece.size()) - static_cast<std::ptrdiff_t>(piece.size());
    piece = std::move(better->piece);
    mended_until = better->behind;
    one_word = better->one_word;
    ++mends;
    if (complaint.code == &codes::kMixedLogic) doubtful_.push_back(complaint.fixes.front().span);
    return true;
  };
  for (;;) {
    surround(index, piece, before, after);
    Mistake mistake;
    if (parses(before, piece, after, mistake)) return piece;
    // As it stands in the declaration: what follows is the declaration's own, not what was put there to parse it.
    std::vector<Token> shown = before;
    shown.insert(shown.end(), piece.begin(), piece.end());
    for (std::size_t i = end; i < count_ && i < end + 4; ++i) shown.push_back(tokens_[i]);
    mistake.token = std::min({mistake.token, before.size() + piece.size(), shown.size()});
    const std::size_t at = mistake.token - std::min(before.size(), mistake.token);  // in the piece
    const auto place = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(begin + at) - grown);
    const bool another_line = place < end && indent(place).has_value();
    const bool follows = mends > 0 && (at < mended_until || (at == mended_until && !one_word && !another_line));
    std::size_t from = place;
    bool goes_on = true;
    if (mends == 0 && whole && first_told_ && begin <= first_told_at_ && first_told_at_ <= end) {
      // This is where the whole declaration stopped, maybe at another word: it has been told.
      const Complaint first = std::move(*first_told_);
      first_told_.reset();
      if (mend(first)) continue;
      goes_on = first.code != &codes::kMixedLogic;  // a chain of very many
      from = std::max(place, first_told_at_);
    } else if (!follows && !(whole && index > 0 && piece.size() == 1 && told_.count(piece[0].begin) != 0)) {
      const bool shown_to_a_reader = complaints_.size() < most_shown_;
      const Complaint complaint =
          (shown_to_a_reader ? explain_mistake : brief_mistake)(shown.data(), shown.size(), source_, bytes_, mistake);
      if (told_.insert(complaint.span.begin).second) complaints_.push_back(complaint);
      if (mend(complaint)) continue;
      goes_on = complaint.code != &codes::kMixedLogic;
    }
    if (!whole || !goes_on) return {};
    if (kind_ == P::FACTS && index > 0) {
      read_nested({begin, end});
      return {};
    }
    std::vector<Token> rest = read_members(index, {begin, end}, from);
    if (!rest.empty() || kind_ != P::RULE) return rest;
    rest = read_next_line(1, {begin, end}, from);
    if (index > 0 || rest.empty()) return rest;
    std::vector<Token> head = bare_head();  // rule a b "t" / cite LAW
    if (!head.empty()) head.insert(head.end(), rest.begin(), rest.end());
    return head;
  }
}

// Of a head that cannot be read its name, `rule a b "t"`: what stands below it is checked all the same.
std::vector<Token> Recovery::bare_head() {
  if (count_ < 2 || (type(1) != P::WORD && (kind_ != P::RULE || type(1) != P::TEXT))) return {};
  // All its words: one of them may be the name of another.
  std::size_t last = 1;
  while (type(last + 1) == P::WORD && !indent(last + 1)) ++last;
  std::vector<Token> head = {tokens_[0], {P::WORD, tokens_[1].begin, tokens_[last].end}};
  if (kind_ == P::USE || kind_ == P::PACK) {  // use cn.common 2026.10: the whole path
    head.assign(tokens_, tokens_ + 2);
    for (last = 1; type(last + 1) == P::DOT && type(last + 2) == P::WORD; last += 2)
      head.insert(head.end(), {tokens_[last + 1], tokens_[last + 2]});
  }
  std::vector<Token> before, after;
  Mistake mistake;
  surround(0, head, before, after);
  return parses(before, head, after, mistake) ? head : std::vector<Token>{};
}

// The members of a condition or of a list of effects that begin behind `from`, each for itself. Those that can be read, and
// those before, as one clause; empty if there are none.
std::vector<Token> Recovery::read_members(std::size_t index, const Piece& piece, std::size_t from) {
  std::size_t opener = piece.begin;
  if (kind_ == P::DEFINE || kind_ == P::TOPIC) {
    while (opener < piece.end && type(opener) != P::AS && type(opener) != P::IS) ++opener;
    if (opener == piece.end) return {};
  }
  const int clause = type(opener);
  const bool condition = clause == P::WHEN || clause == P::UNLESS || clause == P::AS ||
                         (clause == P::IS && (kind_ == P::DEFINE || kind_ == P::TOPIC));
  const bool effects = kind_ == P::RULE && (clause == P::THEN || clause == P::IF_UNKNOWN);
  if (!condition && !effects) return {};
  std::vector<Piece> members;
  std::size_t depth = 0, begin = opener + 1, joint_at = 0;
  bool between = false;
  for (std::size_t i = opener + 1; i < piece.end; ++i) {
    if (type(i) == P::LPAREN || type(i) == P::LBRACKET) ++depth;
    if (type(i) == P::RPAREN || type(i) == P::RBRACKET) {
      if (depth == 0) return {};  // closes what was never opened: nothing is sure behind it
      --depth;
    }
    if (type(i) == P::BETWEEN) between = true;
    if (type(i) == P::AND && between && depth == 0) {  // between a and b
      between = false;
      continue;
    }
    const bool joint = condition ? type(i) == P::AND || type(i) == P::OR
                                 : (type(i) == P::AND || type(i) == P::ALSO_DO) && is_effect(type(i + 1));
    if (depth > 0 || !joint) continue;
    members.push_back({begin, i});
    begin = i + 1;
    if (joint_at == 0) joint_at = i;
  }
  if (depth > 0) return {};
  members.push_back({begin, piece.end});
  std::vector<Token> out(tokens_ + piece.begin, tokens_ + opener + 1);
  bool any = false;
  lost_members_.clear();
  for (const Piece& member : members) {
    if (member.begin >= member.end) continue;
    std::vector<Token> good;
    const bool readable = !blocked(member, index);
    if (readable && member.begin > from) {
      std::vector<Token> tokens{tokens_[opener]};
      tokens.insert(tokens.end(), tokens_ + member.begin, tokens_ + member.end);
      if (kind_ == P::DEFINE || kind_ == P::TOPIC) {
        const std::uint32_t at = tokens_[opener].begin;
        tokens.insert(tokens.begin(), {{kind_, at, at}, {P::WORD, at, at}});
      }
      const std::size_t added = tokens.size() - (member.end - member.begin);
      good = read(index, std::move(tokens), member.end - (member.end - member.begin) - added, false);
      if (!good.empty()) good.erase(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(added));
    } else if (readable && member.end <= from) {
      good.assign(tokens_ + member.begin, tokens_ + member.end);
    }
    if (good.empty()) {
      if (effects) good = before_comma(index, opener, member);
      lost_members_.push_back(span_of({member.begin + good.size(), member.end}));
      if (good.empty()) continue;
    }
    if (any) out.push_back(tokens_[joint_at]);
    out.insert(out.end(), good.begin(), good.end());
    any = true;
  }
  // A member may have brought clauses with it whose keyword was misspelt: the whole has to be one piece still.
  std::vector<Token> before, after;
  Mistake mistake;
  surround(index, out, before, after);
  return any && parses(before, out, after, mistake) ? out : std::vector<Token>{};
}

// Of a hand-off whose time limit cannot be read, the queue and the priority before it.
std::vector<Token> Recovery::before_comma(std::size_t index, std::size_t opener, const Piece& member) {
  constexpr std::size_t kTries = 4;  // each parses all before it, and few parts stand behind a queue
  std::size_t tries = 0;
  for (std::size_t i = member.end; i-- > member.begin + 1 && tries < kTries;) {
    if (type(i) != P::COMMA) continue;
    ++tries;
    std::vector<Token> tokens{tokens_[opener]}, before, after;
    tokens.insert(tokens.end(), tokens_ + member.begin, tokens_ + i);
    Mistake mistake;
    surround(index, tokens, before, after);
    if (parses(before, tokens, after, mistake)) return {tokens_ + member.begin, tokens_ + i};
  }
  return {};
}

// A clause whose keyword is misspelt and that therefore lies in a broken piece: `owner "x"`, `aplies to answer`.
std::vector<Token> Recovery::read_next_line(std::size_t index, const Piece& piece, std::size_t from) {
  // Whether a line opens with such a keyword shows in its first words; a piece may have very many lines.
  constexpr std::size_t kWords = 8, kLines = 100;
  std::size_t lines = 0;
  for (std::size_t i = from + 1; i < piece.end; ++i) {
    if (!indent(i)) continue;
    if (++lines > kLines || complaints_.size() >= most_shown_) return {};
    const std::vector<Token> words(tokens_ + i, tokens_ + std::min(piece.end, i + kWords));
    std::vector<Token> before, after;
    Mistake mistake;
    surround(index, words, before, after);
    if (parses(before, words, after, mistake) || mistake.token != before.size()) continue;  // cut() has met these
    std::vector<Token> shown = before;
    shown.insert(shown.end(), words.begin(), words.end());
    if (explain_mistake(shown.data(), shown.size(), source_, bytes_, mistake).fixes.empty()) continue;
    lost_members_ = {span_of({piece.begin, i})};
    return read(index, {tokens_ + i, tokens_ + piece.end}, i, false);
  }
  return {};
}

// The lines of a record, each for itself.
void Recovery::read_nested(const Piece& piece) {
  std::size_t begin = piece.begin;
  bool nested = false;
  for (std::size_t i = piece.begin; i <= piece.end; ++i) {
    const bool ends = i == piece.end || type(i) == P::LINE || type(i) == P::INDENT || type(i) == P::DEDENT;
    if (!ends) continue;
    nested = nested || i < piece.end;
    if (i > begin && nested) read(1, {tokens_ + begin, tokens_ + i}, begin, false);
    begin = i + 1;
  }
}

std::optional<std::vector<Token>> Recovery::tokens_of(const std::string& written, Span span) const {
  const std::string text = written.substr(0, written.find_last_not_of(' ') + 1);  // `then `, put before a word
  if (text.empty()) return std::vector<Token>{};
  if (text == ")" || text == "）") return std::vector<Token>{{P::RPAREN, span.begin, span.end}};
  if (text == "]" || text == "】") return std::vector<Token>{{P::RBRACKET, span.begin, span.end}};
  for (const auto& spelling : all_spellings()) {
    if (spelling.text == text) return std::vector<Token>{{spelling.token, span.begin, span.end}};
  }
  for (const auto& unit : units_and_tails()) {
    if (unit.text == text) return std::vector<Token>{{unit.token, span.begin, span.end}};
  }
  if (minor_units(text)) return std::vector<Token>{{P::CURRENCY, span.begin, span.end}};
  std::string joined(bytes_.substr(span.begin, span.end - span.begin));
  std::replace(joined.begin(), joined.end(), '-', '_');
  if (joined == text) return std::vector<Token>{{P::WORD, span.begin, span.end}};  // half-way: the lowering reads it so
  // 当产品 → 当 · 产品: the pieces lie in what was written.
  std::vector<Token> out;
  std::uint32_t at = span.begin;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t blank = std::min(text.find(' ', begin), text.size());
    const std::string_view word = std::string_view(text).substr(begin, blank - begin);
    begin = blank + 1;
    const auto end = static_cast<std::uint32_t>(at + word.size());
    if (word.empty() || end > span.end || bytes_.substr(at, word.size()) != word) return std::nullopt;
    if (word.find_first_of("0123456789.") != std::string_view::npos) return std::nullopt;
    int found = P::WORD;
    for (const auto& spelling : all_spellings()) {
      if (spelling.text == word) found = spelling.token;
    }
    out.push_back({found, at, end});
    at = end;
  }
  return at == span.end ? std::optional(std::move(out)) : std::nullopt;
}

// What stands before the joint that mixes is put in brackets, and all behind it is joined alike: in any reading the members
// are the same.
std::optional<Recovery::Mended> Recovery::in_brackets(const Complaint& complaint, const std::vector<Token>& piece) {
  constexpr std::size_t kJoints = 100;
  const std::uint32_t open = complaint.fixes.front().span.begin, close = complaint.span.begin;
  Mended out;
  bool opened = false, between = false, ended = false;
  int joint = 0;
  std::size_t depth = 0, joints = 0;
  for (Token token : piece) {
    if (!opened && token.begin >= open && token.end > token.begin) {
      out.piece.push_back({P::LPAREN, open, open});
      opened = true;
    }
    if (opened && joint == 0 && token.begin >= close) {
      out.piece.push_back({P::RPAREN, close, close});
      out.behind = out.piece.size();
      joint = token.type;
    }
    if (joint != 0 && !ended) {
      if (token.type == P::LPAREN || token.type == P::LBRACKET) ++depth;
      if (token.type == P::RPAREN || token.type == P::RBRACKET) ended = depth-- == 0;
      ended = ended || (depth == 0 && (token.type == P::THEN || token.type == P::SEMICOLON));
      if (token.type == P::BETWEEN && depth == 0) between = true;
      if (depth == 0 && !ended && (token.type == P::AND || token.type == P::OR)) {
        if (token.type == P::AND && between) {
          between = false;
        } else {
          token.type = joint;
          if (++joints > kJoints) return std::nullopt;
        }
      }
    }
    out.piece.push_back(token);
  }
  out.one_word = true;
  return out;
}

// is either retail or private → is one of retail, private: keywords, commas, and what the author wrote there.
std::optional<std::vector<Token>> Recovery::tokens_among(std::string_view text, Span span,
                                                         const std::vector<Token>& piece) const {
  std::vector<Token> there;
  for (const Token& token : piece)
    if (token.begin >= span.begin && token.end <= span.end && token.end > token.begin) there.push_back(token);
  std::vector<Token> out;
  std::uint32_t at = span.begin;
  const auto skip_blanks = [&] { text.remove_prefix(std::min(text.find_first_not_of(' '), text.size())); };
  for (skip_blanks(); !text.empty(); skip_blanks()) {
    Token best{0, at, at};
    std::size_t length = 0;
    const auto ends = [&](std::size_t size) { return size == text.size() || text[size] == ' ' || text[size] == ','; };
    for (const auto& spelling : all_spellings()) {
      if (spelling.text.size() > length && text.starts_with(spelling.text) && ends(spelling.text.size()))
        length = spelling.text.size(), best = {spelling.token, at, at};
    }
    for (const std::string_view sign : {",", "、", "，", ".."})
      if (text.starts_with(sign)) length = sign.size(), best = {sign == ".." ? P::RANGE : P::COMMA, at, at};
    for (const Token& token : there) {
      const auto written = bytes_.substr(token.begin, token.end - token.begin);
      const bool later =
          written.size() == length && best.begin < at && token.begin >= at;  // the second 万 of 50万到100万
      if ((written.size() > length || later) && text.starts_with(written)) length = written.size(), best = token;
    }
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    at = best.end;
    out.push_back(best);
  }
  if (!out.empty() && out.back().begin == out.back().end) out.back().end = span.end;  // 之间: all that was mended
  return out;
}

std::optional<Recovery::Mended> Recovery::mended(const Complaint& complaint, const std::vector<Token>& piece) const {
  if (complaint.fixes.empty()) return std::nullopt;
  if (complaint.code == &codes::kMixedLogic) return in_brackets(complaint, piece);
  Fix fix = complaint.fixes.front();
  if (complaint.code == &codes::kListWord) {  // the joint that the chain has already
    const bool any = std::any_of(piece.begin(), piece.end(), [](const Token& token) { return token.type == P::OR; });
    if (any) fix = complaint.fixes.back();
  }
  auto with = tokens_of(fix.replacement, fix.span);
  const bool as_written = !with;
  if (!with) with = tokens_among(fix.replacement, fix.span, piece);
  if (!with) return std::nullopt;
  Mended out;
  bool placed = false;
  std::size_t replaced = 0;
  const auto place = [&] {
    out.piece.insert(out.piece.end(), with->begin(), with->end());
    out.behind = out.piece.size();
    placed = true;
  };
  for (const Token& token : piece)  // what is offered would join two lines
    if (token.type == P::INDENT && token.begin > fix.span.begin && token.begin <= fix.span.end) return std::nullopt;
  for (const Token& token : piece) {
    const bool covered = token.begin >= fix.span.begin && token.end <= fix.span.end && token.end > token.begin;
    const bool before = token.end <= fix.span.begin && !covered;
    if (!before && !placed) place();
    if (token.type == P::LINE && !out.piece.empty() && out.piece.back().type == P::COMMA) continue;  // the list goes on
    if (covered) ++replaced;
    if (!covered) out.piece.push_back(token);
  }
  if (!placed) place();
  out.one_word = as_written || (replaced == 1 && with->size() == 1 && fix.replacement.find(' ') == std::string::npos);
  return out;
}

}  // namespace

bool blocks_parsing(const Complaint& complaint) {
  if (complaint.code == &codes::kUnitLeftover) {  // 50万元且: the keyword behind the unit has been taken as one
    const bool offered = !complaint.fixes.empty() && complaint.fixes.front().span.begin < complaint.span.begin;
    if (offered && complaint.fixes.front().replacement.find(' ') != std::string::npos)  // 此刻 晚于 17时30分: all of it
      return true;
    const std::string& unit = complaint.arguments.front().zh;
    if (!unit_and_tail_meant_by(unit).unit.empty()) return false;
    return std::ranges::none_of(spellings_from(unit), [](const Spelling* s) { return s->words.size() == 1; });
  }
  // Where a text was meant to end is offered and known: it has been taken as one.
  if (complaint.code == &codes::kUnclosedText) return complaint.fixes.empty();
  const std::string with = complaint.fixes.empty() ? std::string() : complaint.fixes.front().replacement;
  const bool text = (with.starts_with("“") && with != "“") || (with.starts_with("\"") && with != "\"");
  const bool dot = with == ".";  // customer's age: it has been taken as one
  return complaint.code == &codes::kUnclosedPattern || (complaint.code == &codes::kStraySign && !text && !dot);
}

Recovered recover(Door& door, const Token* tokens, std::size_t count, SourceId source, std::string_view bytes,
                  const Mistake* told, std::size_t first_complaint, std::size_t last_complaint, std::size_t most_shown,
                  std::vector<Complaint>& complaints) {
  return Recovery(door, tokens, count, source, bytes, told, first_complaint, last_complaint, most_shown, complaints)
      .run();
}

}  // namespace caveat::syntax
