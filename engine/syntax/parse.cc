#include "engine/syntax/parse.h"

#include <CaveatGrammar.h>

#include <algorithm>
#include <span>

#include "engine/syntax/codes.h"
#include "engine/syntax/door.h"
#include "engine/syntax/keywords.h"
#include "engine/syntax/letters.h"
#include "engine/syntax/lower.h"
#include "engine/syntax/mistakes.h"
#include "engine/syntax/recover.h"
#include "engine/syntax/tokens.h"

namespace caveat::syntax {

std::string Path::to_string() const {
  std::string result;
  for (const auto& part : parts) {
    if (!result.empty()) result += '.';
    result += part.text;
  }
  return result;
}

namespace {

// In which language the author most likely reads, where no keyword can tell: by how the lines at the margin begin.
Language guessed_language(std::string_view bytes) {
  std::size_t han = 0, latin = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    if (first >= 0xE4 && first <= 0xE9) ++han;
    if ((first | 0x20) >= 'a' && (first | 0x20) <= 'z') ++latin;
    const std::size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos) break;
    at = end + 1;
  }
  return han > latin ? Language::zh : Language::en;
}

// What is wrong with the bytes themselves; nothing else is looked at then.
bool bytes_are_sound(SourceId id, std::string_view bytes, const Limits& limits, std::vector<Complaint>& complaints) {
  const auto at = [&](std::size_t offset) {
    const auto o = static_cast<std::uint32_t>(std::min<std::size_t>(offset, UINT32_MAX - 1));
    return Span{id, o, o + 1};
  };
  if (bytes.size() > limits.source_bytes) {
    complaints.push_back({&codes::kFileTooLong,
                          {id, 0, 0},
                          {std::to_string(bytes.size()), std::to_string(limits.source_bytes)},
                          Both{"spread the rules over several files", "请把规则分到多个文件"}});
    return false;
  }
  if (const auto bad = first_bad_byte(bytes); bad != std::string_view::npos) {
    complaints.push_back(
        {&codes::kBadUtf8, at(bad), {std::to_string(bad)}, Both{"save the file as UTF-8", "请以 UTF-8 保存文件"}});
    return false;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    complaints.push_back({&codes::kByteOrderMark,
                          {id, 0, 3},
                          {},
                          Both{"save the file as UTF-8 without a byte order mark", "请以不带 BOM 的 UTF-8 保存文件"}});
    return false;
  }
  const std::size_t nul = bytes.find('\0');
  if (nul == std::string_view::npos) return true;
  complaints.push_back(
      {&codes::kNulByte,
       at(nul),
       {},
       Both{"delete it and those that follow; where there are many, the file was saved as UTF-16: save it as UTF-8",
            "请将其与其后的一并删去；若有许多，则该文件存成了 UTF-16，请以 UTF-8 保存"}});
  return false;
}

