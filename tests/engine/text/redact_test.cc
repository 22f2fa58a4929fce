#include "engine/text/redact.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>

#include "engine/base/utf8.h"
#include "engine/text/characters.h"
#include "engine/text/graphemes.h"
#include "tests/engine/text/random_text.h"

using namespace caveat;
using namespace caveat::text;
using caveat::text::testing::random_text;

namespace {

Edit edit(std::string_view text, std::string_view part, Edit::Mode mode, std::string_view with = {},
          std::uint8_t first = 0, std::uint8_t last = 0) {
  const std::size_t at = text.find(part);
  BOOST_REQUIRE(at != std::string_view::npos);
  return {{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + part.size())}, mode, first, last, with};
}

std::string without(std::string_view text, std::string_view part) {
  return apply_edits(text, std::vector<Edit>{edit(text, part, Edit::Mode::replace)});
}

using Texts = std::vector<std::string_view>;
std::string add_disclosures(std::string_view text, const Texts& at_start, const Texts& at_end) {
  std::vector<Disclosed> all;
  for (const std::string_view one : at_start) all.push_back({true, one});
  for (const std::string_view one : at_end) all.push_back({false, one});
  RedactScratch scratch;
  std::string out(text);
  text::add_disclosures(all, scratch, out);
  const auto added = std::count_if(all.begin(), all.end(), [](const Disclosed& one) { return one.added; });
  BOOST_TEST((out == text) == (added == 0));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redacting)

BOOST_AUTO_TEST_CASE(each_mode_leaves_what_it_says) {
  const std::string_view text = "卡号6222021234567890，已绑定。";
  const std::string_view card = "6222021234567890";
  using Mode = Edit::Mode;
  BOOST_TEST(apply_edits(text, std::vector<Edit>{edit(text, card, Mode::full)}) == "卡号***，已绑定。");
  BOOST_TEST(apply_edits(text, std::vector<Edit>{edit(text, card, Mode::label, "[银行卡号]")}) ==
             "卡号[银行卡号]，已绑定。");
  BOOST_TEST(apply_edits(text, std::vector<Edit>{edit(text, card, Mode::keep, {}, 0, 4)}) == "卡号***7890，已绑定。");
  BOOST_TEST(apply_edits(text, std::vector<Edit>{edit(text, card, Mode::keep, {}, 3, 4)}) ==
             "卡号622***7890，已绑定。");
  BOOST_TEST(apply_edits(text, std::vector<Edit>{edit(text, card, Mode::replace, "(已隐去)")}) ==
             "卡号(已隐去)，已绑定。");
  BOOST_TEST(apply_edits(text, {}) == text);
}

BOOST_AUTO_TEST_CASE(kept_characters_are_letters_and_digits_and_never_all_of_them) {
  const auto keep = [](std::string_view text, std::uint8_t first, std::uint8_t last) {
    return apply_edits(
        text, std::vector<Edit>{{{0, static_cast<std::uint32_t>(text.size())}, Edit::Mode::keep, first, last, {}}});
  };
  BOOST_TEST(keep("6222 0212 3456 7890", 0, 4) == "***7890");
  BOOST_TEST(keep("138-0013-8000", 3, 4) == "138***8000");
  BOOST_TEST(keep("138-0013-800 0", 0, 4) == "***800 0");
  BOOST_TEST(keep("7890", 0, 4) == "***");
  BOOST_TEST(keep("789", 2, 4) == "***");
  BOOST_TEST(keep("张三丰", 1, 0) == "张***");
  BOOST_TEST(keep("--", 0, 0) == "***");
}

