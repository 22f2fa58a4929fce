// Every stored value of a log changed bit by bit, every row dropped, added, swapped: verify must name table and row. By default
// 5,000 of the bits and every row; all bits, on all cores, when CAVEAT_NIGHTLY is set.
#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>
#include <thread>
#include <unordered_map>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/verify.h"
#include "tests/audit/support/amount.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::all_of_it;
using testing::decision;
using testing::LogFolder;

using Row = std::vector<std::string>;  // cells as SQL literals, so that any of them can be put back

// The database as an attacker has it: no defensive mode, no checks. Open for a whole run: a change is one small transaction.
class Raw {
 public:
  explicit Raw(const std::string& path) {
    BOOST_REQUIRE(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    run("PRAGMA ignore_check_constraints = ON");
    run("PRAGMA journal_mode = MEMORY");
    run("PRAGMA synchronous = OFF");
  }
  ~Raw() { sqlite3_close(db_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  bool run(const std::string& sql) { return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK; }
  // All of it or nothing.
  bool run_together(const std::vector<std::string>& steps) {
    run("BEGIN");
    for (const auto& step : steps)
      if (!run(step)) {
        run("ROLLBACK");
        return false;
      }
    return run("COMMIT");
  }

  std::vector<Row> rows(const std::string& table) {
    std::vector<Row> all;
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(db_, ("SELECT * FROM " + table).c_str(), -1, &statement, nullptr);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      Row& row = all.emplace_back();
      for (int c = 0; c < sqlite3_column_count(statement); ++c) {
        const int type = sqlite3_column_type(statement, c);
        if (type == SQLITE_INTEGER) {
          row.push_back(std::to_string(sqlite3_column_int64(statement, c)));
        } else if (type == SQLITE_NULL) {
          row.emplace_back("NULL");
        } else {
          const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, c));
          const std::string bytes(data != nullptr ? data : "",
                                  static_cast<std::size_t>(sqlite3_column_bytes(statement, c)));
          row.push_back(literal(bytes, type == SQLITE_TEXT));
        }
      }
    }
    sqlite3_finalize(statement);
    return all;
  }

  std::string number(const std::string& sql) {
    std::string found;
    sqlite3_exec(
        db_, sql.c_str(),
        [](void* to, int, char** cells, char**) { return *static_cast<std::string*>(to) = cells[0], 0; }, &found,
        nullptr);
    return found;
  }
  std::vector<std::string> list(const std::string& sql) {
    std::vector<std::string> found;
    sqlite3_exec(
        db_, sql.c_str(),
        [](void* to, int, char** cells, char**) {
          static_cast<std::vector<std::string>*>(to)->emplace_back(cells[0]);
          return 0;
        },
        &found, nullptr);
    return found;
  }
  std::vector<std::string> tables() { return list("SELECT name FROM sqlite_schema WHERE type = 'table'"); }
  std::vector<std::string> columns(const std::string& table) {
    return list("SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid");
  }
  std::size_t keys(const std::string& table) {
    return list("SELECT name FROM pragma_table_info('" + table + "') WHERE pk > 0").size();
  }

  static std::string literal(const std::string& bytes, bool text) {
    const std::string blob = "x'" + hex(bytes) + "'";
    return text ? "CAST(" + blob + " AS TEXT)" : blob;
  }

 private:
  sqlite3* db_ = nullptr;
};

