// The lock is released before the work begins.
struct Lock {
  explicit Lock(int& taken) : word(taken) { word = 1; }
  ~Lock() { word = 0; }
  int& word;
};
void work(int&);
void locked(int& word) {
  Lock{word};
  work(word);
}
