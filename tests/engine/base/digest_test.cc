#include "engine/base/digest.h"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

using namespace caveat;

BOOST_AUTO_TEST_SUITE(digest)

BOOST_AUTO_TEST_CASE(the_vectors_of_fips_180_come_out) {
  BOOST_TEST(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(hex(sha256(std::string(1'000'000, 'a'))) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(pieces_give_the_digest_of_the_whole_and_the_hasher_begins_anew) {
  Sha256 hasher;
  for (int i = 0; i < 1000; ++i) hasher.add(std::string(1000, 'a'));
  BOOST_TEST(hex(hasher.finish()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  BOOST_TEST(hex(hasher.add("ab").add("c").finish()) == hex(sha256("abc")));
}

BOOST_AUTO_TEST_CASE(what_begins_alike_gives_the_digest_of_the_whole) {
  for (const std::size_t size : {0, 1, 55, 56, 64, 65, 300}) {
    const std::string shared(size, 's');
    const Sha256Stem stem(shared);
    for (const std::string& rest : {std::string(), std::string("7"), std::string(100, 'r')})
      BOOST_TEST(hex(stem.with(rest)) == hex(sha256(shared + rest)));
  }
}

BOOST_AUTO_TEST_CASE(threads_hash_together) {
  std::vector<std::string> found(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 500; ++n) found[i] = hex(sha256("abc"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& each : found) BOOST_TEST(each == hex(sha256("abc")));
}

BOOST_AUTO_TEST_CASE(hex_has_one_spelling) {
  BOOST_TEST(hex(std::string_view("\x00\xFF\x10", 3)) == "00ff10");
  BOOST_TEST((from_hex("00ff10") == std::string("\x00\xFF\x10", 3)));
  for (const char* bad : {"0", "0g", "FF", " 00", "0x00"}) BOOST_TEST(!from_hex(bad).has_value(), bad);
}

BOOST_AUTO_TEST_SUITE_END()
