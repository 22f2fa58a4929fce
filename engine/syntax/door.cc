#include "engine/syntax/door.h"

#include <CaveatParser.h>
#include <antlr4-runtime.h>

#include <atomic>

namespace caveat::syntax {
namespace {

std::atomic<std::size_t> prediction_surprises{0};

struct Stop {
  std::size_t token;
};

// Tokens as they stand in memory; one block for a declaration.
class GivenTokens final : public antlr4::TokenStream {
 public:
  void fill(const Token* tokens, std::size_t count) {
    tokens_.clear();
    tokens_.reserve(count + 1);
    for (std::size_t i = 0; i < count; ++i) add(static_cast<std::size_t>(tokens[i].type), i);
    add(antlr4::Token::EOF, count);
    at_ = 0;
  }
  antlr4::Token* LT(ssize_t k) override {
    if (k == 0) return nullptr;
    const std::size_t position = k > 0 ? at_ + static_cast<std::size_t>(k) - 1 : at_ - static_cast<std::size_t>(-k);
    return &tokens_[std::min(position, tokens_.size() - 1)];
  }
  std::size_t LA(ssize_t i) override { return LT(i)->getType(); }
  antlr4::Token* get(std::size_t index) const override { return const_cast<antlr4::CommonToken*>(&tokens_[index]); }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  void consume() override {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  std::size_t index() override { return at_; }
  void seek(std::size_t index) override { at_ = index; }
  std::size_t size() override { return tokens_.size(); }
  std::string getSourceName() const override { return {}; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

 private:
  void add(std::size_t type, std::size_t index) {
    tokens_.emplace_back(type);
    tokens_.back().setTokenIndex(index);
  }
  std::vector<antlr4::CommonToken> tokens_;
  std::size_t at_ = 0;
};

// Stops at the first mistake: recovery is ours, at the next declaration.
class FirstMistake final : public antlr4::ANTLRErrorStrategy {
 public:
  void reset(antlr4::Parser*) override {}
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    throw Stop{parser->getCurrentToken()->getTokenIndex()};
  }
  void recover(antlr4::Parser*, std::exception_ptr) override {}
  void sync(antlr4::Parser*) override {}
  bool inErrorRecoveryMode(antlr4::Parser*) override { return false; }
  void reportMatch(antlr4::Parser*) override {}
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& e) override {
    const antlr4::Token* token = e.getOffendingToken();
    throw Stop{token != nullptr ? token->getTokenIndex() : parser->getCurrentToken()->getTokenIndex()};
  }
};

class Watcher final : public antlr4::BaseErrorListener {
 public:
  void reportAmbiguity(antlr4::Parser*, const antlr4::dfa::DFA&, std::size_t, std::size_t, bool,
                       const antlrcpp::BitSet&, antlr4::atn::ATNConfigSet*) override {
    ++prediction_surprises;
  }
  void reportAttemptingFullContext(antlr4::Parser*, const antlr4::dfa::DFA&, std::size_t, std::size_t,
                                   const antlrcpp::BitSet&, antlr4::atn::ATNConfigSet*) override {
    ++prediction_surprises;
  }
};

// Writes down rules and tokens as they are met; ANTLR's own tree would hold 18 kB a rule.
class Recogniser final : public CaveatParser {
 public:
  explicit Recogniser(antlr4::TokenStream* input) : CaveatParser(input) {}
  Tree* tree = nullptr;

