// Every bit of an evidence package, every member dropped, added, swapped, renamed, doubled, put in another order: refuted, by name
// where there is a name. By default 5,000 of the bits of the archive and 5,000 of the members', all when CAVEAT_NIGHTLY is set.
#include <sys/resource.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <ctime>
#include <optional>
#include <random>

#include "tests/audit/support/amount.h"
#include "tests/audit/support/package_fixture.h"

namespace caveat::audit {
namespace {

using testing::all_of_it;
using testing::PackageFixture;

// ---- a ZIP written by hand from docs/formats.md, so that one can be written that Caveat would not write

std::uint32_t crc32_of(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
  }
  return ~crc;
}

void put(std::string& out, std::uint64_t value, int bytes) {
  for (; bytes > 0; --bytes, value >>= 8) out.push_back(static_cast<char>(value & 0xff));
}

struct Entry {
  std::string name, bytes;
  std::optional<std::uint32_t> claimed = std::nullopt;  // instead of its size
  std::uint16_t method = 0;
  std::string extra = {}, comment = {};
  std::uint16_t date = 33;
  std::uint32_t attributes = 0100644u << 16;
  std::string gap = {};  // before it
};

std::string zip_of(const std::vector<Entry>& entries, std::vector<std::size_t> directory_order = {},
                   const std::string& comment = {}) {
  std::string body, directory;
  std::vector<std::string> rows;
  for (const Entry& entry : entries) {
    const auto size = static_cast<std::uint32_t>(entry.bytes.size());
    std::string common;
    put(common, 0, 2);  // flags
    put(common, entry.method, 2);
    put(common, 0, 2);  // time
    put(common, entry.date, 2);
    put(common, crc32_of(entry.bytes), 4);
    put(common, entry.method == 0 ? entry.claimed.value_or(size) : size, 4);
    put(common, entry.claimed.value_or(size), 4);
    put(common, entry.name.size(), 2);
    body += entry.gap;
    std::string row = std::string("PK\1\2\x3f\3\x0a\0", 8) + common;
    put(row, entry.extra.size(), 2);
    put(row, entry.comment.size(), 2);
    put(row, 0, 2);
    put(row, 0, 2);
    put(row, entry.attributes, 4);
    put(row, body.size(), 4);
    rows.push_back(row + entry.name + entry.extra + entry.comment);
    body += std::string("PK\3\4\x0a\0", 6) + common;
    put(body, entry.extra.size(), 2);
    body += entry.name + entry.extra + entry.bytes;
  }
  if (directory_order.empty())
    for (std::size_t i = 0; i < rows.size(); ++i) directory_order.push_back(i);
  for (const std::size_t i : directory_order) directory += rows[i];
  std::string end("PK\5\6\0\0\0\0", 8);
  put(end, entries.size(), 2);
  put(end, entries.size(), 2);
  put(end, directory.size(), 4);
  put(end, body.size(), 4);
  put(end, comment.size(), 2);
  return body + directory + end + comment;
}

std::vector<Entry> entries_of(const Members& members) {
  std::vector<Entry> entries;
  for (const auto& [name, bytes] : members) entries.push_back({.name = name, .bytes = bytes});
  return entries;
}

std::vector<Entry>::iterator at_of(std::vector<Entry>& entries, const std::string& name) {
  return std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
}

// The most memory that this process ever held, in bytes.
std::size_t peak() {
  struct rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1'024;
}

struct Fixture : PackageFixture {
  Fixture() {
    members = made({}, with_wealth());  // with all that a package can have
    zip = write_archive(members);
  }
  std::string zip;
  std::size_t tried = 0;

