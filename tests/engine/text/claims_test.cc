#include "engine/text/claims.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/text/lexicon.h"

using namespace caveat::text;

namespace {

struct Sentence {
  std::string label, word, text;
};

std::vector<Sentence> corpus() {
  std::ifstream in(std::string(CAVEAT_SOURCE_DIR) + "/tests/engine/text/claims_corpus.tsv");
  std::vector<Sentence> all;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    Sentence one;
    std::getline(fields, one.label, '\t'), std::getline(fields, one.word, '\t'), std::getline(fields, one.text, '\t');
    all.push_back(one);
  }
  return all;
}

// Everything that claims is asked with, for one word and one text.
struct Read {
  std::vector<LexiconFault> faults;
  Lexicons lexicons;
  MatchScratch scratch;
  NormalText normal;

  Read(const std::string& word, const std::string& text)
      : lexicons(std::vector<Lexicon>{{.terms = {word}}}, faults, true), scratch(lexicons, 4096) {
    normalise(text, normal);
    lexicons.match(normal, scratch);
  }
  Polarity last() const { return polarity(normal.text(), scratch.matches().back().normal, scratch.cues()); }
};

std::string said(const std::string& word, const std::string& text) {
  const Read read(word, text);
  return read.scratch.matches().empty() ? "not there" : std::string(name(read.last()));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(claims)

BOOST_AUTO_TEST_CASE(the_labelled_sentences_of_both_languages_are_read_as_a_person_reads_them) {
  const std::vector<Sentence> all = corpus();
  BOOST_TEST(all.size() >= 150U);
  for (const bool chinese : {true, false}) {
    int right = 0, total = 0, found = 0, claimed = 0, hits = 0;
    for (const Sentence& one : all) {
      const bool is_chinese = static_cast<unsigned char>(one.word[0]) >= 0x80;
      if (is_chinese != chinese) continue;
      const std::string got = said(one.word, one.text);
      BOOST_REQUIRE_MESSAGE(got != "not there", one.text);
      const bool is = one.label == "asserted" || one.label == "hedged", says = got == "asserted" || got == "hedged";
      ++total;
      right += got == one.label ? 1 : 0;
      claimed += is ? 1 : 0;
      found += says ? 1 : 0;
      hits += is && says ? 1 : 0;
      if (is != says || got != one.label) BOOST_TEST_MESSAGE(one.label << " read as " << got << ": " << one.text);
    }
    const double precision = 100.0 * hits / found, recall = 100.0 * hits / claimed, labels = 100.0 * right / total;
    std::cout << (chinese ? "claims, Chinese: " : "claims, English: ") << total << " sentences, precision " << precision
              << " %, recall " << recall << " %, labels " << labels << " %\n";
    BOOST_TEST(recall >= 95);
    BOOST_TEST(precision >= 95);
    BOOST_TEST(labels >= 90);
  }
}

BOOST_AUTO_TEST_CASE(a_denial_ends_with_its_clause) {
  BOOST_TEST(said("保本", "不收费，保本") == "asserted");
  BOOST_TEST(said("保本", "不收费，不保本") == "negated");
  BOOST_TEST(said("保本", "不是存款。保本") == "asserted");
  BOOST_TEST(said("risk-free", "It is not cheap. It is risk-free.") == "asserted");
}

BOOST_AUTO_TEST_CASE(two_denials_are_an_assertion) {
  BOOST_TEST(said("保本", "不可能不保本") == "asserted");
  BOOST_TEST(said("保本", "并非不保本") == "asserted");
}

BOOST_AUTO_TEST_CASE(a_cue_inside_the_word_or_inside_another_word_counts_for_nothing) {
  BOOST_TEST(said("不保本", "不保本") == "asserted");
  BOOST_TEST(said("稳赚不赔", "稳赚不赔") == "asserted");
  BOOST_TEST(said("保本", "非常保本") == "asserted");
}

BOOST_AUTO_TEST_CASE(apostrophes_of_either_kind_are_read) {
  BOOST_TEST(said("guaranteed", "It isn't guaranteed.") == "negated");
  BOOST_TEST(said("guaranteed", "It isn’t guaranteed.") == "negated");
}

BOOST_AUTO_TEST_CASE(assent_is_a_clause_of_its_own) {
  for (const char* text :
       {"是的，您放心。", "对的亲", "当然可以！", "嗯嗯，是的", "Yes.", "Of course, sir.", "Well, yes it is."}) {
    BOOST_TEST(assent(normal_form(text)).has_value(), text);
  }
  for (const char* text : {"是的产品不保本", "不是的", "对不起", "我们再看看", "No.", "Yes men are not wanted",
                           "certainly not", "您好。请稍候。", "亲，您好！"}) {
    BOOST_TEST(!assent(normal_form(text)).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(the_last_clause_that_asks_is_found_with_what_a_tag_asks_about) {
  const auto asked = [](const std::string& text) {
    const Read read("保本", text);
    const auto range = last_asked(read.normal.text(), read.scratch.cues());
    return range ? std::string(read.normal.text().substr(range->begin, range->end - range->begin)) : std::string();
  };
  BOOST_TEST(asked("你好。这个保本吗？") == "这个保本吗");
  BOOST_TEST(asked("这个是保本的，对吗？") == "这个是保本的,对吗");
  BOOST_TEST(asked("保本吗？收益高吗？") == "收益高吗");
  BOOST_TEST(asked("保不保本") == "保不保本");
  BOOST_TEST(asked("我要买。") == "");
}

BOOST_AUTO_TEST_CASE(a_bare_yes_says_what_the_question_says) {
  const auto said = [](const std::string& text) {
    const Read read("保本", text);
    return std::string(
        name(polarity_of_assent(read.normal.text(), read.scratch.matches().back().normal, read.scratch.cues())));
  };
  BOOST_TEST(said("这个保本吗？") == "asserted");
  BOOST_TEST(said("保不保本？") == "asserted");
  BOOST_TEST(said("这个不保本吗？") == "negated");
  BOOST_TEST(said("是不保本的吧？") == "negated");
}

BOOST_AUTO_TEST_SUITE_END()
