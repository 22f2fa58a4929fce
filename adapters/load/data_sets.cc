#include "adapters/load/data_sets.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/load/codes.h"
#include "adapters/load/csv.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/base/utf8.h"
#include "engine/decide/wording.h"

namespace caveat::load {
namespace {

constexpr std::string_view kEnding = ".data.csv";
constexpr std::size_t kMostCells = 1'000;  // of a row, where the set has not more facts

std::string name_of(const std::string& path) {
  const std::size_t from = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  return path.substr(from, path.size() - from - kEnding.size());
}

// A spreadsheet keeps the blanks that were typed behind a value.
std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// All names of a fact that a column may go by: "risk_level", "product.risk_level", "风险等级", "产品.风险等级".
std::vector<std::string> names_of(const program::Slot& slot) {
  std::vector<std::string> all = slot.path_names.back();
  for (const std::string& group : slot.path_names.front()) {
    for (const std::string& name : slot.path_names.back()) all.push_back(group + "." + name);
  }
  return all;
}

class Reader {
 public:
  Reader(const Source& source, SourceId file, Language language, const program::Program& program,
         std::uint32_t declared, const Limits& limits, std::vector<Diagnostic>& diagnostics)
      : source_(source),
        file_(file),
        language_(language),
        p_(program),
        declared_(declared),
        limits_(limits),
        out_(diagnostics),
        set_(program, declared, limits) {}

  std::optional<decide::Data::Set> run() {
    set_.set().digest = sha256(source_.bytes());
    read();
    if (mistakes_ > 0) return std::nullopt;
    return std::move(set_).take();
  }

 private:
  std::string say(std::string_view en, std::string_view zh) const {
    return std::string(language_ == Language::zh ? zh : en);
  }
  void wrong(std::uint32_t begin, std::uint32_t end, std::string what) {
    ++mistakes_;
    out_.push_back(diagnose(codes::kBadData, {file_, begin, end}, language_, {std::move(what)}));
  }
  // What a turn of JSON would have in quotation marks stands without them in a cell, and a spreadsheet may say yes and no.
  std::string expected_in_cell(std::uint32_t slot, const ProblemItem& item) const {
    if (p_.schema().slots[slot].type == program::SlotType::yes_no)
      return say("yes/no: yes or no, true or false", "是否：是 或 否，true 或 false");
    std::string expected = decide::in(language_, item.expected);
    std::erase(expected, '"');
    return expected;
  }
  void wrong(const Csv::Cell& cell, std::uint32_t slot, const ProblemItem& item) {
    const std::string near =
        item.nearest.empty() ? "" : say("; did you mean ", "；是否想写 ") + item.nearest + say("?", "？");
    wrong(cell.begin, cell.end,
          p_.slot_name(slot, language_) + say(": expected ", "：应为 ") + expected_in_cell(slot, item) +
              say(", found ", "，却是 ") + decide::in(language_, item.found) + near);
  }

  bool is_sound() {
    const std::string_view bytes = source_.bytes();
    if (bytes.size() > limits_.data_bytes) {
      wrong(0, 0,
            say("at most " + std::to_string(limits_.data_bytes) + " bytes",
                "最多 " + std::to_string(limits_.data_bytes) + " 字节"));
      return false;
    }
    const std::size_t bad = std::min(first_invalid_utf8(bytes), bytes.find('\0'));
    if (bad == std::string_view::npos) return true;
    const auto at = static_cast<std::uint32_t>(bad);
    wrong(at, at + 1, say("it is not UTF-8 here; save it as CSV UTF-8", "此处不是 UTF-8，请另存为 CSV UTF-8 格式"));
    return false;
  }