// 距今不足12个月, 不大于 15日前: what was told of a part is gone with the offer for the words that hold it.
void drop_what_an_offer_mends(std::vector<Complaint>& complaints, std::string_view bytes) {
  struct Offer {
    Span whole, mended;
    std::string with;
    bool of_a_date = false;
    std::uint32_t reach = 0;  // where the furthest of those up to it ends
  };
  std::vector<Offer> offers;
  for (const Complaint& complaint : complaints) {
    if (complaint.code == &codes::kUnexpected && !complaint.fixes.empty())
      offers.push_back({complaint.span, complaint.fixes.front().span, complaint.fixes.front().replacement});
    const bool before =  // 在 2026年3月: the word before it is offered with it
        complaint.code == &codes::kNoSuchDate && complaint.fixes.size() == 1 &&
        complaint.fixes.front().span.begin < complaint.span.begin;
    if (before) {
      const Fix& fix = complaint.fixes.front();
      offers.push_back({fix.span, fix.span, fix.replacement, true});
    }
  }
  std::stable_sort(offers.begin(), offers.end(),
                   [](const Offer& a, const Offer& b) { return a.mended.begin < b.mended.begin; });
  std::uint32_t reach = 0;
  for (Offer& offer : offers) offer.reach = reach = std::max({reach, offer.mended.end, offer.whole.end});
  const auto mends = [&](const Offer& offer, const Complaint& complaint, const Span& place) {
    const auto holds = [&](const Span& span) { return span.begin <= place.begin && place.end <= span.end; };
    const std::uint32_t size = place.end - place.begin;
    if (offer.of_a_date && complaint.code != &codes::kUnexpected) return false;
    if (size == 1 && bytes[place.begin] == '.' && place.end == offer.whole.end && size < offer.with.size())
      return true;                              // say This is not for you.
    if (complaint.code == &codes::kNoSuchDate)  // 2008年3月以前
      return holds(offer.mended) && offer.with.find(bytes.substr(place.begin, size)) == std::string::npos;
    if (complaint.code == &codes::kSaidTwice) {  // except when …, of “unless”: what is written there says it no more
      const std::uint32_t again = complaint.span.end - complaint.span.begin;
      return holds(offer.mended) && offer.with.find(bytes.substr(complaint.span.begin, again)) == std::string::npos;
    }
    if (complaint.code != &codes::kUnexpected) return holds(offer.mended);
    constexpr std::size_t kLong = 1000;  // a list that is offered whole is searched for none of what stands in it
    return holds(offer.whole) && size < offer.whole.end - offer.whole.begin && offer.with.size() <= kLong &&
           offer.with.find(bytes.substr(place.begin, size)) == std::string::npos;
  };
  std::erase_if(complaints, [&](const Complaint& complaint) {
    if (complaint.code != &codes::kKeywordGlued && complaint.code != &codes::kUnitLeftover &&
        complaint.code != &codes::kDigitInName && complaint.code != &codes::kGroupedNumber &&
        complaint.code != &codes::kNoSuchDate && complaint.code != &codes::kUnexpected &&
        complaint.code != &codes::kSaidTwice)
      return false;
    const auto mended = [&](const Span& place) {
      auto behind = std::upper_bound(offers.begin(), offers.end(), place.begin,
                                     [](std::uint32_t at, const Offer& one) { return at < one.mended.begin; });
      for (; behind != offers.begin() && std::prev(behind)->reach >= place.end; --behind) {
        if (mends(*std::prev(behind), complaint, place)) return true;
      }
      return false;
    };
    return mended(complaint.span) || (complaint.code == &codes::kSaidTwice && !complaint.related.empty() &&
                                      mended(complaint.related.front().first));
  });
}

// How many bytes of a stretch, up to each, lie in one of some spans: in time that hangs on neither their number nor
// their lengths, as broken files of any size are read.
class Covered {
 public:
  explicit Covered(Span stretch) : begin_(stretch.begin), before_(stretch.end - stretch.begin + 2) {}
  void add(Span span) {
    const std::uint32_t last = static_cast<std::uint32_t>(before_.size()) - 2 + begin_;
    const std::uint32_t from = std::clamp(span.begin, begin_, last), to = std::clamp(span.end, from, last);
    ++before_[from - begin_], --before_[to - begin_];
  }
  void count() {
    int open = 0, covered = 0;
    for (int& each : before_) {
      open += each;
      each = covered;
      covered += open > 0 ? 1 : 0;
    }
  }
  bool all(const Token& token) const { return within(token.begin, token.end) == token.end - token.begin; }
  bool any(Span span) const { return within(span.begin, span.end) != 0; }

 private:
  std::uint32_t within(std::uint32_t from, std::uint32_t to) const {
    return static_cast<std::uint32_t>(before_[to - begin_] - before_[from - begin_]);
  }
  std::uint32_t begin_;
  std::vector<int> before_;
};

// customer.agee in a comparison that could not be read, but not where something else is told of it.
void paths_in(const Covered& lost, const Covered& told, std::span<const Token> tokens, SourceId source,
              std::string_view bytes, std::vector<Path>& out) {
  using P = CaveatGrammar;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].type != P::WORD || !lost.all(tokens[i])) continue;
    Path path;
    const auto step = [&](const Token& token) {
      path.parts.push_back(
          {nfkc(bytes.substr(token.begin, token.end - token.begin)), {source, token.begin, token.end}});
    };
    step(tokens[i]);
    for (; i + 2 < tokens.size() && tokens[i + 1].type == P::DOT && tokens[i + 2].type == P::WORD; i += 2)
      step(tokens[i + 2]);
    path.span = {source, path.parts.front().span.begin, path.parts.back().span.end};
    if (path.parts.size() > 1 && !told.any(path.span)) out.push_back(std::move(path));
  }
}

}  // namespace

