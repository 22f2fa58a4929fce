#include "audit/seal/keystore_inside.h"

#include <cassert>
#include <filesystem>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/log/signers.h"
#include "audit/seal/suite.h"

namespace caveat::audit {

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

std::string KeyStore::sign(const std::string& text) const {
  const std::lock_guard lock(state_->signing_mutex);
  const VerifierKey& signer = state_->signers.back();
  SignedNote note{.text = text, .signatures = {}};
  if (state_->signer == nullptr) state_->signer = state_->suite->signer(state_->signing);
  note.signatures.push_back({signer.name, signer.id, state_->signer->sign(text)});
  return format_note(note);
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

void KeyStore::write_vkey() const {
  const std::string path = state_->dir + "/log.vkey";
  std::error_code ignored;
  std::filesystem::remove(path + ".new", ignored);
  write_new_file(path + ".new", format_verifier_key(verifier()) + "\n", 0644);
  if (::rename((path + ".new").c_str(), path.c_str()) != 0) throw Error(codes::kStorage, path, {path, system_words()});
  sync_folder(state_->dir);
}

}  // namespace caveat::audit
