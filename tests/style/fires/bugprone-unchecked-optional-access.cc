#include <optional>
int age(const std::optional<int>& stated) { return stated.value(); }
