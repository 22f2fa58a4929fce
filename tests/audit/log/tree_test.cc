#include "audit/log/tree.h"

#include <boost/test/unit_test.hpp>

#include "audit/log/proof.h"

namespace caveat::audit {
namespace {

// The leaves and roots that RFC 6962 implementations share.
const std::string kLeaves[] = {"",
                               std::string(1, '\x00'),
                               "\x10",
                               "\x20\x21",
                               "\x30\x31",
                               "\x40\x41\x42\x43",
                               "\x50\x51\x52\x53\x54\x55\x56\x57",
                               "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"};
const std::string kRoots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                              "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

struct Leaves {
  std::vector<Digest> hashes;
  explicit Leaves(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) hashes.push_back(leaf_hash("leaf " + std::to_string(i)));
  }
  NodeSource node() const {
    return [this](unsigned level, std::uint64_t position) {
      const std::uint64_t width = std::uint64_t{1} << level;
      BOOST_REQUIRE((position + 1) * width <= hashes.size());
      return root_of(std::span(hashes).subspan(position * width, width));
    };
  }
};

BOOST_AUTO_TEST_CASE(roots_are_those_of_rfc_6962) {
  Frontier tree;
  BOOST_TEST(hex(tree.root()) == kRoots[0]);
  for (std::size_t i = 0; i < 8; ++i) {
    tree.append(leaf_hash(kLeaves[i]));
    BOOST_TEST(hex(tree.root()) == kRoots[i + 1]);
  }
}

BOOST_AUTO_TEST_CASE(a_frontier_taken_up_at_any_size_grows_as_if_it_had_never_been_put_down) {
  const Leaves leaves(70);
  for (std::uint64_t cut = 0; cut <= 70; ++cut) {
    Frontier tree(cut, leaves.node());
    for (std::uint64_t i = cut; i < 70; ++i) tree.append(leaves.hashes[i]);
    BOOST_TEST(tree.size() == 70u);
    BOOST_TEST(hex(tree.root()) == hex(range_root(0, 70, leaves.node())));
  }
}

BOOST_AUTO_TEST_CASE(every_leaf_of_every_small_tree_is_proved_and_no_changed_proof_passes) {
  const Leaves leaves(40);
  for (std::uint64_t size = 1; size <= 40; ++size) {
    const Digest root = range_root(0, size, leaves.node());
    for (std::uint64_t index = 0; index < size; ++index) {
      auto path = inclusion_proof(index, size, leaves.node());
      BOOST_REQUIRE(verify_inclusion(leaves.hashes[index], index, size, path, root));
      BOOST_REQUIRE(!verify_inclusion(leaves.hashes[index], index + 1, size, path, root));
      BOOST_REQUIRE(!verify_inclusion(leaves.hashes[(index + 1) % 40], index, size, path, root));
      path.push_back(root);
      BOOST_REQUIRE(!verify_inclusion(leaves.hashes[index], index, size, path, root));
      path.pop_back();
      for (auto& hash : path) {
        hash[5] ^= 1;
        BOOST_REQUIRE(!verify_inclusion(leaves.hashes[index], index, size, path, root));
        hash[5] ^= 1;
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_small_tree_is_proved_to_begin_every_larger_one_and_no_other) {
  const Leaves leaves(40);
  for (std::uint64_t size = 0; size <= 40; ++size) {
    const Digest root = range_root(0, size, leaves.node());
    for (std::uint64_t old_size = 0; old_size <= size; ++old_size) {
      const Digest old_root = range_root(0, old_size, leaves.node());
      auto path = consistency_proof(old_size, size, leaves.node());
      BOOST_REQUIRE(verify_consistency(old_size, old_root, size, root, path));
      Digest other = old_root;
      other[0] ^= 1;
      BOOST_REQUIRE(!verify_consistency(old_size, other, size, root, path));
      if (old_size > 0) {
        other = root;
        other[31] ^= 1;
        BOOST_REQUIRE(!verify_consistency(old_size, old_root, size, other, path));
      }
      for (auto& hash : path) {
        hash[5] ^= 1;
        BOOST_REQUIRE(!verify_consistency(old_size, old_root, size, root, path));
        hash[5] ^= 1;
      }
      path.push_back(root);
      BOOST_REQUIRE(!verify_consistency(old_size, old_root, size, root, path));
    }
  }
}

}  // namespace
}  // namespace caveat::audit
