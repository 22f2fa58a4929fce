#include "engine/syntax/format.h"

#include <CaveatGrammar.h>

#include <algorithm>

#include "engine/syntax/printer.h"
#include "engine/syntax/tokens.h"

namespace caveat::syntax {
namespace {

// Is there an empty line between two places?
bool parted(std::string_view source, std::uint32_t from, std::uint32_t to) {
  int ends = 0;
  for (std::uint32_t at = from; at < to && at < source.size(); ++at) {
    if (source[at] == '\n') {
      if (++ends == 2) return true;
    } else if (source[at] != ' ' && source[at] != '\t' && source[at] != '\r') {
      ends = 0;
    }
  }
  return false;
}

// Lines whose tree keeps no place are found by the keyword that opens them.
void find_places(std::vector<PrintedLine>& lines, const std::vector<Token>& tokens, Span declaration) {
  const auto first = std::lower_bound(tokens.begin(), tokens.end(), declaration.begin,
                                      [](const Token& t, std::uint32_t at) { return t.begin < at; });
  for (auto& line : lines) {
    if (line.anchor || line.keyword == 0) continue;
    for (auto token = first; token != tokens.end() && token->begin < declaration.end; ++token) {
      int type = token->type;
      if (type == CaveatGrammar::SINCE)
        type = line.keyword == CaveatGrammar::FROM ? CaveatGrammar::FROM : CaveatGrammar::IN_FORCE_FROM;
      if (type == CaveatGrammar::UP_TO && line.keyword == CaveatGrammar::UNTIL && token != first &&
          (token - 1)->type != CaveatGrammar::HAND_OFF) {
        type = CaveatGrammar::UNTIL;
      }
      if (type == CaveatGrammar::IN_FORCE_UNTIL) type = CaveatGrammar::UNTIL;
      if (type == line.keyword && token != first) {
        line.anchor = token->begin;
        break;
      }
    }
  }
}

// A comment on a line of its own goes before the line whose place is the next in the source, one behind something stays
// behind the last thing before it.
void put_comments(std::vector<PrintedLine>& lines, const std::vector<const Comment*>& comments) {
  std::vector<std::vector<std::string>> before(lines.size() + 1);
  for (const Comment* comment : comments) {
    std::size_t best = comment->own_line ? lines.size() : 0;
    std::optional<std::uint32_t> place;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (!lines[i].anchor) continue;
      const std::uint32_t anchor = *lines[i].anchor;
      if (comment->own_line ? anchor > comment->span.begin && (!place || anchor < *place)
                            : anchor <= comment->span.begin && (!place || anchor >= *place)) {
        best = i;
        place = anchor;
      }
    }
    if (comment->own_line) {
      before[best].push_back(comment->text);
    } else {
      lines[best].text += "  " + comment->text;
    }
  }
  std::vector<PrintedLine> result;
  for (std::size_t i = 0; i <= lines.size(); ++i) {
    std::string indent = "  ";
    if (i < lines.size())
      indent = lines[i].text.substr(0, std::min(lines[i].text.find_first_not_of(' '), lines[i].text.size()));
    for (auto& text : before[i]) result.push_back({indent + text, std::nullopt, 0});
    if (i < lines.size()) result.push_back(std::move(lines[i]));
  }
  lines = std::move(result);
}

}  // namespace

std::string format(const File& file, std::string_view source, Language language, const NameIn& name_in,
                   Renminbi renminbi) {
  Printer printer(language, name_in, source, renminbi);
  std::vector<Token> tokens;
  if (!file.comments.empty()) {
    std::vector<Complaint> ignored;  // parse has told them
    tokens = tokenise(file.source, source, Limits{}, ignored).tokens;
  }
  std::string result;
  std::size_t next_comment = 0;
  std::uint32_t previous_end = 0;
  bool anything = false;
  const auto gap = [&](std::uint32_t to, bool always) {
    if (anything && (always || parted(source, previous_end, to))) result += '\n';
    anything = true;
  };
  bool previous_long = false;
  for (std::size_t i = 0; i < file.declarations.size(); ++i) {
    const Decl& decl = file.declarations[i];
    bool comment_above = false;
    for (; next_comment < file.comments.size() && file.comments[next_comment].span.begin < decl.span.begin;
         ++next_comment) {
      const Comment& comment = file.comments[next_comment];
      gap(comment.span.begin, previous_long);
      previous_long = false;
      result += comment.text + "\n";
      previous_end = comment.span.end;
      comment_above = true;
    }
    std::vector<const Comment*> inside;
    const std::uint32_t limit = i + 1 < file.declarations.size() ? file.declarations[i + 1].span.begin
                                                                 : static_cast<std::uint32_t>(source.size());
    std::uint32_t end = decl.span.end;
    for (; next_comment < file.comments.size(); ++next_comment) {
      const Comment& comment = file.comments[next_comment];
      if (comment.span.begin >= limit) break;
      if (comment.span.begin > decl.span.end) {
        // Behind the last token on its line it still belongs here, and so does an indented one below it.
        const bool same_line =
            source.substr(decl.span.end, comment.span.begin - decl.span.end).find('\n') == std::string_view::npos;
        const bool at_margin = comment.span.begin == 0 || source[comment.span.begin - 1] == '\n';
        if (!same_line && at_margin) break;
      }
      inside.push_back(&comment);
      end = std::max(end, comment.span.end);
    }
    std::vector<std::uint32_t> places;
    for (const Comment* comment : inside) places.push_back(comment->span.begin);
    printer.comments_at(std::move(places));
    std::vector<PrintedLine> lines = printer.declaration(decl);
    if (!inside.empty()) find_places(lines, tokens, decl.span);
    put_comments(lines, inside);
    const bool is_long = lines.size() > 1;
    gap(decl.span.begin, !comment_above && (is_long || previous_long));
    for (const auto& line : lines) result += line.text + "\n";
    previous_end = end;
    previous_long = is_long;
  }
  for (; next_comment < file.comments.size(); ++next_comment) {
    const Comment& comment = file.comments[next_comment];
    gap(comment.span.begin, previous_long);
    previous_long = false;
    result += comment.text + "\n";
    previous_end = comment.span.end;
  }
  return result;
}

}  // namespace caveat::syntax