// The matrix verifies one log some hundred thousand times, and each time all but one cell is what it was. What follows from the same
// bytes (a derived key, an opened cipher, a judged signature) is reckoned once; verify itself runs whole each time. A memory is for one
// thread and of what was asked exactly so: another byte of key, message, nonce or context is another question.
class Memory {
 public:
  std::optional<std::string> known(std::string question) {
    question_ = std::move(question);
    const auto found = answers_.find(question_);
    return found == answers_.end() ? std::nullopt : std::optional(found->second);
  }
  void learn(std::string answer) {
    if (answers_.size() > 20'000) answers_.clear();  // of flips that are past
    answers_.emplace(std::move(question_), std::move(answer));
  }
  static std::string question(std::initializer_list<std::string_view> parts) {
    std::string all;
    for (const std::string_view part : parts) {
      const std::uint64_t size = part.size();
      all.append(reinterpret_cast<const char*>(&size), sizeof size);
      all.append(part);
    }
    return all;
  }

 private:
  std::unordered_map<std::string, std::string> answers_;
  std::string question_;
};

Memory& memory() {
  static thread_local Memory one;
  return one;
}

bool remembered_check(const VerifierKey& key, std::string_view message, std::string_view signature) {
  const auto known = memory().known(Memory::question({"signature", format_verifier_key(key), message, signature}));
  if (known) return *known == "good";
  const bool good = verify_signature(key, message, signature);
  memory().learn(good ? "good" : "bad");
  return good;
}

class Remembering final : public Suite {
 public:
  SuiteId id() const override { return intl().id(); }
  AlgorithmId algorithm() const override { return intl().algorithm(); }
  HashFunction hash() const override { return intl().hash(); }
  Digest mac(std::string_view key, std::string_view message) const override {
    Digest digest{};
    if (const auto known = memory().known(Memory::question({"mac", key, message}))) {
      std::copy(known->begin(), known->end(), reinterpret_cast<char*>(digest.data()));
      return digest;
    }
    digest = intl().mac(key, message);
    memory().learn(std::string(caveat::view(digest)));
    return digest;
  }
  std::unique_ptr<const Mac> mac_under(std::string_view key) const override {
    class Asking final : public Mac {
     public:
      Asking(const Suite& suite, std::string_view of) : suite_(suite), key_(of) {}
      Digest of(std::string_view message) const override { return suite_.mac(key_, message); }

     private:
      const Suite& suite_;
      std::string key_;
    };
    return std::make_unique<Asking>(*this, key);
  }
  std::string encrypt(const SecretKey& key, std::string_view nonce, std::string_view associated,
                      std::string_view plain) const override {
    return intl().encrypt(key, nonce, associated, plain);
  }
  bool decrypt(const SecretKey& key, std::string_view nonce, std::string_view associated, std::string_view sealed,
               std::string& plain) const override {
    if (const auto known = memory().known(Memory::question({"decrypt", key.view(), nonce, associated, sealed}))) {
      plain = known->substr(1);
      return known->front() == '+';
    }
    const bool good = intl().decrypt(key, nonce, associated, sealed, plain);
    memory().learn((good ? "+" : "-") + plain);
    return good;
  }
  std::uint8_t signature_type() const override { return intl().signature_type(); }
  std::string public_key(const SecretKey& seed) const override { return intl().public_key(seed); }
  std::unique_ptr<const Signer> signer(const SecretKey& seed) const override { return intl().signer(seed); }
};

struct Table {
  std::string name;      // in the file
  std::string found_as;  // in a finding
  std::vector<std::string> columns;
  std::size_t keys;  // how many of them are the primary key
};

const std::vector<Table> kTables = {
    {"about", "about", {"id", "note"}, 1},
    {"headers", "headers", {"idx", "header"}, 1},
    {"bodies", "bodies", {"idx", "sealed"}, 1},
    {"checkpoints", "checkpoints", {"tree", "size", "previous", "time_us", "note"}, 2},
    {"tiles", "tiles", {"tree", "level", "position", "hash"}, 3},
    {"recent_tags", "recent_tags", {"idx", "tags"}, 1},
    {"tags", "tags", {"tag", "idx"}, 2},
    {"block_tags", "block_tags", {"block", "tag", "idx"}, 3},
    {"tag_merge", "tag_merge", {"id", "first", "below", "tag", "idx"}, 1},
    {"state", "state", {"kind", "subject", "discriminator", "version", "idx", "value"}, 3},
};

std::string where(const Table& table, const Row& row) {
  std::string sql;
  for (std::size_t c = 0; c < table.keys; ++c) sql += (c == 0 ? "" : " AND ") + table.columns[c] + " = " + row[c];
  return sql;
}

std::string values(const Row& row) {
  std::string sql = " VALUES (";
  for (std::size_t c = 0; c < row.size(); ++c) sql += (c == 0 ? "" : ", ") + row[c];
  return sql + ")";
}

std::string insert(const Table& table, const Row& row) { return "INSERT INTO " + table.name + values(row); }
std::string drop(const Table& table, const Row& row) {
  return "DELETE FROM " + table.name + " WHERE " + where(table, row);
}

std::string digits_of(const std::string& literal) {  // of a blob or text
  const auto begin = literal.find('\'') + 1;
  return literal.substr(begin, literal.rfind('\'') - begin);
}
bool is_number(const std::string& literal) { return literal.find('\'') == std::string::npos; }

std::string flipped(const std::string& literal, std::size_t bit) {
  if (is_number(literal))
    return std::to_string(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(std::stoll(literal)) ^ (std::uint64_t{1} << bit)));
  std::string changed = literal;
  const std::size_t digit = literal.find('\'') + 1 + bit / 4;
  const int value = std::stoi(literal.substr(digit, 1), nullptr, 16) ^ (1 << bit % 4);
  changed[digit] = "0123456789abcdef"[value];
  return changed;
}

