#include "audit/seal/keystore.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/high_water.h"
#include "audit/record/layout.h"
#include "audit/seal/key_file.h"
#include "audit/seal/keystore_inside.h"
#include "audit/store/migrations.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

namespace fs = std::filesystem;

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

constexpr std::string_view kLookupInfo[] = {kLookupTagInfo, kLookupStateInfo, kLookupSubjectInfo, kLookupDigestInfo};

}  // namespace

void replace_key_file(const std::string& path, std::string_view text) {
  write_beside(path + ".new", text);
  take_place(path + ".new", path);
}

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

std::string lookup_context(const std::string& origin) {
  cbor::Encoder out;
  out.array(2);
  out.text("caveat/1/lookup");
  out.text(origin);
  return out.take();
}

SecretText KeyStore::State::key_file_text(std::string_view use, const SecretKey& key) const {
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

KeyStore::KeyStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyStore::~KeyStore() = default;

const std::string& KeyStore::dir() const { return state_->dir; }
const std::string& KeyStore::origin() const { return state_->origin; }
const Suite& KeyStore::suite() const { return *state_->suite; }
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

}  // namespace caveat::audit
