#include "engine/trial/example_turn.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/units.h"

namespace caveat::trial {
namespace {

constexpr Days kDayOfExamples = 20'454;  // 2026-01-01, where no rule of the pack begins on a day

using decide::Fields;
using model::Part;
using model::TypeKind;

class Turn {
 public:
  Turn(const model::Model& model, const model::ExampleTurn& turn, std::int32_t offset_minutes)
      : model_(model), turn_(turn), offset_(offset_minutes) {}

  Fields run(Language language, Microseconds now) {
    root_ = out_.add(Fields::kEnd, {}, Fields::Kind::object);
    text(root_, "id", "example");
    const Microseconds at = turn_.at ? (turn_.at_is_local ? utc(*turn_.at) : *turn_.at) : now;
    text(root_, "at", format_instant(at, offset_));
    if (language != Language::none && !given({"language"}))
      text(root_, "language", language == Language::zh ? "zh" : "en");
    // Children of one object are added together: a node's children follow each other.
    part(Part::answer, "answer", turn_.subject == model::Subject::answer);
    part(Part::message, "message", turn_.subject == model::Subject::message);
    outreach();
    material();
    if (!is_outreach_) part(Part::customer, "customer", false);
    part(Part::conversation, "conversation", false);
    part(Part::bot, "bot", false);
    recommendation();
    actions();
    others();
    return std::move(out_);
  }

 private:
  Microseconds utc(Microseconds wall) const { return wall - offset_ * std::int64_t{60'000'000}; }

  bool given(const std::vector<std::string>& path) const {
    for (const model::GivenValue& value : turn_.facts) {
      if (value.path == path) return true;
    }
    return false;
  }

  std::vector<const model::GivenValue*> of(Part part) const {
    std::vector<const model::GivenValue*> out;
    for (const model::GivenValue& value : turn_.facts) {
      if (model_.facts[value.fact].part == part) out.push_back(&value);
    }
    return out;
  }

  void part(Part part, std::string_view name, bool always) {
    const std::vector<const model::GivenValue*> values = of(part);
    if (values.empty() && !always) return;
    put_all(out_.add(root_, name, Fields::Kind::object), values, 1);
  }

  // To one recipient: the example's customer.
  void outreach() {
    const std::vector<const model::GivenValue*> values = of(Part::outreach);
    is_outreach_ = !values.empty() || turn_.subject == model::Subject::outreach;
    if (!is_outreach_) return;
    const std::uint32_t part = out_.add(root_, "outreach", Fields::Kind::object);
    put_all(part, values, 1);
    const std::uint32_t recipient =
        out_.add(out_.add(part, "recipients", Fields::Kind::list), {}, Fields::Kind::object);
    if (!given({"customer", "id"})) text(recipient, "id", "r1");
    put_all(recipient, of(Part::customer), 1);
  }

  void material() {
    const std::vector<const model::GivenValue*> values = of(Part::material), products = of(Part::product);
    if (values.empty() && turn_.subject != model::Subject::material) return;
    const std::uint32_t part = out_.add(root_, "material", Fields::Kind::object);
    put_all(part, values, 1);
    product_is_material_ = turn_.subject == model::Subject::material;
    if (!product_is_material_ || products.empty()) return;
    const std::uint32_t product = out_.add(part, "product", Fields::Kind::object);
    if (!given({"product", "id"})) text(product, "id", "p1");
    put_all(product, products, 1);
  }

  void recommendation() {
    std::vector<const model::GivenValue*> products = of(Part::product);
    if (product_is_material_) products.clear();
    const std::vector<const model::GivenValue*> whole = of(Part::recommendation);
    if (products.empty() && whole.empty() && turn_.subject != model::Subject::recommendation) return;
    const std::uint32_t part = out_.add(root_, "recommendation", Fields::Kind::object);
    put_all(part, whole, 1);
    if (product_is_material_ || given({"recommendation", "products"})) return;
    const std::uint32_t list = out_.add(part, "products", Fields::Kind::list);
    const std::uint32_t product = out_.add(list, {}, Fields::Kind::object);
    if (!given({"product", "id"})) text(product, "id", "p1");
    put_all(product, products, 1);
  }

  void actions() {
    const std::vector<const model::GivenValue*> values = of(Part::action);
    if (values.empty() && turn_.subject != model::Subject::action) return;
    const std::uint32_t list = out_.add(root_, "actions", Fields::Kind::list);
    put_all(out_.add(list, {}, Fields::Kind::object), values, 1);
  }

  // Single facts (channel, language) and the groups that packs declare.
  void others() {
    std::vector<const model::GivenValue*> left = of(Part::turn);
    while (!left.empty()) {
      if (left.front()->path.size() == 1) {
        value(root_, left.front()->path[0], *left.front());
        left.erase(left.begin());
        continue;
      }
      const std::string group = left.front()->path[0];
      std::vector<const model::GivenValue*> members, rest;
      for (const model::GivenValue* each : left) (each->path[0] == group ? members : rest).push_back(each);
      put_all(out_.add(root_, group, Fields::Kind::object), members, 1);
      left = std::move(rest);
    }
  }