BOOST_AUTO_TEST_CASE(of_overlapping_edits_the_strictest_holds_over_all_they_cover) {
  const std::string_view text = "abcdefghij";
  using Mode = Edit::Mode;
  std::vector<Edit> edits = {
      {{0, 5}, Mode::keep, 0, 2, {}}, {{3, 8}, Mode::full, 0, 0, {}}, {{7, 9}, Mode::replace, 0, 0, "x"}};
  BOOST_TEST(apply_edits(text, edits) == "***j");
  std::reverse(edits.begin(), edits.end());
  BOOST_TEST(apply_edits(text, edits) == "***j");
  BOOST_TEST(apply_edits(text, std::vector<Edit>{{{0, 5}, Mode::keep, 0, 2, {}}, {{0, 5}, Mode::keep, 0, 4, {}}}) ==
             "***defghij");
  BOOST_TEST(apply_edits(text, std::vector<Edit>{{{0, 5}, Mode::label, 0, 0, "L"}, {{4, 6}, Mode::keep, 0, 1, {}}}) ==
             "Lghij");
  BOOST_TEST(apply_edits(text, std::vector<Edit>{{{0, 2}, Mode::full, 0, 0, {}}, {{2, 4}, Mode::label, 0, 0, "L"}}) ==
             "***Lefghij");
}

BOOST_AUTO_TEST_CASE(nothing_is_cut_inside_a_character_of_the_reader) {
  const std::string_view text = "x\U0001F468\u200D\U0001F469y";
  BOOST_TEST(apply_edits(text, std::vector<Edit>{{{1, 5}, Edit::Mode::full, 0, 0, {}}}) == "x***y");
  BOOST_TEST(apply_edits("e\u0301x", std::vector<Edit>{{{0, 1}, Edit::Mode::full, 0, 0, {}}}) == "***x");
  BOOST_TEST(apply_edits("保本", std::vector<Edit>{{{1, 2}, Edit::Mode::full, 0, 0, {}}}) == "***本");
  BOOST_TEST(apply_edits("保本", std::vector<Edit>{{{4, 4}, Edit::Mode::full, 0, 0, {}},
                                                   {{90, 99}, Edit::Mode::full, 0, 0, {}}}) == "保本");
}

BOOST_AUTO_TEST_CASE(what_a_removed_match_leaves_empty_goes_with_it) {
  BOOST_TEST(without("本产品（保本）收益稳健", "保本") == "本产品收益稳健");
  BOOST_TEST(without("本产品（ 保本 ）收益稳健", "保本") == "本产品收益稳健");
  BOOST_TEST(without("本产品“《保本》”好", "保本") == "本产品好");
  BOOST_TEST(without("稳健，保本，灵活", "保本") == "稳健，灵活");
  BOOST_TEST(without("保本，灵活", "保本") == "灵活");
  BOOST_TEST(without("稳健，保本。", "保本") == "稳健。");
  BOOST_TEST(without("稳健、（保本）、灵活", "保本") == "稳健、灵活");
  BOOST_TEST(without("It is risk-free and cheap", "risk-free") == "It is and cheap");
  BOOST_TEST(without("It is risk-free.", "risk-free") == "It is.");
  BOOST_TEST(without("risk-free returns", "risk-free") == "returns");
  BOOST_TEST(without("保本", "保本").empty());
  BOOST_TEST(without("甲（保本型）", "保本") == "甲（型）");
  BOOST_TEST(without("上一行。\n保本，灵活", "保本") == "上一行。\n灵活");
}

// What several leave together, and what is left of a sentence or a line of nothing.
BOOST_AUTO_TEST_CASE(what_removed_matches_leave_empty_together_goes_with_them) {
  const auto all = [](std::string_view text) {
    std::vector<Edit> edits;
    for (std::size_t at = text.find("丙"); at != std::string_view::npos; at = text.find("丙", at + 1))
      edits.push_back(
          {{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + 3)}, Edit::Mode::replace, 0, 0, {}});
    return apply_edits(text, edits);
  };
  BOOST_TEST(all("好，丙，丙，丙。") == "好。");
  BOOST_TEST(all("（ 丙 丙 ）好") == "好");
  BOOST_TEST(all("甲（丙，丙）好") == "甲好");
  BOOST_TEST(all("甲（丙，乙）好（乙、丙）") == "甲（乙）好（乙）");
  BOOST_TEST(all("好。丙。丙！再见。") == "好。再见。");
  BOOST_TEST(all("“丙。”好") == "好");
  BOOST_TEST(all("一\n丙丙\n二") == "一\n二");
  BOOST_TEST(all("一\n\n 丙 \n\n二\n丙") == "一\n\n二");
  BOOST_TEST(all("a 丙 丙 b") == "a b");
  BOOST_TEST(all("丙.5") == ".5");
  BOOST_TEST(all("丙").empty());
  BOOST_TEST(all("丙。").empty());
  BOOST_TEST(says_nothing("（） ，。\n"));
  BOOST_TEST(!says_nothing("。5"));
  BOOST_TEST(!says_nothing("***"));
}

