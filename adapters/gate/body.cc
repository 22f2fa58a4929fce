#include "adapters/gate/body.h"

#include <algorithm>
#include <span>

#include "adapters/wire/codes.h"
#include "adapters/wire/turn.h"
#include "engine/base/decimal.h"
#include "engine/base/escape.h"
#include "engine/base/nearest.h"
#include "engine/base/utf8.h"

namespace caveat::gate {
namespace {

using decide::Fields;

// Null: they could not be read to their end.
std::shared_ptr<const Fields> parse(std::string_view bytes, std::optional<Problem>& problem) {
  Limits limits;
  limits.list_elements = limits.request_bytes;  // how many there may be is for the caller to say
  auto fields = std::make_shared<Fields>();
  bool read_through = false;
  const Result<void> parsed =
      wire::parse_body(bytes.empty() ? std::string_view("{}") : bytes, *fields, limits, &read_through);
  if (parsed) return fields;
  problem = parsed.error();
  return read_through ? fields : nullptr;
}

Problem not_an_object(std::string path) {
  return wire::problem(
      wire::codes::kWrongType,
      {.path = std::move(path), .expected = "one JSON object", .found = "something else", .nearest = {}, .hint = {}});
}

const char* name_of(Fields::Kind kind) {
  switch (kind) {
    case Fields::Kind::null:
      return "null";
    case Fields::Kind::boolean:
      return "true or false";
    case Fields::Kind::text:
      return "a text";
    case Fields::Kind::list:
      return "a list";
    case Fields::Kind::object:
      return "an object";
    case Fields::Kind::number:
      break;
  }
  return "a number";
}

}  // namespace

Body::Body(std::shared_ptr<const Fields> fields, std::uint32_t node) : fields_(std::move(fields)) {
  if (fields_->node(node).kind == Fields::Kind::object)
    object_ = node;
  else
    problem_ = not_an_object(fields_->path(node));
}

Body::Body(std::string_view bytes) {
  std::optional<Problem> of_bytes;
  std::shared_ptr<const Fields> fields = parse(bytes, of_bytes);
  if (fields) *this = Body(std::move(fields), 0);
  if (!of_bytes) return;
  of_bytes_ = of_bytes->items.size();
  problem_ = std::move(of_bytes);
}

std::vector<Body> Body::list(std::string_view bytes, std::size_t most, std::optional<Problem>& problem) {
  std::vector<Body> bodies;
  const std::shared_ptr<const Fields> fields = parse(bytes, problem);
  if (!fields) return bodies;
  if (fields->node(0).kind == Fields::Kind::object) {
    bodies.push_back(Body(fields, 0));
    return bodies;
  }
  for (std::uint32_t item = fields->node(0).first; item != Fields::kEnd; item = fields->node(item).next) {
    if (bodies.size() == most) {
      problem = wire::problem(wire::codes::kTooMany, {.path = "",
                                                      .expected = "at most " + std::to_string(most) + " of them",
                                                      .found = "more",
                                                      .nearest = {},
                                                      .hint = {}});
      return {};
    }
    bodies.push_back(Body(fields, item));
  }
  return bodies;
}

void Body::wrong(const Code& code, std::string_view member, std::string expected, std::string found,
                 std::string nearest) {
  if (object_ == Fields::kEnd) return;
  if (!problem_) problem_ = Problem{&code, {}};
  if (problem_->items.size() >= kMostMistakes) return;
  std::string path = fields_->path(object_) + "/" + std::string(member);
  for (std::size_t i = 0; i < of_bytes_; ++i)
    if (problem_->items[i].path == path) return;
  problem_->items.push_back({.path = std::move(path),
                             .expected = std::move(expected),
                             .found = std::move(found),
                             .nearest = std::move(nearest),
                             .hint = {}});
}

std::uint32_t Body::find(std::string_view member, Needed want, const char* expected) {
  asked_.emplace_back(member);
  if (object_ == Fields::kEnd) return Fields::kEnd;
  const std::uint32_t found = fields_->child(object_, member);
  if (found != Fields::kEnd && fields_->node(found).kind != Fields::Kind::null) return found;
  if (want == Needed::needed) wrong(wire::codes::kWrongType, member, expected, "none");
  return Fields::kEnd;
}

void Body::refuse_null(std::string_view member, const char* expected) {
  const std::uint32_t found = object_ == Fields::kEnd ? Fields::kEnd : fields_->child(object_, member);
  if (found != Fields::kEnd && fields_->node(found).kind == Fields::Kind::null)
    wrong(wire::codes::kWrongType, member, expected, "null");
}

std::string Body::text(std::string_view member, Needed want, std::size_t most) {
  const std::uint32_t node = find(member, want, "a text");
  if (node == Fields::kEnd) return {};
  if (fields_->node(node).kind != Fields::Kind::text) {
    wrong(wire::codes::kWrongType, member, "a text", name_of(fields_->node(node).kind));
    return {};
  }
  const std::string_view text = fields_->text(node);
  const std::size_t count = text.size() > most ? count_code_points(text) : text.size();
  if (count > most || (want == Needed::needed && text.empty())) {
    wrong(wire::codes::kOutOfRange, member, "a text of 1 to " + std::to_string(most) + " characters",
          std::to_string(count) + " characters");
    return {};
  }
  return std::string(text);
}

std::optional<std::string> Body::filled(std::string_view member, std::size_t most) {
  refuse_null(member, "a text");
  const std::uint32_t node = find(member, Needed::optional, "a text");
  if (node == Fields::kEnd) return std::nullopt;
  std::string there = text(member, Needed::needed, most);
  return there.empty() ? std::nullopt : std::optional(std::move(there));
}

std::optional<std::int64_t> Body::whole_number(std::string_view member, std::int64_t least, std::int64_t most) {
  refuse_null(member, "a whole number");
  const std::uint32_t node = find(member, Needed::optional, "a whole number");
  if (node == Fields::kEnd) return std::nullopt;
  const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (fields_->node(node).kind != Fields::Kind::number) {
    wrong(wire::codes::kWrongType, member, expected, name_of(fields_->node(node).kind));
    return std::nullopt;
  }
  const std::optional<Decimal> value = Decimal::parse(fields_->text(node));
  const std::optional<std::int64_t> whole = value ? value->as_int64() : std::nullopt;
  if (whole && *whole >= least && *whole <= most) return whole;
  wrong(wire::codes::kOutOfRange, member, expected, shortened(fields_->text(node)));
  return std::nullopt;
}

std::optional<bool> Body::yes_no(std::string_view member, Needed want) {
  const std::uint32_t node = find(member, want, "true or false");
  if (node == Fields::kEnd) return std::nullopt;
  if (fields_->node(node).kind != Fields::Kind::boolean) {
    wrong(wire::codes::kWrongType, member, "true or false", name_of(fields_->node(node).kind));
    return std::nullopt;
  }
  return fields_->node(node).boolean;
}

std::optional<Problem> Body::finish() {
  if (object_ != Fields::kEnd) {
    for (std::uint32_t node = fields_->node(object_).first; node != Fields::kEnd; node = fields_->node(node).next) {
      const std::string_view name = fields_->name(node);
      if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
      wrong(wire::codes::kUnknownMember, name, "a member that this path knows", "\"" + std::string(name) + "\"",
            std::string(nearest(name, std::span<const std::string>(asked_))));
    }
  }
  return std::move(problem_);
}

}  // namespace caveat::gate
