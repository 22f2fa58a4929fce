#include "audit/state/sqlite_state.h"

#include <algorithm>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/seal/sealer.h"

namespace caveat::audit {

SqliteState::SqliteState(std::string path, std::string vfs, const KeyStore& keys)
    : path_(std::move(path)), vfs_(std::move(vfs)), keys_(keys) {}

std::optional<StateEntry> SqliteState::read(const StateKey& key) {
  const TagValue subject = keyed_subject(keys_, key);
  const TagValue discriminator = keyed_discriminator(keys_, key);
  std::optional<StoredStateRow> row;
  {
    const std::lock_guard lock(mutex_);
    if (reader_ == nullptr) reader_ = open_sqlite_reader(path_, {.vfs = vfs_, .snapshot = false});
    row = reader_->state(key.kind, subject, discriminator);
  }
  if (!row) return std::nullopt;
  auto value = open_value(keys_, key.kind, subject, discriminator, row->value);
  if (!value) throw Error(codes::kKeyUnwrap, path_, {path_, "a row of the table state does not open"});
  return StateEntry{.version = row->version, .index = row->index, .value = std::move(*value)};
}

std::vector<StateEntry> SqliteState::all(StateKind kind) {
  std::vector<StateEntry> entries;
  const std::lock_guard lock(mutex_);
  if (reader_ == nullptr) reader_ = open_sqlite_reader(path_, {.vfs = vfs_, .snapshot = false});
  reader_->each_state_of(kind, [&](const StoredStateRow& row) {
    const auto cell = [&](const std::string& bytes) {
      TagValue value{};
      if (bytes.size() != value.size())
        throw Error(codes::kKeyUnwrap, path_, {path_, "a row of the table state is cut"});
      std::copy(bytes.begin(), bytes.end(), value.begin());
      return value;
    };
    auto value = open_value(keys_, kind, cell(row.subject), cell(row.discriminator), row.value);
    if (!value) throw Error(codes::kKeyUnwrap, path_, {path_, "a row of the table state does not open"});
    entries.push_back({.version = row.version, .index = row.index, .value = std::move(*value)});
  });
  return entries;
}

void SqliteState::reopen() {
  const std::lock_guard lock(mutex_);
  reader_.reset();
}

}  // namespace caveat::audit
