#include <algorithm>
#include <cassert>
#include <cstring>

#include "engine/decide/request.h"

namespace caveat::decide {

void Fields::clear() {
  count_ = 0;
  used_ = 0;
}

void Fields::grow() { nodes_.resize(std::max<std::size_t>(64, nodes_.size() * 2)); }

char* Fields::room(std::size_t bytes) {
  const std::size_t needed = used_ + bytes + program::Name::kWords;
  if (text_.size() < needed) text_.resize(std::max(needed, text_.size() * 2));
  char* first = text_.data() + used_;
  used_ += bytes;
  return first;
}

Fields::Piece Fields::keep(std::string_view text) {
  char* at = room(text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return piece(at, text.size());
}

std::uint32_t Fields::add(std::uint32_t parent, std::string_view name, Kind kind) {
  return add(parent, keep(name), kind);
}

void Fields::set_text(std::uint32_t node, std::string_view value) {
  assert(nodes_[node].kind == Kind::text || nodes_[node].kind == Kind::number);
  nodes_[node].set_text(keep(value));
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
