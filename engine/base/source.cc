#include "engine/base/source.h"

#include <algorithm>

#include "engine/base/utf8.h"

namespace caveat {

Source::Source(std::string name, std::string bytes) : name_(std::move(name)), bytes_(std::move(bytes)) {
  line_starts_.push_back(0);
  for (std::size_t at = bytes_.find('\n'); at != std::string::npos; at = bytes_.find('\n', at + 1)) {
    line_starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

Position Source::position(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(bytes_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto number = static_cast<std::uint32_t>(after - line_starts_.begin());
  const std::uint32_t start = *(after - 1);
  const auto before = count_code_points(bytes().substr(start, offset - start));
  return {number, static_cast<std::uint32_t>(before + 1)};
}

std::string_view Source::line(std::uint32_t number) const {
  if (number == 0 || number > line_starts_.size()) return {};
  const std::size_t begin = line_starts_[number - 1];
  std::size_t end = number < line_starts_.size() ? line_starts_[number] - 1 : bytes_.size();
  if (end > begin && bytes_[end - 1] == '\r' && end < bytes_.size()) --end;
  return bytes().substr(begin, end - begin);
}

std::uint32_t Source::line_start(std::uint32_t number) const {
  if (number == 0) return 0;
  return number <= line_starts_.size() ? line_starts_[number - 1] : static_cast<std::uint32_t>(bytes_.size());
}

std::string_view Source::text(Span span) const {
  const std::size_t begin = std::min<std::size_t>(span.begin, bytes_.size());
  const std::size_t end = std::min<std::size_t>(std::max(span.begin, span.end), bytes_.size());
  return bytes().substr(begin, end - begin);
}

}  // namespace caveat
