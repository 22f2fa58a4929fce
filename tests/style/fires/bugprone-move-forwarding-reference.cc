#include <utility>
void keep(int);
template <class T>
void pass(T&& value) {
  keep(std::move(value));
}
