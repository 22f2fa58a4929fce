#include <openssl/evp.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/layout.h"
#include "audit/seal/keystore.h"
#include "audit/seal/sealer.h"
#include "audit/seal/suite.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::CountedRandom;
using testing::Folder;

constexpr std::int64_t kNow = 1'795'600'000'000'000;  // November 2026

std::string unhex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return out;
}

BOOST_AUTO_TEST_CASE(hkdf_gives_the_first_test_case_of_rfc_5869) {
  const Digest extracted =
      intl().extract(unhex("000102030405060708090a0b0c"), unhex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"));
  BOOST_TEST(hex(extracted) == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
  BOOST_TEST(hex(intl().expand(extracted, unhex("f0f1f2f3f4f5f6f7f8f9"))) ==
             "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

BOOST_AUTO_TEST_CASE(hmac_gives_the_cases_of_rfc_4231_and_takes_an_empty_key) {
  const std::string counting = unhex("0102030405060708090a0b0c0d0e0f10111213141516171819");
  const std::string long_key(131, '\xaa');
  BOOST_TEST(hex(intl().mac(std::string(20, '\x0b'), "Hi There")) ==
             "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  BOOST_TEST(hex(intl().mac("Jefe", "what do ya want for nothing?")) ==
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  BOOST_TEST(hex(intl().mac(std::string(20, '\xaa'), std::string(50, '\xdd'))) ==
             "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  BOOST_TEST(hex(intl().mac(counting, std::string(50, '\xcd'))) ==
             "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  BOOST_TEST(hex(intl().mac(long_key, "Test Using Larger Than Block-Size Key - Hash Key First")) ==
             "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  BOOST_TEST(
      hex(intl().mac(long_key,
                     "This is a test using a larger than block-size key and a larger than block-size data. The key "
                     "needs to be hashed before being used by the HMAC algorithm.")) ==
      "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
  BOOST_TEST(hex(intl().mac("", "")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

BOOST_AUTO_TEST_CASE(hmac_is_that_of_openssl_for_keys_and_messages_of_every_length_about_a_block) {
  for (const std::size_t key_size : {1, 31, 32, 63, 64, 65, 96, 128, 129})
    for (const std::size_t size : {0, 1, 55, 56, 63, 64, 65, 200}) {
      const std::string key(key_size, 'k'), message(size, 'm');
      std::string expected(32, '\0');
      BOOST_REQUIRE(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                              reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                              reinterpret_cast<unsigned char*>(expected.data()), expected.size(), nullptr) != nullptr);
      BOOST_TEST(caveat::view(intl().mac(key, message)) == expected, key_size << " " << size);
    }
}

BOOST_AUTO_TEST_CASE(state_changes_and_search_tags_are_read_back_only_as_they_are_written) {
  const std::vector<Tag> tags = {{TagKind::customer, "k-1"}, {TagKind::rule, "a"}, {TagKind::rule, "b"}};
  BOOST_TEST((decode_tags(encode_tags(tags)).value() == tags));
  BOOST_TEST(!decode_tags(encode_tags({})).has_value());
  BOOST_TEST(!decode_tags(encode_tags({tags[0], tags[2], tags[1]})).has_value());
  BOOST_TEST(!decode_tags(encode_tags({tags[1], tags[1]})).has_value());
  BOOST_TEST(!decode_tags(encode_tags({{static_cast<TagKind>(9), "x"}})).has_value());
  const std::vector<StateChange> changes = {{{StateKind::hold, "customer k-1", ""}, "held"},
                                            {{StateKind::hold, "customer k-1", ""}, std::nullopt}};
  const std::string encoded = encode_changes(changes);
  BOOST_TEST(encode_changes(decode_changes(encoded).value()) == encoded);
  BOOST_TEST(!decode_changes(encode_changes({})).has_value());
}

BOOST_AUTO_TEST_CASE(aes_256_gcm_gives_the_known_ciphertext_and_tag) {
  // McGrew and Viega, test case 16.
  const SecretKey key(unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const std::string plain = unhex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
      "ba637b39");
  const std::string associated = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const std::string nonce = unhex("cafebabefacedbaddecaf888");
  const std::string sealed = intl().encrypt(key, nonce, associated, plain);
  BOOST_TEST(hex(sealed) ==
             "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e639"
             "3ba7a0abcc9f662"
             "76fc6ece0f4e1768cddf8853bb2d551b");
  std::string back;
  BOOST_TEST(intl().decrypt(key, nonce, associated, sealed, back));
  BOOST_TEST(back == plain);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    BOOST_TEST(!intl().decrypt(key, nonce, associated, changed, back));
    BOOST_TEST(back.empty());
  }
  BOOST_TEST(!intl().decrypt(key, nonce, associated + "x", sealed, back));
  BOOST_TEST(!intl().decrypt(key, nonce, associated, "short", back));
}

BOOST_AUTO_TEST_CASE(ed25519_gives_the_second_test_case_of_rfc_8032) {
  const SecretKey seed(unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  const std::string message = unhex("72");
  BOOST_TEST(hex(intl().public_key(seed)) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const std::string signature = intl().sign(seed, message);
  BOOST_TEST(hex(signature) ==
             "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb"
             "4302aeeb00d291612bb0c00");
  const VerifierKey key = make_verifier_key("a", kEd25519, intl().public_key(seed));
  BOOST_TEST(verify_signature(key, message, signature));
  BOOST_TEST(!verify_signature(key, message + "x", signature));
  BOOST_TEST(!verify_signature(make_verifier_key("a", 2, key.key), message, signature));
}

BOOST_AUTO_TEST_CASE(the_note_of_the_signed_note_specification_opens_under_its_key) {
  const VerifierKey known[] = {
      *parse_verifier_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")};
  const std::string note =
      "If you think cryptography is the answer to your problem,\n"
      "then you don't know what your problem is.\n"
      "\n"
      "\xe2\x80\x94 PeterNeumann "
      "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
  BOOST_TEST(open_note(note, known, &verify_signature).has_value());
  std::string changed = note;
  changed[3] = 'Y';
  BOOST_TEST(!open_note(changed, known, &verify_signature).has_value());
}

BOOST_AUTO_TEST_CASE(a_key_set_is_made_whole_read_back_and_names_its_log) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  const auto made = KeyStore::create(dir, "bank.example/caveat/gate-1", {.writable = true, .random = &random});
  for (const auto* file : {"signing.key", "wrap.key", "data.db", "log.vkey", "high-water"})
    BOOST_TEST(std::filesystem::exists(dir + "/" + file), file);
  struct stat status{};
  BOOST_TEST(::stat((dir + "/signing.key").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 0777) == 0600u);
  BOOST_TEST(!made->protected_by_passphrase());
  const auto again = KeyStore::open(dir, {});
  BOOST_TEST(again->origin() == "bank.example/caveat/gate-1");
  BOOST_TEST((again->verifier() == made->verifier()));
  const VerifierKey known[] = {again->verifier()};
  BOOST_TEST(open_note(made->sign("text\n"), known, &verify_signature).has_value());
  BOOST_TEST(again->check().empty());
  BOOST_CHECK_EXCEPTION(KeyStore::create(dir, "x", {.writable = true, .random = &random}), Error,
                        [](const Error& error) { return &error.code() == &codes::kKeysExist; });
}

BOOST_AUTO_TEST_CASE(a_set_without_a_name_is_called_caveat_local_and_eight_hex_digits) {
  const Folder folder;
  CountedRandom random;
  const auto keys = KeyStore::create(folder / "a.keys", "", {.writable = true, .random = &random});
  BOOST_TEST(keys->origin().starts_with("caveat.local/"));
  BOOST_TEST(keys->origin().size() == 21u);
}

BOOST_AUTO_TEST_CASE(a_passphrase_protects_the_key_files_and_a_wrong_or_missing_one_is_said_in_words) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  const auto made = KeyStore::create(
      dir, "a",
      {.writable = true, .random = &random, .passphrase = "open sesame", .argon2_passes = 1, .argon2_kib = 64});
  BOOST_TEST(made->protected_by_passphrase());
  BOOST_TEST(testing::slurp(dir + "/wrap.key").find("kdf argon2id 1 64 ") != std::string::npos);
  const auto of = [&](std::optional<std::string_view> passphrase) {
    return KeyStore::open(dir, {.passphrase = passphrase});
  };
  BOOST_TEST((of("open sesame")->verifier() == made->verifier()));
  BOOST_CHECK_EXCEPTION(of("open barley"), Error,
                        [](const Error& error) { return &error.code() == &codes::kKeyPassphrase; });
  BOOST_CHECK_EXCEPTION(of(std::nullopt), Error, [](const Error& error) {
    return std::string(error.what()).find("Set CAVEAT_PASSPHRASE_FILE") != std::string::npos;
  });
  testing::spill(folder / "phrase", "open sesame\n");
  ::setenv("CAVEAT_PASSPHRASE_FILE", (folder / "phrase").c_str(), 1);
  std::filesystem::permissions(folder / "phrase", std::filesystem::perms(0644));
  BOOST_CHECK_EXCEPTION(of(std::nullopt), Error, [](const Error& error) { return &error.code() == &codes::kKeyMode; });
  std::filesystem::permissions(folder / "phrase", std::filesystem::perms(0600));
  BOOST_TEST((of(std::nullopt)->verifier() == made->verifier()));
  ::setenv("CAVEAT_PASSPHRASE_FILE", "open sesame", 1);  // the passphrase itself, by mistake
  BOOST_CHECK_EXCEPTION(of(std::nullopt), Error, [](const Error& error) {
    const std::string told = error.what();
    return &error.code() == &codes::kPassphraseFile && told.find("sesame") == std::string::npos &&
           told.find("CAVEAT_PASSPHRASE_FILE") != std::string::npos;
  });
  ::unsetenv("CAVEAT_PASSPHRASE_FILE");
}

BOOST_AUTO_TEST_CASE(a_key_file_that_others_can_read_or_that_was_changed_is_refused) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  KeyStore::create(dir, "a", {.writable = true, .random = &random});
  ::chmod((dir + "/wrap.key").c_str(), 0644);
  BOOST_CHECK_EXCEPTION(KeyStore::open(dir, {}), Error,
                        [](const Error& error) { return &error.code() == &codes::kKeyMode; });
  ::chmod((dir + "/wrap.key").c_str(), 0600);
  for (const auto* name : {"signing.key", "wrap.key", "log.vkey"}) {
    const std::string path = dir + "/" + name;
    const std::string whole = testing::slurp(path);
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      testing::spill(path, changed);
      BOOST_CHECK_THROW(KeyStore::open(dir, {}), Error);
    }
    testing::spill(path, whole);
  }
  BOOST_TEST(KeyStore::open(dir, {})->origin() == "a");
  std::filesystem::remove(dir + "/log.vkey");
  BOOST_CHECK_EXCEPTION(KeyStore::open(dir, {}), Error,
                        [](const Error& error) { return &error.code() == &codes::kKeysMissing; });
}

BOOST_AUTO_TEST_CASE(a_data_key_is_the_same_for_a_customer_in_a_quarter_and_another_in_the_next) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  KeyId id{};
  {
    const auto keys = KeyStore::create(dir, "a", {.writable = true, .random = &random});
    const DataKey key = keys->data_key("k-12", kNow);
    id = key.id;
    BOOST_TEST((keys->data_key("k-12", kNow + 1).id == key.id));
    BOOST_TEST((keys->data_key("k-13", kNow).id != key.id));
    BOOST_TEST((keys->data_key("k-12", kNow + 92LL * 86'400 * 1'000'000).id != key.id));
    keys->flush();
  }
  const auto keys = KeyStore::open(dir, {.writable = true, .random = &random});
  BOOST_TEST((keys->data_key("k-12", kNow).id == id));
  BOOST_TEST(keys->find(id) != nullptr);
  BOOST_TEST(keys->find(KeyId{9}) == nullptr);
  BOOST_TEST(keys->keys_of("k-12").size() == 2u);
  BOOST_TEST(keys->check().empty());
}

Header header_of(const SealedRecord& record) { return decode_header(encode_header(record.header, 3, kNow)).value(); }

BOOST_AUTO_TEST_CASE(a_sealed_record_opens_under_its_keys_and_every_flipped_bit_is_noticed) {
  const Folder folder;
  CountedRandom random;
  const auto keys = KeyStore::create(folder / "a.keys", "a", {.writable = true, .random = &random});
  const SealedRecord record = seal(*keys, testing::decision(4), kNow, random);
  const Header header = header_of(record);
  BOOST_TEST(header.context.subject_keys.size() == 2u);
  BOOST_TEST(encode_header(header).size() < 700u);
  const auto opened = open_record(*keys, header, record.body);
  BOOST_REQUIRE(opened.has_value());
  BOOST_REQUIRE(opened->find(Section::request) != nullptr);
  BOOST_TEST(opened->find(Section::request)->encoded == testing::text_section("request 4"));
  BOOST_TEST(decode_changes(opened->find(Section::state)->encoded)->size() == 2u);
  BOOST_TEST(decode_tags(opened->find(Section::search)->encoded)->size() == 3u);
  BOOST_TEST((commit_tags(opened->tags_salt, record.tags) == header.tags));
  for (std::size_t bit = 0; bit < record.body.size() * 8; bit += 5) {
    std::string changed = record.body;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    BOOST_TEST(!open_record(*keys, header, changed).has_value());
    Header resealed = header;  // even where the header is made to fit
    resealed.body = sha256(changed);
    BOOST_TEST(!open_record(*keys, resealed, changed).has_value());
  }
  Header other = header;
  other.context.kind = Kind::feedback;
  BOOST_TEST(!open_record(*keys, other, record.body).has_value());
}

BOOST_AUTO_TEST_CASE(the_same_content_is_never_sealed_to_the_same_bytes_and_the_body_names_nobody) {
  const Folder folder;
  CountedRandom random;
  const auto keys = KeyStore::create(folder / "a.keys", "a", {.writable = true, .random = &random});
  RecordContent content = testing::decision(1);
  content.sections.push_back({Section::result, testing::text_section("canary-8f1c77")});
  const SealedRecord one = seal(*keys, content, kNow, random);
  const SealedRecord two = seal(*keys, content, kNow, random);
  BOOST_TEST(one.body != two.body);
  BOOST_TEST((header_of(one).context.commitments != header_of(two).context.commitments));
  BOOST_TEST(one.body.size() == two.body.size());
  BOOST_TEST(one.body.find("canary") == std::string::npos);
  BOOST_TEST((one.tags == two.tags));
}

BOOST_AUTO_TEST_CASE(a_record_with_two_subjects_does_not_open_with_the_keys_of_one) {
  const Folder folder;
  CountedRandom random;
  CountedRandom same(7);
  const auto keys = KeyStore::create(folder / "a.keys", "a", {.writable = true, .random = &random});
  const SealedRecord record = seal(*keys, testing::decision(4), kNow, random);
  // A set that lacks one of the two: what an erasure leaves.
  const auto half = KeyStore::create(folder / "b.keys", "a", {.writable = true, .random = &same});
  const auto opened = open_record(*half, header_of(record), record.body);
  BOOST_REQUIRE(!opened.has_value());
  BOOST_TEST(opened.error().code == &codes::kBodyClosed);
}

BOOST_AUTO_TEST_CASE(a_state_value_opens_only_in_its_own_row) {
  const Folder folder;
  CountedRandom random;
  const auto keys = KeyStore::create(folder / "a.keys", "a", {.writable = true, .random = &random});
  const std::vector<KeyId> ids = {keys->data_key("k-1", kNow).id};
  const StateChange change{{StateKind::hold, "customer k-1", "d"}, "value"};
  const SealedStateChange sealed = seal_change(*keys, change, ids, random);
  BOOST_TEST(open_value(*keys, sealed.kind, sealed.subject, sealed.discriminator, *sealed.sealed).value() == "value");
  BOOST_TEST(!open_value(*keys, StateKind::once, sealed.subject, sealed.discriminator, *sealed.sealed).has_value());
  BOOST_TEST(!open_value(*keys, sealed.kind, TagValue{}, sealed.discriminator, *sealed.sealed).has_value());
  BOOST_TEST(!open_value(*keys, sealed.kind, sealed.subject, sealed.discriminator, "junk").has_value());
}

}  // namespace
}  // namespace caveat::audit
