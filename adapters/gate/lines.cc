#include "adapters/gate/lines.h"

namespace caveat::gate {

bool Lines::stand(const PlacePtr& place) {
  std::size_t stood = 0;
  try {
    for (const std::string& key : place->keys) {
      Line& line = line_of(key);
      line.places.push_back(place);
      if (place->counted) ++line.counted;
      ++stood;
      if (line.places.size() > 1) ++place->blocked;
    }
  } catch (...) {
    for (const std::string& key : place->keys) {
      const auto line = lines_.find(key);
      if (line == lines_.end()) continue;
      if (stood > 0) {
        line->second.places.pop_back();
        if (place->counted) --line->second.counted;
        --stood;
      }
      if (line->second.places.empty()) end(line);
    }
    place->blocked = 0;
    throw;
  }
  return place->blocked == 0;
}

Lines::Line& Lines::line_of(const std::string& key) {
  if (const auto line = lines_.find(key); line != lines_.end()) return line->second;
  if (spare_.empty()) return lines_[key];
  All::node_type spare = std::move(spare_.back());
  spare_.pop_back();
  spare.key() = key;
  return lines_.insert(std::move(spare)).position->second;
}

void Lines::end(All::iterator line) noexcept {
  if (spare_.size() < kMostSpare)
    spare_.push_back(lines_.extract(line));  // there is room: see the constructor
  else
    lines_.erase(line);
}

std::size_t Lines::waiting(const std::string& key) const {
  const auto line = lines_.find(key);
  return line == lines_.end() ? 0 : line->second.counted;
}

}  // namespace caveat::gate
