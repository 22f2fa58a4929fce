// ProductNames: the names by which answers speak of the products of one reference set, and which of them a text says.
// Made by SetReader of a set whose declaration says `named by`; asked by bind of the answer of a turn (semantics.md 10).
//
//   ProductNames names;
//   const std::uint32_t product = names.add("p-304");
//   if (auto fault = names.name(product, "稳健成长2号"); fault != NameFault::none) …
//   names.close();
//   names.find(normal.text(), scratch, named);          // named: (product, begin, end), each product once
//
// Promises   a name is found as a term of a lexicon is: in the normal form, Latin words and figures whole. One that lies within a longer
//            name that stands there is not said: 稳健成长2号 is no 稳健成长. Two that overlap are both said, and a name that two products
//            have names both
// Errors     a name that is blank, or one character, is not looked for, and `name` says so
// Threads    const once closed; the scratch is the caller's
// Lifetime   owns all it needs
// Cost       closing: linear in the names' bytes. Finding: linear in the text, whatever it and the names are
// Source     semantics.md 10, 23; docs/decisions/0017-products-that-an-answer-names.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/text/normalise.h"
#include "engine/text/scan.h"

namespace caveat::decide {

enum class NameFault : std::uint8_t { none, blank, one_character };

class ProductNames {
 public:
  struct Said {
    std::uint32_t product = 0;
    text::Range normal;  // where it is said first
  };

  std::uint32_t add(std::string_view id);  // a new product
  NameFault name(std::uint32_t product, std::string_view written);
  void close();

  bool empty() const { return looked_for_ == 0; }
  std::string_view id(std::uint32_t product) const {
    return std::string_view(ids_).substr(ends_[product], ends_[product + 1] - ends_[product]);
  }
  // Each product that the text says, by its place and then by its number; false: there is more in it than the scratch holds.
  bool find(std::string_view normal_text, text::ScanScratch& scratch, std::vector<Said>& said) const;
  std::size_t bytes() const;  // memory taken

 private:
  std::string ids_;
  std::vector<std::uint32_t> ends_ = {0};
  std::vector<text::Needle> needles_;  // until closed
  std::size_t looked_for_ = 0;
  text::Scanner scanner_;
};

}  // namespace caveat::decide
