// What becomes of a key set in the course of time: a passphrase is put on, the signer changes, data keys fill buckets.
#include <sys/resource.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/seal/keystore.h"
#include "audit/seal/sealer.h"
#include "audit/store/sqlite.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::CountedRandom;
using testing::Folder;

constexpr std::int64_t kNow = 1'795'600'000'000'000;

KeyStoreOptions small(Random& random, std::optional<std::string_view> passphrase = std::nullopt) {
  return {.writable = true, .random = &random, .passphrase = passphrase, .argon2_passes = 1, .argon2_kib = 64};
}

bool refused(const std::string& dir, std::optional<std::string_view> passphrase, const Code& code) {
  try {
    KeyStore::open(dir, {.passphrase = passphrase});
  } catch (const Error& error) {
    return &error.code() == &code;
  }
  return false;
}

BOOST_AUTO_TEST_CASE(a_set_is_protected_afterwards_and_the_passphrase_can_be_changed) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  KeyId id{};
  std::string secret;
  {
    const auto keys = KeyStore::create(dir, "a", small(random));
    id = keys->data_key("k-1", kNow).id;
    keys->flush();
    secret = testing::slurp(dir + "/wrap.key").substr(testing::slurp(dir + "/wrap.key").find("\nkey ") + 5, 40);
  }
  KeyStore::protect(dir, "first", small(random));
  for (const auto& entry : std::filesystem::directory_iterator(dir))
    BOOST_TEST(testing::slurp(entry.path()).find(secret) == std::string::npos, entry.path());
  BOOST_TEST(refused(dir, std::nullopt, codes::kKeyPassphrase));
  BOOST_TEST(KeyStore::open(dir, {.passphrase = "first"})->find(id) != nullptr);
  KeyStore::protect(dir, "second", small(random, "first"));
  BOOST_TEST(refused(dir, "first", codes::kKeyPassphrase));
  BOOST_TEST(KeyStore::open(dir, {.passphrase = "second"})->find(id) != nullptr);
  BOOST_TEST(KeyStore::open(dir, {.passphrase = "second"})->check().empty());
  BOOST_CHECK_THROW(KeyStore::protect(dir, "third", small(random, "wrong")), Error);
  BOOST_TEST(KeyStore::open(dir, {.passphrase = "second"})->protected_by_passphrase());
}

BOOST_AUTO_TEST_CASE(a_change_of_passphrase_that_was_cut_off_between_the_two_files_is_ended_by_doing_it_again) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  KeyStore::create(dir, "a", small(random, "first"));
  const std::string before = testing::slurp(dir + "/signing.key");
  KeyStore::protect(dir, "second", small(random, "first"));
  testing::spill(dir + "/signing.key", before);
  BOOST_TEST(refused(dir, "first", codes::kKeyPassphrase));
  BOOST_TEST(refused(dir, "second", codes::kKeyPassphrase));
  KeyStore::protect(dir, "second", small(random, "first"));
  BOOST_TEST(KeyStore::open(dir, {.passphrase = "second"})->check().empty());
}

BOOST_AUTO_TEST_CASE(a_new_set_leaves_the_sets_beside_it_alone_whatever_their_names) {
  const Folder folder;
  CountedRandom random;
  const VerifierKey kept = KeyStore::create(folder / "a.keys.new", "kept", small(random))->verifier();
  KeyStore::create(std::string(folder / "a.keys") + "/", "a", small(random));
  BOOST_REQUIRE(KeyStore::exists(folder / "a.keys.new"));
  BOOST_TEST((KeyStore::open(folder / "a.keys.new", {})->verifier() == kept));
  BOOST_TEST(KeyStore::open(folder / "a.keys", {})->origin() == "a");
}

BOOST_AUTO_TEST_CASE(wiped_is_all_that_a_string_had_room_for) {
  for (std::string secret : {std::string("short one"), std::string(200, 'k')}) {
    const std::size_t size = secret.size();
    const char* const bytes = secret.data();
    secret.resize(2);
    wipe(secret);
    BOOST_TEST(secret.empty());
    BOOST_REQUIRE(secret.data() == bytes);
    BOOST_TEST(std::count(bytes, bytes + size, '\0') == static_cast<std::ptrdiff_t>(size));
  }
}

