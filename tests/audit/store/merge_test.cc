// Search tags are merged between commits: each is found before and after, once, however many there are.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

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

// 1 to 99 tags in one merge, so that all of them, some and none fill the statements that take many rows.
BOOST_AUTO_TEST_CASE(every_tag_is_there_once_after_a_merge_of_any_length) {
  for (const std::uint64_t tags : {1u, 31u, 32u, 33u, 64u, 99u}) {
    const testing::Folder folder;
    const std::string path = folder / "log.db";
    create_sqlite_store(path, "note");
    auto store = open_sqlite_store(path, {.recent_tag_rows = tags});
    Batch batch;
    for (std::uint64_t i = 0; i < tags; ++i)
      batch.records.push_back({.index = i, .header = "h", .body = "b", .tags = {tag_of(i)}, .state = {}});
    store->commit(batch);
    for (const bool merged : {false, true}) {
      if (merged) store->tidy();
      std::map<std::pair<std::string, std::int64_t>, int> seen;
      store->reader().each_tag([&](std::string_view tag, std::int64_t index) { ++seen[{std::string(tag), index}]; });
      BOOST_TEST(seen.size() == tags);
      for (std::uint64_t i = 0; i < tags; ++i) {
        BOOST_TEST((seen[{std::string(view(tag_of(i))), static_cast<std::int64_t>(i)}]) == 1);
        BOOST_TEST(store->reader().find_tag(tag_of(i)) == std::vector<std::uint64_t>{i},
                   boost::test_tools::per_element());
      }
    }
    store.reset();
    const Batch more{.records = {{.index = tags, .header = "h", .body = "b", .tags = {tag_of(0)}, .state = {}}},
                     .tiles = {},
                     .checkpoints = {}};
    const auto again = open_sqlite_store(path, {.recent_tag_rows = 1});
    again->commit(more);
    again->tidy();
    BOOST_TEST(again->reader().find_tag(tag_of(0)) == (std::vector<std::uint64_t>{0, tags}),
               boost::test_tools::per_element());
  }
}

}  // namespace
}  // namespace caveat::audit