ParseResult parse(const Sources& sources, SourceId id, const Limits& limits) {
  ParseResult result;
  result.file.source = id;
  const std::string_view bytes = sources.at(id).bytes();
  std::vector<Complaint> complaints;
  if (bytes_are_sound(id, bytes, limits, complaints)) {
    Tokenised tokenised = tokenise(id, bytes, limits, complaints);
    result.file.language = tokenised.language;
    result.file.comments = std::move(tokenised.comments);
    Door door;
    Tree tree;
    Mistake mistake;
    Lowering lowering(id, bytes, limits, complaints);
    for (const Stretch& stretch : tokenised.declarations) {
      if (stretch.begin == stretch.end) continue;
      const std::size_t before = complaints.size();
      const Token* tokens = tokenised.tokens.data() + stretch.begin;
      const std::size_t count = stretch.end - stretch.begin;
      const Span span{id, tokens[0].begin, tokens[count - 1].end};
      const auto could_not_be_read = [&] {
        std::size_t at = 0;
        if (tokens[0].type == CaveatGrammar::DEFINE)
          while (at < count && tokens[at].type != CaveatGrammar::AS && tokens[at].type != CaveatGrammar::IS) ++at;
        if (at < count && (at > 0 || tokens[0].type == CaveatGrammar::EXAMPLE))
          result.file.declares_nothing.push_back({id, tokens[at].begin, span.end});
      };
      if (stretch.hopeless) {
        could_not_be_read();
        continue;
      }
      if (tokens[0].type == CaveatGrammar::TABLE) {
        complaints.push_back({&codes::kNotYet, {id, tokens[0].begin, tokens[0].end}, {Both{"a table", "决策表"}}});
        continue;
      }
      const bool blocked = std::any_of(complaints.begin() + static_cast<std::ptrdiff_t>(stretch.first_complaint),
                                       complaints.begin() + static_cast<std::ptrdiff_t>(stretch.last_complaint),
                                       [](const Complaint& complaint) { return blocks_parsing(complaint); });
      const bool read = !blocked && door.read(tokens, count, id, tree, mistake);
      Recovered recovered;
      if (!read) {
        if (!blocked)
          complaints.push_back((complaints.size() < limits.diagnostics ? explain_mistake : brief_mistake)(
              tokens, count, id, bytes, mistake));
        recovered = recover(door, tokens, count, id, bytes, blocked ? nullptr : &mistake, stretch.first_complaint,
                            stretch.last_complaint, limits.diagnostics, complaints);
        could_not_be_read();
        if (recovered.kept.empty()) recovered.lost = {span};
        const bool conditions = tokens[0].type == CaveatGrammar::RULE || tokens[0].type == CaveatGrammar::DEFINE;
        if (conditions && !recovered.lost.empty()) {
          Covered lost(span), told(span);
          for (const Span& each : recovered.lost) lost.add(each);
          const auto add = [&](std::size_t first, std::size_t last) {
            for (std::size_t i = first; i < last; ++i) {
              told.add(complaints[i].span);
              for (const Fix& fix : complaints[i].fixes) told.add(fix.span);
            }
          };
          add(stretch.first_complaint, stretch.last_complaint);
          add(before, complaints.size());
          lost.count(), told.count();
          paths_in(lost, told, {tokens, count}, id, bytes, result.file.lost_paths);
        }
        if (recovered.kept.empty() || !door.read(recovered.kept.data(), recovered.kept.size(), id, tree, mistake))
          continue;
      }
      if (auto body = lowering.declaration(Node(&tree, 0), !recovered.lost.empty()))
        result.file.declarations.push_back({std::move(*body), span, stretch.language, std::move(recovered.lost)});
    }
  } else {
    result.file.language = guessed_language(bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes);
  }
  drop_what_an_offer_mends(complaints, bytes);
  for (const auto& complaint : complaints) result.diagnostics.push_back(told(complaint, result.file.language));
  sort_and_unify(result.diagnostics);
  return result;
}

}  // namespace caveat::syntax
