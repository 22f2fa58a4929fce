#include "audit/log/checkpoint.h"

#include <boost/test/unit_test.hpp>

#include "audit/codes.h"

namespace caveat::audit {
namespace {

constexpr const char* kNeumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const std::string kNote =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xe2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

bool yes(const VerifierKey&, std::string_view, std::string_view) { return true; }
bool no(const VerifierKey&, std::string_view, std::string_view) { return false; }

BOOST_AUTO_TEST_CASE(a_verifier_key_is_one_line_whose_id_is_reckoned_again) {
  const auto key = parse_verifier_key(kNeumann);
  BOOST_REQUIRE(key.has_value());
  BOOST_TEST(key->name == "PeterNeumann");
  BOOST_TEST(format_verifier_key(*key) == kNeumann);
  std::string wrong(kNeumann);
  wrong[13] = 'd';
  BOOST_TEST(!parse_verifier_key(wrong).has_value());
  for (const auto* text :
       {"", "a", "a+b", "a b+c74f20a3+ARpc", "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"})
    BOOST_TEST(!parse_verifier_key(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_note_is_parsed_and_written_back_byte_for_byte) {
  const auto note = parse_note(kNote);
  BOOST_REQUIRE(note.has_value());
  BOOST_TEST(note->signatures.size() == 1u);
  BOOST_TEST(note->signatures[0].id == 0xc74f20a3u);
  BOOST_TEST(format_note(*note) == kNote);
}

BOOST_AUTO_TEST_CASE(a_note_without_a_known_signature_or_with_a_bad_one_is_refused) {
  const VerifierKey known[] = {*parse_verifier_key(kNeumann)};
  BOOST_TEST(open_note(kNote, known, &yes).has_value());
  BOOST_TEST(!open_note(kNote, known, &no).has_value());
  BOOST_TEST(!open_note(kNote, {}, &yes).has_value());
  const VerifierKey stranger[] = {make_verifier_key("PeterNeumann", kEd25519, std::string(32, 'k'))};
  BOOST_TEST(!open_note(kNote, stranger, &yes).has_value());
  const std::string more = kNote + "\xe2\x80\x94 somebody.else AAAAAAAAAAAA\n";
  BOOST_TEST(open_note(more, known, &yes).has_value());
}

BOOST_AUTO_TEST_CASE(malformed_notes_are_refused) {
  for (const std::string& note :
       {std::string(), std::string("text\n"), std::string("text\n\n"), kNote.substr(0, kNote.size() - 1), kNote + "x",
        kNote + "\n", std::string("text\n\n\xe2\x80\x94 name !!!!\n"),
        std::string("text\n\n\xe2\x80\x94 na+me AAAAAAAA\n"), std::string("te\x01xt\n\n\xe2\x80\x94 name AAAAAAAA\n")})
    BOOST_TEST(!parse_note(note).has_value(), note);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_has_three_lines_and_no_others) {
  const Checkpoint checkpoint{.origin = "bank.example/caveat/gate-1", .size = 4711, .root = sha256("root")};
  const std::string text = checkpoint_text(checkpoint);
  BOOST_TEST((parse_checkpoint(text).value() == checkpoint));
  BOOST_TEST(text.starts_with("bank.example/caveat/gate-1\n4711\n"));
  for (const std::string& bad :
       {text + "extension\n", text.substr(0, text.size() - 1),
        std::string("o\n04711\n") + text.substr(text.size() - 45),
        std::string("o\n-1\n") + text.substr(text.size() - 45), std::string("a b\n1\n") + text.substr(text.size() - 45),
        std::string("o\n99999999999999999999\n") + text.substr(text.size() - 45), std::string("o\n1\nAAAA\n"),
        std::string()})
    BOOST_TEST(!parse_checkpoint(bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_utf8_or_that_a_terminal_would_obey_is_none) {
  for (const char* name : {"bank.example/gate", "银行/网关", "a\xc2\xa1z"}) BOOST_TEST(valid_note_name(name), name);
  for (const char* name : {"caveat\xee.local/1", "caveat.local/\xff", "a\xc2", "a\xc2\x9bz", "a\xc2\x85z", "a\xc2\xa0z",
                           "a\x1bz", "a\u202ez"})
    BOOST_TEST(!valid_note_name(name));
}

BOOST_AUTO_TEST_CASE(a_receipt_comes_back_as_it_was) {
  LogProof proof{.extra = "body", .index = 3, .path = {sha256("a"), sha256("b")}, .checkpoint = kNote};
  const std::string text = format_log_proof(proof);
  BOOST_TEST(text.starts_with("c2sp.org/tlog-proof@v1\nextra Ym9keQ==\nindex 3\n"));
  const auto back = parse_log_proof(text);
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(back->index == 3u);
  BOOST_TEST((back->path == proof.path));
  BOOST_TEST(format_log_proof(*back) == text);
  proof.extra.reset();
  BOOST_TEST(parse_log_proof(format_log_proof(proof)).has_value());
  BOOST_TEST(!parse_log_proof(text.substr(1)).has_value());
  BOOST_TEST(!parse_log_proof("c2sp.org/tlog-proof@v1\nindex 03\n\n" + kNote).has_value());
  BOOST_TEST(!parse_log_proof("c2sp.org/tlog-proof@v1\nindex 3\n" + kNote).has_value());
}

}  // namespace
}  // namespace caveat::audit