// Each letter of the text is another one, so that whatever shows again is known.
BOOST_AUTO_TEST_CASE(no_redacted_character_is_left_in_the_result_and_no_other_is_lost) {
  std::mt19937 random(23);
  const auto pick = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n)(random); };
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    std::vector<std::string> letters;
    const std::size_t size = 1 + pick(60);
    for (std::size_t i = 0; i < size; ++i) {
      std::string letter;
      append_utf8(letter, static_cast<char32_t>((i % 2 == 0 ? 0x4E00 : 0x0430) + i));
      letters.push_back(letter);
      text += letter;
    }
    std::vector<bool> hidden(size, false);
    std::vector<Edit> edits;
    for (std::size_t n = pick(5); n > 0; --n) {
      const std::size_t from = pick(size - 1);
      const std::size_t to = from + pick(std::min<std::size_t>(8, size - from));
      std::size_t begin = 0;
      for (std::size_t i = 0; i < from; ++i) begin += letters[i].size();
      std::size_t end = begin;
      for (std::size_t i = from; i < to; ++i) end += letters[i].size();
      edits.push_back({{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
                       pick(1) == 0 ? Edit::Mode::full : Edit::Mode::label,
                       0,
                       0,
                       "[#]"});
      for (std::size_t i = from; i < to; ++i) hidden[i] = true;
    }
    const std::string out = apply_edits(text, edits);
    std::shuffle(edits.begin(), edits.end(), random);
    BOOST_REQUIRE_EQUAL(apply_edits(text, edits), out);
    for (std::size_t i = 0; i < size; ++i) BOOST_REQUIRE((out.find(letters[i]) == std::string::npos) == hidden[i]);
  }
}

BOOST_AUTO_TEST_CASE(random_edits_of_random_texts_give_utf8_and_keep_what_stands_outside) {
  std::mt19937 random(29);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = random_text(random, 30);
    const auto at = [&] {
      return std::uniform_int_distribution<std::uint32_t>(0, static_cast<std::uint32_t>(text.size()))(random);
    };
    std::uint32_t begin = at();
    std::uint32_t end = at();
    if (begin > end) std::swap(begin, end);
    const std::string out = apply_edits(text, std::vector<Edit>{{{begin, end}, Edit::Mode::full, 0, 0, {}}});
    BOOST_REQUIRE(is_valid_utf8(out));
    const Range wide = whole_graphemes(text, {begin, end});
    BOOST_REQUIRE(wide.begin <= begin);
    if (wide.begin < wide.end) {
      BOOST_REQUIRE(wide.end >= end);
      BOOST_REQUIRE_EQUAL(out, text.substr(0, wide.begin) + "***" + text.substr(wide.end));
    }
  }
}

