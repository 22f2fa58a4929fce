struct Store {
  virtual ~Store() = default;
  virtual void commit();
};
struct SqliteStore : Store {
  virtual void commit();
};
