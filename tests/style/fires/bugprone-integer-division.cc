double share(int part, int whole) { return part / whole; }
