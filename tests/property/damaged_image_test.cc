// A damaged program image is refused, or what is read of it stays inside it: bytes are changed and the digest is made to fit, as
// whoever forges an image would. Ends on a signal where it does not hold; the run with addresses sees the reads, too.
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <span>

#include "engine/base/digest.h"
#include "engine/decide/decide.h"
#include "engine/decide/topics.h"
#include "engine/program/image.h"
#include "tests/property/random_turns.h"

namespace caveat::random_packs {
namespace {

using decide::Request;
using program::Section;

std::string sealed(std::string image) {
  const Digest digest = sha256(std::string_view(image).substr(48));
  std::memcpy(image.data() + 16, digest.data(), digest.size());
  return image;
}

struct Bytes {
  std::size_t at = 0, size = 0;
};

struct Subject {
  RandomWorld world;
  std::shared_ptr<const program::Program> program;
  std::vector<RandomTurn> turns;
  std::vector<Bytes> sections;

  Subject(std::uint64_t seed, int rules, bool plain) : Subject(Dice(seed), rules, plain) {}

  // Opens an image and decides the turns with it.
  bool use(std::string image) {
    const auto opened = program::open(std::move(image));
    if (!opened) {
      BOOST_TEST(opened.error().code->name == "bad_program");
      return false;
    }
    (*opened)->index().cost();
    decide::Scratch scratch;
    const decide::Data data = shelf(**opened);
    for (RandomTurn& turn : turns) {
      Request request;
      Problem problem;
      decide::BindOptions options;
      options.data = &data;
      if (!decide::bind(**opened, turn.sent.fields, options, request, problem)) continue;
      decide::decide({*opened, {}, {}}, request, {}, scratch);
      for (std::uint32_t topic = 0; topic < (*opened)->topics().size(); ++topic)
        decide::is_of_topic({*opened, {}, {}}, request, topic, scratch);
    }
    return true;
  }

 private:
  // A row for a word that is often said, whatever the image makes of its columns.
  static decide::Data shelf(const program::Program& program) {
    decide::Data data;
    for (std::uint32_t set = 0; set < program.data().size(); ++set) {
      decide::SetReader reader(program, set, Limits{});
      const std::span<const std::uint32_t> slots = program.slots_of_data(set);
      reader.columns({slots.begin(), slots.end()});
      reader.row("保本");
      for (std::size_t i = 0; i < slots.size(); ++i) reader.cell("17");
      data.sets.push_back(std::move(reader).take());
    }
    return data;
  }

