#include "engine/program/text_gate.h"

#include <algorithm>

namespace caveat::program {

namespace {

// Both texts' words, where it is one text.
bool unite(TextGate& all, const TextGate& one) {
  if (all.slot != one.slot || all.frame != one.frame || all.cell != one.cell) return false;
  all.claims |= one.claims;
  all.groups.insert(all.groups.end(), one.groups.begin(), one.groups.end());
  std::sort(all.groups.begin(), all.groups.end());
  all.groups.erase(std::unique(all.groups.begin(), all.groups.end()), all.groups.end());
  return true;
}

}  // namespace

std::optional<TextGate> text_gate(std::span<const Node> nodes, std::size_t at, std::span<const std::uint32_t> indices) {
  const Node& node = nodes[at];
  const auto code = static_cast<NodeCode>(node.code);
  const auto of = [&](std::uint32_t group) { return TextGate{node.slot, node.frame, node.cell, false, {group}}; };
  switch (code) {
    case NodeCode::text_has:
      return of(node.other);
    case NodeCode::text_has_all:
      if (node.rows.count == 0) return std::nullopt;
      return of(indices[node.rows.first]);
    case NodeCode::text_claims: {
      TextGate gate = of(node.other);
      gate.claims = true;
      return gate;
    }
    case NodeCode::all:
    case NodeCode::any: {
      std::optional<TextGate> all;
      std::size_t child = at;
      for (std::uint16_t k = 0; k < node.count; ++k) {
        child = k == 0 ? at - 1 : nodes[child].begin - 1u;
        std::optional<TextGate> one = text_gate(nodes, child, indices);
        if (code == NodeCode::all) {  // one that must be there is enough
          if (one) return one;
        } else if (!one || (all && !unite(*all, *one))) {
          return std::nullopt;
        } else if (!all) {
          all = std::move(one);
        }
      }
      return all;
    }
    default:
      return std::nullopt;
  }
}

TestRow test_of(const TextGate& gate, std::vector<std::uint32_t>& groups) {
  TestRow test;
  test.kind = static_cast<std::uint8_t>(TestKind::text);
  test.flags = gate.claims ? kClaimed : 0;
  test.frame = static_cast<std::uint8_t>(gate.frame);
  test.cell = gate.cell;
  test.slot = gate.slot;
  test.low = static_cast<std::int64_t>(groups.size());
  test.high = static_cast<std::int64_t>(gate.groups.size());
  groups.insert(groups.end(), gate.groups.begin(), gate.groups.end());
  return test;
}

}  // namespace caveat::program
