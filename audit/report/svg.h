// svg: the one plot of a report so far, a horizontal bar chart, as text that is the same for the same numbers.
//
// Promises   whole coordinates; <title> and <desc> for readers who do not see it; labels and numbers are escaped
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace caveat::audit {

struct Bar {
  std::string label;
  std::vector<std::uint64_t> parts;  // stacked, one a series
};

struct Series {
  std::string label;
  std::string fill;  // CSS colour; a pattern besides, so that colour is never alone
  int texture = -1;  // which pattern, so that one thing looks the same in every plot; −1: by its place
};

// `id` keeps the textures of several plots on one page apart.
std::string bar_chart(const std::string& id, const std::string& title, const std::string& description,
                      const std::vector<Series>& series, const std::vector<Bar>& bars);

}  // namespace caveat::audit
