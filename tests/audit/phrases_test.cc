// What others say reaches a reader of Chinese in Chinese too. What we say ourselves does not compile without (tests/misuse), so here
// stands what no compiler of ours sees: the words of `decode`, of the C library, of SQLite, of libzip.
#include "audit/phrases.h"

#include <sqlite3.h>
#include <zip.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstring>
#include <random>

#include "audit/codes.h"
#include "audit/error.h"
#include "engine/base/cbor.h"

using namespace caveat;

namespace {

bool has_chinese(std::string_view english) { return in_chinese(english) != english; }

}  // namespace

BOOST_AUTO_TEST_SUITE(phrases)

BOOST_AUTO_TEST_CASE(each_wording_stands_once_and_its_chinese_has_the_same_holes) {
  for (const Wording& one : kWordings) {
    BOOST_TEST_CONTEXT(one.en) {
      BOOST_TEST(std::count_if(std::begin(kWordings), std::end(kWordings),
                               [&](const Wording& other) { return other.en == one.en; }) == 1);
      for (const char* hole : {"{0}", "{1}"})
        BOOST_TEST((one.en.find(hole) == std::string_view::npos) == (one.zh.find(hole) == std::string_view::npos));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_stands_in_a_hole_is_said_in_chinese_too) {
  BOOST_TEST(in_chinese(said("record {0} is not there", 7)) == "缺少记录 7");
  BOOST_TEST(in_chinese("expected a line with the kdf") == "应为 一行 kdf");
  BOOST_TEST(in_chinese("/var/log.db-writer: Permission denied") == "/var/log.db-writer：权限不足");
  BOOST_TEST(in_chinese("bank.example/log: east") == "bank.example/log: east");
  const audit::Error error(audit::codes::kLogBroken, "l.db", {std::string("l.db"), said("record {0} is not there", 7)});
  BOOST_TEST(error.message(Language::zh).starts_with("l.db 被外部改动：缺少记录 7。"));
}

BOOST_AUTO_TEST_CASE(what_decode_finds_wrong_has_chinese) {
  std::mt19937_64 random(7);
  std::string good;
  cbor::Encoder out;
  out.map(2);
  out.integer(1);
  out.text("名");
  out.integer(2);
  out.array(3);
  out.bytes("abc");
  out.boolean(true);
  out.integer(-70'000);
  good = out.take();
  std::vector<std::string> inputs = {std::string(200, '\x81'), std::string("\x81", 1), good + good};
  for (int i = 0; i < 50'000; ++i) {
    std::string bad = good.substr(0, random() % (good.size() + 1));
    for (auto left = random() % 3; left > 0 && !bad.empty(); --left)
      bad[random() % bad.size()] = static_cast<char>(random());
    inputs.push_back(std::move(bad));
  }
  std::size_t seen = 0;
  for (const std::string& input : inputs) {
    const Result<cbor::Value> decoded = cbor::decode(input);
    if (decoded) continue;
    for (const ProblemItem& item : decoded.error().items) {
      ++seen;
      BOOST_TEST(has_chinese(item.expected), item.expected);
      BOOST_TEST((item.found.empty() || has_chinese(item.found)), item.found);
    }
  }
  BOOST_TEST(seen > 10'000u);
}

BOOST_AUTO_TEST_CASE(what_the_machine_says_of_a_file_has_chinese) {
  for (const int number : {EPERM,  ENOENT, EINTR,        EIO,       ENXIO,  EBADF,  EAGAIN, ENOMEM,   EACCES, EBUSY,
                           EEXIST, EXDEV,  ENODEV,       ENOTDIR,   EISDIR, EINVAL, ENFILE, EMFILE,   EFBIG,  ENOSPC,
                           EROFS,  EMLINK, ENAMETOOLONG, ENOTEMPTY, ELOOP,  EDQUOT, ESTALE, EOVERFLOW})
    BOOST_TEST(has_chinese(std::strerror(number)), std::strerror(number));
}

BOOST_AUTO_TEST_CASE(what_sqlite_says_has_chinese) {
  for (int code = 0; code < 256; ++code) BOOST_TEST(has_chinese(sqlite3_errstr(code)), sqlite3_errstr(code));
}

BOOST_AUTO_TEST_CASE(what_libzip_says_of_an_archive_has_chinese) {
  for (const int code :
       {ZIP_ER_MULTIDISK, ZIP_ER_SEEK, ZIP_ER_READ, ZIP_ER_CRC, ZIP_ER_EOF, ZIP_ER_MEMORY, ZIP_ER_NOZIP, ZIP_ER_INCONS,
        ZIP_ER_COMPNOTSUPP, ZIP_ER_ENCRNOTSUPP, ZIP_ER_INVAL, ZIP_ER_INTERNAL, ZIP_ER_OPNOTSUPP}) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    BOOST_TEST(has_chinese(zip_error_strerror(&error)), zip_error_strerror(&error));
    zip_error_fini(&error);
  }
}

BOOST_AUTO_TEST_SUITE_END()
