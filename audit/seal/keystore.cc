#include "audit/seal/keystore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <span>
#include <unordered_map>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/high_water.h"
#include "audit/log/signers.h"
#include "audit/record/layout.h"
#include "audit/seal/key_file.h"
#include "audit/store/files.h"
#include "audit/store/migrations.h"
#include "audit/store/sqlite.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxCached = 200'000;

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

std::optional<SecretText> given_passphrase(const KeyStoreOptions& options) {
  if (options.passphrase) return SecretText(std::string(*options.passphrase));
  return passphrase_of_the_environment();
}

// What is not there is another matter, and told in other words.
void must_be_readable(const std::string& path) {
  struct stat status{};
  const bool folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  if (::access(path.c_str(), folder ? R_OK | X_OK : R_OK) != 0 && errno == EACCES)
    throw Error(codes::kKeysUnreadable, path, {path, system_words()});
}

std::uint64_t quarter_of(std::int64_t at_us) {
  const std::chrono::sys_time<std::chrono::microseconds> at{std::chrono::microseconds{at_us}};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  const auto year = std::max(static_cast<int>(day.year()), 0);
  return static_cast<std::uint64_t>(year) * 4 + (static_cast<unsigned>(day.month()) - 1) / 3;
}

// All quarters of a customer lie in one bucket, so that erasing him re-wraps one.
std::int64_t bucket_of(std::string_view subject) {
  const auto byte = [&](std::size_t i) { return static_cast<std::int64_t>(static_cast<unsigned char>(subject[i])); };
  return (byte(0) << 8 | byte(1)) % kBuckets;
}

// Best effort: what is overwritten is under no name any more.
void overwrite(int file, std::uintmax_t size) {
  const std::string zeros(static_cast<std::size_t>(size), '\0');
  if (::pwrite(file, zeros.data(), zeros.size(), 0) >= 0) ::fsync(file);
  ::close(file);
}

// Puts a whole and synced file in its place; the bytes that stood there are overwritten: they held a key that nothing protects any more.
void take_place(const std::string& making, const std::string& path) {
  std::error_code ignored;
  const int old = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const auto size = old >= 0 ? fs::file_size(path, ignored) : 0;
  if (::rename(making.c_str(), path.c_str()) != 0) {
    const std::string why = system_words();
    if (old >= 0) ::close(old);
    throw Error(codes::kStorage, path, {path, why});
  }
  sync_folder(fs::absolute(path).parent_path().string());
  if (old >= 0) overwrite(old, size);
}

void write_beside(const std::string& making, std::string_view text) {
  std::error_code ignored;
  fs::remove(making, ignored);
  write_new_file(making, text, 0600);
}

void replace_key_file(const std::string& path, std::string_view text) {
  write_beside(path + ".new", text);
  take_place(path + ".new", path);
}

// Its name goes first: a file that is cut off while it is overwritten would be none that can be read.
void destroy_key_file(const std::string& path) {
  const int old = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (old < 0) return;
  std::error_code ignored;
  const auto size = fs::file_size(path, ignored);
  if (::unlink(path.c_str()) != 0) {
    const std::string why = system_words();
    ::close(old);
    throw Error(codes::kStorage, path, {path, why});
  }
  sync_folder(fs::absolute(path).parent_path().string());
  overwrite(old, size);
}

// Layout 1 of data.db knew no change of signer: its one signer is the public half of signing.key, under the origin.
constexpr std::int64_t kNoSigners = 1;

bool names_no_signer(Database& db) {
  const std::int64_t layout = db.number("PRAGMA user_version");
  return layout == kNoSigners || (layout == kNoSigners + 1 && db.number("SELECT count(*) FROM signers") == 0);
}

