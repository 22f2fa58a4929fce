// Csv: a table as a spreadsheet saves it, cut into cells that know where they stand.
//
//   Csv csv(bytes);
//   while (csv.next()) use(csv.cells());
//   if (csv.fault()) …                         // where, and why: what stands behind it is not read
//
// Promises   strict: a quote is closed and stands at the ends of its cell; a byte order mark at the beginning is passed over, as
//            spreadsheets write one; lines without a sign are no rows
// Lifetime   points into the bytes
// Cost       linear, one pass
// Source     RFC 4180; a line may end in LF alone
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace caveat::load {

class Csv {
 public:
  struct Cell {
    std::string text;
    std::uint32_t begin = 0, end = 0;  // bytes, quotes and all
  };
  enum class Fault : std::uint8_t { none, open_quote, stray_quote, lone_return, many_cells };

  Csv(std::string_view bytes, std::size_t most_cells);  // of one row: a file without line ends is one row
  // The next line as it stands, if it begins with `#`; it is passed. Only asked for before the first row: behind it `#` is a sign
  // like any other.
  bool remark(std::string_view& line);
  bool next();
  const std::vector<Cell>& cells() const { return cells_; }  // at least one
  std::uint32_t begin() const { return begin_; }             // of the row, or of the remark
  std::uint32_t end() const { return end_; }
  Fault fault() const { return fault_; }  // after which nothing is read; it lies from begin() to end()

 private:
  bool at_line_end() const { return at_ >= text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }
  void pass_line_end() { at_ += at_ < text_.size() && text_[at_] == '\r' ? 2 : 1; }
  bool cell(Cell& cell);
  bool wrong(Fault fault, std::size_t begin);

  std::string_view text_;
  const std::size_t most_cells_;
  std::size_t at_ = 0;
  std::vector<Cell> cells_;
  std::uint32_t begin_ = 0, end_ = 0;
  Fault fault_ = Fault::none;
};

}  // namespace caveat::load
