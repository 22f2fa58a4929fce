// Search tags are merged between commits: each is found before and after, once, however many there are.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audit/store/sqlite.h"
#include "audit/store/store.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

TagValue tag_of(std::uint64_t number) {
  TagValue tag{};
  tag[0] = static_cast<std::uint8_t>(number * 37);  // not in the order of the records
  tag[1] = static_cast<std::uint8_t>(number);
  tag[2] = static_cast<std::uint8_t>(number >> 8);
  return tag;
}

Batch records(std::uint64_t first, std::uint64_t end) {
  Batch batch;
  for (std::uint64_t i = first; i < end; ++i)
    batch.records.push_back(
        {.index = i, .header = "h", .body = "b", .tags = {tag_of(i), tag_of(i / 10 + 5'000)}, .state = {}});
  return batch;
}

std::vector<std::int64_t> misplaced(StoreReader& reader) {
  std::vector<std::int64_t> found;
  reader.each_misplaced_tag([&](std::string_view, std::int64_t index) { found.push_back(index); });
  return found;
}

void each_is_there_once(StoreReader& reader, std::uint64_t end) {
  std::map<std::pair<std::string, std::int64_t>, int> seen;
  reader.each_tag(
      [&](std::string_view, std::string_view tag, std::int64_t index) { ++seen[{std::string(tag), index}]; });
  BOOST_REQUIRE(seen.size() == 2 * end);
  for (std::uint64_t i = 0; i < end; ++i)
    for (const TagValue& tag : {tag_of(i), tag_of(i / 10 + 5'000)})
      BOOST_REQUIRE((seen[{std::string(view(tag)), static_cast<std::int64_t>(i)}]) == 1);
  BOOST_REQUIRE(misplaced(reader).empty());
  for (std::uint64_t ten = 0; ten * 10 < end; ++ten) {
    std::vector<std::uint64_t> those;
    for (std::uint64_t i = ten * 10; i < std::min(end, ten * 10 + 10); ++i) those.push_back(i);
    BOOST_TEST_REQUIRE(reader.find_tag(tag_of(ten + 5'000)) == those, boost::test_tools::per_element());
  }
}

// Merges of 60 records and more begin and end, some in the middle of what one commit moves; at every second commit the log is closed
// and opened again, at every third the process ends without closing it.
BOOST_AUTO_TEST_CASE(every_tag_is_there_once_before_while_and_after_it_is_merged) {
  bool cut = false, ended = false;
  for (const std::uint64_t step : {1u, 7u, 40u}) {
    const testing::Folder folder;
    const std::string path = folder / "log.db";
    create_sqlite_store(path, "note");
    const auto open = [&] { return open_sqlite_store(path, {.recent_tag_rows = 60}); };
    auto store = open();
    for (std::uint64_t end = 0, commit = 0; end < 400; ++commit) {
      store->commit(records(end, end + step));
      end += step;
      store->tidy();
      if (commit % 5 == 0) each_is_there_once(store->reader(), end);
      if (commit % 4 == 1) each_is_there_once(*open_sqlite_reader(path), end);
      if (commit % 2 == 1) {
        if (commit % 3 != 0) store->close();
        store.reset();
        Database db(path, Database::Mode::write);
        const bool under_way = db.number("SELECT count(*) FROM tag_merge") > 0;
        cut |= under_way;
        ended |= !under_way && db.number("SELECT count(*) FROM block_tags") > 0;
        db.close();
        store = open();
      }
    }
  }
  BOOST_TEST(cut);
  BOOST_TEST(ended);
}

// What a merge changes lies in the block of its records, and nobody finds it in another.
BOOST_AUTO_TEST_CASE(tags_of_two_blocks_are_found_where_they_lie) {
  const testing::Folder folder;
  const std::string path = folder / "log.db";
  create_sqlite_store(path, "note");
  {
    const auto store = open_sqlite_store(path, {.recent_tag_rows = 2});
    for (const std::uint64_t first : {65'534u, 65'536u, 65'538u, 65'540u}) store->commit(records(first, first + 2));
    BOOST_TEST(store->reader().find_tag(tag_of(65'536)) == std::vector<std::uint64_t>{65'536},
               boost::test_tools::per_element());
    store->close();
  }
  Database db(path, Database::Mode::write);
  BOOST_TEST(db.number("SELECT count(DISTINCT block) FROM block_tags") == 2);
  BOOST_TEST(db.number("SELECT count(*) FROM block_tags WHERE block = 0 AND idx > 65535") == 0);
  db.exec("UPDATE block_tags SET block = 0 WHERE idx = 65536");
  db.close();
  BOOST_TEST(misplaced(*open_sqlite_reader(path)) == (std::vector<std::int64_t>{65'536, 65'536}),
             boost::test_tools::per_element());
}

// One row of a stranger makes no search without end, and a merge that says it is of all records is told as none of Caveat's.
BOOST_AUTO_TEST_CASE(a_block_and_a_merge_of_any_number_are_read_for_what_is_there) {
  const testing::Folder folder;
  const std::string path = folder / "log.db";
  create_sqlite_store(path, "note");
  {
    const auto store = open_sqlite_store(path, {.recent_tag_rows = 60});
    bool under_way = false;
    for (std::uint64_t first = 0; first < 400 && !under_way; ++first) {
      store->commit(records(first, first + 1));
      store->tidy();
      under_way = Database(path, Database::Mode::read).number("SELECT count(*) FROM tag_merge") > 0;
    }
  }
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  Database db(path, Database::Mode::write);
  BOOST_REQUIRE(db.number("SELECT count(*) FROM tag_merge") == 1);
  const std::int64_t place = db.number("SELECT idx FROM tag_merge");
  db.exec("INSERT INTO block_tags VALUES (" + std::to_string(kLast) + ", zeroblob(16), 3)");
  db.close();
  BOOST_TEST(open_sqlite_reader(path)->find_tag(tag_of(0)) == (std::vector<std::uint64_t>{0, 3}),
             boost::test_tools::per_element());
  // It lies in the wrong block, and is one more than the merge has moved.
  BOOST_TEST(misplaced(*open_sqlite_reader(path)) == (std::vector<std::int64_t>{3, place}),
             boost::test_tools::per_element());
  Database again(path, Database::Mode::write);
  again.exec("DELETE FROM block_tags WHERE block = " + std::to_string(kLast));
  again.exec("UPDATE tag_merge SET below = " + std::to_string(kLast));
  again.close();
  BOOST_TEST(!misplaced(*open_sqlite_reader(path)).empty());
}

// As an older build left it: what it merged stays where it is, and nothing but a writer changes the file.
BOOST_AUTO_TEST_CASE(a_log_of_layout_1_is_read_as_it_is_and_goes_on_under_its_writer) {
  const testing::Folder folder;
  const std::string path = folder / "log.db";
  create_sqlite_store(path, "note");
  open_sqlite_store(path, {.recent_tag_rows = 1'000})->commit(records(0, 50));
  {
    Database db(path, Database::Mode::write);
    db.exec("DROP TABLE block_tags; DROP TABLE tag_merge; PRAGMA user_version = 1");
    Statement move = db.prepare("INSERT INTO tags (tag, idx) VALUES (?, ?)");
    for (std::int64_t i = 0; i < 20; ++i)
      for (const TagValue& tag :
           {tag_of(static_cast<std::uint64_t>(i)), tag_of(static_cast<std::uint64_t>(i) / 10 + 5'000)})
        move.bind_blob(1, view(tag)).bind(2, i).run();
    db.exec("DELETE FROM recent_tags WHERE idx < 20");
  }
  {
    const auto reader = open_sqlite_reader(path);
    each_is_there_once(*reader, 50);
    BOOST_TEST(reader->schema_faults().empty());
  }
  const auto store = open_sqlite_store(path, {.recent_tag_rows = 10});
  each_is_there_once(store->reader(), 50);
  store->commit(records(50, 60));
  store->commit(records(60, 70));
  each_is_there_once(store->reader(), 70);
  BOOST_TEST(store->reader().schema_faults().empty());
}

}  // namespace
}  // namespace caveat::audit
