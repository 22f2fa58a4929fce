#include "engine/program/members.h"

#include <algorithm>

namespace caveat::program {
std::uint32_t Members::add(std::uint32_t object, std::string_view name, Reserved reserved) {
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    if (members_[i].object == object && members_[i].name == name) return i;
  }
  texts_.push_back(std::make_unique<std::string>(name));
  members_.push_back({.name = *texts_.back(), .object = object, .reserved = reserved});
  return static_cast<std::uint32_t>(members_.size() - 1);
}

Members::Members(const Schema& schema) : objects_(kObjects) {
  const auto object = [this](std::uint32_t parent, std::string_view name, Reserved reserved, std::uint32_t child) {
    members_[add(parent, name, reserved)].child = child;
  };
  add(kRoot, "id", Reserved::id);
  add(kRoot, "at", Reserved::at);
  add(kRoot, "channel", Reserved::channel);
  add(kRoot, "language", Reserved::language);
  add(kRoot, "jurisdictions", Reserved::jurisdictions);
  object(kRoot, "bot", Reserved::bot, kBot);
  object(kRoot, "conversation", Reserved::conversation, kConversation);
  object(kRoot, "customer", Reserved::customer, kCustomer);
  object(kRoot, "message", Reserved::message, kMessage);
  object(kRoot, "answer", Reserved::answer, kAnswer);
  object(kRoot, "recommendation", Reserved::recommendation, kRecommendation);
  object(kRoot, "actions", Reserved::actions, kAction);
  object(kRoot, "outreach", Reserved::outreach, kOutreach);
  object(kRoot, "material", Reserved::material, kMaterial);
  add(kRoot, "continues", Reserved::continues);
  add(kRoot, "satisfied", Reserved::satisfied);
  add(kRoot, "offsets", Reserved::offsets);
  add(kRoot, "provenance", Reserved::provenance);
  for (std::uint32_t facts : {kBot, kConversation, kCustomer, kMessage, kAnswer, kRecommendation, kProduct, kAction,
                              kOutreach, kRecipient, kMaterial}) {
    add(facts, "as_of", Reserved::as_of);
  }
  add(kBot, "id", Reserved::bot_id);
  add(kConversation, "id", Reserved::conversation_id);
  add(kConversation, "turn", Reserved::turn);
  add(kConversation, "duration", Reserved::computed);
  add(kCustomer, "id", Reserved::customer_id);
  add(kMessage, "text", Reserved::message_text);
  add(kAnswer, "text", Reserved::answer_text);
  add(kAnswer, "parts", Reserved::not_yet);
  object(kRecommendation, "products", Reserved::products, kProduct);
  add(kProduct, "id", Reserved::product_id);
  add(kProduct, "weight", Reserved::weight);
  add(kAction, "id", Reserved::action_id);
  add(kAction, "name", Reserved::action_name);
  add(kOutreach, "id", Reserved::outreach_id);
  add(kOutreach, "text", Reserved::outreach_text);
  object(kOutreach, "recipients", Reserved::recipients, kRecipient);
  add(kRecipient, "id", Reserved::recipient_id);
  add(kMaterial, "id", Reserved::material_id);
  add(kMaterial, "text", Reserved::material_text);
  object(kMaterial, "product", Reserved::material_product, kProduct);

  const auto walk = [&](std::uint32_t index, std::uint32_t at, std::size_t step) {
    const Slot& slot = schema.slots[index];
    for (; step < slot.path.size(); ++step) {
      const std::uint32_t member = add(at, slot.path[step], Reserved::none);
      if (step + 1 == slot.path.size()) {
        members_[member].slot = index;
        members_[member].is_value = members_[member].reserved == Reserved::none && slot.type != SlotType::record;
      } else {
        const Reserved reserved = members_[member].reserved;
        if (reserved == Reserved::recipients || reserved == Reserved::material_product) break;  // the turn's own lists
        if (members_[member].child == kNothing && reserved != Reserved::not_yet) {
          members_[member].child = objects_++;
          if (at == kRoot) add(members_[member].child, "as_of", Reserved::as_of);
        }
        if (members_[member].child == kNothing) break;  // below a place that is kept for later
        at = members_[member].child;
      }
    }
  };
  for (std::uint32_t index = 0; index < schema.slots.size(); ++index) {
    switch (schema.slots[index].part) {
      case SlotPart::product:
        walk(index, kProduct, 1);
        break;
      case SlotPart::action:
        walk(index, kAction, 1);
        break;
      case SlotPart::customer:
        walk(index, kRecipient, 1);
        [[fallthrough]];
      default:
        walk(index, kRoot, 0);
    }
  }
  rehash();
}

void Members::rehash() {
  std::size_t size = 16;
  while (size < members_.size() * 3) size *= 2;
  table_.assign(size, {});
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    const Name name = Name::of(members_[i].name);
    members_[i].low = name.low, members_[i].high = name.high;
    const auto& mask = Name::mask(name.all.size());
    members_[i].low_mask = mask[0], members_[i].high_mask = mask[1];
    std::size_t at = name.hash(members_[i].object);
    while (table_[at & (size - 1)].member != kNothing) ++at;
    table_[at & (size - 1)] = {name.low, name.high, members_[i].name, members_[i].object, i};
  }
}

std::vector<std::string_view> Members::names(std::uint32_t object) const {
  std::vector<std::string_view> all;
  for (const Member& member : members_) {
    if (member.object == object) all.push_back(member.name);
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace caveat::program
