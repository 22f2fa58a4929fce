#include <string>
struct Rule {
  const std::string& name() const;
};
std::size_t length(const Rule& rule) {
  const std::string name = rule.name();
  return name.size();
}