std::size_t bits(const std::string& literal) { return is_number(literal) ? 64 : digits_of(literal).size() * 4; }

std::string as_unsigned(const std::string& number) {
  return std::to_string(static_cast<std::uint64_t>(std::stoll(number)));
}

// Does a finding speak of this row: by its key, or by a range that holds it?
bool speaks_of(const Finding& finding, const Table& table, const Row& row) {
  if (finding.table != table.found_as) return false;
  if (table.name == "about" || table.name == "tiles" || table.name == "tag_merge") return true;
  if (table.name == "checkpoints") return finding.row == "size " + as_unsigned(row[1]);
  if (table.name == "state") return finding.row == "kind " + as_unsigned(row[0]) + " subject " + digits_of(row[1]);
  const std::string& index = row[table.name == "block_tags" ? 2 : table.name == "tags" ? 1 : 0];
  if (finding.row == index) return true;
  const auto dots = finding.row.find("..");
  if (dots == std::string::npos || index.starts_with("-")) return false;
  const std::uint64_t number = std::stoull(index);
  return std::stoull(finding.row.substr(0, dots)) <= number && number <= std::stoull(finding.row.substr(dots + 2));
}

// A log of `records`, ten a commit, so that there are few signatures to check.
void write_log(LogFolder& in, int records, std::size_t recent_tag_rows) {
  LogOptions options = in.options();
  options.recent_tag_rows = recent_tag_rows;
  const auto log = Log::open(options);
  for (int first = 0; first < records; first += 10) {
    std::vector<std::uint64_t> places;
    for (int i = first; i < std::min(first + 10, records); ++i) places.push_back(log->reserve());
    for (std::size_t i = places.size(); i-- > 0;)  // the first comes last, so that the ten are one commit
      log->fulfil(places[i], log->seal(decision(first + static_cast<int>(i))), [](const Appended&) {});
    log->flush();
  }
}

struct Tampered {
  LogFolder in;
  Remembering suite;
  SignatureCheck check = &verify_signature;
  std::unique_ptr<KeyStore> keys;
  std::unique_ptr<Raw> raw;

  explicit Tampered(int records, std::size_t recent_tag_rows) {
    write_log(in, records, recent_tag_rows);
    keys = in.keys();
    raw = std::make_unique<Raw>(in.path());
  }
  explicit Tampered(const Tampered& other) {  // a copy to work on beside it, which remembers
    std::filesystem::copy(other.in.path(), in.path());
    std::filesystem::copy(other.in.keys_dir(), in.keys_dir());
    keys = KeyStore::open(in.keys_dir(), {.suite = &suite});
    check = &remembered_check;
    raw = std::make_unique<Raw>(in.path());
  }
  Tampered& operator=(const Tampered&) = delete;

  VerifyReport verify(bool with_keys) {
    const auto reader = LogReader::open(in.path());
    return verify_log(*reader, {.verifier = keys->verifier(),
                                .keys = with_keys ? keys.get() : nullptr,
                                .high_water = in.keys_dir() + "/high-water",
                                .state_rows_in_memory = 2,  // as of a log with millions of them: most lie in a file
                                .check = check});
  }

  // Nothing if the change is found in its table, at the row as it was or as it is now; else what verify said instead.
  std::optional<std::string> overlooks(const Table& table, const std::vector<Row>& rows, bool with_keys) {
    try {
      const VerifyReport report = verify(with_keys);
      if (report.good()) return "good";
      std::string others;
      for (const auto& finding : report.findings) {
        if (rows.empty() && finding.table == table.found_as) return std::nullopt;
        for (const auto& row : rows)
          if (speaks_of(finding, table, row)) return std::nullopt;
        others += finding.table + " " + finding.row + " " + finding.what + "; ";
      }
      return others;
    } catch (const Error& error) {  // so changed that it is refused as a log, in words
      const std::string_view code = error.code().name;
      if (code.starts_with("log_") || code == codes::kStorage.name) return std::nullopt;
      return std::string(error.what());
    }
  }

