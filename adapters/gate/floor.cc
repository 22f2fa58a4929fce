#include "adapters/gate/floor.h"

#include <iterator>

namespace caveat::gate {
namespace {
constexpr std::size_t kConversationsInMemory = 50'000, kValuesInMemory = 50'000;
}

audit::StateKey conversation_key(std::string_view conversation) {
  return {.kind = audit::StateKind::conversation,
          .subject = "conversation " + std::string(conversation),
          .discriminator = {}};
}

// The conversation stands in the discriminator, too: the store knows from that alone, nearly always, that there is none.
audit::StateKey question_key(std::string_view conversation) {
  return {.kind = audit::StateKind::conversation,
          .subject = "conversation " + std::string(conversation),
          .discriminator = "question " + std::string(conversation)};
}

std::string Floor::customer_of(const std::string& conversation) {
  if (conversation.empty()) return {};
  std::uint64_t ground = 0;
  {
    const std::lock_guard lock(mutex_);
    refresh(false);
    ground = ground_;
    if (std::string customer = learned(conversation); !customer.empty()) return customer;
  }
  if (log_ == nullptr) return {};
  const auto entry = log_->state().read(conversation_key(conversation));
  const std::string customer = entry ? entry->value : std::string();
  const std::lock_guard lock(mutex_);
  if (ground != ground_ || customer.empty()) return customer;
  make_room();
  return customers_.emplace(conversation, customer).first->second;
}

std::string Floor::learned(const std::string& conversation) const {
  for (const auto* customers : {&customers_, &older_customers_})
    if (const auto found = customers->find(conversation); found != customers->end()) return found->second;
  return {};
}

// What was learned a moment ago may not be in the state yet, so the newest generation is never dropped.
void Floor::make_room() {
  if (log_ == nullptr || customers_.size() < kConversationsInMemory) return;
  older_customers_ = std::move(customers_);
  customers_ = {};
}

std::optional<std::string> Floor::kept(const audit::StateKey& key) const {
  for (const auto* values : {&newest_, &older_})
    if (const auto found = values->find(key); found != values->end()) return found->second;
  return std::nullopt;
}

std::optional<std::string> Floor::value(const audit::StateKey& key) {
  {
    const std::lock_guard lock(mutex_);
    refresh(false);
    for (const auto* values : {&newest_, &older_})
      if (const auto found = values->find(key); found != values->end()) return found->second;
  }
  if (log_ == nullptr) return std::nullopt;
  auto entry = log_->state().read(key);
  return entry ? std::optional(std::move(entry->value)) : std::nullopt;
}

void Floor::keep(const std::vector<audit::StateChange>& changes) {
  for (const audit::StateChange& change : changes) {
    if (change.key.kind == audit::StateKind::requirement || change.key.kind == audit::StateKind::once ||
        change.key.kind == audit::StateKind::delivery || change.key.kind == audit::StateKind::conversation ||
        change.key.kind == audit::StateKind::past_ticket)
      newest_.insert_or_assign(change.key, change.value);
    kept_now_.push_back(change.key.subject);
  }
  if (log_ == nullptr || newest_.size() < kValuesInMemory) return;
  older_ = std::move(newest_);
  newest_ = {};
}

void Floor::changed(const Numbers& numbers) {
  std::vector<std::string> subjects = desk_.changed();
  subjects.insert(subjects.end(), std::make_move_iterator(kept_now_.begin()), std::make_move_iterator(kept_now_.end()));
  kept_now_.clear();
  if (log_ == nullptr || subjects.empty() || numbers.numbers_.empty()) return;
  const std::uint64_t number = numbers.numbers_.back().value();
  for (std::string& subject : subjects) last_change_.insert_or_assign(std::move(subject), number);
  if (last_change_.size() < most_changes_) return;
  const std::uint64_t settled = log_->settled();
  std::erase_if(last_change_, [&](const auto& change) { return change.second < settled; });
  most_changes_ = std::max<std::size_t>(1'024, 2 * last_change_.size());
}

bool Floor::on_disk(const std::vector<std::string>& subjects) const {
  if (log_ == nullptr) return true;
  const std::uint64_t settled = log_->settled();
  const bool all = std::all_of(subjects.begin(), subjects.end(), [&](const std::string& subject) {
    const auto change = last_change_.find(subject);
    return change == last_change_.end() || change->second < settled;
  });
  return all && log_->ground() == ground_;  // what is settled by failing has moved the ground before
}

bool Floor::learn(const std::string& conversation, const std::string& customer) {
  if (!learned(conversation).empty()) return false;
  make_room();
  return customers_.emplace(conversation, customer).second;
}

}  // namespace caveat::gate
