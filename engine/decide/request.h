// Request: one turn as the engine reads it, and the neutral Fields that every way in makes of its bytes.
// wire makes Fields of JSON, trial of an example; bind turns them into a Request or says all that is wrong.
//
//   Result<Request> bound = bind(program, fields, options);
//
// Promises   bind reports every wrong item at once, with JSON path, expected, found, nearest name
// Lifetime   Fields own their text; a Request owns what it needs of it (it outlives the Fields)
// Cost       linear in the members; a reused Fields does not allocate once warm
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/language.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"
#include "engine/base/units.h"

namespace caveat::decide {

// A JSON-shaped tree, flat: a node knows its first child and its next sibling.
class Fields {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };
  static constexpr std::uint32_t kEnd = 0xffffffff;

  struct Node {
    Kind kind = Kind::null;
    bool boolean = false;
    std::uint32_t name = 0, name_size = 0;    // member name, unescaped; into the text store
    std::uint32_t text = 0, text_size = 0;    // of text: the value; of number: its spelling
    std::uint32_t first = kEnd, next = kEnd;  // first child, next sibling
    std::uint32_t parent = kEnd;
  };

  void clear();
  std::uint32_t add(std::uint32_t parent, std::string_view name,
                    Kind kind);                               // parent kEnd: the root; children in order of adding
  void set_text(std::uint32_t node, std::string_view value);  // of text and number
  void set_boolean(std::uint32_t node, bool value);

  bool empty() const { return nodes_.empty(); }
  const Node& node(std::uint32_t index) const { return nodes_[index]; }
  std::string_view name(std::uint32_t index) const;
  std::string_view text(std::uint32_t index) const;
  std::uint32_t child(std::uint32_t parent, std::string_view name) const;  // kEnd: none
  std::string path(std::uint32_t index) const;                             // JSON pointer (RFC 6901)

 private:
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> last_child_;
  std::string text_;
};

struct BindOptions {
  Microseconds now = 0;              // record time; `at` defaults to it
  bool facts_are_fresh = false;      // in examples: every fact fresh and assessed (contracts.md 10)
  bool any_source = true;            // the caller may state every fact (caller `local`)
  std::vector<std::string> sources;  // else: these
  Limits limits;
};

}  // namespace caveat::decide
