#include "engine/decide/product_names.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/utf8.h"

namespace caveat::decide {

std::uint32_t ProductNames::add(std::string_view id) {
  ids_ += id;
  ends_.push_back(static_cast<std::uint32_t>(ids_.size()));
  return static_cast<std::uint32_t>(ends_.size() - 2);
}

NameFault ProductNames::name(std::uint32_t product, std::string_view written) {
  // Not as an author's term: what stands for a gap there is a sign of the name here.
  text::Needle needle{product, text::normal_form(written), {}, true};
  if (needle.head.empty()) return NameFault::blank;
  if (count_code_points(needle.head) == 1) return NameFault::one_character;
  needles_.push_back(std::move(needle));
  return NameFault::none;
}

void ProductNames::close() {
  looked_for_ = needles_.size();
  scanner_ = text::Scanner(needles_);
  needles_ = {};
}

bool ProductNames::find(std::string_view normal_text, text::ScanScratch& scratch, std::vector<Said>& said) const {
  scanner_.scan(normal_text, scratch);
  if (scratch.over_limit()) return false;
  const std::size_t first = said.size();
  // By begin and, of those that begin together, the longer first: what lies within a longer one ends no later than the furthest so far.
  const std::span<const text::Hit> hits = scratch.hits();
  text::Range furthest;
  for (std::size_t at = 0; at < hits.size();) {
    std::size_t next = at;
    while (next < hits.size() && hits[next].begin == hits[at].begin) ++next;
    for (std::size_t i = next; i-- > at;) {
      const text::Range place{hits[i].begin, hits[i].end};
      if (place.end > furthest.end) furthest = place;
      if (place == furthest) said.push_back({hits[i].needle, place});
    }
    at = next;
  }
  const auto begin = said.begin() + static_cast<std::ptrdiff_t>(first);
  std::sort(begin, said.end(), [](const Said& a, const Said& b) {
    return std::tuple(a.product, a.normal.begin) < std::tuple(b.product, b.normal.begin);
  });
  said.erase(std::unique(begin, said.end(), [](const Said& a, const Said& b) { return a.product == b.product; }),
             said.end());
  std::sort(said.begin() + static_cast<std::ptrdiff_t>(first), said.end(), [](const Said& a, const Said& b) {
    return std::tuple(a.normal.begin, a.product) < std::tuple(b.normal.begin, b.product);
  });
  return true;
}

std::size_t ProductNames::bytes() const {
  return ids_.capacity() + ends_.capacity() * sizeof(ends_[0]) + scanner_.bytes();
}

}  // namespace caveat::decide
