// Every stored value of a log changed bit by bit, every row dropped, added, swapped: verify must name it. A sample runs by
// default, all of it when CAVEAT_NIGHTLY is set.
#include <sqlite3.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>

#include "audit/error.h"
#include "audit/log/verify.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

using testing::decision;
using testing::LogFolder;

bool nightly() { return std::getenv("CAVEAT_NIGHTLY") != nullptr; }

// The database as an attacker has it: no defensive mode, no checks.
class Raw {
 public:
  explicit Raw(const std::string& path) {
    BOOST_REQUIRE(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK);
    run("PRAGMA ignore_check_constraints = ON");
    run("PRAGMA journal_mode = DELETE");
    run("PRAGMA synchronous = OFF");
  }
  ~Raw() { sqlite3_close(db_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  bool run(const std::string& sql) { return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK; }

  // Rows as SQL literals, so that any of them can be put back.
  std::vector<std::vector<std::string>> rows(const std::string& table) {
    std::vector<std::vector<std::string>> all;
    sqlite3_stmt* statement = nullptr;
    BOOST_REQUIRE(sqlite3_prepare_v2(db_, ("SELECT * FROM " + table).c_str(), -1, &statement, nullptr) == SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      std::vector<std::string>& row = all.emplace_back();
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

  static std::string literal(const std::string& bytes, bool text) {
    const std::string blob = "x'" + hex(bytes) + "'";
    return text ? "CAST(" + blob + " AS TEXT)" : blob;
  }

 private:
  sqlite3* db_ = nullptr;
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
    {"recent_tags", "tags", {"idx", "tags"}, 1},
    {"tags", "tags", {"tag", "idx"}, 2},
    {"state", "state", {"kind", "subject", "discriminator", "version", "idx", "value"}, 3},
};

std::string where(const Table& table, const std::vector<std::string>& row) {
  std::string sql;
  for (std::size_t c = 0; c < table.keys; ++c) sql += (c == 0 ? "" : " AND ") + table.columns[c] + " = " + row[c];
  return sql;
}

std::string values(const std::vector<std::string>& row) {
  std::string sql = " VALUES (";
  for (std::size_t c = 0; c < row.size(); ++c) sql += (c == 0 ? "" : ", ") + row[c];
  return sql + ")";
}

std::string insert(const Table& table, const std::vector<std::string>& row) {
  return "INSERT INTO " + table.name + values(row);
}

struct Tampered {
  LogFolder in;
  std::unique_ptr<KeyStore> keys;

  explicit Tampered(int records, std::size_t recent_tag_rows) {
    LogOptions options = in.options();
    options.recent_tag_rows = recent_tag_rows;
    {
      const auto log = Log::open(options);
      for (int i = 0; i < records; ++i) {
        log->fulfil(log->reserve(), log->seal(decision(i)), [](const Appended&) {});
        if (i % 4 == 3 || records < 100) log->flush();
      }
      log->flush();
    }
    keys = in.keys();
  }

  VerifyReport verify(bool with_keys) {
    const auto reader = LogReader::open(in.path());
    return verify_log(*reader, {.verifier = keys->verifier(),
                                .keys = with_keys ? keys.get() : nullptr,
                                .high_water = in.keys_dir() + "/high-water"});
  }

  // True if the change is found, in the table where it was made.
  bool finds(const Table& table, bool with_keys) {
    try {
      const VerifyReport report = verify(with_keys);
      if (report.good()) return false;
      for (const auto& finding : report.findings)
        if (finding.table == table.found_as) return true;
      for (const auto& finding : report.findings)
        BOOST_TEST_MESSAGE("only: " + finding.table + " " + finding.row + " " + finding.what);
      return false;
    } catch (const Error& error) {  // so changed that it is refused as a log
      return true;
    }
  }
};

std::string flipped(const std::string& literal, std::size_t bit) {
  if (literal.find('\'') == std::string::npos)
    return std::to_string(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(std::stoll(literal)) ^ (std::uint64_t{1} << bit)));
  const bool text = literal.starts_with("CAST");
  std::string changed = literal;
  const std::size_t begin = literal.find('\'') + 1;
  const std::size_t digit = begin + bit / 4;
  const int value = std::stoi(literal.substr(digit, 1), nullptr, 16) ^ (1 << bit % 4);
  changed[digit] = "0123456789abcdef"[value];
  (void)text;
  return changed;
}

std::size_t bits(const std::string& literal) {
  const auto begin = literal.find('\'');
  if (begin == std::string::npos) return 63;
  return (literal.rfind('\'') - begin - 1) * 4;
}

struct Change {
  std::size_t table, row, column, bit;
};

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_every_stored_value_is_found_in_its_table) {
  Tampered log(60, 25);
  BOOST_REQUIRE(log.verify(true).good());
  std::vector<Change> changes;
  std::vector<std::vector<std::vector<std::string>>> rows;
  {
    Raw raw(log.in.path());
    for (const auto& table : kTables) rows.push_back(raw.rows(table.name));
  }
  std::mt19937_64 random(20'261'125);
  for (std::size_t t = 0; t < kTables.size(); ++t)
    for (std::size_t r = 0; r < rows[t].size(); ++r)
      for (std::size_t c = 0; c < kTables[t].columns.size(); ++c)
        for (std::size_t b = 0; b < bits(rows[t][r][c]); ++b) changes.push_back({t, r, c, b});
  BOOST_TEST_MESSAGE(std::to_string(changes.size()) + " bits");
  if (!nightly()) {
    std::shuffle(changes.begin(), changes.end(), random);
    changes.resize(std::min<std::size_t>(changes.size(), 300));
    // and one bit of each column of the first and last row of each table
    for (std::size_t t = 0; t < kTables.size(); ++t)
      for (std::size_t c = 0; c < kTables[t].columns.size(); ++c)
        for (const std::size_t r : {std::size_t{0}, rows[t].size() - 1})
          if (!rows[t].empty()) changes.push_back({t, r, c, random() % bits(rows[t][r][c])});
  }
  std::size_t overlooked = 0;
  std::size_t done = 0;
  for (const auto& change : changes) {
    const Table& table = kTables[change.table];
    const auto& row = rows[change.table][change.row];
    auto changed = row;
    changed[change.column] = flipped(row[change.column], change.bit);
    {
      Raw raw(log.in.path());
      const bool put =
          raw.run("DELETE FROM " + table.name + " WHERE " + where(table, row)) && raw.run(insert(table, changed));
      if (!put) {  // the new key is another row's: nothing was changed but the row dropped
        raw.run(insert(table, row));
        continue;
      }
    }
    ++done;
    if (!log.finds(table, true)) {
      ++overlooked;
      BOOST_TEST_MESSAGE("overlooked: " + table.name + " row " + std::to_string(change.row) + " " +
                         table.columns[change.column] + " bit " + std::to_string(change.bit));
    }
    Raw raw(log.in.path());
    BOOST_REQUIRE(raw.run("DELETE FROM " + table.name + " WHERE " + where(table, changed)) &&
                  raw.run(insert(table, row)));
  }
  BOOST_TEST(done > changes.size() * 9 / 10);
  BOOST_TEST(overlooked == 0u);
  BOOST_TEST(log.verify(true).good());
}

BOOST_AUTO_TEST_CASE(
    without_keys_a_changed_bit_of_the_public_half_is_found_too_and_the_rest_is_said_not_to_be_checked) {
  Tampered log(60, 25);
  std::mt19937_64 random(7);
  std::size_t overlooked = 0;
  for (const auto& table : kTables) {
    if (table.found_as == "tags" || table.found_as == "state") continue;
    std::vector<std::vector<std::string>> rows;
    {
      Raw raw(log.in.path());
      rows = raw.rows(table.name);
    }
    for (int i = 0; i < (nightly() ? 2'000 : 40) && !rows.empty(); ++i) {
      const auto& row = rows[random() % rows.size()];
      const std::size_t column = random() % table.columns.size();
      auto changed = row;
      changed[column] = flipped(row[column], random() % bits(row[column]));
      {
        Raw raw(log.in.path());
        if (!raw.run("DELETE FROM " + table.name + " WHERE " + where(table, row)) || !raw.run(insert(table, changed))) {
          raw.run(insert(table, row));
          continue;
        }
      }
      if (!log.finds(table, false)) ++overlooked;
      Raw raw(log.in.path());
      BOOST_REQUIRE(raw.run("DELETE FROM " + table.name + " WHERE " + where(table, changed)) &&
                    raw.run(insert(table, row)));
    }
  }
  BOOST_TEST(overlooked == 0u);
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
  Tampered log(60, 25);
  std::size_t overlooked = 0;
  const auto note = [&](const Table& table, const std::string& what) {
    ++overlooked;
    BOOST_TEST_MESSAGE("overlooked: " + table.name + " " + what);
  };
  for (const auto& table : kTables) {
    std::vector<std::vector<std::string>> rows;
    {
      Raw raw(log.in.path());
      rows = raw.rows(table.name);
    }
    if (table.name != "tiles") BOOST_TEST(!rows.empty(), table.name);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (!nightly() && rows.size() > 20 && r % 5 != 0 && r + 1 != rows.size()) continue;
      const auto& row = rows[r];
      {  // dropped
        Raw raw(log.in.path());
        BOOST_REQUIRE(raw.run("DELETE FROM " + table.name + " WHERE " + where(table, row)));
      }
      // The newest checkpoint covers the newest records: its loss shows in the headers that none covers.
      const bool newest = table.name == "checkpoints" && r + 1 == rows.size();
      if (!(newest ? log.finds(kTables[1], true) : log.finds(table, true)))
        note(table, "row " + std::to_string(r) + " dropped");
      {
        Raw raw(log.in.path());
        BOOST_REQUIRE(raw.run(insert(table, row)));
      }
      {  // added: the same under a new key
        auto added = row;
        const std::size_t key = table.keys - 1;
        if (added[key].find('\'') == std::string::npos)
          added[key] = std::to_string(std::stoll(added[key]) + 1'000);
        else
          added[key] = flipped(added[key], 3);
        {
          Raw raw(log.in.path());
          BOOST_REQUIRE(raw.run(insert(table, added)));
        }
        if (!log.finds(table, true)) note(table, "row " + std::to_string(r) + " added");
        Raw raw(log.in.path());
        BOOST_REQUIRE(raw.run("DELETE FROM " + table.name + " WHERE " + where(table, added)));
      }
      if (r + 1 < rows.size() && table.columns.size() > table.keys) {  // swapped with the next: all that is no key
        auto first = row;
        auto second = rows[r + 1];
        for (std::size_t c = table.keys; c < table.columns.size(); ++c) std::swap(first[c], second[c]);
        const auto replace = [&](const std::vector<std::string>& one, const std::vector<std::string>& other) {
          Raw raw(log.in.path());
          BOOST_REQUIRE(raw.run("REPLACE INTO " + table.name + values(one)) &&
                        raw.run("REPLACE INTO " + table.name + values(other)));
        };
        if (first == row) continue;  // they were alike
        replace(first, second);
        if (!log.finds(table, true)) note(table, "row " + std::to_string(r) + " swapped");
        replace(row, rows[r + 1]);
      }
    }
  }
  BOOST_TEST(overlooked == 0u);
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
    {
      Raw raw(log.in.path());
      BOOST_REQUIRE(raw.run(change));
    }
    BOOST_TEST(log.finds(schema, true), change);
    Raw raw(log.in.path());
    BOOST_REQUIRE(raw.run(back));
  }
  BOOST_TEST(log.verify(true).good());
}

BOOST_AUTO_TEST_CASE(tiles_are_held_against_the_headers_below_them) {
  Tampered log(600, 4'096);
  BOOST_REQUIRE(log.verify(true).good());
  std::vector<std::vector<std::string>> rows;
  {
    Raw raw(log.in.path());
    rows = raw.rows("tiles");
  }
  BOOST_REQUIRE(rows.size() == 2u);
  const Table& table = kTables[4];
  for (std::size_t i = 0; i < 30; ++i) {
    const auto& row = rows[i % 2];
    auto changed = row;
    const std::size_t column = i < 6 ? i % 3 : 3;
    changed[column] = flipped(row[column], i * 7 % (column < 3 ? 8 : 256));
    {
      Raw raw(log.in.path());
      if (!raw.run("DELETE FROM tiles WHERE " + where(table, row)) || !raw.run(insert(table, changed))) {
        raw.run(insert(table, row));
        continue;
      }
    }
    BOOST_TEST(log.finds(table, false));
    Raw raw(log.in.path());
    BOOST_REQUIRE(raw.run("DELETE FROM tiles WHERE " + where(table, changed)) && raw.run(insert(table, row)));
  }
  {
    Raw raw(log.in.path());
    BOOST_REQUIRE(raw.run("DELETE FROM tiles WHERE position = 1"));
  }
  BOOST_TEST(log.finds(table, false));
}

BOOST_AUTO_TEST_CASE(a_dropped_tail_and_a_log_written_anew_are_found_against_the_mark_and_a_kept_checkpoint) {
  Tampered log(20, 4'096);
  const std::string kept = LogReader::open(log.in.path())->checkpoint().value();
  {  // the tail cut off cleanly, checkpoint and all
    Raw raw(log.in.path());
    for (const auto* table : {"headers", "bodies", "recent_tags"})
      raw.run(std::string("DELETE FROM ") + table + " WHERE idx >= 15");
    raw.run("DELETE FROM checkpoints WHERE size > 15");
  }
  const auto reader = LogReader::open(log.in.path());
  const VerifyReport against_mark =
      verify_log(*reader, {.verifier = log.keys->verifier(), .high_water = log.in.keys_dir() + "/high-water"});
  BOOST_TEST((against_mark.anchor == Anchor::diverged));
  const VerifyReport against_kept = verify_log(*reader, {.verifier = log.keys->verifier(), .kept = kept});
  BOOST_TEST((against_kept.anchor == Anchor::diverged));
  // Alone it looks whole: that is what anchors are for, and the report says that there was none.
  const VerifyReport alone = verify_log(*reader, {.verifier = log.keys->verifier()});
  BOOST_TEST(alone.good());
  BOOST_TEST((alone.anchor == Anchor::unanchored));
}

BOOST_AUTO_TEST_CASE(a_log_held_against_its_own_older_checkpoint_is_anchored) {
  Tampered log(20, 4'096);
  const auto reader = LogReader::open(log.in.path());
  const std::string kept = reader->checkpoint_at(reader->checkpoint_sizes().front()).value();
  const VerifyReport report = verify_log(*reader, {.verifier = log.keys->verifier(), .kept = kept});
  BOOST_TEST(report.good());
  BOOST_TEST((report.anchor == Anchor::anchored));
}

BOOST_AUTO_TEST_CASE(every_changed_cell_of_the_key_set_is_found_or_refused) {
  Tampered log(30, 4'096);
  const std::string path = log.in.keys_dir() + "/data.db";
  const std::vector<Table> tables = {{"key_set", "keys", {"id", "origin", "log", "lookup"}, 1},
                                     {"buckets", "keys", {"bucket", "epoch", "wrapped"}, 1},
                                     {"data_keys", "keys", {"id", "bucket", "subject", "quarter", "wrapped"}, 1}};
  std::mt19937_64 random(3);
  const std::string whole = testing::slurp(path);
  for (const auto& table : tables) {
    std::vector<std::vector<std::string>> rows;
    {
      Raw raw(path);
      rows = raw.rows(table.name);
    }
    BOOST_REQUIRE(!rows.empty());
    for (int i = 0; i < (nightly() ? 1'000 : 30); ++i) {
      const auto& row = rows[random() % rows.size()];
      const std::size_t column = random() % table.columns.size();
      auto changed = row;
      changed[column] = flipped(row[column], random() % bits(row[column]));
      {
        Raw raw(path);
        BOOST_REQUIRE(raw.run("DELETE FROM " + table.name + " WHERE " + where(table, row)) &&
                      raw.run(insert(table, changed)));
      }
      bool found = false;
      try {
        const auto keys = log.in.keys();
        const auto reader = LogReader::open(log.in.path());
        found = !verify_log(*reader, {.verifier = keys->verifier(), .keys = keys.get()}).good();
      } catch (const Error&) {
        found = true;
      }
      BOOST_TEST(found, table.name + " " + table.columns[column]);
      Raw raw(path);
      BOOST_REQUIRE(raw.run("DELETE FROM " + table.name + " WHERE " + where(table, changed)) &&
                    raw.run(insert(table, row)));
    }
  }
}

}  // namespace
}  // namespace caveat::audit