  // What the twin has no word for: topics, requirements, disclosures that count once, a reference set.
  void furnish(Dice& dice) {
    std::string& more = world.declarations.emplace_back(
        "requirement recording\n  ask zh \"请双录。\"\n  proof consent\n  valid for conversation, 12 months\n"
        "wording risk zh \"产品有风险。\" en \"Products carry risk.\"\n"
        "facts product\n  shelved integer, from shelf\n  shelf_price decimal, from shelf\n"
        "data shelf keyed by product.label, review by 2026-03-02\n");
    for (const char* name : {"loans", "funds", "savings", "cards"})
      more += std::string("topic ") + name + " as " + world.any_condition() + "\n";
    for (std::size_t i = 0; i + 1 < world.declarations.size(); i += 5) {
      std::string& rule = world.declarations[i];
      const std::size_t then = rule.find("  say zh ");
      if (then == std::string::npos) continue;
      rule.insert(then - 1, " and disclose risk at end" + dice.one({"", ", once per conversation", ", once per day"}));
    }
  }
  Subject(Dice dice, int rules, bool plain) : world(dice, rules, plain) {
    furnish(dice);
    const Compiled compiled = compile(world.texts());
    BOOST_TEST_REQUIRE(compiled.wrong == "");
    program = compiled.program;
    BOOST_REQUIRE(program);
    for (int i = 0; i < 6; ++i) turns.emplace_back(world.names, dice, 0.1 * i);
    const auto image = program->image();
    sections.resize(static_cast<std::size_t>(Section::kCount));
    for (std::size_t i = 0; i < sections.size(); ++i) {
      std::uint64_t at = 0;
      std::memcpy(&at, image.data() + program::kImageHeader + i * 16, 8);
      sections[i].at = static_cast<std::size_t>(at);
      if (i > 0) sections[i - 1].size = static_cast<std::size_t>(at) - sections[i - 1].at;
    }
    sections.back().size = image.size() - sections.back().at;
  }
};

struct Tried {
  long refused = 0, opened = 0;
};

Tried damage(Subject& subject, std::uint64_t seed, int times, std::size_t first, std::size_t last) {
  Dice dice(seed);
  Tried tried;
  for (int i = 0; i < times; ++i) {
    const Bytes& section =
        subject.sections[first + static_cast<std::size_t>(dice.roll(static_cast<int>(last - first)))];
    if (section.size < 8) continue;
    std::string image(subject.program->image());
    for (int changes = 1 + dice.roll(2); changes > 0; --changes) {
      char* at =
          image.data() + section.at + static_cast<std::size_t>(dice.roll(static_cast<int>(section.size / 4))) * 4;
      std::uint32_t word = 0;
      std::memcpy(&word, at, 4);
      switch (dice.roll(4)) {
        case 0:
          word ^= std::uint32_t{1} << dice.roll(32);
          break;
        case 1:
          word += static_cast<std::uint32_t>(dice.roll(9) - 4);
          break;
        case 2:
          word ^= static_cast<std::uint32_t>(dice.roll(256)) << 8 * dice.roll(4);
          break;
        default:
          word = static_cast<std::uint32_t>(dice.roll(64));
      }
      std::memcpy(at, &word, 4);
    }
    ++(subject.use(sealed(std::move(image))) ? tried.opened : tried.refused);
  }
  return tried;
}

constexpr auto kIndex = static_cast<std::size_t>(Section::index_shapes),
               kAfterIndex = static_cast<std::size_t>(Section::calendars);

BOOST_AUTO_TEST_CASE(damage_anywhere_in_the_index_is_refused_or_stays_inside_the_image) {
  for (const int rules : {60, 400}) {
    Subject subject(static_cast<std::uint64_t>(rules), rules, true);
    BOOST_REQUIRE(subject.use(std::string(subject.program->image())));
    const Tried tried = damage(subject, 17, rules == 60 ? 3000 : 1000, kIndex, kAfterIndex);
    BOOST_TEST(tried.refused > 100);
    BOOST_TEST(tried.opened > 100);
  }
}

BOOST_AUTO_TEST_CASE(damage_anywhere_in_an_image_is_refused_or_stays_inside_it) {
  Subject subject(3, 30, false);
  const Tried tried = damage(subject, 23, 4000, 0, static_cast<std::size_t>(Section::kCount));
  BOOST_TEST(tried.refused > 100);
  BOOST_TEST(tried.opened > 100);
}

// Pairs stand last in a block: a pair between the others would be read as a list, whose place in the turn nobody has checked.
BOOST_AUTO_TEST_CASE(a_pair_that_stands_before_a_column_of_one_fact_is_refused) {
  Subject subject(400, 400, true);
  const auto blocks = subject.program->all<program::BlockRow>(Section::index_blocks);
  const auto columns = subject.program->all<program::ColumnRow>(Section::index_columns);
  bool tried = false;
  for (const program::BlockRow& block : blocks) {
    if (block.column_count < 2) continue;
    const std::uint32_t last = block.columns + block.column_count - 1;
    program::ColumnRow pair = columns[last], other = columns[block.columns];
    if (pair.kind != static_cast<std::uint32_t>(program::ColumnKind::pair) || other.kind == pair.kind) continue;
    pair.cell = 0x00ffffff;
    std::string image(subject.program->image());
    const std::size_t at = subject.sections[static_cast<std::size_t>(Section::index_columns)].at;
    std::memcpy(image.data() + at + block.columns * sizeof(pair), &pair, sizeof(pair));
    std::memcpy(image.data() + at + last * sizeof(pair), &other, sizeof(other));
    const auto opened = program::open(sealed(std::move(image)));
    BOOST_REQUIRE(!opened);
    BOOST_TEST(opened.error().items[0].found == "a row of section blocks");
    tried = true;
    break;
  }
  BOOST_TEST(tried);
}

// What a forger would aim at: each row is right by itself and wrong beside another.
template <class Row, class Change>
std::string changed(const Subject& subject, Section section, Change change) {
  std::string image(subject.program->image());
  const std::size_t at = subject.sections[static_cast<std::size_t>(section)].at;
  for (std::size_t i = 0; i < subject.program->all<Row>(section).size(); ++i) {
    Row row;
    std::memcpy(&row, image.data() + at + i * sizeof(row), sizeof(row));
    if (!change(row)) continue;
    std::memcpy(image.data() + at + i * sizeof(row), &row, sizeof(row));
    return sealed(std::move(image));
  }
  BOOST_FAIL("no row to forge");
  return {};
}

BOOST_AUTO_TEST_CASE(rows_that_do_not_fit_each_other_are_refused) {
  const Subject subject(3, 30, false);
  const auto refused = [](std::string image) {
    const auto opened = program::open(std::move(image));
    return opened ? std::string("opened") : opened.error().items[0].found;
  };
  using program::Node, program::NodeCode, program::SlotRow;
  const auto code = [](const Node& node) { return static_cast<NodeCode>(node.code); };
  const std::uint32_t last = subject.program->cells(program::Frame::product) - 1;
  BOOST_TEST(refused(changed<SlotRow>(subject, Section::slots, [&](SlotRow& row) {
               if (row.part != static_cast<std::uint8_t>(program::SlotPart::product) || row.cell != last) return false;
               row.frame = 0;  // stands in a product, lies among the turn's; no other row misses its cell
               return true;
             })) == "a row of section slots");
  BOOST_TEST(refused(changed<Node>(subject, Section::nodes, [&](Node& node) {
               if (code(node) != NodeCode::constant) return false;
               node.slot = 0;  // reads no fact, names one
               node.cell = 0x00ffffff;
               return true;
             })) == "a row of section rules");
  BOOST_TEST(refused(changed<Node>(subject, Section::nodes, [&](Node& node) {
               if (code(node) != NodeCode::key_range) return false;
               node.other = 0, node.other_cell = 0x00ffffff;  // asks of one fact, names two
               return true;
             })) == "a row of section rules");
  // A rule that has lost what it is judged for would let a product, an action or a recipient pass.
  const auto forgets = [&](auto reads) {
    return refused(
        changed<program::RuleRow>(subject, Section::rules, [&](program::RuleRow& row) { return reads(row); }));
  };
  for (const std::uint8_t flag : {program::kReadsProduct, program::kReadsAction}) {
    BOOST_TEST(forgets([&](program::RuleRow& row) {
                 const bool there = (row.flags & flag) != 0;
                 row.flags = static_cast<std::uint8_t>(row.flags & ~flag);
                 return there;
               }) == "a row of section rules");
  }
  for (const std::uint8_t flag : {program::kReadsCustomer, program::kReadsOutreach}) {
    BOOST_TEST(forgets([&](program::RuleRow& row) {
                 const bool there = (row.reads & flag) != 0;
                 row.reads = static_cast<std::uint8_t>(row.reads & ~flag);
                 return there;
               }) == "a row of section rules");
  }
  const auto topic = [&](auto change) {
    return refused(changed<program::TopicRow>(subject, Section::topics, [&](program::TopicRow& row) {
      change(row);
      return true;
    }));
  };
  BOOST_TEST(topic([](program::TopicRow& row) { row.pack = 9; }) == "a row of section topics");
  BOOST_TEST(topic([](program::TopicRow& row) { row.names.count = 0; }) == "a row of section topics");
  BOOST_TEST(topic([](program::TopicRow& row) { row.when.count = 0; }) == "a row of section topics");
  BOOST_TEST(topic([](program::TopicRow& row) { row.when.count += 1; }) == "a row of section topics");
  BOOST_TEST(refused(changed<program::EffectRow>(subject, Section::effects, [](program::EffectRow& row) {
               if (row.kind != static_cast<std::uint8_t>(program::EffectKind::disclose)) return false;
               row.once = 3;
               return true;
             })) == "a row of section effects");
  BOOST_TEST(refused(changed<program::RequirementRow>(subject, Section::requirements, [](program::RequirementRow& row) {
               row.valid_for.months = 120'001;  // would not fit the microseconds in which a proof's end is counted
               return true;
             })) == "a row of section requirements");
}

}  // namespace
}  // namespace caveat::random_packs
