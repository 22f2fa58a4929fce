// Room for what is to come: another suite with its own digest, cipher and signature type, and a second root over the same leaves,
// are taken up by the formats and tables as they are. The suite here is a toy and nothing but a place holder.
#include <boost/test/unit_test.hpp>

#include "audit/error.h"
#include "audit/log/reader.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/seal/sealer.h"
#include "audit/store/store.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

Digest toy_hash(std::string_view bytes) { return sha256("toy" + std::string(bytes)); }

constexpr std::uint8_t kToyType = 0xf7;

class Toy final : public Suite {
 public:
  SuiteId id() const override { return SuiteId::national; }
  AlgorithmId algorithm() const override { return AlgorithmId::sm4_ctr_hmac_sm3; }
  HashFunction hash() const override { return &toy_hash; }
  Digest mac(std::string_view key, std::string_view message) const override {
    return intl().mac("toy" + std::string(key), message);
  }
  std::unique_ptr<const Mac> mac_under(std::string_view key) const override {
    return intl().mac_under("toy" + std::string(key));
  }
  std::string encrypt(const SecretKey& key, std::string_view nonce, std::string_view associated,
                      std::string_view plain) const override {
    return intl().encrypt(key, nonce, "toy" + std::string(associated), plain);
  }
  bool decrypt(const SecretKey& key, std::string_view nonce, std::string_view associated, std::string_view sealed,
               std::string& plain) const override {
    return intl().decrypt(key, nonce, "toy" + std::string(associated), sealed, plain);
  }
  std::uint8_t signature_type() const override { return kToyType; }
  std::string public_key(const SecretKey& seed) const override { return intl().public_key(seed) + "toy"; }
  std::unique_ptr<const Signer> signer(const SecretKey& seed) const override {
    class Signing final : public Signer {
     public:
      explicit Signing(std::unique_ptr<const Signer> ed) : ed_(std::move(ed)) {}
      std::string sign(std::string_view message) const override { return ed_->sign(message) + "toy"; }

     private:
      std::unique_ptr<const Signer> ed_;
    };
    return std::make_unique<Signing>(intl().signer(seed));
  }
};

// As a verifier of that suite would.
bool verify_toy(const VerifierKey& key, std::string_view message, std::string_view signature) {
  if (key.type != kToyType) return verify_signature(key, message, signature);
  VerifierKey ed = key;
  ed.type = kEd25519;
  ed.key = key.key.substr(0, 32);
  return signature.ends_with("toy") && verify_signature(ed, message, signature.substr(0, 64));
}

BOOST_AUTO_TEST_CASE(a_key_set_and_a_record_of_another_suite_are_made_and_opened_and_of_no_suite_that_is_not_there) {
  const testing::Folder folder;
  testing::CountedRandom random;
  const Toy toy;
  const std::string dir = folder / "toy.keys";
  KeyStore::create(dir, "a", {.writable = true, .random = &random, .suite = &toy});
  BOOST_TEST(testing::slurp(dir + "/signing.key").find("suite national\n") != std::string::npos);
  BOOST_CHECK_THROW(KeyStore::open(dir, {}), Error);  // it is not built in
  const auto keys = KeyStore::open(dir, {.writable = true, .random = &random, .suite = &toy});
  const SealedRecord record = seal(*keys, testing::decision(4), 1'795'600'000'000'000, random);
  const Result<Header> back = decode_header(encode_header(record.header, 0, 1));
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((back->body == toy_hash(record.body)));
  BOOST_TEST((back->context.suite == SuiteId::national));
  const auto opened = open_record(*keys, *back, record.body);
  BOOST_REQUIRE(opened.has_value());
  BOOST_TEST(opened->find(Section::request)->encoded == testing::text_section("request 4"));
  // Keys of the suite that is built in do not open it, and say why.
  const auto others = KeyStore::create(folder / "a.keys", "a", {.writable = true, .random = &random});
  const auto closed = open_record(*others, *back, record.body);
  BOOST_REQUIRE(!closed.has_value());
  BOOST_TEST(closed.error().items.front().expected == "its suite is not built in");
}

BOOST_AUTO_TEST_CASE(a_note_with_a_second_signature_opens_for_whoever_knows_either_key) {
  const testing::Folder folder;
  testing::CountedRandom random;
  const Toy toy;
  const auto ours = KeyStore::create(folder / "a.keys", "a", {.writable = true, .random = &random});
  const auto theirs = KeyStore::create(folder / "b.keys", "a", {.writable = true, .random = &random, .suite = &toy});
  const std::string text = checkpoint_text({.origin = "a", .size = 7, .root = sha256("root")});
  SignedNote note = *parse_note(ours->sign(text));
  note.signatures.push_back(parse_note(theirs->sign(text))->signatures.front());
  const std::string both = format_note(note);
  for (const VerifierKey& key : {ours->verifier(), theirs->verifier()})
    BOOST_TEST(open_checkpoint(both, {&key, 1}, &verify_toy)->size == 7u);
  const Result<VerifierKey> line = parse_verifier_key(format_verifier_key(theirs->verifier()));
  BOOST_REQUIRE(line.has_value());
  BOOST_TEST((*line == theirs->verifier()));
}

BOOST_AUTO_TEST_CASE(a_second_root_over_the_same_leaves_lies_beside_the_first_in_tree_and_tables) {
  testing::LogFolder in;
  constexpr int kSecondTree = 2;
  const auto keys = KeyStore::create(in.keys_dir(), "a", {.writable = true, .random = &in.random});
  create_sqlite_store(in.path(), "note");
  Frontier first, second(&toy_hash);
  std::vector<Digest> leaves;
  Batch batch;
  for (std::uint64_t index = 0; index < 300; ++index) {
    const std::string leaf = "leaf " + std::to_string(index);
    first.append(leaf_hash(leaf));
    second.append(leaf_hash(leaf, &toy_hash));
    leaves.push_back(leaf_hash(leaf, &toy_hash));
    batch.records.push_back({.index = index, .header = leaf, .body = "b", .tags = {}, .state = {}});
  }
  BOOST_TEST((second.root() != first.root()));
  for (const auto& [tree, root] : {std::pair{kTreeSha256, first.root()}, std::pair{kSecondTree, second.root()}})
    batch.checkpoints.push_back({.tree = tree,
                                 .size = 300,
                                 .previous = 0,
                                 .time_us = 1,
                                 .note = keys->sign(checkpoint_text({.origin = "a", .size = 300, .root = root}))});
  batch.tiles.push_back(
      {.tree = kSecondTree, .level = 1, .position = 0, .hash = root_of(std::span(leaves).first(256), &toy_hash)});
  {
    const auto store = open_sqlite_store(in.path());
    store->commit(batch);
    store->close();
  }
  const auto reader = open_sqlite_reader(in.path());
  const auto row = reader->newest_checkpoint(kSecondTree);
  BOOST_REQUIRE(row.has_value());
  const VerifierKey known = keys->verifier();
  BOOST_TEST((open_checkpoint(row->note, {&known, 1}, &verify_signature)->root == second.root()));
  BOOST_TEST((open_checkpoint(reader->newest_checkpoint(kTreeSha256)->note, {&known, 1}, &verify_signature)->root ==
              first.root()));
  BOOST_TEST(reader->tile(kSecondTree, 1, 0).has_value());
  BOOST_TEST(!reader->tile(kTreeSha256, 1, 0).has_value());
}

}  // namespace
}  // namespace caveat::audit