BOOST_AUTO_TEST_CASE(disclosures_stand_on_their_own_lines_and_are_not_said_twice) {
  BOOST_TEST(add_disclosures("收益稳健。", Texts{"产品有风险。"}, Texts{"投资须谨慎。"}) ==
             "产品有风险。\n收益稳健。\n投资须谨慎。");
  BOOST_TEST(add_disclosures("投资 须谨慎。收益稳健。", {}, Texts{"投资须谨慎。"}) == "投资 须谨慎。收益稳健。");
  BOOST_TEST(add_disclosures("a", Texts{"X", "x"}, Texts{"Ｘ", "y"}) == "X\na\ny");
  BOOST_TEST(add_disclosures("a，", {}, Texts{"X。", "X。"}) == "a，\nX。");  // whatever the text ends in
  // What one of them quotes is not said by another's being there.
  BOOST_TEST(add_disclosures("a", {}, Texts{"You wrote:\nX.\nthat is", "X."}) == "a\nYou wrote:\nX.\nthat is\nX.");
  BOOST_TEST(add_disclosures("", Texts{"X"}, Texts{"y"}) == "X\ny");
  BOOST_TEST(add_disclosures("", Texts{"X"}, {}) == "X");
  BOOST_TEST(add_disclosures("a\n", {}, Texts{"y"}) == "a\ny");
  BOOST_TEST(add_disclosures("a\n", {}, {}) == "a\n");
}