  // The package, whole or unpacked, is refuted; `name` stands in what is said.
  void refuted(const PackageReport& report, const std::string& what, const std::string& name = {}) {
    ++tried;
    if (report.exit_code() != 1) BOOST_ERROR("overlooked: " << what);
    const std::string said = render_text(report, Language::en);
    if (said.find(name) == std::string::npos) BOOST_ERROR(what << " is found, but not by name:\n" << said);
  }
  void zip_refuted(const std::string& changed, const std::string& what, const std::string& name = {}) {
    BOOST_REQUIRE(changed != zip);
    refuted(verify_package(changed, named()), what, name);
  }
  void members_refuted(const Members& changed, const std::string& what, const std::string& name = {}) {
    BOOST_REQUIRE(changed != members);
    refuted(verify_members(changed, named()), what, name);
    zip_refuted(write_archive(changed), what + ", packed");
  }
};

BOOST_FIXTURE_TEST_SUITE(a_tampered_package, Fixture)

BOOST_AUTO_TEST_CASE(the_archive_written_by_hand_is_the_one_that_caveat_writes_so_the_changes_below_are_the_only_ones) {
  BOOST_TEST(zip_of(entries_of(members)) == zip);
  BOOST_TEST(verify_package(zip, named()).exit_code() == 0);
  BOOST_TEST(verify_members(members, named()).exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_the_archive_is_found) {
  const std::size_t all = zip.size() * 8;
  std::mt19937_64 random(1);
  const std::size_t count = all_of_it() ? all : testing::sample(5'000);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = all_of_it() ? i : random() % all;
    std::string changed = zip;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    zip_refuted(changed, "bit " + std::to_string(bit));
  }
  BOOST_TEST_MESSAGE(std::to_string(tried) + " of " + std::to_string(all) + " bits of the archive");
}

// The heads of members, their rows in the directory and the end: whose it is stands in the claim, in both languages.
BOOST_AUTO_TEST_CASE(every_flipped_bit_between_the_members_is_found_and_named) {
  std::vector<std::pair<std::size_t, std::string>> bytes_of;  // where, and whose
  std::size_t at = 0;
  const auto add = [&](std::size_t size, const std::string& name) {
    for (; size > 0; --size) bytes_of.emplace_back(at++, name);
  };
  for (const auto& [name, content] : members) {
    add(30 + name.size(), name);
    at += content.size();
  }
  for (const auto& [name, content] : members) add(46 + name.size(), name);
  add(22, "an end that fits the directory");
  BOOST_REQUIRE(at == zip.size());
  std::mt19937_64 random(4);
  if (!all_of_it()) {
    std::shuffle(bytes_of.begin(), bytes_of.end(), random);
    bytes_of.resize(std::min(bytes_of.size(), testing::sample(500)));
  }
  for (const auto& [place, name] : bytes_of)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = zip;
      changed[place] = static_cast<char>(changed[place] ^ 1 << bit);
      zip_refuted(changed, "byte " + std::to_string(place) + ", bit " + std::to_string(bit), name);
    }
  std::string cut = zip.substr(0, zip.size() - 30);
  zip_refuted(cut, "cut in the directory",
              std::prev(members.end())->first + ": expected an entry in the directory that fits its head");
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_every_unpacked_member_is_found_and_its_member_named) {
  std::vector<std::pair<std::string, std::size_t>> bits;
  for (const auto& [name, bytes] : members)
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) bits.emplace_back(name, bit);
  if (!all_of_it()) {
    std::mt19937_64 random(2);
    std::shuffle(bits.begin(), bits.end(), random);
    bits.resize(std::min(bits.size(), testing::sample(5'000)));
    for (const auto& [name, bytes] : members) bits.emplace_back(name, random() % (bytes.size() * 8));
  }
  for (const auto& [name, bit] : bits) {
    Members changed = members;
    std::string& bytes = changed[name];
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    // A changed signature is no signature of anything: what is named is then what it was to sign.
    const std::string told = name == "manifest.json.sig" ? "manifest.json" : name == "log.vkey" ? "" : name;
    refuted(verify_members(changed, named()), name + " bit " + std::to_string(bit), told);
  }
  BOOST_TEST_MESSAGE(std::to_string(tried) + " bits of members");
  BOOST_TEST(tried >= members.size());
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_byte_put_in_or_taken_out_is_found) {
  const std::size_t step = all_of_it() ? 1 : std::max<std::size_t>(1, zip.size() / testing::sample(500));
  for (std::size_t at = 0; at < zip.size(); at += step) {
    zip_refuted(zip.substr(0, at), "cut at " + std::to_string(at));
    std::string changed = zip;
    zip_refuted(changed.insert(at, 1, changed[at]), "a byte more at " + std::to_string(at));
    changed = zip;
    zip_refuted(changed.erase(at, 1), "a byte less at " + std::to_string(at));
  }
  zip_refuted(zip + '\0', "a byte behind");
}

BOOST_AUTO_TEST_CASE(every_member_dropped_emptied_renamed_or_doubled_is_found_by_name) {
  for (const auto& [name, bytes] : members) {
    Members changed = members;
    changed.erase(name);
    members_refuted(changed, name + " dropped", name);
    for (std::string other : {name + "x", "x" + name, "opened/" + name}) {
      Members renamed = changed;
      renamed[other] = bytes;
      members_refuted(renamed, name + " renamed to " + other, name);
    }
    if (!bytes.empty()) {
      changed[name].clear();
      members_refuted(changed, name + " emptied", name == "manifest.json.sig" || name == "log.vkey" ? "" : name);
    }
    std::vector<Entry> doubled = entries_of(members);
    const auto at =
        std::find_if(doubled.begin(), doubled.end(), [&](const Entry& entry) { return entry.name == name; });
    const Entry copy = *at;
    doubled.insert(at, copy);
    zip_refuted(zip_of(doubled), name + " twice");
    *at_of(doubled, copy.name) = {.name = copy.name, .bytes = copy.bytes + " "};
    zip_refuted(zip_of(doubled), name + " twice, the second another");
  }
}

BOOST_AUTO_TEST_CASE(every_added_member_is_found_by_name) {
  for (const std::string name : {"0", "zzz", "headers/000001", "headers/999999", "opened/000999", "checkpoint2",
                                 "manifest.json.sig2", "packs/cn.wealth", "report.html.bak"}) {
    for (const std::string& bytes : {std::string(), std::string("x"), members.at("checkpoint")}) {
      Members changed = members;
      changed[name] = bytes;
      members_refuted(changed, name + " added", name);
    }
  }
  for (const std::string name : {"../x", "/x", "a/../x", "a//x", "x/", "C:x", "a\\x", "a b", "\xe4\xb8\xad", "."}) {
    std::vector<Entry> entries = entries_of(members);
    entries.push_back({.name = name, .bytes = "x"});
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
    zip_refuted(zip_of(entries), "a member outside: " + name);
  }
}

BOOST_AUTO_TEST_CASE(any_two_members_swapped_are_found_by_name) {
  for (auto one = members.begin(); one != members.end(); ++one)
    for (auto other = std::next(one); other != members.end(); ++other) {
      if (one->second == other->second) continue;
      Members changed = members;
      std::swap(changed[one->first], changed[other->first]);
      const PackageReport report = verify_members(changed, named());
      refuted(report, one->first + " and " + other->first + " swapped");
      const std::string said = render_text(report, Language::en);
      const bool about_keys = one->first == "log.vkey" || other->first == "log.vkey";
      BOOST_TEST((about_keys || said.find(one->first) != std::string::npos ||
                  said.find(other->first) != std::string::npos || said.find("manifest.json") != std::string::npos),
                 said);
    }
}

BOOST_AUTO_TEST_CASE(any_other_order_of_members_or_directory_is_found) {
  const std::vector<Entry> entries = entries_of(members);
  std::vector<std::size_t> same(entries.size());
  for (std::size_t i = 0; i < same.size(); ++i) same[i] = i;
  for (std::size_t i = 0; i < entries.size(); ++i)
    for (std::size_t o = i + 1; o < entries.size(); ++o) {
      std::vector<Entry> moved = entries;
      std::swap(moved[i], moved[o]);
      zip_refuted(zip_of(moved), "members " + std::to_string(i) + " and " + std::to_string(o) + " in another order");
      std::vector<std::size_t> order = same;
      std::swap(order[i], order[o]);
      zip_refuted(zip_of(entries, order), "directory in another order");
      zip_refuted(zip_of(moved, order), "members in another order, directory sorted");
    }
}

BOOST_AUTO_TEST_CASE(whatever_can_hide_in_a_zip_is_found) {
  const std::vector<Entry> entries = entries_of(members);
  zip_refuted(zip_of(entries, {}, "hello"), "a comment");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto with = [&](auto change) {
      std::vector<Entry> changed = entries;
      change(changed[i]);
      return zip_of(changed);
    };
    zip_refuted(with([](Entry& entry) { entry.comment = "c"; }), "a member's comment");
    zip_refuted(with([](Entry& entry) { entry.extra = std::string("\x99\x99\0\0", 4); }), "an extra field");
    zip_refuted(with([](Entry& entry) { entry.date = 34; }), "another day");
    zip_refuted(with([](Entry& entry) { entry.attributes = 0100755u << 16; }), "another mode");
    zip_refuted(with([](Entry& entry) { entry.gap = "gap"; }), "a gap");
  }
}

BOOST_AUTO_TEST_CASE(a_hostile_package_is_refused_soon_and_with_little_memory) {
  std::vector<std::pair<std::string, std::string>> hostile;
  const auto add = [&](std::string what, std::string bytes) {
    hostile.emplace_back(std::move(what), std::move(bytes));
  };
  const std::vector<Entry> entries = entries_of(members);
  for (const std::uint32_t claimed : {0x10000000u, 0x3fffffffu, 0x7fffffffu, 0xffffffffu})
    for (const std::uint16_t method : {std::uint16_t{0}, std::uint16_t{8}}) {
      std::vector<Entry> bomb = entries;
      bomb[1].claimed = claimed;
      bomb[1].method = method;
      add("a member that says it has " + std::to_string(claimed) + " bytes, method " + std::to_string(method),
          zip_of(bomb));
    }
  std::vector<Entry> many;
  for (int i = 0; i < 65'535; ++i) many.push_back({.name = "m" + std::to_string(i), .bytes = ""});
  add("65,535 members", zip_of(many));
  std::string counts = zip;
  for (const std::size_t from_end : {14u, 13u, 12u, 11u}) counts[counts.size() - from_end] = '\xff';
  add("65,535 members said, a few there", counts);
  std::string big_directory = zip;
  for (std::size_t i = 0; i < 8; ++i) big_directory[big_directory.size() - 10 + i] = '\xff';
  add("a directory of 4 GB", big_directory);
  std::vector<Entry> same(500, {.name = "checkpoint", .bytes = "x"});
  add("one name 500 times", zip_of(same));
  add("a name of 60,000 bytes", zip_of({{.name = std::string(60'000, 'n'), .bytes = "x"}}));
  add("an archive in an archive", zip_of({{.name = "evidence.zip", .bytes = zip}}));
  std::size_t allowed = peak();
  for (const auto& [what, bytes] : hostile) {
    // Three times its bytes, 1 KB a member (a member costs 76 bytes at least), and 48 MB for the allocator's ways.
    allowed = std::max(allowed, peak() + 3 * bytes.size() + bytes.size() / 76 * 1'024 + (48u << 20));
    const std::clock_t from = std::clock();
    refuted(verify_package(bytes, named()), what);
    // Of a processor, so that a busy machine is none of its business; 65,535 members take a second in a debug build.
    if (!testing::kSanitized) BOOST_TEST((std::clock() - from) / CLOCKS_PER_SEC < 10, what);
    if (!testing::kSanitized) BOOST_TEST(peak() <= allowed, what);
  }

  // What is signed may be hostile too: numbers that nobody can count to.
  const std::string an_opened = members.lower_bound("opened/")->first;
  const std::string size = std::to_string(reader->size());
  const auto signed_again = [&](const std::string& name, std::string bytes) {
    Members forged = members;
    forged[name] = std::move(bytes);
    BOOST_REQUIRE(sign_again(forged));
    return verify_members(forged, named());
  };
  for (const char* count :
       {"a20100029bffffffffffffffff", "bbffffffffffffffff", "a20100025bffffffffffffffff", "9f9f9f9f"})
    refuted(signed_again(an_opened, from_hex(count).value()), std::string("CBOR ") + count);
  refuted(signed_again(an_opened, std::string(2'000, '\x81')), "CBOR nested 2,000 deep");
  refuted(signed_again("proofs.json", std::string(100'000, '[')), "JSON nested 100,000 deep");
  const auto manifest_with = [&](const std::string& before_it, const std::string& after_it) {
    Members forged = members;
    std::string& json = forged["manifest.json"];
    const auto at = json.find(before_it);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, before_it);
    json.replace(at, before_it.size(), after_it);
    forged["manifest.json.sig"] = keys->sign(manifest_text(json));
    return verify_members(forged, named());
  };
  for (const std::string huge : {"18446744073709551615", "9223372036854775807", "1e300", "-1"}) {
    refuted(manifest_with("\"first\":0", "\"first\":" + huge), "first " + huge);
    refuted(manifest_with("\"end\":" + size, "\"end\":" + huge), "end " + huge);
    refuted(manifest_with("\"size\": " + size + ",", "\"size\": " + huge + ","), "size " + huge);
  }
}

// A forger who holds the signing key signs whatever he likes: what lies under the tree he cannot change even so.
BOOST_AUTO_TEST_CASE(a_bit_changed_under_a_manifest_signed_again_is_found_in_all_that_the_tree_covers) {
  Members sound = members;
  BOOST_REQUIRE(sign_again(sound));
  BOOST_TEST(verify_members(sound, named()).exit_code() == 0);  // the forging itself is sound
  std::mt19937_64 random(3);
  for (const auto& [name, bytes] : members) {
    if (!name.starts_with("headers/") && !name.starts_with("opened/") && name != "checkpoint" && name != "proofs.json")
      continue;
    for (std::size_t i = 0; i < (all_of_it() ? bytes.size() * 8 : testing::sample(200)); ++i) {
      const std::size_t bit = all_of_it() ? i : random() % (bytes.size() * 8);
      Members forged = members;
      forged[name][bit / 8] = static_cast<char>(forged[name][bit / 8] ^ (1 << bit % 8));
      BOOST_REQUIRE(sign_again(forged));
      refuted(verify_members(forged, named()), name + " bit " + std::to_string(bit) + ", signed again");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace caveat::audit
