// html: the report as one page for people: no script, no outside font or picture, prints on A4.
//
//   std::string page = render_html(model);
//
// Promises   the same model gives the same bytes; whatever came from a record is escaped; the reader's language throughout, with
//            `lang` set; every plot has a table with the same numbers below it
// Source     HTML Living Standard; WCAG 2.2 AA (contrast, captions, headings in order)
#pragma once

#include <string>

#include "audit/report/model.h"

namespace caveat::audit {

// Its custody page says what was handed out, and how that file is told from another.
enum class PageIs { the_file, in_a_package };
std::string render_html(const ReportModel& model, PageIs page = PageIs::the_file);

}  // namespace caveat::audit
