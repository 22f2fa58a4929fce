#include "audit/report/archive.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

using namespace caveat;
using namespace caveat::audit;

BOOST_AUTO_TEST_SUITE(archive)

namespace {
const Members kMembers = {{"checkpoint", "one\ntwo\n"},
                          {"headers/000000", std::string("\0\x01zz", 4)},
                          {"opened/000000", ""},
                          {"z.html", std::string(3000, 'x')}};
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  const std::string bytes = write_archive(kMembers);
  const Result<Members> back = read_archive(bytes);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((*back == kMembers));
  BOOST_TEST(write_archive(kMembers) == bytes);
}

BOOST_AUTO_TEST_CASE(what_is_seen_in_place_is_what_is_read_and_only_of_an_archive_that_is_written_so) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    Members members;
    for (std::size_t count = 1 + random() % 5; count > 0; --count) {
      const std::string name = std::string(1 + random() % 3, static_cast<char>('a' + random() % 26));
      members[name] = std::string(random() % 300, static_cast<char>(random()));
    }
    std::string bytes = write_archive(members);
    const std::optional<MemberViews> seen = view_archive(bytes);
    BOOST_REQUIRE(seen.has_value());
    BOOST_TEST(std::equal(seen->begin(), seen->end(), members.begin(), members.end(),
                          [](const MemberView& a, const auto& b) { return a.name == b.first && a.bytes == b.second; }));
    char& byte = bytes[random() % bytes.size()];
    byte = static_cast<char>(byte ^ 1 << random() % 8);
    BOOST_TEST(!view_archive(bytes).has_value());
    BOOST_TEST(!view_archive(bytes + '\0').has_value());
    BOOST_TEST(!view_archive(bytes.substr(0, random() % bytes.size())).has_value());
  }
  const std::string two = write_archive({{"a", "12345"}, {"b", "12345"}});
  BOOST_TEST(view_archive(two, {.members = 2, .total_bytes = 10, .name_bytes = 1}).has_value());
  BOOST_TEST(!view_archive(two, {.members = 1, .total_bytes = 10, .name_bytes = 1}).has_value());
  BOOST_TEST(!view_archive(two, {.members = 2, .total_bytes = 9, .name_bytes = 1}).has_value());
  BOOST_TEST(!view_archive(two, {.members = 2, .total_bytes = 10, .name_bytes = 0}).has_value());
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_found) {
  const std::string bytes = write_archive(kMembers);
  std::size_t found = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    const Result<Members> back = read_archive(changed);
    if ((!back || *back != kMembers) && !view_archive(changed)) ++found;
  }
  BOOST_TEST(found == bytes.size() * 8);
}

BOOST_AUTO_TEST_CASE(every_truncation_and_every_tail_is_found) {
  const std::string bytes = write_archive(kMembers);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    BOOST_TEST(!read_archive(bytes.substr(0, length)).has_value());
  BOOST_TEST(!read_archive(bytes + '\0').has_value());
  BOOST_TEST(!read_archive("PK" + bytes).has_value());
}

BOOST_AUTO_TEST_CASE(names_that_leave_the_package_are_refused) {
  for (const char* name :
       {"", "/etc/passwd", "a/../b", "..", "./a", "a//b", "a/", "a\\b", "c:x", "a b", "\xe4\xb8\xad"})
    BOOST_TEST(!valid_member_name(name), name);
  BOOST_TEST(valid_member_name("opened/000000"));
  Members members = {{"a/../../b", "x"}};
  BOOST_TEST(!read_archive(write_archive(members)).has_value());
}

BOOST_AUTO_TEST_CASE(limits_hold_at_the_edge_and_one_beyond) {
  const Members two = {{"a", "12345"}, {"b", "12345"}};
  const std::string bytes = write_archive(two);
  BOOST_TEST(read_archive(bytes, {.members = 2, .total_bytes = 10, .name_bytes = 1}).has_value());
  BOOST_TEST(!read_archive(bytes, {.members = 1, .total_bytes = 10, .name_bytes = 1}).has_value());
  BOOST_TEST(!read_archive(bytes, {.members = 2, .total_bytes = 9, .name_bytes = 1}).has_value());
  BOOST_TEST(!read_archive(bytes, {.members = 2, .total_bytes = 10, .name_bytes = 0}).has_value());
  // Also where libzip refuses them, and only what is damaged is looked for.
  const std::size_t end = bytes.size() - 22;
  for (const std::size_t at : {end, end + 16}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    BOOST_TEST(read_archive(damaged, {.members = 2}).error().items.front().expected ==
               "an end that fits the directory");
    BOOST_TEST(read_archive(damaged, {.members = 1}).error().items.front().expected ==
               "a whole ZIP archive as `caveat report` writes it");
  }
  std::string nameless = bytes;  // in its head: the directory has its name
  nameless[30] = ' ';
  BOOST_TEST(read_archive(nameless, {.members = 2}).error().items.front().path == "a");
  BOOST_TEST(read_archive(nameless, {.members = 1}).error().items.front().path == "");
  const ArchiveLimits most{.members = 1, .total_bytes = 1, .name_bytes = 200};
  const std::string named = write_archive({{std::string(200, 'n'), "x"}});
  BOOST_TEST(named.size() == most.file_bytes());
  BOOST_TEST(read_archive(named, most).has_value());
  BOOST_TEST(view_archive(named, most).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
