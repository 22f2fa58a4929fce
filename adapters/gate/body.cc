#include "adapters/gate/body.h"

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/wire/codes.h"
#include "engine/base/nearest.h"

namespace caveat::gate {

namespace json = boost::json;

struct Body::Inside {
  json::object object;
  std::string path;                // before a member's name
  std::vector<std::string> asked;  // members
  std::optional<Problem> problem;
  bool broken = false;  // no object at all: that is all there is to say
};

namespace {

std::optional<json::value> parse(std::string_view bytes) {
  json::parse_options strict;
  strict.max_depth = 8;
  json::error_code error;
  json::value value = json::parse(bytes.empty() ? std::string_view("{}") : bytes, error, {}, strict);
  if (error) return std::nullopt;
  return value;
}

Problem not_an_object(std::string path) {
  return wire::problem(
      path.empty() ? wire::codes::kNotJson : wire::codes::kWrongType,
      {.path = std::move(path), .expected = "one JSON object", .found = "something else", .nearest = {}, .hint = {}});
}

std::string_view kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "true or false";
    case json::kind::string:
      return "a text";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

}  // namespace

Body::Body(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
Body::Body(Body&&) noexcept = default;
Body::~Body() = default;

Body::Body(std::string_view bytes) : inside_(std::make_unique<Inside>()) {
  const std::optional<json::value> value = parse(bytes);
  if (value && value->is_object())
    inside_->object = value->get_object();
  else
    inside_->broken = true, inside_->problem = not_an_object({});
}

std::vector<Body> Body::list(std::string_view bytes, std::size_t most, std::optional<Problem>& problem) {
  std::vector<Body> bodies;
  const std::optional<json::value> value = parse(bytes);
  if (!value || (!value->is_object() && !value->is_array())) {
    problem = not_an_object({});
    return bodies;
  }
  const auto add = [&](const json::value& item, std::string path) {
    auto inside = std::make_unique<Inside>();
    inside->path = path;
    if (item.is_object())
      inside->object = item.get_object();
    else
      inside->broken = true, inside->problem = not_an_object(std::move(path));
    bodies.push_back(Body(std::move(inside)));
  };
  if (value->is_object()) {
    add(*value, {});
    return bodies;
  }
  const json::array& items = value->get_array();
  if (items.size() > most) {
    problem = wire::problem(wire::codes::kTooMany, {.path = "",
                                                    .expected = "at most " + std::to_string(most) + " of them",
                                                    .found = std::to_string(items.size()),
                                                    .nearest = {},
                                                    .hint = {}});
    return bodies;
  }
  for (std::size_t i = 0; i < items.size(); ++i) add(items[i], "/" + std::to_string(i));
  return bodies;
}

void Body::wrong(const Code& code, std::string_view member, std::string expected, std::string found,
                 std::string nearest) {
  if (!inside_->problem) inside_->problem = Problem{&code, {}};
  inside_->problem->items.push_back({.path = inside_->path + "/" + std::string(member),
                                     .expected = std::move(expected),
                                     .found = std::move(found),
                                     .nearest = std::move(nearest),
                                     .hint = {}});
}

std::string Body::text(std::string_view member, Needed want, std::size_t most) {
  inside_->asked.emplace_back(member);
  const json::value* value = inside_->object.if_contains(member);
  if (value == nullptr || value->is_null()) {
    if (want == Needed::needed && !inside_->broken) wrong(wire::codes::kWrongType, member, "a text", "none");
    return {};
  }
  if (!value->is_string()) {
    wrong(wire::codes::kWrongType, member, "a text", std::string(kind_of(*value)));
    return {};
  }
  const std::string_view text = value->get_string();
  if (text.size() > most || (want == Needed::needed && text.empty())) {
    wrong(wire::codes::kOutOfRange, member, "a text of 1 to " + std::to_string(most) + " bytes",
          std::to_string(text.size()) + " bytes");
    return {};
  }
  return std::string(text);
}

std::optional<bool> Body::yes_no(std::string_view member, Needed want) {
  inside_->asked.emplace_back(member);
  const json::value* value = inside_->object.if_contains(member);
  if (value == nullptr || value->is_null()) {
    if (want == Needed::needed && !inside_->broken) wrong(wire::codes::kWrongType, member, "true or false", "none");
    return std::nullopt;
  }
  if (!value->is_bool()) {
    wrong(wire::codes::kWrongType, member, "true or false", std::string(kind_of(*value)));
    return std::nullopt;
  }
  return value->get_bool();
}

void Body::not_yet(std::string_view member) {
  inside_->asked.emplace_back(member);
  const json::value* value = inside_->object.if_contains(member);
  if (value != nullptr && !value->is_null())
    wrong(wire::codes::kNotYet, member, "nothing yet", "\"" + std::string(member) + "\"");
}

std::optional<Problem> Body::finish() {
  for (const auto& member : inside_->object) {
    const std::string_view name = member.key();
    if (std::find(inside_->asked.begin(), inside_->asked.end(), name) != inside_->asked.end()) continue;
    std::vector<std::string_view> known(inside_->asked.begin(), inside_->asked.end());
    wrong(wire::codes::kUnknownMember, name, "a member that this path knows", "\"" + std::string(name) + "\"",
          std::string(nearest(name, known)));
  }
  return std::move(inside_->problem);
}

}  // namespace caveat::gate