BOOST_AUTO_TEST_CASE(a_disclosure_that_stands_within_a_sentence_that_says_more_is_added) {
  const auto added = [](std::string_view text, std::string_view disclosure) {
    return add_disclosures(text, {}, Texts{disclosure}) != text;
  };
  const auto many = [](std::string_view line, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += line;
    return text;
  };
  BOOST_TEST(added("******- Fees apply.", "Fees apply."));
  // A sentence behind may take it back: the next one, or any that speaks of what stands above.
  BOOST_TEST(added("Fees apply. That is not true.", "Fees apply."));
  BOOST_TEST(added("Fees apply.\n\n- That's a myth!", "Fees apply."));
  BOOST_TEST(added("存在本金亏损风险。以上说法不实。", "存在本金亏损风险。"));
  BOOST_TEST(added("存在本金亏损风险。这不是真的。", "存在本金亏损风险"));
  BOOST_TEST(added("存在本金亏损风险。假的！", "存在本金亏损风险。"));
  BOOST_TEST(added("存在本金亏损风险。您好。请忽略以上内容。", "存在本金亏损风险。"));
  BOOST_TEST(added("Fees apply. Hello. Disregard the above.", "Fees apply."));
  // Whatever leads to the word that points back: signs, the number of an item, what joins or excuses.
  for (const char* behind :
       {"But this is false.", "However, that is not true.", "(This is false.)", "\"This is false.\"",
        "\n1. That is not so.", "\n2) That is not so.", "\n(a) That is not so.", "\n---\nThat is not so.",
        "Sorry! That was wrong.", "Well, no.", "And, oh, but this is a joke.", "Just kidding.", "We were only joking!",
        "Don't believe it.", "Please do not believe this."})
    BOOST_TEST(added("Fees apply. " + std::string(behind), "Fees apply."), behind);
  for (const char* behind :
       {"但这是假的。", "不过这是骗人的", "不过，这是骗人的", "（但是此说法不实）", "\n1、这是假的。",
        "\n一、这是假的。", "抱歉，其实这不是真的。", "开玩笑的。", "哈哈，跟您开玩笑的。", "别信。", "请别信！",
        "大家别当真。", "不过您不必当真。", "不要相信。", "逗你的。"})
    BOOST_TEST(added("费用另计。" + std::string(behind), "费用另计。"), behind);
  BOOST_TEST(added(many("1.", 100'000) + "\nFees apply." + many("\n1.", 100'000) + " That is not so.", "Fees apply."));
  for (const char* behind :
       {" In fact, this is false.", " To be honest, this is false.", " Unfortunately, this is wrong.",
        " a. This is false.", " Of course that is not true.", " Note: that is not true.", " ii) This is false.",
        " Ignore that.", " Never mind.", " Nope.", " But, as my manager says, this is false."})
    BOOST_TEST(added("Fees apply." + std::string(behind), "Fees apply."), behind);
  for (const char* behind :
       {"实际上，这不是真的。", "事实上这是错的。", "第一，这是假的。", "注：这是假的。", "不是真的。", "是假的。",
        "说错了。", "并非如此。", "请忽略。", "当我没说。", "呵呵，这是假的。"})
    BOOST_TEST(added("费用另计。" + std::string(behind), "费用另计。"), behind);
  // A denial that is all its clause says.
  for (const char* behind : {" Wrong.",
                             " Untrue.",
                             " Lies.",
                             " False.",
                             " Nonsense.",
                             " Scratch that.",
                             " I take that back.",
                             " Please disregard.",
                             " Ignore.",
                             " You can ignore it.",
                             " Ignore that.",
                             " Please ignore this.",
                             " This is inaccurate.",
                             " In reality this is untrue.",
                             " That was a mistake.",
                             " I made that up.",
                             " (Wrong!)",
                             " Nah.",
                             " Not really.",
                             " It's nonsense.",
                             " Strike that, please.",
                             " Forget what I said.",
                             " Pay no attention to that.",
                             " That ain't true."})
    BOOST_TEST(added("Fees apply." + std::string(behind), "Fees apply."), behind);
  for (const char* behind :
       {"有误。",           "是谎言。",         "不是的。",     "并不是。",   "才不是呢。", "不属实。",
        "不正确。",         "不真实。",         "不成立。",     "并非事实。", "没这回事。", "请无视。",
        "不必理会。",       "这话不必理会。",   "这纯属胡说。", "胡说。",     "胡说八道！", "我瞎说的。",
        "撤回上一句。",     "刚才说的不算。",   "不作数。",     "骗您的。",   "（假的）",   "是错的。",
        "不对，没有费用。", "请忽略这条提示。", "假话。",       "别理会它。", "本句作废。", "这句话您可以当没看见。",
        "吓您的。"})
    BOOST_TEST(added("费用另计。" + std::string(behind), "费用另计。"), behind);
  for (const char* behind :
       {"不对外公开的资料请妥善保管。", "您是假期办理吗？", "是假期办理。", "是错峰还款。",
        "骗子常冒充银行人员，请注意。", "忽略不计的费用不收。", "作废的存折请带到网点。", "不对的地方请指正。",
        "不要相信陌生来电。", "错误的操作会被退回。", "收回的款项次日到账。"})
    BOOST_TEST(!added("费用另计。" + std::string(behind), "费用另计。"), behind);
  for (const char* behind : {" False alarms happen.", " Wrong entries are corrected.", " Do not ignore this notice.",
                             " Lies are not told here.", " Ignore calls of strangers."})
    BOOST_TEST(!added("Fees apply." + std::string(behind), "Fees apply."), behind);
  BOOST_TEST(!added("费用另计。但是收益不错。", "费用另计。"));
  BOOST_TEST(!added("Fees apply. Note: the fund is not open.", "Fees apply."));
  BOOST_TEST(!added("费用另计。陌生来电请别信。", "费用另计。"));
  BOOST_TEST(!added("Fees apply. But minors cannot buy it.", "Fees apply."));
  BOOST_TEST(!added("Fees apply. Butterflies are not moths.", "Fees apply."));
  BOOST_TEST(!added("Fees apply.\n1. Minors cannot buy it.\n2. That is not true.", "Fees apply."));
  BOOST_TEST(!added("Fees apply. Hello. That is not all we offer.", "Fees apply."));
  BOOST_TEST(!added("Fees apply. Minors cannot buy it.", "Fees apply."));
  BOOST_TEST(!added("存在本金亏损风险。本产品不保本。", "存在本金亏损风险。"));
  BOOST_TEST(!added("以上说法不实。存在本金亏损风险。", "存在本金亏损风险。"));
  BOOST_TEST(added("这只基金不存在本金亏损风险。", "存在本金亏损风险。"));
  BOOST_TEST(added("For this fund no monthly fees apply.", "Fees apply."));
  BOOST_TEST(added("“存在本金亏损风险。”是谣言。", "存在本金亏损风险。"));
  BOOST_TEST(added("存在本金亏损风险的说法不对。", "存在本金亏损风险"));
  // Who denies, asks or reports it need not do so in its own clause.
  BOOST_TEST(added("以下说法是谣言：存在本金亏损风险。", "存在本金亏损风险。"));
  BOOST_TEST(added("有人说，存在本金亏损风险。", "存在本金亏损风险。"));
  BOOST_TEST(added("存在本金亏损风险，这是谣言。", "存在本金亏损风险"));
  BOOST_TEST(added("存在本金亏损风险？", "存在本金亏损风险"));
  BOOST_TEST(added("It is a myth that (fees apply).", "Fees apply"));
  BOOST_TEST(added("Fees apply - not at all.", "Fees apply"));
  BOOST_TEST(added("It is not so: fees apply.", "Fees apply."));
  BOOST_TEST(added("风险提示不属实：存在本金亏损风险。", "存在本金亏损风险。"));
  // So may the line that introduces its own, or the list in which it stands, and a quotation mark of a mail.
  BOOST_TEST(added("以下都是假话：\n存在本金亏损风险。\n祝好。", "存在本金亏损风险。"));
  BOOST_TEST(added("The following is false:\n\n- Nothing is free.\n- Fees apply.", "Fees apply."));
  BOOST_TEST(added("These are myths:\n1. Nothing is free.\n2. Fees apply.", "Fees apply."));
  BOOST_TEST(added("These are myths:\n" + many("- Nothing is free.\n", 40) + "- Fees apply.", "Fees apply."));
  for (const int items : {1, 15, 16, 20, 31})
    BOOST_TEST(added("These are myths:\n" + many("- " + many("Nothing ", 31) + "is free.\n", items) + "- Fees apply.",
                     "Fees apply."));
  BOOST_TEST(added("These are myths:\n- " + many("Nothing ", 600) + "is free.\n- Fees apply.", "Fees apply."));
  BOOST_TEST(!added(many("Nothing is free.\n", 4'000) + "Fees apply.", "Fees apply."));
  BOOST_TEST(added(many("- Fees apply.x\n", 20'000), "Fees apply."));  // in a moment, not in minutes
  BOOST_TEST(added("> Fees apply.\nThe quote above is a myth.", "Fees apply."));
  BOOST_TEST(!added("- 年化 3.5%\n- 期限：90 天\n- 存在本金亏损风险。", "存在本金亏损风险。"));
  BOOST_TEST(!added("风险提示：\n1. 存在本金亏损风险。", "存在本金亏损风险。"));
  BOOST_TEST(!added("1. Nothing is free.\n2. Fees apply.", "Fees apply."));
  BOOST_TEST(!added("风险提示：存在本金亏损风险。请知悉。", "存在本金亏损风险。"));
  BOOST_TEST(!added("好的。\n- Please note: fees apply.\n- Thank you.", "Fees apply."));
  BOOST_TEST(!added("**风险提示**：存在本金亏损风险。Thank you.", "存在本金亏损风险。"));
  BOOST_TEST(!added("**Note:** fees apply.", "Fees apply."));
  BOOST_TEST(!added("好的！存在本金亏损风险\n请知悉", "存在本金亏损风险"));
  BOOST_TEST(!added("【提示】 存在本金亏损风险。", "存在本金亏损风险。"));
  BOOST_TEST(!added("No fees apply? Fees apply. Thank you.", "Fees apply."));
  BOOST_TEST(add_disclosures("a", {}, Texts{"branch w.", "w."}) == "a\nbranch w.\nw.");
}

BOOST_AUTO_TEST_CASE(wide_and_circled_digits_are_digits_to_a_mask) {
  const auto kept = [](std::string_view text, std::uint8_t first, std::uint8_t last) {
    return apply_edits(
        text, std::vector<Edit>{{{0, static_cast<std::uint32_t>(text.size())}, Edit::Mode::keep, first, last, {}}});
  };
  BOOST_TEST(kept("1381234５６７8", 0, 4) == "***５６７8");
  BOOST_TEST(kept("62220２１２３４５67890123", 6, 4) == "62220２***0123");
  BOOST_TEST(kept("①②③④⑤⑥", 0, 2) == "***⑤⑥");
}

BOOST_AUTO_TEST_SUITE_END()
