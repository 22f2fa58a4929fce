#include "engine/trial/example_turn.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/base/units.h"

namespace caveat::trial {
namespace {

using decide::Fields;
using model::Constant;
using model::GivenValue;
using model::Model;
using model::Type;
using model::TypeKind;

constexpr std::string_view kTheProduct = "the-product";

class Writer {
 public:
  Writer(const Model& model, Fields& fields) : model_(model), fields_(fields) {}

  void write(const model::ExampleTurn& turn, std::string_view at) {
    fields_.clear();
    root_ = fields_.add(Fields::kEnd, {}, Fields::Kind::object);
    text(root_, "id", "example");
    text(root_, "at", at);
    switch (turn.subject) {
      case model::Subject::answer:
        object(root_, "answer");
        break;
      case model::Subject::message:
        object(root_, "message");
        break;
      case model::Subject::recommendation:
        list(object(root_, "recommendation"), "products");
        break;
      case model::Subject::action:
        list(root_, "actions");
        break;
      case model::Subject::outreach:
      case model::Subject::material:
        break;  // kept for later: bind says so
    }
    bool has_product = false, has_id = false;
    for (const GivenValue& given : turn.facts) {
      has_product = has_product || given.path.front() == "product";
      has_id = has_id || (given.path.size() == 2 && given.path[0] == "product" && given.path[1] == "id");
      this->given(given);
    }
    if (has_product && !has_id) text(item(list(object(root_, "recommendation"), "products")), "id", kTheProduct);
  }

 private:
  void given(const GivenValue& given) {
    std::uint32_t parent = root_;
    std::size_t step = 0;
    if (given.path[0] == "product") {
      parent = item(list(object(root_, "recommendation"), "products"));
      step = 1;
    } else if (given.path[0] == "action") {
      parent = item(list(root_, "actions"));
      step = 1;
    }
    for (; step + 1 < given.path.size(); ++step) parent = object(parent, given.path[step]);
    value(parent, given.path.back(), given, model_.facts[given.fact].type);
  }

  void value(std::uint32_t parent, std::string_view name, const GivenValue& given, const Type& type) {
    if (!given.is_list) return scalar(parent, name, given.value, type);
    const std::uint32_t list = fields_.add(parent, name, Fields::Kind::list);
    if (!type.element) return;
    for (const Constant& element : given.list) scalar(list, {}, element, *type.element);
    for (const std::vector<GivenValue>& row : given.rows) {
      const std::uint32_t record = fields_.add(list, {}, Fields::Kind::object);
      for (const GivenValue& member : row) {
        if (!member.path.empty()) value(record, member.path.back(), member, model_.facts[member.fact].type);
      }
    }
  }

  void scalar(std::uint32_t parent, std::string_view name, const Constant& constant, const Type& type) {
    switch (type.kind) {
      case TypeKind::yes_no:
        fields_.set_boolean(fields_.add(parent, name, Fields::Kind::boolean), constant.yes);
        return;
      case TypeKind::integer:
      case TypeKind::decimal:
        fields_.set_text(fields_.add(parent, name, Fields::Kind::number), constant.number.to_string());
        return;
      case TypeKind::percent:
        return text(parent, name, constant.number.to_string() + " %");
      case TypeKind::money:
        return text(parent, name, constant.number.to_string() + " " + (type.currency.empty() ? "CNY" : type.currency));
      case TypeKind::date:
        return text(parent, name, format_date(static_cast<Days>(constant.number.as_int64().value_or(0))));
      case TypeKind::instant:
        return text(parent, name, format_instant(constant.number.as_int64().value_or(0), 0));
      case TypeKind::time_of_day: {
        const auto seconds = static_cast<int>(constant.number.as_int64().value_or(0));
        char clock[16];
        std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        return text(parent, name, clock);
      }
      case TypeKind::duration:
        return text(parent, name, format_duration(constant.duration));
      case TypeKind::choice:
        return text(parent, name, model_.choice_sets[type.choices].choices[constant.level].first);
      case TypeKind::scale:
        return text(parent, name, model_.scales[type.scale].levels[constant.level].first);
      case TypeKind::text:
      case TypeKind::time_zone:
      case TypeKind::list:
      case TypeKind::record:
        return text(parent, name, constant.text);
    }
  }

  // The one product or action of the turn.
  std::uint32_t item(std::uint32_t list) {
    const std::uint32_t there = fields_.node(list).first;
    return there != Fields::kEnd ? there : fields_.add(list, {}, Fields::Kind::object);
  }

  std::uint32_t object(std::uint32_t parent, std::string_view name) {
    const std::uint32_t there = fields_.child(parent, name);
    return there != Fields::kEnd ? there : fields_.add(parent, name, Fields::Kind::object);
  }
  std::uint32_t list(std::uint32_t parent, std::string_view name) {
    const std::uint32_t there = fields_.child(parent, name);
    return there != Fields::kEnd ? there : fields_.add(parent, name, Fields::Kind::list);
  }
  void text(std::uint32_t parent, std::string_view name, std::string_view value) {
    fields_.set_text(fields_.add(parent, name, Fields::Kind::text), value);
  }

  const Model& model_;
  Fields& fields_;
  std::uint32_t root_ = 0;
};

}  // namespace

void write_turn(const Model& model, const model::ExampleTurn& turn, std::string_view at, Fields& fields) {
  Writer(model, fields).write(turn, at);
}

}  // namespace caveat::trial
