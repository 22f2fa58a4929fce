#include "engine/model/built_in.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace caveat::model {
namespace {

Names names_of(std::string_view en, std::string_view zh) {
  Names names;
  names.first = std::string(en);
  names.all = {std::string(en), std::string(zh)};
  return names;
}

Type of(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

Type choice(Model& model, std::vector<std::pair<std::string_view, std::string_view>> choices) {
  ChoiceSet set;
  for (const auto& [en, zh] : choices) {
    set.choices.push_back(names_of(en, zh));
    if (zh.empty()) set.choices.back().all.pop_back();
  }
  Type type = of(TypeKind::choice);
  type.choices = static_cast<Index>(model.choice_sets.size());
  model.choice_sets.push_back(std::move(set));
  return type;
}

}  // namespace

const std::vector<BuiltInGroup>& built_in_groups() {
  static const std::vector<BuiltInGroup> kGroups = {
      {"action", "操作", Part::action, false},     {"answer", "回答", Part::answer, true},
      {"bot", "机器人", Part::bot, false},         {"conversation", "会话", Part::conversation, false},
      {"customer", "客户", Part::customer, false}, {"material", "素材", Part::material, true},
      {"message", "消息", Part::message, true},    {"outreach", "触达", Part::outreach, true},
      {"product", "产品", Part::product, false},   {"recommendation", "推荐", Part::recommendation, false},
  };
  return kGroups;
}

bool is_reserved_group(std::string_view name) {
  static constexpr std::array<std::string_view, 12> kReserved = {
      "actions",       "as_of",    "at",      "channel",    "continues", "id",
      "jurisdictions", "language", "offsets", "provenance", "satisfied", "渠道"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end() || name == "语种";
}

void add_built_in_facts(Model& model) {
  const auto add = [&](std::string_view group, std::string_view en, std::string_view zh, Type type) -> Index {
    Fact fact;
    fact.built_in = true;
    fact.names = names_of(en, zh);
    fact.type = std::move(type);
    if (group.empty()) {
      fact.path = {std::string(en)};
      fact.path_names = {fact.names.all};
    } else {
      for (const BuiltInGroup& known : built_in_groups()) {
        if (known.en != group) continue;
        fact.part = known.part;
        fact.path = {std::string(group), std::string(en)};
        fact.path_names = {{std::string(known.en), std::string(known.zh)}, fact.names.all};
      }
    }
    model.facts.push_back(std::move(fact));
    return static_cast<Index>(model.facts.size() - 1);
  };

  add("", "channel", "渠道", of(TypeKind::text));
  add("", "language", "语种", of(TypeKind::text));
  Type turn = of(TypeKind::integer);
  turn.low = Decimal(0);
  turn.high = Decimal((std::int64_t{1} << 53) - 1);
  add("conversation", "turn", "轮次", turn);
  add("conversation", "started", "开始时刻", of(TypeKind::instant));
  add("conversation", "duration", "时长", of(TypeKind::duration));
  add("bot", "id", "编号", of(TypeKind::text));
  add("bot", "model", "模型", of(TypeKind::text));
  add("bot", "version", "版本", of(TypeKind::text));
  add("customer", "id", "编号", of(TypeKind::text));
  add("product", "id", "编号", of(TypeKind::text));
  add("message", "text", "文本", of(TypeKind::text));
  add("answer", "text", "文本", of(TypeKind::text));
  Type confidence = of(TypeKind::decimal);
  confidence.low = Decimal(0);
  confidence.high = Decimal(1);
  add("answer", "confidence", "置信度", confidence);
  add("answer", "author", "作者", choice(model, {{"bot", "机器人"}, {"person", "人工"}}));
  add("answer", "format", "格式", choice(model, {{"plain", "纯文本"}, {"markdown", ""}, {"html", ""}}));
  add("action", "name", "名称", of(TypeKind::text));  // a pack may declare its choices
  add("outreach", "channel", "渠道", of(TypeKind::text));
  add("outreach", "purpose", "用途", of(TypeKind::text));
  add("outreach", "sender", "发送方", of(TypeKind::text));
  add("outreach", "text", "文本", of(TypeKind::text));
  add("material", "kind", "类别", of(TypeKind::text));
  add("material", "stage", "阶段", of(TypeKind::text));
  add("material", "text", "文本", of(TypeKind::text));

  // Lists of records: the members are facts of their own, whose parent is the list.
  const Index sources = add("answer", "sources", "知识来源", of(TypeKind::list));
  const auto member = [&](std::string_view en, std::string_view zh, TypeKind kind) {
    Fact fact;
    fact.built_in = true;
    fact.names = names_of(en, zh);
    fact.type = of(kind);
    fact.part = Part::answer;
    fact.parent = sources;
    fact.path = model.facts[sources].path;
    fact.path.emplace_back(en);
    fact.path_names = model.facts[sources].path_names;
    fact.path_names.push_back(fact.names.all);
    model.facts.push_back(std::move(fact));
  };
  member("id", "编号", TypeKind::text);
  member("approved", "已核准", TypeKind::yes_no);
  member("valid_until", "有效期至", TypeKind::date);
  Type record = of(TypeKind::record);
  model.facts[sources].type.element = std::make_shared<const Type>(record);
  const Index products = add("recommendation", "products", "产品", of(TypeKind::list));
  model.facts[products].type.element = std::make_shared<const Type>(record);  // members: the facts of `product`
}

}  // namespace caveat::model
