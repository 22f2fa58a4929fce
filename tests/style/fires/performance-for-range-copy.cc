#include <string>
#include <vector>
std::size_t letters(const std::vector<std::string>& texts) {
  std::size_t sum = 0;
  for (const std::string text : texts) sum += text.size();
  return sum;
}
