// HeaderView: a header where it lies: its numbers read, its lists left in the leaf. For whoever reads headers by the thousand; what
// it does not take, decode_header refuses in words.
//
//   if (const std::optional<HeaderView> header = view_header(leaf)) header->commits_to(Section::verdict);
//
// Promises   is there for exactly the leaves that decode_header takes, and says what that says
// Lifetime   points into the leaf
// Cost       linear, no allocation
// Source     docs/formats.md "Header"
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "audit/record/record.h"

namespace caveat::audit {

class HeaderView {
 public:
  std::string_view leaf() const { return leaf_; }
  std::uint64_t index() const { return index_; }
  std::int64_t time_us() const { return time_us_; }
  Kind kind() const { return kind_; }
  bool has_subject(const KeyId& id) const;
  std::size_t subjects() const { return subjects_; }  // people it is sealed under
  bool commits_to(Section section) const { return commitment(section) != nullptr; }
  bool commits_to(Section section, const Digest& digest) const;
  Header header() const;  // all of it, in a form of its own

 private:
  friend std::optional<HeaderView> view_header(std::string_view leaf);
  std::string_view subject(std::size_t i) const;
  const char* commitment(Section section) const;  // its 32 bytes

  std::string_view leaf_;
  std::uint64_t semantics_ = 0, index_ = 0;
  std::int64_t time_us_ = 0;
  std::uint16_t subjects_at_ = 0, subjects_ = 0, commitments_at_ = 0, commitments_ = 0;  // offsets, counts
  Kind kind_{};
  SuiteId suite_{};
};

std::optional<HeaderView> view_header(std::string_view leaf);

}  // namespace caveat::audit
