// escape: text of others inside text of ours, so that it stays text.
//
//   page += "<td>" + escape_markup(name) + "</td>";
//   line += "\"name\":" + quote_json(name);
//   append_json(line, name);  // the same, without a string in between
//   problem.found = shortened(value);
//
// Promises   escape_markup: fit for the text and the quoted attributes of HTML and XML; quote_json, append_json: one string of JSON, and of
//            TOML, on one line, quotes included. What is not UTF-8 stays as it is, but in shortened: there U+FFFD stands for each such byte
// Threads    no state
#pragma once

#include <string>
#include <string_view>

namespace caveat {

std::string escape_markup(std::string_view text);
std::string quote_json(std::string_view text);
void append_json(std::string& out, std::string_view text);
bool is_plain_json(std::string_view text);     // between quotes it is what quote_json makes of it
std::string shortened(std::string_view text);  // its first 40 characters, and … where there are more

}  // namespace caveat
