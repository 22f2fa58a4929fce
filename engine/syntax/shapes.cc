#include "engine/syntax/shapes.h"

#include <CaveatLexer.h>
#include <antlr4-runtime.h>

#include <string>
#include <vector>

namespace caveat::syntax {
namespace {

using antlr4::atn::LexerATNSimulator;
using antlr4::dfa::DFAState;

// Shows the lexer one ASCII sign a code point.
class ShownText final : public antlr4::CharStream {
 public:
  explicit ShownText(std::string_view shown) : shown_(shown) {}
  bool is_at_end() const { return at_ >= shown_.size(); }
  void consume() override { ++at_; }
  std::size_t LA(ssize_t i) override {
    const std::size_t position = i > 0 ? at_ + static_cast<std::size_t>(i) - 1 : at_ - static_cast<std::size_t>(-i);
    return position < shown_.size() ? static_cast<unsigned char>(shown_[position]) : EOF;
  }
  ssize_t mark() override { return -1; }
  void release(ssize_t) override {}
  std::size_t index() override { return at_; }
  void seek(std::size_t index) override { at_ = index; }
  std::size_t size() override { return shown_.size(); }
  std::string getSourceName() const override { return {}; }
  std::string getText(const antlr4::misc::Interval& interval) override {
    return std::string(
        shown_.substr(static_cast<std::size_t>(interval.a), static_cast<std::size_t>(interval.b - interval.a + 1)));
  }
  std::string toString() const override { return std::string(shown_); }

 private:
  std::string_view shown_;
  std::size_t at_ = 0;
};

// The library keeps its automaton in maps that all lexers share, under a lock a sign; what one Shapes has met it keeps for
// itself.
class Automaton final : public LexerATNSimulator {
 public:
  Automaton(antlr4::Lexer* lexer, LexerATNSimulator* given)
      : LexerATNSimulator(lexer, given->atn, given->_decisionToDFA, given->getSharedContextCache()) {}

 protected:
  DFAState* getExistingTargetState(DFAState* from, std::size_t sign) override {
    if (sign > MAX_DFA_EDGE) return LexerATNSimulator::getExistingTargetState(from, sign);
    const std::size_t at = static_cast<std::size_t>(from->stateNumber) * (MAX_DFA_EDGE + 1) + sign;
    if (at >= met_.size()) met_.resize((static_cast<std::size_t>(from->stateNumber) + 1) * (MAX_DFA_EDGE + 1));
    if (met_[at] == nullptr) met_[at] = LexerATNSimulator::getExistingTargetState(from, sign);
    return met_[at];
  }

 private:
  std::vector<DFAState*> met_;  // by state and sign; null: not yet
};

}  // namespace

struct Shapes::Machine {
  explicit Machine(std::string_view shown) : text(shown), lexer(&text) {
    lexer.removeErrorListeners();
    automaton = new Automaton(&lexer, lexer.getInterpreter<LexerATNSimulator>());
    lexer.setInterpreter(automaton);  // which owns it, and deletes the one it had
  }
  ShownText text;
  CaveatLexer lexer;
  Automaton* automaton;
};

Shapes::Shapes(std::string_view shown) : machine_(std::make_unique<Machine>(shown)) {}

Shapes::~Shapes() = default;

bool Shapes::next(Shape& shape) {
  auto& [text, lexer, automaton] = *machine_;
  while (!text.is_at_end()) {
    shape.begin = static_cast<std::uint32_t>(text.index());
    lexer.type = antlr4::Token::INVALID_TYPE;
    shape.type = static_cast<int>(automaton->match(&text, antlr4::Lexer::DEFAULT_MODE));
    shape.end = static_cast<std::uint32_t>(text.index());
    if (lexer.type != antlr4::Lexer::SKIP) return true;
  }
  return false;
}

void Shapes::go_on_at(std::size_t sign) { machine_->text.seek(sign); }

}  // namespace caveat::syntax
