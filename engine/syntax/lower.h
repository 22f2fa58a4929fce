// Lower: from what the parser recognised to the tree of the language, one area of the language a file (lower_<area>.cc).
//
// Promises   a mistake found here is reported once, at its place, and the declaration is kept if its meaning is still clear
// Lifetime   lives for one file
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "engine/syntax/ast.h"
#include "engine/syntax/tokens.h"
#include "engine/syntax/tree.h"

namespace caveat::syntax {

class Lowering {
 public:
  Lowering(SourceId source, std::string_view bytes, const Limits& limits, std::vector<Complaint>& complaints)
      : source_(source), bytes_(bytes), limits_(limits), complaints_(complaints) {}

  // Nothing: the declaration cannot be kept (reported). `partly`: pieces of it are lost, so that nothing is missing for sure.
  std::optional<DeclBody> declaration(Node node, bool partly = false);

 private:
  // lower_names.cc
  std::string text_of(Span span) const { return std::string(bytes_.substr(span.begin, span.end - span.begin)); }
  std::string written(Node node) const { return text_of(node.span()); }
  Word word(Node node);
  Word bare_word(Node token);
  // Where a name is written: by itself, in conditions behind a comparison or a joining word, or only ever behind a dot.
  enum class Stands : std::uint8_t { alone, in_conditions, as_value, behind_a_dot };
  Names names(Node node, Stands stands = Stands::alone);
  void not_reserved(const Word& name, Stands stands = Stands::alone);
  Path path(Node node);
  std::string quoted(Node text_token);
  LocalText local_text(Node node);
  Texts texts(Node node);
  std::vector<Word> words(Node names_list);
  std::string closed_word(Node name, std::string_view list);  // canonical, or reported and empty
  void complain(const Code& code, Span span, std::vector<Both> arguments, std::string help_en = {},
                std::string help_zh = {}, std::vector<Fix> fixes = {});
  bool once(std::optional<Span>& said, Node at);
  void said_again(Span at, Both what, Span first, Both help);

  // lower_values.cc
  Decimal decimal(Node number_token);
  void point_for_a_comma(Node amount, Node number, const std::string& currency);
  Literal literal(Node number);
  std::optional<Literal> duration(Node slot);
  ExprPtr duration_or_path(Node slot);
  // `since`: by which the year and the month are known that were left out, as was told.
  Days day(Node node, std::optional<Days> since = {});
  DateRange days_range(Node node, std::optional<Days> since = {});
  std::int32_t seconds_of_day(Node time_token);
  int weekday(Node token);
  bool instant(Span span, Literal& into);
  ExprPtr moment(Node node);

  // lower_conditions.cc
  ExprPtr make(Op op, Span span);
  ExprPtr make(Op op, Span span, ExprPtr a);
  ExprPtr make(Op op, Span span, ExprPtr a, ExprPtr b);
  ExprPtr condition(Node node);
  ExprPtr term(Node node);
  ExprPtr comparison(Node node);
  ExprPtr tail(Node node, ExprPtr subject);
  ExprPtr sum(Node node);
  ExprPtr product(Node node);
  void rounding_in_brackets(Node sum);
  ExprPtr share(Node node);
  ExprPtr operand(Node node);
  ExprPtr atom(Node node);
  ExprPtr path_value(Node path_node);
  ExprPtr path_value(Path path);
  ExprPtr list(Node node, std::size_t member_rule);
  ExprPtr searched_item(Node node);
  ExprPtr any_in_list(Node node);
  ExprPtr window(Node node);
  ExprPtr aggregate(Op op, Node node);
  ExprPtr number_value(Node number);
  ExprPtr text_value(Node text_token);
  void check_chain(std::size_t members, Span span);

  // lower_effects.cc
  std::vector<Effect> effects(Node node);
  Effect effect(Node node);
  void wording_or_texts(Node node, Texts& texts_into, std::optional<Path>& wording);

  // lower_declarations.cc
  PackDecl pack(Node node);
  UseDecl use(Node node);
  SourceDecl source(Node node);
  ScaleDecl scale(Node node);
  FactsDecl facts(Node node);
  FactDecl fact(Node node, bool of_record = false);
  void fact_type(Node node, FactDecl& fact);
  void plain_type(Node node, TypeExpr& type);
  std::vector<Names> choices(Node node);
  LexiconDecl lexicon(Node node);
  ParameterDecl parameter(Node node);
  CalendarDecl calendar(Node node);
  QueueDecl queue(Node node);
  RequirementDecl requirement(Node node);
  // lower_rule.cc
  RuleDecl rule(Node node);
  void say_once(SayText say, Node clause, std::vector<SayText>& all, std::vector<Span>& places);
  GuaranteeDecl guarantee(Node node);
  // lower_example.cc
  ExampleDecl example(Node node);
  ExampleTurn turn(Node node);
  ExprPtr given_value(Node node);

  SourceId source_;
  std::string_view bytes_;
  const Limits& limits_;
  std::vector<Complaint>& complaints_;
  bool partly_ = false;
};

}  // namespace caveat::syntax
