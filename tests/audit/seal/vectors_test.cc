// What others published about the algorithms and notes that a log leans on. tests/engine/base/cbor_test.cc holds RFC 8949,
// tests/audit/log RFC 6962.
#include <boost/test/unit_test.hpp>

#include "audit/log/checkpoint.h"
#include "audit/seal/suite.h"
#include "engine/base/digest.h"

namespace caveat::audit {
namespace {

std::string bytes(std::string_view hex_text) { return from_hex(hex_text).value(); }

std::string counting(unsigned first, unsigned end) {
  std::string out;
  for (unsigned byte = first; byte < end; ++byte) out.push_back(static_cast<char>(byte));
  return out;
}

BOOST_AUTO_TEST_CASE(aes_256_gcm_gives_the_cases_of_the_gcm_specification) {
  struct Case {
    std::string key, nonce, associated, plain, sealed;
  };
  const std::string key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
  const std::string plain =
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
      "ba637b391aafd255";
  const std::string cipher =
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
      "bcc9f662898015ad";
  const Case cases[] = {
      {std::string(64, '0'), std::string(24, '0'), "", "", "530f8afbc74536b9a963b4f1c4cb738b"},  // 13
      {std::string(64, '0'), std::string(24, '0'), "", std::string(32, '0'),
       "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},                       // 14
      {key, "cafebabefacedbaddecaf888", "", plain, cipher + "b094dac5d93471bdec1a502270e3cc6c"},  // 15
      {key, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2", plain.substr(0, plain.size() - 8),
       cipher.substr(0, cipher.size() - 8) + "76fc6ece0f4e1768cddf8853bb2d551b"},  // 16
  };
  for (const Case& one : cases) {
    const SecretKey secret(bytes(one.key));
    BOOST_TEST(hex(intl().encrypt(secret, bytes(one.nonce), bytes(one.associated), bytes(one.plain))) == one.sealed);
    std::string back;
    BOOST_TEST(intl().decrypt(secret, bytes(one.nonce), bytes(one.associated), bytes(one.sealed), back));
    BOOST_TEST(hex(back) == one.plain);
  }
}

// The first 32 bytes of each: Caveat expands no further.
BOOST_AUTO_TEST_CASE(hkdf_sha_256_gives_the_cases_of_rfc_5869) {
  struct Case {
    std::string input, salt, info, extracted, expanded;
  };
  const Case cases[] = {
      {std::string(22, '\x0b'), counting(0, 13), counting(0xf0, 0xfa),
       "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"},
      {counting(0, 0x50), counting(0x60, 0xb0), counting(0xb0, 0x100),
       "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"},
      {std::string(22, '\x0b'), "", "", "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"},
  };
  for (const Case& one : cases) {
    const Digest extracted = intl().extract(one.salt, one.input);
    BOOST_TEST(hex(extracted) == one.extracted);
    BOOST_TEST(hex(intl().expand(extracted, one.info)) == one.expanded);
  }
}

BOOST_AUTO_TEST_CASE(ed25519_gives_the_cases_of_rfc_8032) {
  struct Case {
    std::string seed, key, message, signature;
  };
  const Case cases[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2"
       "4"
       "655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302ae"
       "e"
       "b00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28"
       "d"
       "c027beceea1ec40a"},
      {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
       "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80"
       "e"
       "2a9ac94fa54ca49f",
       "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17"
       "a"
       "d9bef1177331a704"},
  };
  for (const Case& one : cases) {
    const SecretKey seed(bytes(one.seed));
    BOOST_TEST(hex(intl().public_key(seed)) == one.key);
    BOOST_TEST(hex(intl().sign(seed, bytes(one.message))) == one.signature);
    const VerifierKey key = make_verifier_key("a", kEd25519, bytes(one.key));
    BOOST_TEST(verify_signature(key, bytes(one.message), bytes(one.signature)));
    for (std::size_t bit = 0; bit < 512; bit += 7) {
      std::string changed = bytes(one.signature);
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
      BOOST_TEST(!verify_signature(key, bytes(one.message), changed));
    }
  }
}

constexpr const char* kFoo = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr const char* kFooNote =
    "This is an example message.\n\n"
    "\xe2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

BOOST_AUTO_TEST_CASE(the_example_of_the_signed_note_specification_opens_and_no_changed_bit_of_it_does) {
  const auto parsed = parse_verifier_key(kFoo);
  BOOST_REQUIRE(parsed.has_value());
  const VerifierKey known[] = {*parsed};
  const std::string note = kFooNote;
  BOOST_TEST(open_note(note, known, &verify_signature).value() == "This is an example message.\n");
  for (std::size_t bit = 0; bit < note.size() * 8; ++bit) {
    std::string changed = note;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    BOOST_TEST(!open_note(changed, known, &verify_signature).has_value(), "bit " << bit);
  }
  const std::string line = kFoo;
  for (std::size_t bit = 0; bit < line.size() * 8; ++bit) {
    std::string changed = line;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    const auto other = parse_verifier_key(changed);
    // hex digits in capitals would be the same id: a key line has one spelling
    BOOST_TEST(!other.has_value(), "bit " << bit);
  }
}

BOOST_AUTO_TEST_CASE(the_checkpoint_of_the_specification_is_read_and_written_again) {
  const std::string note =
      "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
      "\xe2\x80\x94 example.com/behind-the-sofa "
      "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
  const auto parsed = parse_note(note);
  BOOST_REQUIRE(parsed.has_value());
  BOOST_TEST(format_note(*parsed) == note);
  const auto checkpoint = parse_checkpoint(parsed->text);
  BOOST_REQUIRE(checkpoint.has_value());
  BOOST_TEST(checkpoint->size == 20'852'163u);
  BOOST_TEST(checkpoint_text(*checkpoint) == parsed->text);
  BOOST_TEST(parsed->signatures[0].id == 0x033de0aeu);
  // As a receipt, laid out as the specification of tlog-proof says.
  const std::string receipt =
      "c2sp.org/tlog-proof@v1\nindex 0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" + note;
  const auto proof = parse_log_proof(receipt);
  BOOST_REQUIRE(proof.has_value());
  BOOST_TEST(proof->checkpoint == note);
  BOOST_TEST(format_log_proof(*proof) == receipt);
}

}  // namespace
}  // namespace caveat::audit
