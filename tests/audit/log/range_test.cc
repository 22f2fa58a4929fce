#include "audit/log/range.h"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace caveat;
using namespace caveat::audit;

namespace {

std::vector<Digest> leaves(std::uint64_t count) {
  std::vector<Digest> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(leaf_hash("leaf " + std::to_string(i)));
  return out;
}

NodeSource nodes_of(const std::vector<Digest>& all) {
  return [&all](unsigned level, std::uint64_t position) {
    const std::uint64_t width = std::uint64_t{1} << level;
    return root_of(std::span(all).subspan(position * width, width));
  };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(range)

BOOST_AUTO_TEST_CASE(every_range_of_every_small_tree_leads_to_its_root) {
  for (std::uint64_t size = 1; size <= 33; ++size) {
    const std::vector<Digest> all = leaves(size);
    const Digest root = root_of(all);
    for (std::uint64_t first = 0; first < size; ++first) {
      for (std::uint64_t end = first + 1; end <= size; ++end) {
        const std::vector<Digest> proof = range_proof(first, end, size, nodes_of(all));
        const auto got = root_from_range(first, std::span(all).subspan(first, end - first), size, proof);
        BOOST_REQUIRE(got.has_value());
        BOOST_REQUIRE((*got == root));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_changed_dropped_added_or_moved_leaf_is_found) {
  const std::vector<Digest> all = leaves(21);
  const Digest root = root_of(all);
  const std::uint64_t first = 5, end = 14;
  const std::vector<Digest> proof = range_proof(first, end, all.size(), nodes_of(all));
  const std::vector<Digest> run(all.begin() + first, all.begin() + end);
  const auto leads = [&](std::uint64_t from, const std::vector<Digest>& shown, std::span<const Digest> hashes) {
    const auto got = root_from_range(from, shown, all.size(), hashes);
    return got && *got == root;
  };
  BOOST_TEST(leads(first, run, proof));
  for (std::size_t i = 0; i < run.size(); ++i) {
    auto changed = run;
    changed[i][0] ^= 1;
    BOOST_TEST(!leads(first, changed, proof));
    auto dropped = run;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
    BOOST_TEST(!leads(first, dropped, proof));
    auto twice = run;
    twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), run[i]);
    BOOST_TEST(!leads(first, twice, proof));
  }
  BOOST_TEST(!leads(first + 1, run, proof));
  BOOST_TEST(!leads(first, run, std::span(proof).first(proof.size() - 1)));
  auto longer = proof;
  longer.push_back(root);
  BOOST_TEST(!leads(first, run, longer));
  BOOST_TEST(!leads(first, {}, proof));
}

BOOST_AUTO_TEST_SUITE_END()