BOOST_AUTO_TEST_CASE(a_signer_that_was_prepared_stays_when_a_passphrase_is_put_on_since_the_log_may_name_it_already) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  const std::string prepared = KeyStore::create(dir, "a", small(random))->prepare_signer("a").key.key;
  KeyStore::protect(dir, "first", small(random));
  BOOST_TEST(testing::slurp(dir + "/signing.key.next").find("kdf argon2id") != std::string::npos);
  const auto keys = KeyStore::open(dir, {.passphrase = "first"});
  BOOST_REQUIRE(keys->prepared_key().has_value());
  BOOST_TEST((*keys->prepared_key() == prepared));
}

BOOST_AUTO_TEST_CASE(data_keys_lie_in_many_buckets_all_of_a_customer_in_one) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  constexpr std::int64_t kQuarter = 92LL * 86'400 * 1'000'000;
  {
    const auto keys = KeyStore::create(dir, "a", small(random));
    for (int i = 0; i < 200; ++i)
      for (int quarter = 0; quarter < 2; ++quarter) keys->data_key("k-" + std::to_string(i), kNow + quarter * kQuarter);
    keys->flush();
    keys->flush();
  }
  const auto keys = KeyStore::open(dir, {.writable = true, .random = &random});
  const KeyStore::Holding holding = keys->holding();
  BOOST_TEST(holding.data_keys == 400u);
  BOOST_TEST(holding.subjects == 200u);
  BOOST_TEST(holding.buckets > 150u);
  BOOST_TEST(holding.buckets <= 200u);
  BOOST_TEST(holding.last_quarter == holding.first_quarter + 1);
  Database db(dir + "/data.db", Database::Mode::read);
  BOOST_TEST(db.number("SELECT count(*) FROM (SELECT subject FROM data_keys GROUP BY subject HAVING count(DISTINCT "
                       "bucket) > 1)") == 0);
  BOOST_TEST(db.number("SELECT max(bucket) FROM buckets") < kBuckets);
  for (int i = 0; i < 200; ++i)
    for (const KeyId& id : keys->keys_of("k-" + std::to_string(i))) BOOST_TEST(keys->find(id) != nullptr);
  BOOST_TEST(keys->check().empty());
}

BOOST_AUTO_TEST_CASE(a_bucket_that_is_gone_closes_its_customers_and_no_others) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  std::vector<KeyId> ids;
  {
    const auto keys = KeyStore::create(dir, "a", small(random));
    for (int i = 0; i < 20; ++i) ids.push_back(keys->data_key("k-" + std::to_string(i), kNow).id);
    keys->flush();
  }
  {
    Database db(dir + "/data.db", Database::Mode::write);
    db.exec("DELETE FROM buckets WHERE bucket = (SELECT bucket FROM data_keys WHERE id = x'" + hex(view(ids[7])) +
            "')");
  }
  const auto keys = KeyStore::open(dir, {});
  for (std::size_t i = 0; i < ids.size(); ++i) BOOST_TEST((keys->find(ids[i]) == nullptr) == (i == 7), i);
  BOOST_TEST(keys->check().size() == 1u);
}

BOOST_AUTO_TEST_CASE(another_signer_is_prepared_named_by_both_and_adopted) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  VerifierKey first, second;
  {
    const auto keys = KeyStore::create(dir, "a", small(random));
    first = keys->verifier();
    const KeyStore::NextSigner dropped = keys->prepare_signer("a");
    BOOST_TEST(keys->prepared_key().value() == dropped.key.key);
    keys->drop_prepared();
    BOOST_TEST(!keys->prepared_key().has_value());
    BOOST_TEST(!std::filesystem::exists(dir + "/signing.key.next"));
    const KeyStore::NextSigner next = keys->prepare_signer("a");
    second = next.key;
    BOOST_TEST((second.id != first.id));
    for (const VerifierKey& key : {first, second})
      BOOST_TEST(open_note(next.note, {&key, 1}, &verify_signature).value() ==
                 "caveat.signer/v1\n" + format_verifier_key(first) + "\n" + format_verifier_key(second) + "\n");
    keys->adopt_signer(next);
    BOOST_TEST((keys->verifier() == second));
    BOOST_TEST(open_note(keys->sign("text\n"), {&second, 1}, &verify_signature).has_value());
  }
  const auto keys = KeyStore::open(dir, {});
  BOOST_TEST((keys->verifier() == second));
  BOOST_TEST((keys->signers() == std::vector<VerifierKey>{first, second}));
  BOOST_TEST(testing::slurp(dir + "/log.vkey") == format_verifier_key(second) + "\n");
  BOOST_TEST(!std::filesystem::exists(dir + "/signing.key.next"));
  BOOST_TEST(keys->check().empty());
}