  // One cell changed, judged, put back. False: the new key is another row's, and nothing was changed.
  bool flip(const Table& table, const Row& row, std::size_t column, std::size_t bit, bool with_keys,
            std::vector<std::string>& overlooked) {
    Row changed = row;
    changed[column] = flipped(row[column], bit);
    if (!raw->run_together({drop(table, row), insert(table, changed)})) return false;
    if (const auto said = overlooks(table, {row, changed}, with_keys))
      overlooked.push_back(table.name + "." + table.columns[column] + " of " + row[0].substr(0, 40) + " bit " +
                           std::to_string(bit) + ": " + *said);
    if (!raw->run_together({drop(table, changed), insert(table, row)}))
      overlooked.push_back("not put back: " + table.name);
    return true;
  }
};

// In the middle of a merge, and the first tags as layout 1 merged them: a row in each table but that of subtrees.
struct OfEveryTable : Tampered {
  OfEveryTable() : Tampered(10, 4'096) {
    for (const char* change :
         {"INSERT INTO tags SELECT substr(tags, 1 + 16 * n, 16), idx FROM recent_tags, (SELECT 0 AS n UNION SELECT 1 "
          "UNION SELECT 2 UNION SELECT 3) WHERE idx < 5 AND length(tags) > 16 * n",
          "DELETE FROM recent_tags WHERE idx < 5"})
      BOOST_REQUIRE(raw->run(change));
    raw.reset();
    write_log(in, 45, 40);
    raw = std::make_unique<Raw>(in.path());
    for (const Table& table : kTables)
      if (table.name != "tiles") BOOST_REQUIRE_MESSAGE(!raw->rows(table.name).empty(), table.name);
  }
};

struct Change {
  std::size_t table, row, column, bit;
};

