// Source: the bytes of one rule file and the places in it.
//
// Promises   offsets are bytes; lines and columns count from 1; a column counts Unicode code points (a byte that is not UTF-8
//            counts as one); a line ends at LF or CR LF; an offset past the end is the end
// Lifetime   owns its bytes; SourceId indexes the Sources that a compilation works on
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace caveat {

using SourceId = std::uint32_t;

struct Span {
  SourceId source = 0;
  std::uint32_t begin = 0;  // byte offsets, end excluded
  std::uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

class Source {
 public:
  Source(std::string name, std::string bytes);
  const std::string& name() const { return name_; }  // as shown in messages: a path relative to what the user named
  std::string_view bytes() const { return bytes_; }
  Position position(std::uint32_t offset) const;
  std::string_view line(std::uint32_t number) const;     // without its line end
  std::uint32_t line_start(std::uint32_t number) const;  // byte offset of a line
  std::uint32_t lines() const { return static_cast<std::uint32_t>(line_starts_.size()); }
  std::string_view text(Span span) const;  // cut to what is there

 private:
  std::string name_;
  std::string bytes_;
  std::vector<std::uint32_t> line_starts_;
};

using Sources = std::vector<Source>;  // SourceId is the index

}  // namespace caveat
