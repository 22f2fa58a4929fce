#include "audit/seal/key_file.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/checkpoint.h"
#include "audit/record/base64.h"
#include "audit/record/layout.h"
#include "audit/seal/suite.h"
#include "audit/store/files.h"

namespace caveat::audit {
namespace {

constexpr std::string_view kKeyFileHead = "caveat-key 1\n";
constexpr std::uint64_t kMaxOps = 64;
constexpr std::uint64_t kMaxMemKib = 4u << 20;

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 12 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

tl::unexpected<Problem> bad_key_file(Words expected) {
  return tl::unexpected(Problem{
      &codes::kKeyFile, {ProblemItem{.path = {}, .expected = expected, .found = {}, .nearest = {}, .hint = {}}}});
}

}  // namespace

std::string key_file_head(const KeyFile& file) {
  std::string out(kKeyFileHead);
  out += "origin " + file.origin + "\nuse " + file.use + "\nsuite " + file.suite + "\nkdf ";
  if (file.argon2id)
    out +=
        "argon2id " + std::to_string(file.opslimit) + " " + std::to_string(file.memlimit_kib) + " " + base64(file.salt);
  else
    out += "none";
  return out + "\n";
}

SecretText format_key_file(const KeyFile& file) {
  const SecretText encoded(base64(file.key.view()));
  SecretText text(key_file_head(file) + "key ");
  std::string& bytes = text.bytes();
  bytes.reserve(bytes.size() + encoded.view().size() + 1);  // no copy of the key is left behind by growing
  bytes += encoded.view();
  bytes += "\n";
  return text;
}

Result<KeyFile> parse_key_file(std::string_view text) {
  if (text.size() > 4'096) return bad_key_file("at most 4,096 bytes");
  if (!text.starts_with(kKeyFileHead)) {
    constexpr std::string_view kAnyHead = "caveat-key ";
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(kAnyHead) && parse_number(line.substr(kAnyHead.size())))
      return tl::unexpected(Problem{&codes::kLogFormat,
                                    {ProblemItem{.path = {},
                                                 .expected = std::to_string(kFormat),
                                                 .found = std::string(line.substr(kAnyHead.size())),
                                                 .nearest = {},
                                                 .hint = {}}}});
    return bad_key_file("the first line caveat-key 1");
  }
  std::string_view rest = text.substr(kKeyFileHead.size());
  const auto take = [&](std::string_view word) -> std::optional<std::string_view> {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos || !rest.starts_with(word) || rest.size() <= word.size() ||
        rest[word.size()] != ' ')
      return std::nullopt;
    const auto value = rest.substr(word.size() + 1, end - word.size() - 1);
    rest.remove_prefix(end + 1);
    return value;
  };
  KeyFile file;
  const auto origin = take("origin");
  if (!origin || !valid_note_name(*origin)) return bad_key_file("a line with the log's origin");
  file.origin = *origin;
  const auto use = take("use");
  if (!use || (*use != "signing" && *use != "wrap")) return bad_key_file("a line `use signing` or `use wrap`");
  file.use = *use;
  const auto suite = take("suite");
  if (!suite || (*suite != name(SuiteId::intl) && *suite != name(SuiteId::national)))
    return bad_key_file("a line `suite intl` or `suite national`");
  file.suite = *suite;
  const auto kdf = take("kdf");
  if (!kdf) return bad_key_file("a line with the kdf");
  if (*kdf != "none") {
    const auto first = kdf->find(' ');
    const auto second = first == std::string_view::npos ? first : kdf->find(' ', first + 1);
    const auto third = second == std::string_view::npos ? second : kdf->find(' ', second + 1);
    if (second == std::string_view::npos || third == std::string_view::npos || kdf->substr(0, first) != "argon2id")
      return bad_key_file("kdf none, or argon2id with passes, KiB and salt");
    const auto ops = parse_number(kdf->substr(first + 1, second - first - 1));
    const auto mem = parse_number(kdf->substr(second + 1, third - second - 1));
    const auto salt = base64_decode(kdf->substr(third + 1));
    if (!ops || *ops < 1 || *ops > kMaxOps || !mem || *mem < 8 || *mem > kMaxMemKib || !salt ||
        salt->size() != crypto_pwhash_SALTBYTES)
      return bad_key_file("argon2id with 1 to 64 passes, 8 KiB to 4 GiB, and a salt of 16 bytes");
    file.argon2id = true;
    file.opslimit = *ops;
    file.memlimit_kib = *mem;
    file.salt = *salt;
  }
  const auto key = take("key");
  std::optional<std::string> decoded = key ? base64_decode(*key) : std::nullopt;
  if (!decoded) return bad_key_file("a line with the key in base64");
  file.key = SecretText(std::move(*decoded));
  if (file.key.view().size() != (file.argon2id ? kSeedBytes + 32 + 16 : 32))
    return bad_key_file("a line with the key in base64");
  if (!rest.empty()) return bad_key_file("nothing after the key");
  return file;
}

void must_be_private(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || (status.st_mode & 077) == 0) return;
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(status.st_mode & 0777));
  throw Error(codes::kKeyMode, path, {path, std::string(mode)});
}

SecretKey stretch(const std::string& path, std::string_view passphrase, const KeyFile& file) {
  static const int ready = sodium_init();
  SecretKey key;
  if (ready < 0 || crypto_pwhash(key.span().data(), key.span().size(), passphrase.data(), passphrase.size(),
                                 reinterpret_cast<const unsigned char*>(file.salt.data()), file.opslimit,
                                 static_cast<std::size_t>(file.memlimit_kib) * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw Error(codes::kKeyPassphrase, path,
                {path, said("argon2id needs {0} MiB of memory", file.memlimit_kib / 1024)});
  return key;
}

std::optional<SecretText> passphrase_of_the_environment() {
  const std::string named = "CAVEAT_PASSPHRASE_FILE";
  const char* file = std::getenv(named.c_str());
  if (file == nullptr || *file == '\0') return std::nullopt;
  // Who has put the passphrase itself there does not find it in a journal.
  if (::access(file, F_OK) != 0) throw Error(codes::kPassphraseFile, named, {named, system_words()});
  return read_passphrase(file);
}

SecretText read_passphrase(const std::string& file) {
  must_be_private(file);
  SecretText text(read_file(file, 4'096, codes::kPassphraseFile));
  std::string& bytes = text.bytes();
  while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes.pop_back();
  if (bytes.empty()) throw Error(codes::kPassphraseFile, file, {file, "it is empty"});
  return text;
}

}  // namespace caveat::audit
