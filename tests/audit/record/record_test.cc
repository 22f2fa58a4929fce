#include "audit/record/record.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "audit/codes.h"
#include "audit/record/base64.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/header_view.h"
#include "audit/record/layout.h"
#include "engine/base/cbor.h"
#include "engine/base/units.h"

namespace caveat::audit {
namespace {

Digest filled(std::uint8_t with) {
  Digest digest{};
  digest.fill(with);
  return digest;
}

Header example() {
  Header header;
  header.context = {
      .format = kFormat,
      .semantics = 1,
      .kind = Kind::decision,
      .suite = SuiteId::intl,
      .algorithm = AlgorithmId::aes_256_gcm,
      .subject_keys = {KeyId{1}, KeyId{2}},
      .commitments = {{Section::verdict, filled(3)}, {Section::request, filled(4)}, {Section::event, filled(5)}}};
  header.index = 4711;
  header.time_us = 1'795'600'000'000'000;
  header.tags = filled(6);
  header.body = filled(7);
  return header;
}

BOOST_AUTO_TEST_CASE(a_header_comes_back_as_it_was_and_names_its_parts) {
  const std::string leaf = encode_header(example());
  const Result<Header> back = decode_header(leaf);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST((*back == example()));
  BOOST_TEST(name(back->context.kind) == "decision");
}

BOOST_AUTO_TEST_CASE(a_header_with_every_section_and_two_subjects_stays_under_seven_hundred_bytes) {
  Header header = example();
  header.context.commitments.clear();
  for (std::uint64_t i = 1; section_of(i); ++i) header.context.commitments.push_back({*section_of(i), filled(9)});
  BOOST_TEST(header.context.commitments.size() == 13u);
  BOOST_TEST(encode_header(header).size() < 700u);
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_header_gives_another_header_or_is_refused) {
  const std::string leaf = encode_header(example());
  for (std::size_t bit = 0; bit < leaf.size() * 8; ++bit) {
    std::string changed = leaf;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const Result<Header> back = decode_header(changed);
    if (!back) continue;
    BOOST_TEST(!(*back == example()));
    BOOST_TEST(encode_header(*back) == changed);
  }
}

BOOST_AUTO_TEST_CASE(a_header_that_is_seen_where_it_lies_is_the_one_that_the_tree_takes_and_no_other_is_seen) {
  const auto same = [](const std::string& leaf) {
    const std::optional<HeaderView> seen = view_header(leaf);
    const Result<Header> tree = decode_header_by_tree(leaf);
    BOOST_REQUIRE(seen.has_value() == tree.has_value());
    if (!seen) return false;
    BOOST_TEST((seen->header() == *tree));
    BOOST_TEST((seen->leaf() == leaf && seen->index() == tree->index && seen->time_us() == tree->time_us &&
                seen->kind() == tree->context.kind));
    for (std::uint64_t number = 1; section_of(number); ++number) {
      const auto& all = tree->context.commitments;
      const auto found = std::find_if(all.begin(), all.end(),
                                      [&](const Commitment& one) { return one.section == *section_of(number); });
      BOOST_TEST(seen->commits_to(*section_of(number)) == (found != all.end()));
      BOOST_TEST(seen->commits_to(*section_of(number), found == all.end() ? Digest{} : found->digest) ==
                 (found != all.end()));
      BOOST_TEST(!seen->commits_to(*section_of(number), filled(99)));
    }
    for (const KeyId& id : tree->context.subject_keys) BOOST_TEST(seen->has_subject(id));
    BOOST_TEST(!seen->has_subject(KeyId{0xff, 0xff}));
    return true;
  };
  Header many = example();
  many.context.subject_keys.clear();
  for (std::uint8_t i = 0; i < 200; ++i) many.context.subject_keys.push_back(KeyId{i, 1});
  Header bare = example();
  bare.context.subject_keys = {KeyId{}};
  bare.context.commitments.clear();
  for (const Header& header : {example(), many, bare}) BOOST_TEST(same(encode_header(header)));

  // Every byte changed in every way, taken out, doubled, and every cut.
  const std::string leaf = encode_header(example());
  std::size_t seen = 0;
  for (std::size_t at = 0; at < leaf.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = leaf;
      changed[at] = static_cast<char>(value);
      seen += same(changed) ? 1u : 0u;
    }
    same(leaf.substr(0, at));
    same(leaf.substr(0, at) + leaf.substr(at + 1));
    same(leaf.substr(0, at) + leaf[at] + leaf.substr(at));
  }
  BOOST_TEST(seen > leaf.size());
}

BOOST_AUTO_TEST_CASE(what_the_encoder_would_not_write_is_refused) {
  const auto refused = [](Header header) { return !decode_header(encode_header(header)).has_value(); };
  Header header = example();
  header.context.kind = static_cast<Kind>(99);
  BOOST_TEST(refused(header));
  header = example();
  header.time_us = -1;
  BOOST_TEST(refused(header));
  header.time_us = parse_instant("9999-12-31T23:59:59.999999Z").value();
  BOOST_TEST(!refused(header));
  ++header.time_us;  // no date can be written of it
  BOOST_TEST(refused(header));
  header = example();
  header.context.algorithm = AlgorithmId::sm4_ctr_hmac_sm3;
  BOOST_TEST(refused(header));
  BOOST_TEST(!decode_header(encode_header(example()) + '\0').has_value());
  BOOST_TEST(!decode_header("").has_value());
  BOOST_TEST(!decode_header(std::string(70'000, 'a')).has_value());
}

BOOST_AUTO_TEST_CASE(another_format_is_refused_in_words_that_name_both) {
  Header header = example();
  header.context.format = kFormat + 1;
  const Result<Header> back = decode_header(encode_header(header));
  BOOST_REQUIRE(!back.has_value());
  BOOST_TEST(back.error().code == &codes::kLogFormat);
  BOOST_TEST(back.error().items.at(0).found == std::to_string(kFormat + 1));
}

BOOST_AUTO_TEST_CASE(the_seal_context_leaves_out_index_time_and_body) {
  Header other = example();
  other.index = 1;
  other.time_us = 2;
  other.body = filled(0);
  other.tags = filled(0);
  BOOST_TEST(encode_seal_context(other.context) == encode_seal_context(example().context));
  other.context.commitments[0].digest = filled(0);
  BOOST_TEST(encode_seal_context(other.context) != encode_seal_context(example().context));
}

BOOST_AUTO_TEST_CASE(a_body_comes_back_section_by_section_in_the_very_bytes_that_were_committed_to) {
  cbor::Encoder verdict;
  verdict.map(1);
  verdict.integer(1);
  verdict.text("handoff");
  cbor::Encoder event;
  event.array(0);
  const std::string body = encode_body({{Section::verdict, verdict.view()}, {Section::event, event.view()}});
  const auto back = decode_body(body);
  BOOST_REQUIRE(back.has_value());
  BOOST_REQUIRE(back->size() == 2u);
  BOOST_TEST((*back)[0].encoded == verdict.view());
  BOOST_TEST(((*back)[1].section == Section::event));
  BOOST_TEST(!decode_body(encode_body({{static_cast<Section>(77), event.view()}})).has_value());
}

BOOST_AUTO_TEST_CASE(padding_costs_at_most_twelve_percent_and_comes_off_only_as_it_went_on) {
  BOOST_TEST(padme(9) == 10u);
  BOOST_TEST(padme(1'000) == 1'024u);
  for (std::uint64_t length = 2; length < 100'000; length += 7) {
    BOOST_TEST(padme(length) >= length);
    BOOST_TEST(static_cast<double>(padme(length)) <= static_cast<double>(length) * 1.12 + 1);
    BOOST_TEST(padme(padme(length)) == padme(length));
  }
  const std::string body = "ends in zeros" + std::string(3, '\0');
  BOOST_TEST(*unpad(pad(body)) == body);
  BOOST_TEST(!unpad(pad(body) + std::string(64, '\0')).has_value());
  BOOST_TEST(!unpad(std::string(16, '\0')).has_value());
  BOOST_TEST(!unpad("").has_value());
}

BOOST_AUTO_TEST_CASE(a_commitment_depends_on_section_salt_and_bytes) {
  const Salt salt{1};
  const Digest base = commit_section(Section::facts, salt, "x");
  BOOST_TEST((base != commit_section(Section::rules, salt, "x")));
  BOOST_TEST((base != commit_section(Section::facts, Salt{2}, "x")));
  BOOST_TEST((base != commit_section(Section::facts, salt, "y")));
  BOOST_TEST((commit_tags(salt, {TagValue{1}, TagValue{2}}) == commit_tags(salt, {TagValue{2}, TagValue{1}})));
  BOOST_TEST((commit_tags(salt, {TagValue{1}}) != commit_tags(salt, {TagValue{1}, TagValue{1}})));
}

BOOST_AUTO_TEST_CASE(base64_is_read_strictly) {
  for (const auto& [plain, text] : {std::pair{"", ""},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foob", "Zm9vYg=="},
                                    {"foobar", "Zm9vYmFy"}}) {
    BOOST_TEST(base64(plain) == text);
    BOOST_TEST(base64_decode(text).value() == plain);
  }
  for (const auto* text : {"Zg=", "Zg", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v ", "Zm 9", "Zm9_"})
    BOOST_TEST(!base64_decode(text).has_value(), text);
}

}  // namespace
}  // namespace caveat::audit
