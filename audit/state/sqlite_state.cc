#include "audit/state/sqlite_state.h"

#include <algorithm>
#include <new>
#include <system_error>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/seal/sealer.h"

namespace caveat::audit {

namespace {

constexpr std::size_t kWorthIt = 64;                 // questions, before all keys are read for them
constexpr std::size_t kAtOnce = 1'024;               // keys: no reader is to stand long before the WAL that is moved
constexpr std::size_t kMostFilterBytes = 64u << 20;  // some 30 million keys; with more the table is asked, as without

}  // namespace

SqliteState::SqliteState(std::string path, std::string vfs, const KeyStore& keys)
    : path_(std::move(path)), vfs_(std::move(vfs)), keys_(keys) {}

std::optional<StateEntry> SqliteState::read(const StateKey& key) {
  const TagValue subject = keyed_subject(keys_, key);
  const TagValue discriminator = keyed_discriminator(keys_, key);
  if (surely_not_there(discriminator)) return std::nullopt;
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

SqliteState::~SqliteState() { closed(); }

// Before the commit: a key that may be there is looked for. What failed to be committed may be there all the same, and stays noted.
void SqliteState::note(const std::vector<SealedStateChange>& changes) {
  const std::lock_guard lock(filter_mutex_);
  if (too_large_) return;
  try {
    for (const SealedStateChange& change : changes)
      if (change.sealed) filter_.add(change.discriminator);
    too_large_ = filter_.memory() > kMostFilterBytes;
  } catch (const std::bad_alloc&) {
    too_large_ = true;
  }
  if (too_large_) filter_ = {};
}

// Somebody else may write from now on.
void SqliteState::closed() {
  std::thread learning;
  {
    const std::lock_guard lock(filter_mutex_);
    writer_ = whole_ = false;
    stop_ = true;
    learning = std::move(learning_);
  }
  if (learning.joinable()) learning.join();
  const std::lock_guard lock(mutex_);
  reader_.reset();
}

// An opening that failed half-way was none: whoever wrote since then is not in what was read before.
void SqliteState::opened() {
  closed();
  const std::lock_guard lock(filter_mutex_);
  writer_ = true;
  asked_ = 0;
}

bool SqliteState::surely_not_there(const TagValue& discriminator) {
  const std::lock_guard lock(filter_mutex_);
  if (!writer_ || too_large_) return false;
  if (whole_) return !filter_.may_have(discriminator);
  if (++asked_ != kWorthIt) return false;
  stop_ = false;
  try {
    learning_ = std::thread([this] { learn_keys(); });
  } catch (const std::system_error&) {  // no thread is to be had: the table is asked
  }
  return false;
}

void SqliteState::learn_keys() {
  try {
    const std::unique_ptr<StoreReader> reader = open_sqlite_reader(path_, {.vfs = vfs_, .snapshot = false});
    std::optional<StoredStateRow> last;
    for (bool more = true; more;) {
      std::vector<TagValue> found;
      last = reader->state_keys(last, kAtOnce, [&](std::string_view discriminator) {
        TagValue& key = found.emplace_back();
        std::copy_n(discriminator.begin(), std::min(discriminator.size(), key.size()), key.begin());
      });
      more = last.has_value();
      const std::lock_guard lock(filter_mutex_);
      if (stop_ || too_large_) return;
      for (const TagValue& key : found) filter_.add(key);
      too_large_ = filter_.memory() > kMostFilterBytes;
      if (too_large_) filter_ = {};
      whole_ = !more && !too_large_;
    }
  } catch (const std::exception&) {  // it cannot be read, or there is no memory: the table is asked
  }
}

}  // namespace caveat::audit