BOOST_AUTO_TEST_CASE(a_change_of_signer_cut_off_after_the_database_is_ended_at_the_next_opening) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  std::string old_key, old_vkey, next_key;
  VerifierKey second;
  {
    const auto keys = KeyStore::create(dir, "a", small(random));
    old_key = testing::slurp(dir + "/signing.key");
    old_vkey = testing::slurp(dir + "/log.vkey");
    const KeyStore::NextSigner next = keys->prepare_signer("a");
    next_key = testing::slurp(dir + "/signing.key.next");
    second = next.key;
    keys->adopt_signer(next);
  }
  const auto put = [&](const std::string& name, const std::string& bytes) {
    testing::spill(dir + "/" + name, bytes);
    std::filesystem::permissions(dir + "/" + name, std::filesystem::perms(0600));
  };
  const std::string new_key = testing::slurp(dir + "/signing.key");
  // Before the key was renamed, and before log.vkey was written.
  put("signing.key", old_key);
  put("signing.key.next", next_key);
  put("log.vkey", old_vkey);
  BOOST_TEST((KeyStore::open(dir, {})->verifier() == second));  // a reader sees it and writes nothing
  BOOST_TEST(testing::slurp(dir + "/log.vkey") == old_vkey);
  BOOST_TEST((KeyStore::open(dir, {.writable = true, .random = &random})->verifier() == second));
  BOOST_TEST(testing::slurp(dir + "/signing.key") == new_key);
  BOOST_TEST(testing::slurp(dir + "/log.vkey") == format_verifier_key(second) + "\n");
  // The old key alone is refused: it signs no more.
  put("signing.key", old_key);
  BOOST_TEST(refused(dir, std::nullopt, codes::kKeyFile));
}

BOOST_AUTO_TEST_CASE(
    a_set_of_layout_1_is_read_as_it_is_and_brought_up_to_date_by_its_writer_with_the_signer_that_it_has) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  KeyId id{};
  VerifierKey signer;
  {
    const auto keys = KeyStore::create(dir, "a", small(random));
    id = keys->data_key("k-1", kNow).id;
    keys->flush();
    signer = keys->verifier();
  }
  {
    Database db(dir + "/data.db", Database::Mode::write);  // as a build that knew no change of signer left it
    db.exec("DROP TABLE signers");
    db.exec("PRAGMA user_version = 1");
    db.close();
  }
  {
    const auto keys = KeyStore::open(dir, {});
    BOOST_TEST((keys->signers() == std::vector{signer}));
    BOOST_TEST(keys->signer_notes().empty());
    BOOST_TEST(keys->check().empty());
    BOOST_TEST(keys->find(id) != nullptr);
  }
  {
    const auto keys = KeyStore::open(dir, small(random));
    BOOST_TEST((keys->signers() == std::vector{signer}));
    const KeyStore::NextSigner next = keys->prepare_signer("a");
    keys->adopt_signer(next);
  }
  const auto keys = KeyStore::open(dir, {});
  BOOST_TEST(keys->signers().size() == 2u);
  BOOST_TEST(keys->check().empty());
  BOOST_TEST(keys->find(id) != nullptr);
}

