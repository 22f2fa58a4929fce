// Tree: what the parser recognised in one declaration, as rules and tokens; ANTLR ends here. Made by door.cc, read by the
// lower_<area>.cc files, which know the rules' numbers from the generated header.
//
// Lifetime   a Node is a place in its Tree and dies with it
#pragma once

#include <cstdint>
#include <vector>

#include "engine/syntax/tokens.h"

namespace caveat::syntax {

struct Tree {
  struct Entry {
    std::int32_t rule = -1;   // of the grammar; -1: a token
    std::uint32_t begin = 0;  // tokens, index in the stretch
    std::uint32_t end = 0;
    std::uint32_t child = 0, next = 0;  // 0: none (entry 0 is the root)
  };
  std::vector<Entry> entries;
  const Token* tokens = nullptr;  // of the stretch
  SourceId source = 0;
};

class Node {
 public:
  Node() = default;
  Node(const Tree* tree, std::uint32_t at) : tree_(tree), at_(at) {}
  explicit operator bool() const { return tree_ != nullptr; }

  bool is(std::size_t rule) const { return entry().rule == static_cast<std::int32_t>(rule); }
  bool is_token() const { return entry().rule < 0; }
  int rule() const { return entry().rule; }
  const Token& token() const { return tree_->tokens[entry().begin]; }  // its first
  int type() const { return token().type; }
  Span span() const {
    const Entry& e = entry();
    const Token& first = tree_->tokens[e.begin];
    const Token& last = tree_->tokens[e.end > e.begin ? e.end - 1 : e.begin];
    return {tree_->source, first.begin, last.end};
  }

  Node first() const { return entry().child ? Node(tree_, entry().child) : Node(); }
  Node next() const { return entry().next ? Node(tree_, entry().next) : Node(); }
  Node child(std::size_t rule) const {
    for (Node n = first(); n; n = n.next()) {
      if (n.is(rule)) return n;
    }
    return {};
  }
  Node token_child(int type) const {
    for (Node n = first(); n; n = n.next()) {
      if (n.is_token() && n.type() == type) return n;
    }
    return {};
  }
  bool has(int type) const { return static_cast<bool>(token_child(type)); }

 private:
  using Entry = Tree::Entry;
  const Entry& entry() const { return tree_->entries[at_]; }
  const Tree* tree_ = nullptr;
  std::uint32_t at_ = 0;
};

}  // namespace caveat::syntax
