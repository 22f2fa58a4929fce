#include <cassert>

#include "engine/decide/request.h"

namespace caveat::decide {

void Fields::clear() {
  nodes_.clear();
  last_child_.clear();
  text_.clear();
}

std::uint32_t Fields::add(std::uint32_t parent, std::string_view name, Kind kind) {
  const auto index = static_cast<std::uint32_t>(nodes_.size());
  Node node;
  node.kind = kind;
  node.parent = parent;
  node.name = static_cast<std::uint32_t>(text_.size());
  node.name_size = static_cast<std::uint32_t>(name.size());
  text_.append(name);
  nodes_.push_back(node);
  last_child_.push_back(kEnd);
  if (parent != kEnd) {
    std::uint32_t& last = last_child_[parent];
    (last == kEnd ? nodes_[parent].first : nodes_[last].next) = index;
    last = index;
  }
  return index;
}

void Fields::set_text(std::uint32_t node, std::string_view value) {
  assert(nodes_[node].kind == Kind::text || nodes_[node].kind == Kind::number);
  nodes_[node].text = static_cast<std::uint32_t>(text_.size());
  nodes_[node].text_size = static_cast<std::uint32_t>(value.size());
  text_.append(value);
}

void Fields::set_boolean(std::uint32_t node, bool value) { nodes_[node].boolean = value; }

std::string_view Fields::name(std::uint32_t index) const {
  return std::string_view(text_).substr(nodes_[index].name, nodes_[index].name_size);
}

std::string_view Fields::text(std::uint32_t index) const {
  return std::string_view(text_).substr(nodes_[index].text, nodes_[index].text_size);
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
