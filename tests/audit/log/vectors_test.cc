// RFC 6962: the proofs over its eight leaves, as the implementations of Certificate Transparency share them.
#include <boost/test/unit_test.hpp>

#include "audit/log/proof.h"
#include "audit/log/tree.h"

namespace caveat::audit {
namespace {

constexpr const char* kLeaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};

struct Eight {
  std::vector<Digest> hashes;
  Eight() {
    for (const char* leaf : kLeaves) hashes.push_back(leaf_hash(from_hex(leaf).value()));
  }
  Digest root(std::uint64_t size) const { return root_of(std::span(hashes).first(size)); }
  NodeSource node() const {
    return [this](unsigned level, std::uint64_t position) {
      const std::uint64_t width = std::uint64_t{1} << level;
      return root_of(std::span(hashes).subspan(position * width, width));
    };
  }
};

std::vector<std::string> told(const std::vector<Digest>& path) {
  std::vector<std::string> out;
  for (const Digest& hash : path) out.push_back(hex(hash));
  return out;
}

const std::string kA = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const std::string kB = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const std::string kC = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const std::string kD = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const std::string kE = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const std::string kF = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
const std::string kG = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
const std::string kH = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
const std::string kI = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";

BOOST_AUTO_TEST_CASE(inclusion_proofs_are_those_of_rfc_6962) {
  const Eight tree;
  struct Case {
    std::uint64_t index, size;
    std::vector<std::string> path;
  };
  for (const Case& one : {Case{0, 1, {}}, Case{0, 8, {kA, kB, kC}}, Case{5, 8, {kD, kE, kF}}, Case{2, 3, {kG}},
                          Case{1, 5, {kH, kB, kD}}}) {
    const auto path = inclusion_proof(one.index, one.size, tree.node());
    BOOST_TEST(told(path) == one.path, boost::test_tools::per_element());
    BOOST_TEST(verify_inclusion(tree.hashes[one.index], one.index, one.size, path, tree.root(one.size)));
  }
}

BOOST_AUTO_TEST_CASE(consistency_proofs_are_those_of_rfc_6962) {
  const Eight tree;
  struct Case {
    std::uint64_t old_size, size;
    std::vector<std::string> path;
  };
  for (const Case& one : {Case{1, 1, {}}, Case{1, 8, {kA, kB, kC}}, Case{6, 8, {kI, kE, kF}}, Case{2, 5, {kB, kD}}}) {
    const auto path = consistency_proof(one.old_size, one.size, tree.node());
    BOOST_TEST(told(path) == one.path, boost::test_tools::per_element());
    BOOST_TEST(verify_consistency(one.old_size, tree.root(one.old_size), one.size, tree.root(one.size), path));
  }
}

}  // namespace
}  // namespace caveat::audit
