#include "adapters/load/csv.h"

#include <algorithm>

namespace caveat::load {

Csv::Csv(std::string_view bytes, std::size_t most_cells) : text_(bytes), most_cells_(most_cells) {
  if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

bool Csv::wrong(Fault fault, std::size_t begin) {
  fault_ = fault;
  begin_ = static_cast<std::uint32_t>(begin);
  end_ = static_cast<std::uint32_t>(std::min(at_ + 1, text_.size()));
  return false;
}

bool Csv::remark(std::string_view& line) {
  while (at_ < text_.size() && at_line_end()) pass_line_end();
  if (at_ >= text_.size() || text_[at_] != '#') return false;
  begin_ = static_cast<std::uint32_t>(at_);
  for (; !at_line_end(); ++at_) {
    if (text_[at_] == '\r') return wrong(Fault::lone_return, at_);
  }
  end_ = static_cast<std::uint32_t>(at_);
  line = text_.substr(begin_, end_ - begin_);
  if (at_ < text_.size()) pass_line_end();
  return true;
}

bool Csv::cell(Cell& cell) {
  const std::size_t begin = at_;
  cell.text.clear();
  if (at_ < text_.size() && text_[at_] == '"') {
    for (++at_;; ++at_) {
      if (at_ >= text_.size()) return wrong(Fault::open_quote, begin);
      if (text_[at_] == '"' && text_.substr(at_, 2) != "\"\"") break;
      if (text_[at_] == '"') ++at_;
      cell.text += text_[at_];
    }
    ++at_;
    if (!at_line_end() && text_[at_] == '\r') return wrong(Fault::lone_return, at_);
    if (!at_line_end() && text_[at_] != ',') return wrong(Fault::stray_quote, begin);
  } else {
    for (; !at_line_end() && text_[at_] != ','; ++at_) {
      if (text_[at_] == '"') return wrong(Fault::stray_quote, begin);
      if (text_[at_] == '\r') return wrong(Fault::lone_return, at_);
      cell.text += text_[at_];
    }
  }
  cell.begin = static_cast<std::uint32_t>(begin);
  cell.end = static_cast<std::uint32_t>(at_);
  return true;
}

bool Csv::next() {
  if (fault_ != Fault::none) return false;
  while (at_ < text_.size() && at_line_end()) pass_line_end();
  if (at_ >= text_.size()) return false;
  begin_ = static_cast<std::uint32_t>(at_);
  std::size_t count = 0;
  for (;;) {
    if (count == most_cells_) return wrong(Fault::many_cells, at_);
    if (count == cells_.size()) cells_.emplace_back();
    if (!cell(cells_[count++])) return false;
    if (at_line_end()) break;
    ++at_;  // the comma
  }
  cells_.resize(count);
  end_ = static_cast<std::uint32_t>(at_);
  if (at_ < text_.size()) pass_line_end();
  return true;
}

}  // namespace caveat::load
