#include "audit/report/svg.h"

#include <algorithm>
#include <numeric>

#include "audit/report/number.h"
#include "engine/base/escape.h"

namespace caveat::audit {
namespace {

constexpr int kWidth = 960, kLabelWidth = 380, kRowHeight = 26, kBarHeight = 16, kNumberWidth = 70, kLegend = 34;

std::string text_at(int x, int y, std::string_view anchor, std::string_view content) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" text-anchor=\"" + std::string(anchor) +
         "\">" + escape_markup(content) + "</text>\n";
}

// Texture beside colour: plain, rising strokes, falling strokes, dots, grid.
std::string pattern(const std::string& id, std::size_t index, const Series& series) {
  const std::size_t texture = series.texture < 0 ? index : static_cast<std::size_t>(series.texture);
  static const char* const kStrokes[] = {"", "<path d=\"M0 8L8 0\" stroke=\"#fff\" stroke-width=\"2\"/>",
                                         "<path d=\"M0 0L8 8\" stroke=\"#fff\" stroke-width=\"2\"/>",
                                         "<circle cx=\"4\" cy=\"4\" r=\"1\" fill=\"#fff\"/>",
                                         "<path d=\"M4 0V8M0 4H8\" stroke=\"#fff\" stroke-width=\"1\"/>"};
  return "<pattern id=\"" + id + std::to_string(index) +
         "\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect width=\"8\" height=\"8\" fill=\"" +
         escape_markup(series.fill) + "\"/>" + kStrokes[texture % std::size(kStrokes)] + "</pattern>\n";
}

}  // namespace

std::string bar_chart(const std::string& id, const std::string& title, const std::string& description,
                      const std::vector<Series>& series, const std::vector<Bar>& bars) {
  const int height = kLegend + static_cast<int>(bars.size()) * kRowHeight + 8;
  const auto total = [](const Bar& bar) {
    return std::accumulate(bar.parts.begin(), bar.parts.end(), std::uint64_t{0});
  };
  std::uint64_t longest = 1;
  for (const Bar& bar : bars) longest = std::max(longest, total(bar));
  const std::uint64_t room = kWidth - kLabelWidth - kNumberWidth;

  std::string out = "<svg role=\"img\" viewBox=\"0 0 " + std::to_string(kWidth) + " " + std::to_string(height) +
                    "\" width=\"100%\">\n<title>" + escape_markup(title) + "</title>\n<desc>" +
                    escape_markup(description) + "</desc>\n<defs>\n";
  for (std::size_t i = 0; i < series.size(); ++i) out += pattern(id, i, series[i]);
  out += "</defs>\n";
  int x = kLabelWidth;
  for (std::size_t i = 0; i < series.size(); ++i) {
    out += "<rect x=\"" + std::to_string(x) + "\" y=\"6\" width=\"14\" height=\"14\" fill=\"url(#" + id +
           std::to_string(i) + ")\"/>\n";
    out += text_at(x + 20, 18, "start", series[i].label);
    x += (kWidth - kLabelWidth) / 5;  // verdicts stand beside each other
  }
  int y = kLegend;
  for (const Bar& bar : bars) {
    out += text_at(kLabelWidth - 10, y + 13, "end", bar.label);
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
      const std::uint64_t from = offset * room / longest, to = (offset + bar.parts[i]) * room / longest;
      if (to > from)
        out += "<rect x=\"" + number(kLabelWidth + from) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
               number(to - from) + "\" height=\"" + std::to_string(kBarHeight) + "\" fill=\"url(#" + id +
               std::to_string(i) + ")\"/>\n";
      offset += bar.parts[i];
    }
    out += text_at(kLabelWidth + static_cast<int>(offset * room / longest) + 6, y + 13, "start", number(offset));
    y += kRowHeight;
  }
  return out + "</svg>\n";
}

}  // namespace caveat::audit
