// A byte above 127 becomes a negative number.
int code(signed char byte) {
  int value = byte;
  return value;
}
