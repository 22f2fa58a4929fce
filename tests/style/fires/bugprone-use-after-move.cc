#include <string>
#include <utility>
void keep(std::string text);
std::size_t length_after(std::string text) {
  keep(std::move(text));
  return text.size();
}
