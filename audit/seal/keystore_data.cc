#include "audit/seal/keystore_inside.h"

#include <algorithm>
#include <cassert>
#include <chrono>

#include "audit/codes.h"
#include "audit/error.h"
#include "audit/record/layout.h"
#include "audit/seal/suite.h"
#include "engine/base/cbor.h"

namespace caveat::audit {
namespace {

constexpr std::size_t kMaxCached = 200'000;

std::uint64_t quarter_of(std::int64_t at_us) {
  const std::chrono::sys_time<std::chrono::microseconds> at{std::chrono::microseconds{at_us}};
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  const auto year = std::max(static_cast<int>(day.year()), 0);
  return static_cast<std::uint64_t>(year) * 4 + (static_cast<unsigned>(day.month()) - 1) / 3;
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

}  // namespace

std::int64_t bucket_of(std::string_view subject) {
  const auto byte = [&](std::size_t i) { return static_cast<std::int64_t>(static_cast<unsigned char>(subject[i])); };
  return (byte(0) << 8 | byte(1)) % kBuckets;
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

void KeyStore::State::still_there() {
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
      {dir, rescued ? Words("data.db was moved, replaced or linked while it was open; all keys lie in data.db.rescued")
                    : Words("data.db was moved, replaced or linked while it was open, and no copy could be made")});
}

std::shared_ptr<const SecretKey> KeyStore::State::bucket(std::int64_t number) const {
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

std::shared_ptr<const SecretKey> KeyStore::State::bucket_for(std::string_view subject) {
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

std::shared_ptr<const SecretKey> KeyStore::State::unwrap(std::string_view id, std::int64_t bucket_number,
                                                         std::string_view subject, std::int64_t quarter,
                                                         std::string_view wrapped) const {
  if (subject.size() != sizeof(TagValue) || bucket_number != bucket_of(subject)) return nullptr;
  const auto key_of_bucket = bucket(bucket_number);
  SecretText plain;
  if (key_of_bucket == nullptr ||
      !open_bytes(*suite, key_of_bucket->view(), data_key_context(origin, id, bucket_number, subject, quarter), wrapped,
                  plain.bytes()) ||
      plain.view().size() != 32)
    return nullptr;
  return std::make_shared<const SecretKey>(plain.view());
}

void KeyStore::State::remember(const DataKey& key, const Of& of) const {
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

}  // namespace caveat::audit
