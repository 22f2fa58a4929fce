// Quantile: the value below which a share of all lies; of none it is 0.
//
//   double p99 = quantile(times, 0.99), half = median(ratios);
//
// Cost       linear; quantile reorders what it is given
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace caveat::cli::bench {

inline double quantile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

inline double median(std::vector<double> values) { return quantile(values, 0.5); }

}  // namespace caveat::cli::bench
