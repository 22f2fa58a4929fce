#include <vector>
struct Record {
  Record(Record&& other) : bytes(other.bytes) {}
  std::vector<int> bytes;
};
