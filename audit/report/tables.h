// tables: the population of a report for tools: CSV for spreadsheets, JSON Lines for programs, one decision a row.
//
// Promises   CSV is RFC 4180 with a byte order mark (spreadsheets in China need it), long ids and hashes stay text, a cell that a
//            spreadsheet would run as a formula is prefixed by an apostrophe; the first lines of neither form are comments: scope
//            and control total stand in the evidence package and the page
// Source     RFC 4180; RFC 8259
#pragma once

#include <string>

#include "audit/report/model.h"

namespace caveat::audit {

std::string csv_head(const ReportQuery& query);
std::string csv_line(const DecisionRow& row, const ReportQuery& query);
std::string jsonl_line(const DecisionRow& row, const ReportQuery& query);

std::string csv_cell(std::string_view text);

}  // namespace caveat::audit
