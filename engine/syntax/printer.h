// Printer: one declaration as lines in one language. Format puts comments and blank lines between them.
//
// Promises   every line that has a place in the source knows it, so that comments find their line again
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/syntax/ast.h"
#include "engine/syntax/format.h"

namespace caveat::syntax {

struct PrintedLine {
  std::string text;
  std::optional<std::uint32_t> anchor;  // byte offset of the first thing on it, if known
  int keyword = 0;                      // else the token that opens it, by which its place can be looked up
};

class Printer {
 public:
  Printer(Language language, const NameIn& name_in, std::string_view source, Renminbi renminbi = Renminbi::yuan)
      : language_(language), zh_(language == Language::zh), name_in_(name_in), source_(source), renminbi_(renminbi) {}

  // Where comments begin: a chain that holds one has a line for each member, as wide as it may be, so that the comment stays by its own.
  void comments_at(std::vector<std::uint32_t> places) { comments_ = std::move(places); }
  std::vector<PrintedLine> declaration(const Decl& decl);
  std::string expression(const Expr& e);
  std::string literal(const Literal& l) const;

 private:
  // words and values (format_values.cc)
  std::string kw(int token) const;  // its first spelling
  std::string value(std::string_view list, std::string_view canonical) const;
  std::string comma() const { return zh_ ? "，" : ", "; }
  std::string item_comma() const { return zh_ ? "、" : ", "; }
  std::string open() const { return zh_ ? "（" : "("; }
  std::string close() const { return zh_ ? "）" : ")"; }
  std::string range() const { return zh_ ? " 至 " : " .. "; }
  std::string names(const Names& n) const;
  std::string reference(const Path& path) const;
  std::string word_reference(const Word& word) const;
  std::string words(const std::vector<Word>& list) const;
  std::string references(const std::vector<Path>& list) const;
  std::string quote(const std::string& text, std::optional<Span> paths_at = std::nullopt) const;  // it holds {path}
  std::string text(const LocalText& t, bool interpolated) const;
  std::string texts(const Texts& list, bool interpolated = false) const;
  std::string title(const Texts& list) const;  // with the blank before it, or nothing
  std::string number(const Decimal& d) const;
  std::string duration(const Literal& l) const { return literal(l); }
  std::string clock(std::int32_t seconds) const;
  std::string weekday(int day) const;
  std::string days(const DateRange& range) const;
  std::string days(const std::vector<DateRange>& list) const;

  // conditions (format_conditions.cc)
  std::string list(const std::vector<ExprPtr>& args, std::size_t from = 0);
  std::string binary(const Expr& e, std::string_view between);
  enum class Binding : std::uint8_t {
    condition,
    sum,
    product,
    share,
    operand,
    atom
  };  // as the grammar's rules, loosest first
  Binding binding(const Expr& e) const;
  std::string within(const Expr& e, Binding least);  // in brackets where it binds less
  std::string arithmetic(const Expr& e, std::string_view sign, Binding left, Binding right);
  std::string plain(const Expr& e);
  std::string comparison(const Expr& e, bool negated);
  std::string quantifier(const Expr& e);
  std::string window(const Expr& e);
  std::string group(const Expr& e);
  std::string searched(const Expr& e) { return e.op == Op::list ? list(e.args) : expression(e); }

  // declarations (format_declarations.cc)
  void line(std::string text, std::optional<Span> place = std::nullopt);
  void line(std::string text, int keyword) { lines_.push_back({std::move(text), std::nullopt, keyword}); }
  void clause(int keyword, const Expr& condition);
  std::string effect(const Effect& e);
  std::string effects(const std::vector<Effect>& list);
  std::string priority(Priority p) const;
  std::string type(const TypeExpr& t);
  void facts(const std::vector<FactDecl>& members, int indent);
  void fact(const FactDecl& f, std::string head, int indent);
  void say(const SayText& s);
  std::string given_value(const Expr& e);
  void turn(int keyword, const ExampleTurn& t);

  void print(const PackDecl& d);
  void print(const UseDecl& d);
  void print(const SourceDecl& d);
  void print(const ScaleDecl& d);
  void print(const FactsDecl& d);
  void print(const LexiconDecl& d);
  void print(const WordingDecl& d);
  void print(const DefineDecl& d);
  void print(const TopicDecl& d);
  void print(const ParameterDecl& d);
  void print(const CalendarDecl& d);
  void print(const QueueDecl& d);
  void print(const RequirementDecl& d);
  void print(const DataDecl& d);
  void print(const EventDecl& d);
  void print(const RuleDecl& d);
  void print(const TableDecl& d);
  void print(const GuaranteeDecl& d);
  void print(const ExampleDecl& d);

  Language language_;
  bool zh_;
  const NameIn& name_in_;
  std::string_view source_;
  Renminbi renminbi_;
  std::vector<PrintedLine> lines_;
  std::vector<std::uint32_t> comments_;
};

}  // namespace caveat::syntax