void none(const std::vector<std::string>& overlooked) {
  std::string which;
  for (std::size_t i = 0; i < std::min<std::size_t>(overlooked.size(), 20); ++i)
    which += "\noverlooked: " + overlooked[i];
  BOOST_TEST(overlooked.size() == 0u, overlooked.size() << which);
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_every_stored_value_is_found_in_its_table_and_row) {
  OfEveryTable log;
  BOOST_REQUIRE(log.verify(true).good());
  std::vector<std::vector<Row>> rows;
  for (const auto& table : kTables) rows.push_back(log.raw->rows(table.name));
  std::mt19937_64 random(20'261'125);
  std::vector<Change> changes;
  for (std::size_t t = 0; t < kTables.size(); ++t)
    for (std::size_t r = 0; r < rows[t].size(); ++r)
      for (std::size_t c = 0; c < kTables[t].columns.size(); ++c)
        for (std::size_t b = 0; b < bits(rows[t][r][c]); ++b) changes.push_back({t, r, c, b});
  const std::size_t of = changes.size();
  if (!all_of_it()) {
    std::shuffle(changes.begin(), changes.end(), random);
    changes.resize(std::min<std::size_t>(changes.size(), testing::sample(5'000)));
    // and one bit of each column of the first and last row of each table
    for (std::size_t t = 0; t < kTables.size(); ++t)
      for (std::size_t c = 0; c < kTables[t].columns.size(); ++c)
        for (const std::size_t r : {std::size_t{0}, rows[t].size() - 1})
          if (!rows[t].empty()) changes.push_back({t, r, c, random() % bits(rows[t][r][c])});
    // and all of how far a merge has come, which is told by what two other tables have
    const auto merge =
        std::find_if(kTables.begin(), kTables.end(), [](const Table& one) { return one.name == "tag_merge"; });
    const auto t = static_cast<std::size_t>(merge - kTables.begin());
    for (std::size_t c = 0; c < merge->columns.size(); ++c)
      for (std::size_t b = 0; b < bits(rows[t][0][c]); ++b) changes.push_back({t, 0, c, b});
  }
  const std::size_t threads = all_of_it() ? std::max(1u, std::thread::hardware_concurrency()) : 1;
  std::vector<std::unique_ptr<Tampered>> copies;
  for (std::size_t i = 0; i < threads; ++i)
    copies.push_back(std::make_unique<Tampered>(static_cast<const Tampered&>(log)));
  std::vector<std::vector<std::string>> overlooked(threads);
  std::vector<std::size_t> done(threads);
  std::vector<std::thread> workers;
  for (std::size_t w = 0; w < threads; ++w)
    workers.emplace_back([&, w] {
      for (std::size_t i = w; i < changes.size(); i += threads) {
        const Change& change = changes[i];
        const Table& table = kTables[change.table];
        done[w] +=
            copies[w]->flip(table, rows[change.table][change.row], change.column, change.bit, true, overlooked[w]);
      }
    });
  for (auto& worker : workers) worker.join();
  std::size_t tried = 0;
  for (std::size_t w = 0; w < threads; ++w) {
    none(overlooked[w]);
    tried += done[w];
    BOOST_TEST(copies[w]->verify(true).good());
  }
  BOOST_TEST_MESSAGE(std::to_string(tried) + " of " + std::to_string(of) + " bits were flipped");
  BOOST_TEST(tried > changes.size() * 99 / 100);
}

BOOST_AUTO_TEST_CASE(
    without_keys_a_changed_bit_of_the_public_half_is_found_too_and_the_rest_is_said_not_to_be_checked) {
  OfEveryTable log;
  std::mt19937_64 random(7);
  std::vector<std::string> overlooked;
  for (const auto& table : kTables) {
    if (table.found_as.find("tag") != std::string::npos || table.found_as == "state") continue;
    const std::vector<Row> rows = log.raw->rows(table.name);
    for (std::size_t i = 0; i < (all_of_it() ? 2'000 : testing::sample(200)) && !rows.empty(); ++i) {
      const Row& row = rows[random() % rows.size()];
      const std::size_t column = random() % table.columns.size();
      log.flip(table, row, column, random() % bits(row[column]), false, overlooked);
    }
  }
  none(overlooked);
  const VerifyReport report = log.verify(false);
  BOOST_TEST(report.good());
  BOOST_TEST(!report.bodies_opened);
  const auto said = [&](std::string_view word) {
    for (const auto& claim : report.claims)
      if (claim.shown == Shown::not_checked && claim.en.find(word) != std::string::npos) return true;
    return false;
  };
  BOOST_TEST(said("body opens"));
  BOOST_TEST(said("search tag"));
  BOOST_TEST(said("state"));
}

BOOST_AUTO_TEST_CASE(every_dropped_added_and_swapped_row_is_found) {
  OfEveryTable log;
  std::vector<std::string> overlooked;
  const auto judge = [&](const Table& table, const std::vector<Row>& rows, const std::string& what) {
    if (const auto said = log.overlooks(table, rows, true))
      overlooked.push_back(table.name + " " + what + ": " + *said);
  };
  std::size_t tried = 0;
  for (const auto& table : kTables) {
    const std::vector<Row> rows = log.raw->rows(table.name);
    if (table.name != "tiles") BOOST_TEST(!rows.empty(), table.name);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const Row& row = rows[r];
      const std::string name = "row " + std::to_string(r);
      BOOST_REQUIRE(log.raw->run(drop(table, row)));
      // The loss of the newest checkpoint shows in the headers that none covers, of another in the one after it.
      if (table.name == "checkpoints")
        judge(r + 1 == rows.size() ? kTables[1] : table,
              r + 1 == rows.size() ? std::vector<Row>{} : std::vector<Row>{rows[r + 1]}, name + " dropped");
      else
        judge(table, {row}, name + " dropped");
      BOOST_REQUIRE(log.raw->run(insert(table, row)));

      Row added = row;  // the same under a new key
      const std::size_t key = table.keys - 1;
      added[key] = is_number(added[key]) ? std::to_string(std::stoll(added[key]) + 1'000) : flipped(added[key], 3);
      BOOST_REQUIRE(log.raw->run(insert(table, added)));
      judge(table, table.name == "about" ? std::vector<Row>{} : std::vector<Row>{added}, name + " added");
      BOOST_REQUIRE(log.raw->run(drop(table, added)));
      tried += 2;

      // swapped with each of the next three: all that is no key
      for (std::size_t o = r + 1; o < std::min(rows.size(), r + 4) && table.columns.size() > table.keys; ++o) {
        Row first = row;
        Row second = rows[o];
        for (std::size_t c = table.keys; c < table.columns.size(); ++c) std::swap(first[c], second[c]);
        if (first == row) continue;  // they were alike
        const auto replace = [&](const Row& one, const Row& other) {
          return log.raw->run_together(
              {"REPLACE INTO " + table.name + values(one), "REPLACE INTO " + table.name + values(other)});
        };
        BOOST_REQUIRE(replace(first, second));
        judge(table, {first, second}, name + " swapped with row " + std::to_string(o));
        BOOST_REQUIRE(replace(row, rows[o]));
        ++tried;
      }
    }
  }
  none(overlooked);
  BOOST_TEST_MESSAGE(std::to_string(tried) + " rows dropped, added or swapped");
  BOOST_TEST(tried > 900u);
  BOOST_TEST(log.verify(true).good());
}

BOOST_AUTO_TEST_CASE(a_table_a_trigger_an_index_or_a_layout_number_from_outside_is_found) {
  Tampered log(10, 25);
  const Table schema{"", "schema", {}, 0};
  for (const auto& [change, back] :
       {std::pair{"CREATE TABLE extra (a)", "DROP TABLE extra"},
        std::pair{"CREATE TRIGGER t AFTER INSERT ON headers BEGIN DELETE FROM bodies; END", "DROP TRIGGER t"},
        std::pair{"CREATE INDEX i ON headers (header)", "DROP INDEX i"},
        std::pair{"CREATE VIEW v AS SELECT 1", "DROP VIEW v"}}) {
    BOOST_REQUIRE(log.raw->run(change));
    BOOST_TEST(!log.overlooks(schema, {}, true), change);
    BOOST_REQUIRE(log.raw->run(back));
  }
  for (const std::string number : {"user_version", "application_id"}) {
    const std::string before = log.raw->number("PRAGMA " + number);
    for (const auto* other : {"0", "7"}) {
      BOOST_REQUIRE(log.raw->run("PRAGMA " + number + " = " + other));
      BOOST_TEST(!log.overlooks(schema, {}, true), number);
    }
    BOOST_REQUIRE(log.raw->run("PRAGMA " + number + " = " + before));
  }
  BOOST_TEST(log.verify(true).good());
}

BOOST_AUTO_TEST_CASE(tiles_are_held_against_the_headers_below_them) {
  Tampered log(600, 4'096);
  BOOST_REQUIRE(log.verify(true).good());
  const std::vector<Row> rows = log.raw->rows("tiles");
  BOOST_REQUIRE(rows.size() == 2u);
  const Table& table = kTables[4];
  std::vector<std::string> overlooked;
  for (std::size_t i = 0; i < (all_of_it() ? 512u : 30u); ++i) {
    const std::size_t column = i < 6 ? i % 3 : 3;
    log.flip(table, rows[i % 2], column, i * 7 % (column < 3 ? 64 : 256), false, overlooked);
  }
  none(overlooked);
  for (const Row& row : rows) {
    BOOST_REQUIRE(log.raw->run(drop(table, row)));
    BOOST_TEST(!log.overlooks(table, {}, false));
    BOOST_REQUIRE(log.raw->run(insert(table, row)));
  }
}

// ---- what is whole in itself and yet not what it was: only what was kept elsewhere can tell

struct Against {
  VerifyReport mark, kept, alone;
};

Against against(const std::string& path, const KeyStore& keys, const std::string& mark, const std::string& kept) {
  const auto reader = LogReader::open(path);
  return {verify_log(*reader, {.verifier = keys.verifier(), .keys = &keys, .high_water = mark}),
          verify_log(*reader, {.verifier = keys.verifier(), .keys = &keys, .kept = kept}),
          verify_log(*reader, {.verifier = keys.verifier(), .keys = &keys})};
}

void only_anchors_tell(const Against& against) {
  for (const VerifyReport* report : {&against.mark, &against.kept}) {
    BOOST_TEST(!report->good());
    BOOST_TEST((report->anchor == Anchor::diverged));
    BOOST_TEST(report->findings.size() == 1u);
  }
  // Alone it looks whole: that is what anchors are for, and the report says that there was none.
  BOOST_TEST(against.alone.good());
  BOOST_TEST((against.alone.anchor == Anchor::unanchored));
}

bool refused(LogFolder& in, const Code& code) {
  try {
    Log::open(in.options(false));
  } catch (const Error& error) {
    if (&error.code() != &code) BOOST_TEST_MESSAGE(error.what());
    return &error.code() == &code;
  }
  return false;
}

BOOST_AUTO_TEST_CASE(a_tail_cut_off_cleanly_is_found_against_the_mark_and_a_kept_checkpoint) {
  Tampered log(20, 4'096);
  const std::string kept = LogReader::open(log.in.path())->checkpoint().value();
  for (const auto* table : {"headers", "bodies", "recent_tags", "state"})
    BOOST_REQUIRE(log.raw->run(std::string("DELETE FROM ") + table + " WHERE idx >= 10"));
  BOOST_REQUIRE(log.raw->run("DELETE FROM checkpoints WHERE size > 10"));
  auto reader = LogReader::open(log.in.path());
  for (const auto& report :
       {verify_log(*reader, {.verifier = log.keys->verifier(), .high_water = log.in.keys_dir() + "/high-water"}),
        verify_log(*reader, {.verifier = log.keys->verifier(), .kept = kept})}) {
    BOOST_TEST(!report.good());
    BOOST_TEST((report.anchor == Anchor::diverged));
  }
  const VerifyReport alone = verify_log(*reader, {.verifier = log.keys->verifier()});
  BOOST_TEST(alone.good());
  BOOST_TEST((alone.anchor == Anchor::unanchored));
  reader.reset();
  log.raw.reset();
  BOOST_TEST(refused(log.in, codes::kLogRolledBack));
}

BOOST_AUTO_TEST_CASE(an_old_copy_put_back_is_found_against_the_mark_and_a_kept_checkpoint) {
  LogFolder in;
  write_log(in, 20, 4'096);
  const std::string old_copy = testing::slurp(in.path());
  {
    const auto log = Log::open(in.options(false));
    BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(decision(20))));
  }
  const std::string kept = LogReader::open(in.path())->checkpoint().value();
  testing::spill(in.path(), old_copy);
  only_anchors_tell(against(in.path(), *in.keys(), in.keys_dir() + "/high-water", kept));
  BOOST_TEST(refused(in, codes::kLogRolledBack));
}

// Whoever holds the signing key can write the log anew, one decision another, and sign every checkpoint of it.
BOOST_AUTO_TEST_CASE(a_log_written_anew_with_the_true_key_is_found_against_the_mark_and_a_kept_checkpoint) {
  for (const int records : {20, 40}) {  // as long as the true one, and longer
    LogFolder in;
    {
      Log::open(in.options())->close();
    }
    LogFolder forger;
    std::filesystem::copy(in.path(), forger.path());
    std::filesystem::copy(in.keys_dir(), forger.keys_dir());
    write_log(in, 20, 4'096);
    const std::string kept = LogReader::open(in.path())->checkpoint().value();
    {
      const auto log = Log::open(forger.options(false));
      for (int i = 0; i < records; ++i) {
        RecordContent content = decision(i);
        if (i == 7) content.sections[0].encoded = testing::text_section("allow");
        BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(std::move(content))));
      }
    }
    // The forger's log and data keys under the true mark and the checkpoint that somebody kept.
    std::filesystem::copy(in.keys_dir() + "/high-water", forger.keys_dir() + "/high-water",
                          std::filesystem::copy_options::overwrite_existing);
    only_anchors_tell(against(forger.path(), *forger.keys(), forger.keys_dir() + "/high-water", kept));
    BOOST_TEST(refused(forger, codes::kLogDiverged));
  }
}

BOOST_AUTO_TEST_CASE(a_log_held_against_its_own_older_checkpoint_is_anchored) {
  Tampered log(20, 4'096);
  const auto reader = LogReader::open(log.in.path());
  const std::string kept = reader->checkpoint_at(reader->checkpoint_sizes().front()).value();
  const VerifyReport report = verify_log(*reader, {.verifier = log.keys->verifier(), .kept = kept});
  BOOST_TEST(report.good());
  BOOST_TEST((report.anchor == Anchor::anchored));
  for (std::size_t bit = 0; bit < kept.size() * 8; bit += all_of_it() ? 1 : 13) {
    std::string changed = kept;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    BOOST_TEST(!verify_log(*reader, {.verifier = log.keys->verifier(), .kept = changed}).good(), "bit " << bit);
  }
}

// Which checkpoint comes before is a cell that nobody signs. The checkpoint that ends with a record that names another signer must be
// there all the same; of the others, that none is missing is said of those only that the table names.
BOOST_AUTO_TEST_CASE(
    a_checkpoint_dropped_where_the_signer_changes_is_found_also_where_the_next_row_was_changed_to_fit) {
  LogFolder in;
  std::uint64_t rotated = 0;
  {
    const auto log = Log::open(in.options());
    for (int i = 0; i < 3; ++i) BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(decision(i))));
    rotated = std::get<Committed>(log->rotate("li")).index;
    for (int i = 3; i < 6; ++i) BOOST_REQUIRE(std::holds_alternative<Committed>(log->append(decision(i))));
  }
  const auto keys = in.keys();
  const auto drop_neatly = [&](std::uint64_t size) {
    const std::string gone = std::to_string(size);
    Raw raw(in.path());
    BOOST_REQUIRE(
        raw.run_together({"UPDATE checkpoints SET previous = (SELECT previous FROM checkpoints WHERE size = " + gone +
                              ") WHERE previous = " + gone,
                          "DELETE FROM checkpoints WHERE size = " + gone}));
  };
  const auto verified = [&] {
    return verify_log(*LogReader::open(in.path()),
                      {.verifier = keys->verifier(), .earlier = {keys->signers().front()}, .keys = keys.get()});
  };
  BOOST_TEST(verified().good());
  drop_neatly(2);
  const VerifyReport neat = verified();
  BOOST_TEST(neat.good());
  BOOST_TEST(neat.claims[2].en.find("that the table itself names") != std::string::npos);
  drop_neatly(rotated + 1);
  const VerifyReport report = verified();
  BOOST_REQUIRE(!report.findings.empty());
  BOOST_TEST(report.findings.front().table == "checkpoints");
  BOOST_TEST(report.findings.front().row == "size " + std::to_string(rotated + 1));
}

// ---- the key set

BOOST_AUTO_TEST_CASE(every_changed_cell_of_the_key_set_is_found_or_refused) {
  Tampered log(30, 4'096);
  const std::string path = log.in.keys_dir() + "/data.db";
  log.keys.reset();
  Raw raw(path);
  std::mt19937_64 random(3);
  std::vector<std::string> overlooked;
  const auto found = [&] {
    try {
      const auto keys = log.in.keys();
      const auto reader = LogReader::open(log.in.path());
      return !verify_log(*reader, {.verifier = keys->verifier(), .keys = keys.get()}).good();
    } catch (const Error&) {
      return true;
    }
  };
  BOOST_REQUIRE(!found());
  for (const std::string& name : raw.tables()) {
    const Table table{name, "keys", raw.columns(name), raw.keys(name)};
    const std::vector<Row> rows = raw.rows(name);
    BOOST_REQUIRE(!rows.empty());
    for (std::size_t i = 0; i < (all_of_it() ? 2'000 : testing::sample(200)); ++i) {
      const Row& row = rows[random() % rows.size()];
      const std::size_t column = random() % table.columns.size();
      if (row[column] == "NULL" || bits(row[column]) == 0) continue;  // the first signer has an empty note
      Row changed = row;
      changed[column] = flipped(row[column], random() % bits(row[column]));
      if (!raw.run_together({drop(table, row), insert(table, changed)})) continue;
      if (!found()) overlooked.push_back(name + "." + table.columns[column] + " of " + row[0].substr(0, 40));
      BOOST_REQUIRE(raw.run_together({drop(table, changed), insert(table, row)}));
    }
    for (const Row& row : rows) {
      BOOST_REQUIRE(raw.run(drop(table, row)));
      if (!found()) overlooked.push_back(name + " " + row[0].substr(0, 40) + " dropped");
      BOOST_REQUIRE(raw.run(insert(table, row)));
    }
  }
  none(overlooked);
}

BOOST_AUTO_TEST_CASE(a_bucket_that_does_not_open_is_a_finding_and_not_the_end_of_the_check) {
  Tampered log(30, 4'096);
  log.keys.reset();
  Raw raw(log.in.keys_dir() + "/data.db");
  const std::string row = raw.number("SELECT min(bucket) FROM buckets");
  BOOST_REQUIRE(raw.run("UPDATE buckets SET wrapped = zeroblob(length(wrapped))"));
  const auto keys = log.in.keys();
  const auto reader = LogReader::open(log.in.path());
  const VerifyReport report = verify_log(*reader, {.verifier = keys->verifier(), .keys = keys.get()});
  BOOST_TEST(!report.good());
  BOOST_TEST(std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
    return finding.table == "keys" && finding.row == "buckets " + row;
  }));
}

BOOST_AUTO_TEST_CASE(every_changed_bit_of_the_high_water_mark_is_found) {
  Tampered log(20, 4'096);
  const std::string path = log.in.keys_dir() + "/high-water";
  const std::string whole = testing::slurp(path);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string changed = whole;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    testing::spill(path, changed);
    const VerifyReport report = log.verify(false);
    BOOST_TEST(!report.good(), "bit " << bit);
    BOOST_TEST((!report.findings.empty() && report.findings.back().table == "high-water"), "bit " << bit);
  }
}

}  // namespace
}  // namespace caveat::audit
