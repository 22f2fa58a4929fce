// Body: the JSON object of a command, read member by member: what is missing, of another type or not known is told all at once.
//
//   Body body(bytes);
//   const std::string queue = body.text("queue", Body::needed);
//   if (const std::optional<Problem> problem = body.finish()) …
//
// Errors     not_json, or the gravest of wrong_type, out_of_range, unknown_member, not_yet
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/problem.h"

namespace caveat::gate {

class Body {
 public:
  enum Needed { optional, needed };
  static constexpr std::size_t kMostText = 4'000;  // bytes of a note or reason

  explicit Body(std::string_view bytes);
  ~Body();
  Body(Body&&) noexcept;
  // A list of bodies where the bytes are a JSON array, else the one object.
  static std::vector<Body> list(std::string_view bytes, std::size_t most, std::optional<Problem>& problem);

  std::string text(std::string_view member, Needed want, std::size_t most = kMostText);
  std::optional<bool> yes_no(std::string_view member, Needed want);
  void not_yet(std::string_view member);  // a place that is kept
  void wrong(const Code& code, std::string_view member, std::string expected, std::string found,
             std::string nearest = {});
  std::optional<Problem> finish();  // also what was never asked for

 private:
  struct Inside;
  explicit Body(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace caveat::gate
