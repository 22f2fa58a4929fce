// A constant cannot be moved from: this is a copy that looks like none.
#include <string>
#include <utility>
void keep(std::string text);
void pass(const std::string& text) { keep(std::move(text)); }
