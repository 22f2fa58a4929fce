// tables: the population of a report for tools: CSV for spreadsheets, JSON Lines for programs, one decision a row.
//
// Promises   CSV is RFC 4180 with a byte order mark (spreadsheets in China need it); a cell that a spreadsheet would run, or show as
//            another value than its text (a number, a date, a truth), has an apostrophe before it, and so has one that begins with an
//            apostrophe: take one off and every text is as it was; the first lines of neither form are comments: scope and control
//            total stand in the evidence package and the page
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
