#include "adapters/gate/lines.h"

namespace caveat::gate {

bool Lines::stand(const PlacePtr& place) {
  std::size_t stood = 0;
  try {
    for (const std::string& key : place->keys) {
      std::deque<PlacePtr>& line = lines_[key];
      line.push_back(place);
      ++stood;
      if (line.size() > 1) ++place->blocked;
    }
  } catch (...) {
    for (const std::string& key : place->keys) {
      const auto line = lines_.find(key);
      if (line == lines_.end()) continue;
      if (stood > 0) line->second.pop_back(), --stood;
      if (line->second.empty()) lines_.erase(line);
    }
    place->blocked = 0;
    throw;
  }
  return place->blocked == 0;
}

std::size_t Lines::waiting(const std::string& key) const {
  const auto line = lines_.find(key);
  return line == lines_.end() ? 0 : line->second.size();
}

}  // namespace caveat::gate