  void read() {
    if (!is_sound()) return;
    Csv csv(source_.bytes(), std::max<std::size_t>(kMostCells, p_.slots_of_data(declared_).size() + 1));
    for (std::string_view line; mistakes_ < limits_.diagnostics && csv.remark(line);)
      remark(line, csv.begin(), csv.end());
    if (!csv.next()) {
      if (csv.fault() == Csv::Fault::none)
        return wrong(0, 0, say("it is empty; its first row names the facts", "文件为空；首行应写明各事实的名称"));
      return fault(csv);
    }
    if (!header(csv)) return;
    std::size_t rows = 0;
    while (csv.next()) {
      if (++rows > limits_.data_rows)
        return wrong(csv.begin(), csv.end(),
                     say("at most " + std::to_string(limits_.data_rows) + " rows",
                         "最多 " + std::to_string(limits_.data_rows) + " 行"));
      row(csv);
      if (mistakes_ >= limits_.diagnostics) return;
    }
    if (csv.fault() != Csv::Fault::none) return fault(csv);
    if (nameless_.count > 0)
      warn(codes::kDataNameless, nameless_.begin, nameless_.end, std::to_string(nameless_.count));
    if (short_.count > 0) warn(codes::kDataNameShort, short_.begin, short_.end, std::to_string(short_.count));
  }

  void fault(const Csv& csv) {
    switch (csv.fault()) {
      case Csv::Fault::none:
        return;
      case Csv::Fault::open_quote:
        return wrong(csv.begin(), csv.end(), say("the quote that begins here is not closed", "此处开始的引号没有结束"));
      case Csv::Fault::stray_quote:
        return wrong(csv.begin(), csv.end(),
                     say("a quote stands only around a whole cell, and twice within one",
                         "引号只能括住整个单元格，其中的引号须写两次"));
      case Csv::Fault::lone_return:
        return wrong(csv.begin(), csv.end(),
                     say("a line ends here as old Macintoshes ended theirs; save it as CSV UTF-8",
                         "此处的换行是旧式 Macintosh 格式，请另存为 CSV UTF-8 格式"));
      case Csv::Fault::many_cells:
        return wrong(csv.begin(), csv.end(), say("a row has no end: too many cells", "此行没有结束：单元格过多"));
    }
  }

  void remark(std::string_view line, std::uint32_t begin, std::uint32_t end) {
    const auto after = [&](std::string_view word) -> std::optional<std::string> {
      std::string_view rest = line.substr(1);
      while (rest.starts_with(' ')) rest.remove_prefix(1);
      if (!rest.starts_with(word)) return std::nullopt;
      rest.remove_prefix(word.size());
      while (rest.ends_with(' ') || rest.ends_with(',')) rest.remove_suffix(1);  // a spreadsheet fills the line up
      return std::string(rest);
    };
    if (auto version = after("version ")) set_.set().version = std::move(*version);
    if (const auto as_of = after("as of ")) {
      set_.set().as_of = parse_instant(*as_of);
      if (!set_.set().as_of)
        wrong(begin, end,
              say("behind “as of” stands an instant: 2026-11-01T08:00:00+08:00",
                  "“as of”之后应为时刻：2026-11-01T08:00:00+08:00"));
    }
  }

