#include <cassert>

#include "engine/decide/request.h"

namespace caveat::decide {

void Fields::clear() {
  nodes_.clear();
  text_.clear();
}

std::uint32_t Fields::add(std::uint32_t parent, std::string_view name, Kind kind) {
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  Node& node = nodes_.emplace_back();
  node.kind = kind;
  node.parent = parent;
  node.name = static_cast<std::uint32_t>(text_.size());
  node.name_size = static_cast<std::uint32_t>(name.size());
  text_.append(name);
  if (parent != kEnd) {
    Node& above = nodes_[parent];
    (above.last == kEnd ? above.first : nodes_[above.last].next) = index;
    above.last = index;
  }
  return index;
}

void Fields::set_text(std::uint32_t node, std::string_view value) {
  assert(nodes_[node].kind == Kind::text || nodes_[node].kind == Kind::number);
  nodes_[node].text = static_cast<std::uint32_t>(text_.size());
  nodes_[node].text_size = static_cast<std::uint32_t>(value.size());
  text_.append(value);
}

std::uint32_t Fields::child(std::uint32_t parent, std::string_view wanted) const {
  for (std::uint32_t child = nodes_[parent].first; child != kEnd; child = nodes_[child].next) {
    if (name(child) == wanted) return child;
  }
  return kEnd;
}

std::string Fields::path(std::uint32_t index) const {
  std::vector<std::string> steps;
  for (; nodes_[index].parent != kEnd; index = nodes_[index].parent) {
    const std::uint32_t parent = nodes_[index].parent;
    std::string step = "/";
    if (nodes_[parent].kind == Kind::list) {
      std::size_t position = 0;
      for (std::uint32_t child = nodes_[parent].first; child != index; child = nodes_[child].next) ++position;
      step += std::to_string(position);
    } else {
      for (char c : name(index)) {  // RFC 6901 §3
        if (c == '~') {
          step += "~0";
        } else if (c == '/') {
          step += "~1";
        } else {
          step += c;
        }
      }
    }
    steps.push_back(std::move(step));
  }
  std::string path;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) path += *step;
  return path;
}

}  // namespace caveat::decide
