// Never ends where there are more than 32,767.
long count(long size) {
  long counted = 0;
  for (short i = 0; i < size; ++i) ++counted;
  return counted;
}