// The step to layout 2 and its first row in one transaction. Not where log.vkey says otherwise: one of the two files is of another set,
// and can be put right as long as data.db does not say the same.
void name_first_signer(Database& db, const VerifierKey& signer, const std::string& vkey_path) {
  if (read_file(vkey_path, 4'096, codes::kKeysMissing) != format_verifier_key(signer) + "\n")
    throw Error(codes::kKeyFile, vkey_path, {vkey_path, "it is not the public half of signing.key"});
  const Migration& step = key_migrations()[kNoSigners];
  Transaction transaction(db);
  if (db.number("PRAGMA user_version") == kNoSigners) {
    db.exec(std::string(step.sql));
    db.exec("PRAGMA user_version = " + std::to_string(step.number));
  }
  db.prepare("INSERT INTO signers (number, vkey, note) VALUES (1, ?, '')")
      .bind_text(1, format_verifier_key(signer))
      .run();
  transaction.commit();
}

std::string bucket_context(const std::string& origin, std::int64_t bucket, std::int64_t epoch) {
  cbor::Encoder out;
  out.array(4);
  out.text("caveat/1/bucket");
  out.text(origin);
  out.integer(bucket);
  out.integer(epoch);
  return out.take();
}

std::string data_key_context(const std::string& origin, std::string_view id, std::int64_t bucket,
                             std::string_view subject, std::int64_t quarter) {
  cbor::Encoder out;
  out.array(6);
  out.text("caveat/1/data key");
  out.text(origin);
  out.bytes(id);
  out.integer(bucket);
  out.bytes(subject);
  out.integer(quarter);
  return out.take();
}

std::string lookup_context(const std::string& origin) {
  cbor::Encoder out;
  out.array(2);
  out.text("caveat/1/lookup");
  out.text(origin);
  return out.take();
}

constexpr std::string_view kLookupInfo[] = {kLookupTagInfo, kLookupStateInfo, kLookupSubjectInfo, kLookupDigestInfo};

}  // namespace

class KeyStore::State {
 public:
  std::string dir, origin;
  const Suite* suite = &intl();
  bool is_protected = false;
  bool next_broken = false;  // signing.key.next is there and no key file
  bool writable = false;
  Random* random = nullptr;
  std::optional<SecretText> passphrase;  // of a protected set that is open for writing: another signer needs it
  std::uint64_t passes = 0, kib = 0;
  SecretKey wrap;
  SecretKey lookups[4];

  mutable std::mutex signing_mutex;  // guards the signers
  SecretKey signing;
  std::optional<SecretKey> next;
  mutable std::unique_ptr<const Signer> signer;  // of `signing`, made with its first signature
  std::vector<VerifierKey> signers;

  struct Of {
    TagValue subject{};  // keyed
    std::uint64_t quarter = 0;
    friend bool operator==(const Of&, const Of&) = default;
  };
  struct Known {
    DataKey key;
    Of of;
    std::string wrapped;  // of a new one
  };
  // Ids are random and subjects keyed: their first bytes are as good as any hash of them.
  struct Spread {
    std::size_t operator()(const KeyId& id) const {
      std::size_t first = 0;
      std::memcpy(&first, id.data(), sizeof first);
      return first;
    }
    std::size_t operator()(const Of& of) const {
      std::size_t first = 0;
      std::memcpy(&first, of.subject.data(), sizeof first);
      return first + of.quarter;
    }
  };

  mutable std::mutex memory;  // guards the caches and what is new
  mutable std::unordered_map<KeyId, std::shared_ptr<const SecretKey>, Spread> by_id;
  mutable std::unordered_map<Of, DataKey, Spread> by_subject;
  std::vector<Known> fresh;
  std::vector<std::pair<std::int64_t, std::string>> fresh_buckets;  // wrapped
  mutable std::mutex reading;  // guards `reads` and `buckets`; never held together with a write
  mutable std::unique_ptr<Database> reads;
  mutable std::map<std::int64_t, std::shared_ptr<const SecretKey>> buckets;
  std::mutex writing;  // guards `writes` and what belongs to it
  std::unique_ptr<Database> writes;
  OpenedFile data_file;
  std::optional<OpenedFile> wal_file;  // once there is one: it is begun anew, but never made anew

  bool rescued = false;  // since it parted, all keys lie in a copy that this process made

  // Under `writing`. Keys that stand in a file without a name end with the process, and with them all that they seal.
  void still_there() {
    if (data_file.there() && (!wal_file || wal_file->there())) {
      rescued = false;
      return;
    }
    if (data_file.linked() && (!wal_file || wal_file->there() || wal_file->linked()))
      throw Error(codes::kLogLinked, data_path(), {data_path()});
    if (wal_file) wal_file->make_way();
    if (!rescued) rescued = copy_database(*writes, data_path() + ".rescued");
    throw Error(
        codes::kKeysMissing, dir,
        {dir, rescued
                  ? Words("data.db was moved, replaced or linked while it was open; all keys lie in data.db.rescued")
                  : Words("data.db was moved, replaced or linked while it was open, and no copy could be made")});
  }

  std::string data_path() const { return dir + "/data.db"; }

  // Under `reading`. Null: no such bucket; an Error where it does not open.
  std::shared_ptr<const SecretKey> bucket(std::int64_t number) const {
    if (const auto found = buckets.find(number); found != buckets.end()) return found->second;
    Statement row = reads->prepare("SELECT epoch, wrapped FROM buckets WHERE bucket = ?");
    row.bind(1, number);
    if (!row.step()) return nullptr;
    SecretText plain;
    if (!open_bytes(*suite, wrap.view(), bucket_context(origin, number, row.integer(0)), row.bytes(1), plain.bytes()) ||
        plain.view().size() != 32)
      throw Error(codes::kKeyUnwrap, data_path(),
                  {data_path(), said("buckets row {0} does not open under wrap.key", number)});
    auto key = std::make_shared<const SecretKey>(plain.view());
    buckets.emplace(number, key);
    return key;
  }

  // Under `reading`: the bucket, made if it is new; it is on disk after the next flush.
  std::shared_ptr<const SecretKey> bucket_for(std::string_view subject) {
    const std::int64_t number = bucket_of(subject);
    if (auto known = bucket(number)) return known;
    SecretKey bytes;
    random->fill(bytes.span());
    std::string wrapped = seal_bytes(*suite, wrap.view(), random_bytes(*random, kSeedBytes),
                                     bucket_context(origin, number, 1), bytes.view());
    auto key = std::make_shared<const SecretKey>(std::move(bytes));
    buckets.emplace(number, key);
    const std::lock_guard lock(memory);
    fresh_buckets.emplace_back(number, std::move(wrapped));
    return key;
  }

  // Under `reading`.
  std::shared_ptr<const SecretKey> unwrap(std::string_view id, std::int64_t bucket_number, std::string_view subject,
                                          std::int64_t quarter, std::string_view wrapped) const {
    if (subject.size() != sizeof(TagValue) || bucket_number != bucket_of(subject)) return nullptr;
    const auto key_of_bucket = bucket(bucket_number);
    SecretText plain;
    if (key_of_bucket == nullptr ||
        !open_bytes(*suite, key_of_bucket->view(), data_key_context(origin, id, bucket_number, subject, quarter),
                    wrapped, plain.bytes()) ||
        plain.view().size() != 32)
      return nullptr;
    return std::make_shared<const SecretKey>(plain.view());
  }

  SecretText key_file_text(std::string_view use, const SecretKey& key) const {
    KeyFile file;
    file.origin = origin;
    file.use = use;
    file.suite = name(suite->id());
    std::optional<SecretKey> stretched;
    if (passphrase) {
      file.argon2id = true;
      file.opslimit = passes;
      file.memlimit_kib = kib;
      file.salt = random_bytes(*random, kStretchSaltBytes);
      stretched = stretch(dir, passphrase->view(), file);
    }
    file.key = SecretText(stretched ? seal_bytes(*suite, stretched->view(), random_bytes(*random, kSeedBytes),
                                                 key_file_head(file), key.view())
                                    : std::string(key.view()));
    return format_key_file(file);
  }

  void remember(const DataKey& key, const Of& of) const {
    if (by_id.size() > kMaxCached) {  // what is not yet on disk stays
      by_id.clear();
      by_subject.clear();
      for (const auto& known : fresh) {
        by_id.emplace(known.key.id, known.key.key);
        by_subject.emplace(known.of, known.key);
      }
    }
    by_id.insert_or_assign(key.id, key.key);
    by_subject.insert_or_assign(of, key);
  }
};

KeyStore::KeyStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyStore::~KeyStore() = default;

const std::string& KeyStore::dir() const { return state_->dir; }
const std::string& KeyStore::origin() const { return state_->origin; }
const Suite& KeyStore::suite() const { return *state_->suite; }
VerifierKey KeyStore::verifier() const {
  const std::lock_guard lock(state_->signing_mutex);
  return state_->signers.back();
}
std::vector<VerifierKey> KeyStore::signers() const {
  const std::lock_guard lock(state_->signing_mutex);
  return state_->signers;
}
std::vector<std::string> KeyStore::signer_notes() const {
  const std::lock_guard lock(state_->reading);
  std::vector<std::string> notes;
  if (state_->reads->number("PRAGMA user_version") == kNoSigners) return notes;
  Statement rows = state_->reads->prepare("SELECT note FROM signers WHERE number > 1 ORDER BY number");
  while (rows.step()) notes.emplace_back(rows.bytes(0));
  return notes;
}
bool KeyStore::protected_by_passphrase() const { return state_->is_protected; }

bool KeyStore::exists(const std::string& dir) {
  // What this user may not look at may be there: `open` says so.
  for (const char* name : {"/signing.key", "/data.db"}) {
    std::error_code hidden;
    if (fs::exists(dir + name, hidden) || hidden) return true;
  }
  return false;
}

std::unique_ptr<KeyStore> KeyStore::create(const std::string& dir, std::string origin, KeyStoreOptions options) {
  assert(options.random != nullptr);
  std::error_code ignored;
  if (fs::exists(dir, ignored)) throw Error(codes::kKeysExist, dir, {dir});
  if (origin.empty()) origin = "caveat.local/" + hex(random_bytes(*options.random, 4));
  if (!valid_note_name(origin))
    throw Error(codes::kKeyFile, dir, {dir, said("the origin \"{0}\" has a blank or a plus", origin)});

  // The set appears under its name only when it is whole.
  const std::string making = making_of(dir);
  fs::remove_all(making, ignored);
  if (const fs::path folder = fs::path(making).parent_path(); !folder.empty() && !fs::is_directory(folder, ignored))
    throw Error(codes::kLogReadOnly, dir, {dir, said("there is no folder {0}", folder.string())});
  if (::mkdir(making.c_str(), 0700) != 0) throw Error(codes::kLogReadOnly, dir, {dir, system_words()});

  State made;
  made.dir = making;
  made.origin = origin;
  made.random = options.random;
  made.passes = options.argon2_passes;
  made.kib = options.argon2_kib;
  if (options.suite != nullptr) made.suite = options.suite;
  const Suite& suite = *made.suite;
  if (auto passphrase = given_passphrase(options)) made.passphrase.emplace(std::move(*passphrase));
  for (const auto& [use, key] : {std::pair{"signing", &made.signing}, std::pair{"wrap", &made.wrap}}) {
    options.random->fill(key->span());
    write_new_file(making + "/" + use + ".key", made.key_file_text(use, *key).view(), 0600);
  }
  const VerifierKey verifier = make_verifier_key(origin, suite.signature_type(), suite.public_key(made.signing));
  write_new_file(making + "/log.vkey", format_verifier_key(verifier) + "\n", 0644);
  create_high_water(making + "/high-water", origin);
  {
    const std::string path = making + "/data.db";
    write_new_file(path, "", 0600);
    Database db(path, Database::Mode::write, options.vfs);
    db.exec("PRAGMA secure_delete = ON");
    db.exec("PRAGMA synchronous = FULL");
    migrate(db, key_migrations());
    SecretKey lookup;
    options.random->fill(lookup.span());
    const std::string sealed_lookup = seal_bytes(suite, made.wrap.view(), random_bytes(*options.random, kSeedBytes),
                                                 lookup_context(origin), lookup.view());
    Transaction transaction(db);
    db.prepare("INSERT INTO key_set (id, origin, log, lookup) VALUES (1, ?, NULL, ?)")
        .bind_text(1, origin)
        .bind_blob(2, sealed_lookup)
        .run();
    db.prepare("INSERT INTO signers (number, vkey, note) VALUES (1, ?, '')")
        .bind_text(1, format_verifier_key(verifier))
        .run();
    transaction.commit();
    db.exec("PRAGMA journal_mode = WAL");
    db.close();
  }
  sync_folder(making);
  if (::rename(making.c_str(), dir.c_str()) != 0) throw Error(codes::kStorage, dir, {dir, system_words()});
  sync_folder(fs::absolute(dir).parent_path().string());
  return open(dir, std::move(options));
}

void KeyStore::must_not_lie_rescued(const std::string& dir) {
  std::error_code ignored;
  if (fs::exists(dir + "/data.db.rescued", ignored)) throw Error(codes::kKeysRescued, dir, {dir});
}

std::unique_ptr<KeyStore> KeyStore::open(const std::string& dir, KeyStoreOptions options) {
  auto state = std::make_unique<State>();
  state->dir = dir;
  state->writable = options.writable;
  state->random = options.random;
  assert(!options.writable || options.random != nullptr);
  std::error_code ignored;
  must_be_readable(dir);
  if (!fs::is_directory(dir, ignored)) throw Error(codes::kKeysMissing, dir, {dir, "there is no such folder"});

  if (options.writable) must_not_lie_rescued(dir);
  forbid_core_dumps();
  state->suite = options.suite;
  std::optional<SecretText> passphrase;
  std::optional<SecretKey> stretched;
  std::string stretched_from;
  const auto opens = [&](const std::string& path, const KeyFile& file, SecretKey& key) {
    if (!file.argon2id) {
      key = SecretKey(file.key.view());
      return true;
    }
    if (!passphrase) {
      if (std::optional<SecretText> given = given_passphrase(options)) passphrase.emplace(std::move(*given));
    }
    if (!passphrase) throw Error(codes::kKeyPassphrase, path, {path, "none was given"});
    const std::string from = file.salt + std::to_string(file.opslimit) + " " + std::to_string(file.memlimit_kib);
    if (!stretched || from != stretched_from) stretched = stretch(path, passphrase->view(), file);
    stretched_from = from;
    SecretText plain;
    bool opened = open_bytes(*state->suite, stretched->view(), key_file_head(file), file.key.view(), plain.bytes());
    if (!opened && options.other_passphrase) {  // a change of passphrase that was cut off between the files
      const SecretKey other = stretch(path, *options.other_passphrase, file);
      opened = open_bytes(*state->suite, other.view(), key_file_head(file), file.key.view(), plain.bytes());
    }
    if (!opened || plain.view().size() != 32) return false;
    key = SecretKey(plain.view());
    return true;
  };
  // Of the set and for this use; nothing: it is no key file.
  const auto beside = [&](const std::string& path, const std::string& use) -> std::optional<KeyFile> {
    if (!fs::exists(path, ignored)) return std::nullopt;
    Result<KeyFile> file = parse_key_file(SecretText(read_file(path, 8'192, codes::kKeysMissing)).view());
    if (!file || file->use != use || file->origin != state->origin) return std::nullopt;
    return std::move(*file);
  };
  bool some_protected = false, some_plain = false, from_beside = false;
  const auto read_key = [&](const std::string& file_name, const std::string& use, SecretKey& key) {
    const std::string path = dir + "/" + file_name;
    must_be_readable(path);
    if (!fs::exists(path, ignored)) throw Error(codes::kKeysMissing, path, {dir, said("{0} is not there", file_name)});
    must_be_private(path);
    const Result<KeyFile> file = parse_key_file(SecretText(read_file(path, 8'192, codes::kKeysMissing)).view());
    if (!file && file.error().code == &codes::kLogFormat)
      throw Error(codes::kLogFormat, path,
                  {path, file.error().items.front().found, file.error().items.front().expected});
    if (!file) throw Error(codes::kKeyFile, path, {path, said("expected {0}", file.error().items.front().expected)});
    if (file->use != use) throw Error(codes::kKeyFile, path, {path, said("it is the key for {0}", file->use)});
    if (state->origin.empty()) state->origin = file->origin;
    if (file->origin != state->origin)
      throw Error(codes::kKeyFile, path, {path, said("it belongs to the log {0}", file->origin)});
    if (state->suite == nullptr) state->suite = find_suite(file->suite);
    if (state->suite == nullptr || name(state->suite->id()) != file->suite)
      throw Error(codes::kKeyFile, path, {path, said("its suite {0} is not built in", file->suite)});
    if (file->argon2id) {
      state->is_protected = true;
      state->passes = file->opslimit;
      state->kib = file->memlimit_kib;
    }
    if (opens(path, *file, key)) {
      (file->argon2id ? some_protected : some_plain) = true;
      return;
    }
    // A change of passphrase puts its files in their places only when all of them lie beside, whole.
    if (const std::optional<KeyFile> fresh = beside(path + ".new", use); fresh && opens(path, *fresh, key)) {
      from_beside = true;
      return;
    }
    const bool cut_off = some_protected || some_plain || fs::exists(dir + "/signing.key.new", ignored);
    throw Error(
        codes::kKeyPassphrase, path,
        {path, cut_off
                   ? said("this one does not open it, and a change of passphrase was cut off: name the new one, or run "
                          "`caveat keys protect {0} --passphrase NEW` again with the one before in "
                          "CAVEAT_PASSPHRASE_FILE",
                          dir)
                   : std::string(Words("this one does not open it"))});
  };
  read_key("signing.key", "signing", state->signing);
  read_key("wrap.key", "wrap", state->wrap);
  if (fs::exists(dir + "/signing.key.next", ignored)) {
    must_be_readable(dir + "/signing.key.next");
    state->next_broken = !beside(dir + "/signing.key.next", "signing");
    if (!state->next_broken) {
      state->next.emplace();
      read_key("signing.key.next", "signing", *state->next);
    }
  }
  if (options.writable) {
    const bool begun = from_beside || (some_protected && some_plain);
    struct {
      const char *file, *use;
      const SecretKey* key;
    } const files[] = {{"/wrap.key", "wrap", &state->wrap},
                       {"/signing.key.next", "signing", state->next ? &*state->next : nullptr},
                       {"/signing.key", "signing", &state->signing}};
    for (const auto& [file, use, key] : files) {
      const std::string path = dir + file, making = path + ".new";
      SecretKey fresh_key;
      const std::optional<KeyFile> fresh = begun && key != nullptr ? beside(making, use) : std::nullopt;
      if (fresh && opens(path, *fresh, fresh_key) && fresh_key.view() == key->view())
        take_place(making, path);
      else
        destroy_key_file(making);
    }
    fs::remove(dir + "/log.vkey.new", ignored);
  }
  if (passphrase && options.writable) state->passphrase.emplace(std::move(*passphrase));
  const Suite& suite = *state->suite;

  const std::string data = state->data_path();
  must_be_readable(data);
  if (!fs::exists(data, ignored)) throw Error(codes::kKeysMissing, data, {dir, "data.db is not there"});
  const std::string vkey_path = dir + "/log.vkey";
  const VerifierKey only = make_verifier_key(state->origin, suite.signature_type(), suite.public_key(state->signing));
  try {
    if (options.writable) {
      state->writes = std::make_unique<Database>(data, Database::Mode::write, options.vfs);
      state->data_file = OpenedFile(data);
      state->writes->exec("PRAGMA secure_delete = ON");
      state->writes->exec("PRAGMA journal_mode = WAL");
      state->writes->exec("PRAGMA synchronous = FULL");
      if (names_no_signer(*state->writes)) name_first_signer(*state->writes, only, vkey_path);
      migrate(*state->writes, key_migrations());
      state->writes->settle();
    }
    state->reads = open_for_reading(data, options.vfs);
    Statement set = state->reads->prepare("SELECT origin, lookup FROM key_set WHERE id = 1");
    if (!set.step()) throw Error(codes::kKeyFile, data, {data, "it has no row in key_set"});
    if (set.bytes(0) != state->origin) throw Error(codes::kKeyFile, data, {data, "it belongs to another key set"});
    SecretText lookup;
    if (!open_bytes(suite, state->wrap.view(), lookup_context(state->origin), set.bytes(1), lookup.bytes()))
      throw Error(codes::kKeyUnwrap, data, {data, "key_set row 1 does not open under wrap.key"});
    Digest extracted = suite.extract("caveat/1/lookup", lookup.view());
    for (std::size_t i = 0; i < 4; ++i) {
      Digest derived = suite.expand(extracted, kLookupInfo[i]);
      state->lookups[i] = SecretKey(caveat::view(derived));
      wipe(derived.data(), derived.size());
    }
    wipe(extracted.data(), extracted.size());
    set.reset();
    const bool no_signers = state->reads->number("PRAGMA user_version") == kNoSigners;
    if (names_no_signer(*state->reads)) state->signers.push_back(only);
    Statement all =
        state->reads->prepare(no_signers ? "SELECT '' WHERE 0" : "SELECT vkey FROM signers ORDER BY number");
    while (all.step()) {
      Result<VerifierKey> signer = parse_verifier_key(all.bytes(0));
      if (!signer) throw Error(codes::kKeyFile, data, {data, "a row of signers is no verifier key"});
      state->signers.push_back(std::move(*signer));
    }
    if (state->signers.empty()) throw Error(codes::kKeyFile, data, {data, "it names no signer"});
  } catch (const SqliteError& error) {
    if (error.not_a_database()) throw Error(codes::kKeyFile, data, {data, error.words()});
    throw;
  }

  // A change of signer that was cut off after data.db: the key lies beside, under its making's name.
  const std::string wanted = state->signers.back().key;
  if (suite.public_key(state->signing) != wanted && state->next && suite.public_key(*state->next) == wanted) {
    std::swap(state->signing, *state->next);
    state->next.reset();
    if (state->writable && ::rename((dir + "/signing.key.next").c_str(), (dir + "/signing.key").c_str()) != 0)
      throw Error(codes::kStorage, dir, {dir, system_words()});
  }
  const std::string line = read_file(vkey_path, 4'096, codes::kKeysMissing);
  const auto is = [&](const VerifierKey& key) { return line == format_verifier_key(key) + "\n"; };
  const bool cut_off = state->signers.size() > 1 && is(state->signers[state->signers.size() - 2]);
  if (suite.public_key(state->signing) != wanted || (!is(state->signers.back()) && !cut_off))
    throw Error(codes::kKeyFile, vkey_path, {vkey_path, "it is not the public half of signing.key"});
  auto keys = std::unique_ptr<KeyStore>(new KeyStore(std::move(state)));
  if (cut_off && options.writable) keys->write_vkey();
  return keys;
}

void KeyStore::write_vkey() const {
  const std::string path = state_->dir + "/log.vkey";
  std::error_code ignored;
  fs::remove(path + ".new", ignored);
  write_new_file(path + ".new", format_verifier_key(verifier()) + "\n", 0644);
  if (::rename((path + ".new").c_str(), path.c_str()) != 0) throw Error(codes::kStorage, path, {path, system_words()});
  sync_folder(state_->dir);
}

void KeyStore::protect(const std::string& dir, std::string_view fresh, const KeyStoreOptions& options) {
  assert(options.random != nullptr);
  KeyStoreOptions both = options;
  both.other_passphrase = fresh;
  if (!both.passphrase && std::getenv("CAVEAT_PASSPHRASE_FILE") == nullptr) both.passphrase = fresh;
  const auto keys = open(dir, both);
  State& state = *keys->state_;
  state.random = options.random;
  state.passphrase.emplace(SecretText(std::string(fresh)));
  state.passes = options.argon2_passes;
  state.kib = options.argon2_kib;
  // A prepared signer too: the log may name it already.
  struct {
    const char *file, *use;
    const SecretKey* key;
  } const files[] = {{"/wrap.key", "wrap", &state.wrap},
                     {"/signing.key.next", "signing", state.next ? &*state.next : nullptr},
                     {"/signing.key", "signing", &state.signing}};
  for (const auto& [file, use, key] : files)
    if (key != nullptr) write_beside(dir + file + ".new", state.key_file_text(use, *key).view());
  sync_folder(dir);
  for (const auto& [file, use, key] : files)
    if (key != nullptr) take_place(dir + file + ".new", dir + file);
}

KeyStore::NextSigner KeyStore::prepare_signer(const std::string& signer_name) {
  State& state = *state_;
  assert(state.writable);
  SecretKey key;
  state.random->fill(key.span());
  drop_prepared();
  const std::string path = state.dir + "/signing.key.next";
  replace_key_file(path, state.key_file_text("signing", key).view());
  const std::lock_guard lock(state.signing_mutex);
  NextSigner made{make_verifier_key(signer_name, state.suite->signature_type(), state.suite->public_key(key)), {}};
  SignedNote note{.text = signer_text(state.signers.back(), made.key), .signatures = {}};
  note.signatures.push_back(
      {state.signers.back().name, state.signers.back().id, state.suite->sign(state.signing, note.text)});
  note.signatures.push_back({made.key.name, made.key.id, state.suite->sign(key, note.text)});
  made.note = format_note(note);
  state.next.emplace(std::move(key));
  return made;
}

std::optional<std::string> KeyStore::prepared_key() const {
  const std::lock_guard lock(state_->signing_mutex);
  return state_->next ? std::optional(state_->suite->public_key(*state_->next)) : std::nullopt;
}

bool KeyStore::prepared_is_broken() const { return state_->next_broken; }

std::string KeyStore::sign_as_next(const VerifierKey& next, const std::string& text) const {
  const std::lock_guard lock(state_->signing_mutex);
  assert(state_->next.has_value());
  SignedNote note{.text = text, .signatures = {}};
  note.signatures.push_back({next.name, next.id, state_->suite->sign(*state_->next, text)});
  return format_note(note);
}

void KeyStore::adopt_signer(const NextSigner& next) {
  State& state = *state_;
  {
    const std::lock_guard writing(state.writing);
    Transaction transaction(*state.writes);
    state.writes
        ->prepare(
            "INSERT INTO signers (number, vkey, note) SELECT max(number) + 1, ?1, ?2 FROM signers "
            "WHERE NOT EXISTS (SELECT 1 FROM signers WHERE vkey = ?1)")
        .bind_text(1, format_verifier_key(next.key))
        .bind_text(2, next.note)
        .run();
    transaction.commit();
  }
  {
    const std::lock_guard lock(state.signing_mutex);
    assert(state.next.has_value() && state.suite->public_key(*state.next) == next.key.key);
    std::swap(state.signing, *state.next);
    state.next.reset();
    state.signer.reset();
    state.signers.push_back(next.key);
  }
  const std::string path = state.dir + "/signing.key";
  replace_key_file(path, SecretText(read_file(path + ".next", 8'192, codes::kKeysMissing)).view());
  drop_prepared();
  write_vkey();
}

void KeyStore::drop_prepared() {
  destroy_key_file(state_->dir + "/signing.key.next");
  const std::lock_guard lock(state_->signing_mutex);
  state_->next.reset();
  state_->next_broken = false;
}

KeyStore::Holding KeyStore::holding() const {
  const std::lock_guard lock(state_->reading);
  Database& db = *state_->reads;
  const auto number = [&](const char* sql) { return static_cast<std::uint64_t>(db.number(sql)); };
  return {.data_keys = number("SELECT count(*) FROM data_keys"),
          .subjects = number("SELECT count(DISTINCT subject) FROM data_keys"),
          .buckets = number("SELECT count(*) FROM buckets"),
          .first_quarter = number("SELECT coalesce(min(quarter), 0) FROM data_keys"),
          .last_quarter = number("SELECT coalesce(max(quarter), 0) FROM data_keys")};
}

std::optional<Digest> KeyStore::bound_log() const {
  const std::lock_guard lock(state_->reading);
  Statement row = state_->reads->prepare("SELECT log FROM key_set WHERE id = 1");
  Digest digest{};
  if (!row.step() || row.is_null(0) || row.bytes(0).size() != digest.size()) return std::nullopt;
  std::copy(row.bytes(0).begin(), row.bytes(0).end(), reinterpret_cast<char*>(digest.data()));
  return digest;
}

void KeyStore::bind_log(const Digest& about) {
  const std::lock_guard lock(state_->writing);
  Transaction transaction(*state_->writes);
  state_->writes->prepare("UPDATE key_set SET log = ? WHERE id = 1").bind_blob(1, caveat::view(about)).run();
  transaction.commit();
}

std::string KeyStore::sign(const std::string& text) const {
  const std::lock_guard lock(state_->signing_mutex);
  const VerifierKey& signer = state_->signers.back();
  SignedNote note{.text = text, .signatures = {}};
  if (state_->signer == nullptr) state_->signer = state_->suite->signer(state_->signing);
  note.signatures.push_back({signer.name, signer.id, state_->signer->sign(text)});
  return format_note(note);
}

TagValue KeyStore::keyed(Lookup use, std::string_view bytes) const {
  const Digest digest = state_->suite->mac(state_->lookups[static_cast<std::size_t>(use)].view(), bytes);
  TagValue value{};
  std::copy_n(digest.begin(), value.size(), value.begin());
  return value;
}

Digest KeyStore::keyed_digest(std::string_view bytes) const {
  return state_->suite->mac(state_->lookups[static_cast<std::size_t>(Lookup::digest)].view(), bytes);
}

DataKey KeyStore::data_key(std::string_view customer, std::int64_t at_us) {
  const State::Of of{keyed(Lookup::subject, customer), quarter_of(at_us)};
  {
    const std::lock_guard lock(state_->memory);
    if (const auto found = state_->by_subject.find(of); found != state_->by_subject.end()) return found->second;
  }
  const std::string_view subject = view(of.subject);
  const auto quarter = static_cast<std::int64_t>(of.quarter);
  std::optional<DataKey> stored;
  std::shared_ptr<const SecretKey> bucket;
  {
    const std::lock_guard lock(state_->reading);
    Statement row =
        state_->reads->prepare("SELECT id, bucket, wrapped FROM data_keys WHERE subject = ? AND quarter = ?");
    row.bind_blob(1, subject).bind(2, quarter);
    if (row.step()) {
      DataKey key;
      key.key = row.bytes(0).size() == key.id.size()
                    ? state_->unwrap(row.bytes(0), row.integer(1), subject, quarter, row.bytes(2))
                    : nullptr;
      if (key.key == nullptr)
        throw Error(codes::kKeyUnwrap, state_->data_path(), {state_->data_path(), "a row of data_keys was changed"});
      std::copy(row.bytes(0).begin(), row.bytes(0).end(), reinterpret_cast<char*>(key.id.data()));
      stored = key;
    } else {
      assert(state_->writable);
      bucket = state_->bucket_for(subject);
    }
  }
  const std::lock_guard lock(state_->memory);
  // Another thread may have made it in between; the first one counts.
  if (const auto found = state_->by_subject.find(of); found != state_->by_subject.end()) return found->second;
  if (stored) {
    state_->remember(*stored, of);
    return *stored;
  }
  DataKey made;
  state_->random->fill(made.id);
  SecretKey bytes;
  state_->random->fill(bytes.span());
  std::string wrapped =
      seal_bytes(*state_->suite, bucket->view(), random_bytes(*state_->random, kSeedBytes),
                 data_key_context(state_->origin, view(made.id), bucket_of(subject), subject, quarter), bytes.view());
  made.key = std::make_shared<const SecretKey>(std::move(bytes));
  state_->fresh.push_back({made, of, std::move(wrapped)});
  state_->remember(made, of);
  return made;
}

std::shared_ptr<const SecretKey> KeyStore::find(const KeyId& id) const {
  {
    const std::lock_guard lock(state_->memory);
    if (const auto found = state_->by_id.find(id); found != state_->by_id.end()) return found->second;
  }
  DataKey key{.id = id, .key = nullptr};
  State::Of of;
  {
    const std::lock_guard lock(state_->reading);
    Statement row = state_->reads->prepare("SELECT bucket, subject, quarter, wrapped FROM data_keys WHERE id = ?");
    row.bind_blob(1, view(id));
    if (!row.step()) return nullptr;
    std::copy_n(row.bytes(1).begin(), std::min(row.bytes(1).size(), of.subject.size()),
                reinterpret_cast<char*>(of.subject.data()));  // of another size it is not opened
    of.quarter = static_cast<std::uint64_t>(row.integer(2));
    key.key = state_->unwrap(view(id), row.integer(0), row.bytes(1), row.integer(2), row.bytes(3));
  }
  if (key.key == nullptr) return nullptr;
  const std::lock_guard lock(state_->memory);
  state_->remember(key, of);
  return key.key;
}

std::vector<KeyId> KeyStore::keys_of(std::string_view customer) const {
  const TagValue subject = keyed(Lookup::subject, customer);
  std::vector<KeyId> ids;
  const std::lock_guard lock(state_->reading);
  Statement rows = state_->reads->prepare("SELECT id FROM data_keys WHERE subject = ? ORDER BY quarter");
  rows.bind_blob(1, view(subject));
  while (rows.step()) {
    KeyId id{};
    if (rows.bytes(0).size() != id.size()) continue;
    std::copy(rows.bytes(0).begin(), rows.bytes(0).end(), reinterpret_cast<char*>(id.data()));
    ids.push_back(id);
  }
  return ids;
}

void KeyStore::flush() {
  const std::lock_guard writing(state_->writing);
  std::vector<State::Known> batch;
  std::vector<std::pair<std::int64_t, std::string>> buckets;
  {
    const std::lock_guard lock(state_->memory);
    batch = state_->fresh;
    buckets = state_->fresh_buckets;
  }
  state_->still_there();
  if (batch.empty()) return;
  {
    Transaction transaction(*state_->writes);
    Statement bucket = state_->writes->prepare("INSERT INTO buckets (bucket, epoch, wrapped) VALUES (?, 1, ?)");
    for (const auto& [number, wrapped] : buckets) bucket.bind(1, number).bind_blob(2, wrapped).run();
    Statement insert = state_->writes->prepare(
        "INSERT INTO data_keys (id, bucket, subject, quarter, wrapped) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO "
        "NOTHING");
    for (const auto& known : batch)
      insert.bind_blob(1, view(known.key.id))
          .bind(2, bucket_of(view(known.of.subject)))
          .bind_blob(3, view(known.of.subject))
          .bind(4, known.of.quarter)
          .bind_blob(5, known.wrapped)
          .run();
    transaction.commit();
  }
  if (!state_->wal_file) state_->wal_file.emplace(state_->writes->wal_path());
  state_->still_there();
  {
    const std::lock_guard lock(state_->memory);
    state_->fresh.erase(state_->fresh.begin(), state_->fresh.begin() + static_cast<std::ptrdiff_t>(batch.size()));
    state_->fresh_buckets.erase(state_->fresh_buckets.begin(),
                                state_->fresh_buckets.begin() + static_cast<std::ptrdiff_t>(buckets.size()));
  }
  if (state_->writes->wal_pages() > 1'000) state_->writes->checkpoint(false);
}

std::vector<KeyStore::Fault> KeyStore::check() const {
  std::vector<Fault> faults;
  const std::lock_guard lock(state_->reading);
  Database& db = *state_->reads;
  const bool no_signers = db.number("PRAGMA user_version") == kNoSigners;
  const std::span<const Migration> steps = key_migrations();
  for (auto& fault : schema_differences(db, no_signers ? steps.first(kNoSigners) : steps))
    faults.push_back({"data.db", "schema", std::move(fault)});
  Statement sets = db.prepare("SELECT id, origin, log, lookup FROM key_set");
  while (sets.step()) {
    SecretText plain;
    const std::string row = std::to_string(sets.integer(0));
    if (sets.bytes(1) != state_->origin)
      faults.push_back({"key_set", row, Words("its origin is not that of signing.key")});
    if (!open_bytes(*state_->suite, state_->wrap.view(), lookup_context(state_->origin), sets.bytes(3), plain.bytes()))
      faults.push_back({"key_set", row, Words("its secret does not open under wrap.key")});
  }
  Statement signers =
      db.prepare(no_signers ? "SELECT 0, '', '' WHERE 0" : "SELECT number, vkey, note FROM signers ORDER BY number");
  std::optional<VerifierKey> before;
  std::int64_t number = 0;
  while (signers.step()) {
    const std::string row = std::to_string(signers.integer(0));
    const Result<VerifierKey> signer = parse_verifier_key(signers.bytes(1));
    if (signers.integer(0) != ++number) faults.push_back({"signers", row, Words("a row before it is not there")});
    if (!signer || format_verifier_key(*signer) != signers.bytes(1)) {
      faults.push_back({"signers", row, Words("it is no verifier key")});
      continue;
    }
    if (!before) {
      if (!signers.bytes(2).empty() || signer->name != state_->origin)
        faults.push_back({"signers", row, Words("it is not the first signer of this log")});
    } else {
      const std::optional<SignerChange> change = read_signer_note(signers.bytes(2), &verify_signature);
      if (!change || change->before != *before || change->after != *signer)
        faults.push_back({"signers", row, Words("its note is not signed by the signer before it and by itself")});
    }
    before = *signer;
  }
  if (!no_signers && number == 0) faults.push_back({"signers", "1", Words("it is not there")});
  Statement buckets = db.prepare("SELECT bucket, epoch, wrapped FROM buckets");
  while (buckets.step()) {
    SecretText plain;
    if (!open_bytes(*state_->suite, state_->wrap.view(),
                    bucket_context(state_->origin, buckets.integer(0), buckets.integer(1)), buckets.bytes(2),
                    plain.bytes()))
      faults.push_back({"buckets", std::to_string(buckets.integer(0)), Words("it does not open under wrap.key")});
  }
  Statement keys = db.prepare("SELECT id, bucket, subject, quarter, wrapped FROM data_keys");
  state_->buckets.clear();  // from the table itself, not from memory
  while (keys.step()) {
    bool opens = false;
    try {
      opens = state_->unwrap(keys.bytes(0), keys.integer(1), keys.bytes(2), keys.integer(3), keys.bytes(4)) != nullptr;
    } catch (const Error&) {  // its bucket is named above
    }
    if (!opens) faults.push_back({"data_keys", hex(keys.bytes(0)), Words("it does not open under its bucket")});
  }
  return faults;
}

}  // namespace caveat::audit