  // Values below one object, `depth` steps of their paths being used up; records become objects.
  void put_all(std::uint32_t parent, std::vector<const model::GivenValue*> values, std::size_t depth) {
    while (!values.empty()) {
      const std::string name = values.front()->path[depth];
      std::vector<const model::GivenValue*> same, rest;
      for (const model::GivenValue* each : values) (each->path[depth] == name ? same : rest).push_back(each);
      if (same.front()->path.size() == depth + 1) {
        value(parent, name, *same.front());
      } else {
        put_all(out_.add(parent, name, Fields::Kind::object), same, depth + 1);
      }
      values = std::move(rest);
    }
  }

  void text(std::uint32_t parent, std::string_view name, std::string_view value) {
    out_.set_text(out_.add(parent, name, Fields::Kind::text), value);
  }

  void value(std::uint32_t parent, std::string_view name, const model::GivenValue& given) {
    const model::Type& type = model_.facts[given.fact].type;
    if (given.unknown) {
      out_.add(parent, name, Fields::Kind::null);
      return;
    }
    if (!given.is_list) return scalar(parent, name, type, given.value);
    const std::uint32_t list = out_.add(parent, name, Fields::Kind::list);
    for (const model::Constant& each : given.list) scalar(list, {}, *type.element, each);
    for (const std::vector<model::GivenValue>& row : given.rows) {
      const std::uint32_t record = out_.add(list, {}, Fields::Kind::object);
      for (const model::GivenValue& member : row) value(record, member.path.back(), member);
    }
  }

  void scalar(std::uint32_t parent, std::string_view name, const model::Type& type, const model::Constant& constant) {
    const auto number = [&] { return constant.number.as_int64().value_or(0); };
    switch (type.kind) {
      case TypeKind::yes_no:
        out_.set_boolean(out_.add(parent, name, Fields::Kind::boolean), constant.yes);
        return;
      case TypeKind::integer:
      case TypeKind::decimal:
        out_.set_text(out_.add(parent, name, Fields::Kind::number), constant.number.to_string());
        return;
      case TypeKind::percent:
        return text(parent, name, constant.number.to_string() + " %");
      case TypeKind::money:
        return text(parent, name, constant.number.to_string() + " " + constant.text);
      case TypeKind::date:
        return text(parent, name, format_date(static_cast<Days>(number())));
      case TypeKind::instant:
        return text(parent, name, format_instant(constant.text == "local" ? utc(number()) : number(), offset_));
      case TypeKind::time_of_day: {
        char clock[16];
        const int seconds = static_cast<int>(number());
        std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        return text(parent, name, clock);
      }
      case TypeKind::duration:
        return text(parent, name, format_duration(constant.duration));
      case TypeKind::choice:
        return text(parent, name, model_.choice_sets[type.choices].choices[constant.level].first);
      case TypeKind::scale:
        return text(parent, name, model_.scales[type.scale].levels[constant.level].first);
      default:
        return text(parent, name, constant.text);
    }
  }

  const model::Model& model_;
  const model::ExampleTurn& turn_;
  const std::int32_t offset_;
  Fields out_;
  std::uint32_t root_ = 0;
  bool is_outreach_ = false, product_is_material_ = false;
};

}  // namespace

decide::Fields example_turn(const model::Model& model, const model::ExampleTurn& turn, Language language,
                            Microseconds now, std::int32_t offset_minutes) {
  return Turn(model, turn, offset_minutes).run(language, now);
}

Microseconds example_now(const model::Model& model, const model::Example& example, std::int32_t offset_minutes) {
  std::optional<Days> day;
  for (const model::Rule& rule : model.rules) {
    if (rule.pack == example.pack && rule.from) day = std::max(day.value_or(*rule.from), *rule.from);
  }
  constexpr Microseconds kDay = 86'400'000'000, kMinute = 60'000'000;
  return day.value_or(kDayOfExamples) * kDay + kDay / 2 - offset_minutes * kMinute;
}

std::int32_t example_offset(const program::Program& program, const model::Example& example) {
  const Microseconds written = example.given.at.value_or(0);
  const std::int32_t first = program.offset_minutes(example.pack, written, 0);
  if (!example.given.at_is_local) return first;
  return program.offset_minutes(example.pack, written - first * std::int64_t{60'000'000}, 0);
}

decide::BindOptions example_options(const Limits& limits) {
  decide::BindOptions options;
  options.facts_are_fresh = true;
  options.any_source = true;
  options.limits = limits;
  return options;
}

}  // namespace caveat::trial