BOOST_AUTO_TEST_CASE(
    a_set_of_layout_1_with_another_public_key_beside_it_is_refused_and_stays_as_it_is_until_that_is_put_right) {
  for (const char* before : {"DROP TABLE signers; PRAGMA user_version = 1", "DELETE FROM signers"}) {
    const Folder folder;
    CountedRandom random;
    const std::string dir = folder / "a.keys";
    const VerifierKey signer = KeyStore::create(dir, "a", small(random))->verifier();
    {
      Database db(dir + "/data.db", Database::Mode::write);
      db.exec(before);
      db.close();
    }
    const auto layout = [&] { return Database(dir + "/data.db", Database::Mode::write).number("PRAGMA user_version"); };
    const std::int64_t layout_before = layout();
    const VerifierKey wrong[] = {make_verifier_key("a", kEd25519, std::string(32, 'k')),
                                 make_verifier_key("b", kEd25519, signer.key.substr(signer.key.size() - 32))};
    for (const VerifierKey& other : wrong) {
      testing::spill(dir + "/log.vkey", format_verifier_key(other) + "\n");
      BOOST_CHECK_THROW(KeyStore::open(dir, {}), Error);
      BOOST_CHECK_THROW(KeyStore::open(dir, small(random)), Error);
      BOOST_TEST(layout() == layout_before);
    }
    testing::spill(dir + "/log.vkey", format_verifier_key(signer) + "\n");
    BOOST_TEST((KeyStore::open(dir, {})->signers() == std::vector{signer}));
    BOOST_TEST(KeyStore::open(dir, {})->check().empty() ==
               (layout_before == 1));  // a row that is gone is told until then
    BOOST_TEST((KeyStore::open(dir, small(random))->signers() == std::vector{signer}));
    BOOST_TEST(KeyStore::open(dir, {})->check().empty());
  }
}

BOOST_AUTO_TEST_CASE(every_cell_of_the_signers_is_looked_at) {
  const Folder folder;
  CountedRandom random;
  const std::string dir = folder / "a.keys";
  {
    const auto keys = KeyStore::create(dir, "a", small(random));
    keys->adopt_signer(keys->prepare_signer("a"));
  }
  Database(dir + "/data.db", Database::Mode::write).exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string whole = testing::slurp(dir + "/data.db");
  const auto faults = [&](const std::string& sql) {
    {
      Database db(dir + "/data.db", Database::Mode::write);
      db.exec(sql);
    }
    std::size_t found = 0;
    try {
      found = KeyStore::open(dir, {})->check().size();
    } catch (const Error&) {
      found = 1;
    }
    std::filesystem::remove(dir + "/data.db-wal");
    std::filesystem::remove(dir + "/data.db-shm");
    testing::spill(dir + "/data.db", whole);
    return found;
  };
  BOOST_TEST(faults("UPDATE signers SET note = 'x' WHERE number = 1") > 0u);
  BOOST_TEST(faults("UPDATE signers SET note = replace(note, 'caveat', 'caveet') WHERE number = 2") > 0u);
  BOOST_TEST(faults("UPDATE signers SET vkey = replace(vkey, 'a+', 'b+') WHERE number = 1") > 0u);
  BOOST_TEST(faults("UPDATE signers SET number = 3 WHERE number = 2") > 0u);
  BOOST_TEST(faults("DELETE FROM signers WHERE number = 1") > 0u);
  BOOST_TEST(faults("DELETE FROM signers WHERE number = 2") > 0u);
  BOOST_TEST(faults("SELECT 1") == 0u);
}

BOOST_AUTO_TEST_CASE(a_process_that_has_opened_keys_leaves_no_core_and_key_pages_are_not_dumped) {
  const Folder folder;
  CountedRandom random;
  const auto keys = KeyStore::create(folder / "a.keys", "a", small(random));
  struct rlimit limit{};
  BOOST_TEST(::getrlimit(RLIMIT_CORE, &limit) == 0);
  BOOST_TEST(limit.rlim_cur == 0u);
  BOOST_TEST(limit.rlim_max == 0u);
  const DataKey key = keys->data_key("k-1", kNow);
  const auto address = reinterpret_cast<std::uintptr_t>(key.key->view().data());
  // The flag `dd` of its mapping in smaps: MADV_DONTDUMP.
  std::ifstream maps("/proc/self/smaps");
  std::string line, flags;
  bool inside = false;
  while (std::getline(maps, line)) {
    unsigned long begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2 && line.find('-') < 20)
      inside = address >= begin && address < end;
    if (inside && line.starts_with("VmFlags:")) flags = line;
  }
  BOOST_TEST(flags.find(" dd") != std::string::npos, flags);
}

}  // namespace
}  // namespace caveat::audit
