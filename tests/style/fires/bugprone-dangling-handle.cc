#include <string>
#include <string_view>
std::string made();
std::string_view kept() {
  std::string_view view = made();
  return view;
}
