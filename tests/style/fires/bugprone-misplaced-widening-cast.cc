// The product has overflowed before it is widened.
long long cents(int yuan) { return static_cast<long long>(yuan * 100); }