  // Which fact each column says; false: no row can be read.
  bool header(const Csv& csv) {
    const std::uint32_t key = set_.key();
    std::vector<std::uint32_t> slots(p_.slots_of_data(declared_).begin(), p_.slots_of_data(declared_).end());
    slots.push_back(key);
    std::vector<std::string> known;
    std::vector<std::uint32_t> of;
    for (const std::uint32_t slot : slots) {
      for (std::string& name : names_of(p_.schema().slots[slot])) known.push_back(std::move(name)), of.push_back(slot);
    }
    std::vector<std::uint32_t> columns;
    const std::string_view first = csv.cells().front().text;
    if (const std::size_t joint = first.find_first_of(";\t"); csv.cells().size() == 1 && joint != first.npos) {
      const Csv::Cell& cell = csv.cells().front();
      wrong(cell.begin, cell.end,
            first[joint] == ';'
                ? say("columns are parted by commas, not by “;”; save it as CSV UTF-8 (comma delimited)",
                      "各列以逗号隔开，不用“;”；请另存为 CSV UTF-8（逗号分隔）格式")
                : say("columns are parted by commas, not by tabs; save it as CSV UTF-8 (comma delimited)",
                      "各列以逗号隔开，不用制表符；请另存为 CSV UTF-8（逗号分隔）格式"));
      return false;
    }
    for (const Csv::Cell& cell : csv.cells()) {
      if (mistakes_ >= limits_.diagnostics) return false;
      const auto found = std::find(known.begin(), known.end(), without_blanks(cell.text));
      if (found == known.end()) {
        const std::string near(nearest(cell.text, known));
        wrong(cell.begin, cell.end,
              say("no fact “" + shortened(cell.text) + "” comes from it",
                  "没有来自它的事实“" + shortened(cell.text) + "”") +
                  (near.empty() ? "" : say("; did you mean " + near + "?", "；是否想写 " + near + "？")));
        continue;
      }
      const std::uint32_t slot = of[static_cast<std::size_t>(found - known.begin())];
      if (const std::string_view its = p_.text(p_.slots()[slot].data_class); !its.empty() && p_.refuses(its))
        wrong(cell.begin, cell.end,
              say("a pack refuses facts of class " + std::string(its), "有规则包拒收 " + std::string(its) + " 类事实"));
      if (std::find(columns.begin(), columns.end(), slot) != columns.end())
        wrong(cell.begin, cell.end,
              say("there is a column for ", "已有一列为 ") + p_.slot_name(slot, language_) + say(" already", ""));
      if (slot == key) key_column_ = columns.size();
      columns.push_back(slot);
    }
    const std::string by = p_.slot_name(key, language_);
    if (std::find(columns.begin(), columns.end(), key) == columns.end() && mistakes_ == 0)
      wrong(csv.begin(), csv.end(),
            say("it has no column for " + by + ", by which a row is found", "缺少主键 " + by + " 一列"));
    if (mistakes_ > 0) return false;
    for (const std::uint32_t slot : p_.slots_of_data(declared_)) {
      const std::uint32_t flags = p_.slots()[slot].flags;
      if ((flags & program::kRead) == 0) continue;
      const bool there = std::find(columns.begin(), columns.end(), slot) != columns.end();
      if (there && ((flags & program::kHasMaxAge) == 0 || set_.set().as_of)) continue;
      out_.push_back(diagnose(there ? codes::kDataUndated : codes::kDataWithout, {file_, csv.begin(), csv.end()},
                              language_, {p_.slot_name(slot, language_)}));
      out_.back().severity = Severity::note;
    }
    if (!names_have_columns(csv, columns)) return false;
    columns_ = columns.size();
    slots_ = columns;
    columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(key_column_));
    set_.columns(std::move(columns));
    return true;
  }

  // Without any of them no answer would ever be found to name a product of the set, and nobody would know.
  bool names_have_columns(const Csv& csv, const std::vector<std::uint32_t>& columns) {
    std::vector<std::string> missing;
    for (const std::uint32_t slot : set_.named_by()) {
      if (std::find(columns.begin(), columns.end(), slot) == columns.end())
        missing.push_back(p_.slot_name(slot, language_));
    }
    if (missing.empty()) return true;
    std::string all;
    for (const std::string& one : missing) all += (all.empty() ? "" : say(", ", "、")) + one;
    if (missing.size() == set_.named_by().size()) {
      wrong(csv.begin(), csv.end(),
            say("it has no column for " + all + ", by which answers name its products",
                "缺少 " + all + " 一列：回答以此提及其中的产品"));
      return false;
    }
    warn(codes::kDataNamesMissing, csv.begin(), csv.end(), all);
    return true;
  }
  void warn(const Code& code, std::uint32_t begin, std::uint32_t end, std::string what) {
    out_.push_back(diagnose(code, {file_, begin, end}, language_, {std::move(what)}));
    out_.back().severity = Severity::warning;
  }

  struct Rows {  // told together, at the first of them
    std::size_t count = 0;
    std::uint32_t begin = 0, end = 0;
    void add(const Csv& csv) {
      if (count++ == 0) begin = csv.begin(), end = csv.end();
    }
  };

