// Lines: places in line: what shares a key runs one after the other, in order of arrival; what shares none does not wait.
// The gate's turns stand here by request, conversation and customer.
//
//   if (lines.stand(turn)) run(turn);                          // first in all its lines
//   lines.leave(turn, [&](Lines::PlacePtr next) { run(next); });
//
// Promises   a place is taken in the line of each of its keys at once, so every line sees one order and no two places wait for each
//            other; whoever is first in all his lines is handed on exactly once
// Threads    one at a time: the caller holds his lock
// Errors     stand: std::bad_alloc, and then it stands in none
// Cost       in the keys of a place
// Source     contracts.md 2
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace caveat::gate {

class Lines {
 public:
  Lines() { spare_.reserve(kMostSpare); }

  struct Place {
    std::vector<std::string> keys;  // each once
    std::size_t blocked = 0;        // lines in which another is first
    bool counted = true;            // among those that fill a line
  };
  using PlacePtr = std::shared_ptr<Place>;

  bool stand(const PlacePtr& place);  // true: it is first everywhere

  // Of a place that is first in all its lines. `ready(next)` for each that now is.
  template <class Ready>
  void leave(const PlacePtr& place, Ready ready) {
    for (const std::string& key : place->keys) {
      const auto line = lines_.find(key);
      line->second.places.pop_front();
      if (place->counted) --line->second.counted;
      if (line->second.places.empty()) {
        end(line);
      } else if (const PlacePtr& next = line->second.places.front(); --next->blocked == 0) {
        ready(next);
      }
    }
  }

  // Those counted that stand in the line of a key, the first among them.
  std::size_t waiting(const std::string& key) const;

 private:
  struct Line {
    std::deque<PlacePtr> places;
    std::size_t counted = 0;
  };
  using All = std::unordered_map<std::string, Line>;

  Line& line_of(const std::string& key);
  void end(All::iterator line) noexcept;

  // Nearly every turn begins a line for each of its keys and ends it a moment later: what they are made of serves the next ones.
  static constexpr std::size_t kMostSpare = 64;
  All lines_;
  std::vector<All::node_type> spare_;
};

}  // namespace caveat::gate
