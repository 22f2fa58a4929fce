// The size of the pointer, not of what it points to.
struct Record {
  int values[8];
};
unsigned long count(const Record* records) { return sizeof(records) / sizeof(records[0]); }