  void row(const Csv& csv) {
    const std::vector<Csv::Cell>& cells = csv.cells();
    if (cells.size() != columns_) {
      const std::string wanted = std::to_string(columns_), there = std::to_string(cells.size());
      return wrong(csv.begin(), csv.end(),
                   say("the first row has " + wanted + " cells, this one " + there,
                       "首行有 " + wanted + " 格，此行有 " + there + " 格"));
    }
    const Csv::Cell& key = cells[key_column_];
    // An id is sign by sign; of any other key the blanks at its ends would keep every turn from finding its row.
    const program::Slot& by = p_.schema().slots[set_.key()];
    const bool id = by.built_in && by.path.back() == "id";
    if (const std::optional<ProblemItem> mistake = set_.row(id ? std::string_view(key.text) : without_blanks(key.text)))
      wrong(key, set_.key(), *mistake);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i == key_column_) continue;
      // What a text is, is the author's; of all else blanks at the ends say nothing.
      const bool text = p_.schema().slots[slots_[i]].type == program::SlotType::text;
      const std::string_view said = text ? std::string_view(cells[i].text) : without_blanks(cells[i].text);
      if (const std::optional<ProblemItem> mistake = set_.cell(said)) wrong(cells[i], slots_[i], *mistake);
    }
    const decide::SetReader::Named named = set_.named();
    if (named.by_none) nameless_.add(csv);
    if (named.left_out) short_.add(csv);
  }

  const Source& source_;
  const SourceId file_;
  const Language language_;
  const program::Program& p_;
  const std::uint32_t declared_;
  const Limits& limits_;
  std::vector<Diagnostic>& out_;
  decide::SetReader set_;
  std::size_t mistakes_ = 0, columns_ = 0, key_column_ = 0;
  std::vector<std::uint32_t> slots_;  // of all columns
  Rows nameless_, short_;
};

void note(std::vector<Diagnostic>& diagnostics, const Code& code, Span span, Language language,
          const std::vector<std::string>& arguments) {
  diagnostics.push_back(diagnose(code, span, language, arguments));
  diagnostics.back().severity = Severity::note;
}

}  // namespace

decide::Data read_data(const Sources& sources, const std::vector<SourceId>& files, const model::Model& model,
                       const program::Program& program, const Limits& limits, std::vector<Diagnostic>& diagnostics) {
  decide::Data data;
  const Language of_all = model.source_languages.empty() ? Language::en : model.source_languages.front();
  std::vector<const Source*> read(program.data().size(), nullptr);
  for (const SourceId file : files) {
    const std::string name = name_of(sources[file].name());
    std::uint32_t declared = 0;
    while (declared < program.data().size() && program.text(program.data()[declared].name) != name) ++declared;
    if (declared == program.data().size()) {
      note(diagnostics, codes::kDataNotDeclared, {file, 0, 0}, of_all, {name});
      for (const model::DataSet& other : model.data) {  // a set's file goes by its first name
        if (std::find(other.names.all.begin(), other.names.all.end(), name) == other.names.all.end()) continue;
        const std::string file_name = other.names.first + std::string(kEnding);
        diagnostics.back().help =
            of_all == Language::zh
                ? "该数据名为 " + other.names.first + "：请将文件改名为 " + file_name
                : "The set's first name is " + other.names.first + ": rename the file to " + file_name;
      }
      continue;
    }
    const Language language = model.source_languages[model.data[declared].span.source];
    if (read[declared] != nullptr) {
      diagnostics.push_back(diagnose(codes::kDataTwice, {file, 0, 0}, language, {name, read[declared]->name()}));
      continue;
    }
    read[declared] = &sources[file];
    std::optional<decide::Data::Set> set =
        Reader(sources[file], file, language, program, declared, limits, diagnostics).run();
    if (set) data.sets.push_back(std::move(*set));
  }
  for (std::uint32_t declared = 0; declared < read.size(); ++declared) {
    const model::DataSet& of = model.data[declared];
    if (read[declared] == nullptr)
      note(diagnostics, codes::kDataNotLoaded, of.span, model.source_languages[of.span.source], {of.names.first});
  }
  std::sort(data.sets.begin(), data.sets.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return data;
}

}  // namespace caveat::load
