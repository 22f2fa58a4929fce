// The worked example of docs/formats.md, made again: every hex string that this test reckons must stand on that page.
#include <boost/test/unit_test.hpp>

#include "audit/log/about.h"
#include "audit/log/checkpoint.h"
#include "audit/log/tree.h"
#include "audit/record/decode.h"
#include "audit/record/encode.h"
#include "audit/record/layout.h"
#include "audit/record/record.h"
#include "audit/seal/keystore.h"
#include "audit/seal/sealer.h"
#include "tests/audit/support/log_fixture.h"

namespace caveat::audit {
namespace {

class Counting final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    for (auto& byte : bytes) byte = next_++;
  }

 private:
  std::uint8_t next_ = 0;
};

BOOST_AUTO_TEST_CASE(the_worked_example_of_the_page_of_formats_is_what_the_code_makes) {
  const testing::Folder folder;
  Counting random;
  const auto keys =
      KeyStore::create(folder / "e.keys", "example.org/caveat/gate-1", {.writable = true, .random = &random});
  constexpr std::int64_t kTime = 1'795'608'000'000'000;  // 2026-11-25T12:00:00Z
  cbor::Encoder verdict;
  verdict.map(2);
  verdict.integer(1);
  verdict.integer(0);
  verdict.integer(2);
  verdict.array(0);
  RecordContent content{.kind = Kind::decision,
                        .semantics = 1,
                        .subjects = {"k-12"},
                        .sections = {{Section::verdict, verdict.view()}},
                        .changes = {},
                        .tags = {{TagKind::verdict, "allow"}}};
  const SealedRecord sealed = seal(*keys, content, kTime, random);
  const std::string leaf = encode_header(sealed.header, 0, kTime);
  const Header header = decode_header(leaf).value();
  const auto opened = open_record(*keys, header, sealed.body);
  BOOST_REQUIRE(opened.has_value());
  const Digest root = leaf_hash(leaf);
  const std::string note = keys->sign(checkpoint_text({keys->origin(), 1, root}));

  const std::vector<std::pair<std::string, std::string>> shown = {
      {"subject-key id", hex(view(header.context.subject_keys.at(0)))},
      {"data key", hex(keys->find(header.context.subject_keys.at(0))->view())},
      {"seed", hex(std::string_view(sealed.body).substr(0, kSeedBytes))},
      {"verdict section", hex(opened->find(Section::verdict)->encoded)},
      {"search section", hex(opened->find(Section::search)->encoded)},
      {"salt of the verdict section", hex(opened->salts.at(0))},
      {"its commitment", hex(header.context.commitments.at(0).digest)},
      {"salt of the search section", hex(opened->salts.at(1))},
      {"its commitment", hex(header.context.commitments.at(1).digest)},
      {"salt of the tags", hex(opened->tags_salt)},
      {"tag", hex(view(sealed.tags.at(0)))},
      {"tags commitment", hex(header.tags)},
      {"body before sealing", hex(pad(encode_body(opened->sections)))},
      {"seal context", hex(encode_seal_context(header.context))},
      {"sealed body", hex(sealed.body)},
      {"its digest", hex(header.body)},
      {"header", hex(leaf)},
      {"leaf hash = root", hex(root)},
      {"log.vkey", format_verifier_key(keys->verifier())},
      {"checkpoint", note},
  };
  const std::string page = testing::slurp(std::string(CAVEAT_SOURCE_DIR) + "/docs/formats.md");
  for (const auto& [what, text] : shown) {
    // The page breaks nothing: each stands on one line, the note on its own.
    BOOST_TEST((page.find(text) != std::string::npos), what << "\n    " << text);
  }
}

}  // namespace
}  // namespace caveat::audit