  void enterRule(antlr4::ParserRuleContext* context, std::size_t state, std::size_t rule) override {
    CaveatParser::enterRule(context, state, rule);
    close_up_to(context->parent);
    const auto at = static_cast<std::uint32_t>(_input->index());
    const std::uint32_t entry = add({static_cast<std::int32_t>(rule), at, at, 0, 0});
    open_.push_back({context, entry, 0});
  }
  antlr4::Token* consume() override {
    close_up_to(getContext());
    const auto at = static_cast<std::uint32_t>(_input->index());
    if (_input->LA(1) != antlr4::Token::EOF) add({-1, at, at + 1, 0, 0});
    last_context_ = getContext();
    last_state_ = getState();
    return CaveatParser::consume();
  }
  // What could stand after the last token that was taken, in all rules that are open there.
  void explain(Mistake& mistake) {
    if (last_context_ == nullptr) return;
    const auto& atn = getATN();
    const auto* after = atn.states[last_state_]->transitions[0]->target;
    const antlr4::misc::IntervalSet expected = atn.getExpectedTokens(after->stateNumber, last_context_);
    for (const auto& interval : expected.getIntervals()) {
      for (ssize_t type = interval.a; type <= interval.b; ++type) mistake.expected.push_back(static_cast<int>(type));
    }
    for (const antlr4::RuleContext* c = last_context_; c != nullptr;
         c = static_cast<const antlr4::RuleContext*>(c->parent)) {
      mistake.rules.push_back(static_cast<int>(c->getRuleIndex()));
    }
  }
  void begin(Tree* into) {
    tree = into;
    open_.clear();
    last_context_ = nullptr;
  }
  void finish() { close_up_to(nullptr); }

 private:
  struct Open {
    const antlr4::RuleContext* context;
    std::uint32_t entry, last_child;
  };
  // Leaving a rule has no hook: it shows when the next rule or token belongs to one further out. Nothing was consumed between.
  void close_up_to(const antlr4::tree::ParseTree* context) {
    const auto at = static_cast<std::uint32_t>(_input->index());
    while (!open_.empty() && open_.back().context != context) {
      tree->entries[open_.back().entry].end = at;
      open_.pop_back();
    }
  }
  std::uint32_t add(Tree::Entry entry) {
    const auto at = static_cast<std::uint32_t>(tree->entries.size());
    tree->entries.push_back(entry);
    if (!open_.empty()) {
      Open& parent = open_.back();
      if (parent.last_child) {
        tree->entries[parent.last_child].next = at;
      } else {
        tree->entries[parent.entry].child = at;
      }
      parent.last_child = at;
    }
    return at;
  }
  std::vector<Open> open_;
  antlr4::RuleContext* last_context_ = nullptr;
  std::size_t last_state_ = 0;
};

}  // namespace

struct Door::Machine {
  GivenTokens input;
  Recogniser parser{&input};
  Watcher watcher;
};

Door::Door() : machine_(std::make_unique<Machine>()) {
  auto& parser = machine_->parser;
  parser.removeErrorListeners();
  parser.setBuildParseTree(false);
  parser.setErrorHandler(std::make_shared<FirstMistake>());
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(antlr4::atn::PredictionMode::SLL);
}

Door::~Door() = default;

std::size_t Door::surprises() { return prediction_surprises; }

void Door::watch_predictions() {
  machine_->parser.addErrorListener(&machine_->watcher);
  machine_->parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
      antlr4::atn::PredictionMode::LL);
}

bool may_be_name(int token) {
  static const antlr4::misc::IntervalSet kNames = [] {
    GivenTokens none;
    none.fill(nullptr, 0);
    const CaveatParser parser(&none);
    const auto& atn = parser.getATN();
    return atn.nextTokens(atn.ruleToStartState[CaveatParser::RuleName]);
  }();
  return kNames.contains(static_cast<ssize_t>(token));
}

bool Door::read(const Token* tokens, std::size_t count, SourceId source, Tree& tree, Mistake& mistake) {
  auto& parser = machine_->parser;
  tree.entries.clear();
  tree.tokens = tokens;
  tree.source = source;
  machine_->input.fill(tokens, count);
  parser.setTokenStream(&machine_->input);
  parser.begin(&tree);
  try {
    parser.declaration();
    parser.finish();
    return true;
  } catch (const Stop& stop) {
    mistake.token = stop.token;
  } catch (const std::exception&) {
    mistake.token = machine_->input.index();
  }
  mistake.expected.clear();
  mistake.rules.clear();
  try {
    if (machine_->input.index() == mistake.token) parser.explain(mistake);
  } catch (const std::exception&) {
    mistake.expected.clear();  // the message then names the place only
  }
  return false;
}

}  // namespace caveat::syntax
