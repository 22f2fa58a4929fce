// Texts: how they are read, where words stand in them, what becomes of them: masked, changed, with what is disclosed. Sign by sign, and
// of no more signs than the random texts are made of: Latin letters and digits of either width, Chinese, the marks of both.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace caveat::twin {

struct Sign {  // as it is compared, and the bytes that it came from
  char32_t is = 0;
  std::size_t begin = 0, end = 0;
};
using Signs = std::vector<Sign>;

// Width and case fold, blanks run together, between Chinese there are none, what cannot be seen is not there (semantics.md 23, 39).
Signs signs_of(const std::string& text);
std::u32string form_of(const std::string& text);  // without blanks at the ends

struct Stretch {
  std::size_t begin = 0, end = 0;
  friend auto operator<=>(const Stretch&, const Stretch&) = default;
};
// Wherever a phrase stands, each place once: whole words of Latin letters, whole figures; a gap of at most 12 signs of one clause.
std::vector<Stretch> stands(const Signs& text, const std::string& phrase);
std::vector<Stretch> matches(const Signs& text, const std::string& pattern);  // from the left, none within another
// Where a clause that holds the sign at `at` begins, and where the sign stands that ends it.
Stretch clause_at(const Signs& text, std::size_t at);
Stretch bytes_of(const Signs& text, const Stretch& signs);

enum class Part : unsigned char { answer, message, outreach, material };
struct Mark {                                                            // what is to become of a stretch of a text
  enum Mode : unsigned char { full, label, keep, replace } mode = full;  // strictest first
  Part part = Part::answer;
  std::size_t begin = 0, end = 0;  // bytes
  int first = 0, last = 0;
  std::string text;
  friend auto operator<=>(const Mark&, const Mark&) = default;
};
// Of what overlaps one, over all of it, by the strictest of them (semantics.md 19). In the order of the texts.
std::vector<Mark> united(std::vector<Mark> marks);
// What of [begin, end) may be told: *** or what stands in its place.
std::string masked(const std::string& text, Part part, std::size_t begin, std::size_t end, const std::vector<Mark>& by);
// With all that is to be kept, masked, replaced; and without what a removed match leaves empty (semantics.md 41).
std::string changed(const std::string& text, const std::vector<Mark>& marks);
bool says_nothing(const std::string& text);

struct Disclosed {
  bool at_start = false;
  std::string wording, text;
  bool added = false;
};
// Each on a line of its own, but what the text says already (semantics.md 6, decision 6).
std::string with_disclosures(const std::string& text, std::vector<Disclosed>& all);

}  // namespace caveat::twin
