// Body: the JSON object of a command, read member by member: what is missing, of another type or not known is told all at once.
//
//   Body body(bytes);
//   const std::string queue = body.text("queue", Body::needed);
//   if (const std::optional<Problem> problem = body.finish()) …
//
// Errors     those of wire::parse_body, and then what else is wrong with what could be read; or the first of wrong_type, out_of_range,
//            unknown_member
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/problem.h"
#include "engine/decide/request.h"

namespace caveat::gate {

class Body {
 public:
  enum Needed { optional, needed };
  static constexpr std::size_t kMostText = 4'000;    // code points of a note or reason
  static constexpr std::size_t kMostMistakes = 100;  // that are told of one body

  explicit Body(std::string_view bytes);  // none at all: an empty object
  // A list of bodies where the bytes are a JSON array, else the one object; with a problem of the bytes those that could be read.
  static std::vector<Body> list(std::string_view bytes, std::size_t most, std::optional<Problem>& problem);

  std::string text(std::string_view member, Needed want, std::size_t most = kMostText);
  // Nothing: it is not there. An empty one and null are refused: what is looked for by it would be everybody's.
  std::optional<std::string> filled(std::string_view member, std::size_t most = kMostText);
  std::optional<bool> yes_no(std::string_view member, Needed want);
  std::optional<std::int64_t> whole_number(std::string_view member, std::int64_t least, std::int64_t most);
  void wrong(const Code& code, std::string_view member, std::string expected, std::string found,
             std::string nearest = {});
  bool good() const { return !problem_; }  // so far
  std::optional<Problem> finish();         // also what was never asked for

 private:
  Body(std::shared_ptr<const decide::Fields> fields, std::uint32_t node);
  void refuse_null(std::string_view member, const char* expected);
  // The member's node; kEnd: it is not there, or null. What is not there although it is `needed` is told.
  std::uint32_t find(std::string_view member, Needed want, const char* expected);

  std::shared_ptr<const decide::Fields> fields_;
  std::uint32_t object_ = decide::Fields::kEnd;  // kEnd: there is none, and that is all there is to say
  std::vector<std::string> asked_;               // members
  std::optional<Problem> problem_;
  std::size_t of_bytes_ = 0;  // its first items: what is told of their places is not told again
};

}  // namespace caveat::gate
