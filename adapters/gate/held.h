// Held: what applies to a turn in place of what the rules came to: held back, since a person has the conversation or is awaited;
// handed over, since the switch is thrown or what was required was not brought; allowed, since a person speaks. The rules' own decision stays in the record beside it.
//
// Promises   held, switched, unmet: nothing of the bot's goes out, neither text nor item nor disclosure
// Lifetime   the Decision points into this object and into the one it was made of
// Source     contracts.md 18, 19, 23; semantics.md 10
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "adapters/gate/desk.h"
#include "engine/decide/decide.h"

namespace caveat::gate {

enum class Ruling : std::uint8_t { judged, held, switched, unmet, advice };

class Applied {
 public:
  Applied() = default;
  Applied(const Applied&) = delete;
  Applied& operator=(const Applied&) = delete;

  void judged(const decide::Decision& decision);
  // `due`: of the ticket.
  void held(const decide::Decision& decision, const decide::Request& request, std::uint32_t queue,
            std::uint8_t priority, std::optional<Microseconds> due, Ruling ruling);
  void advice(const decide::Decision& decision, const decide::Request& request);

  const decide::Decision& decision() const { return decision_; }
  Ruling ruling() const { return ruling_; }

 private:
  // The decision without what it sends, adds or asks for.
  void begin(const decide::Decision& decision, Ruling ruling, decide::Verdict verdict, decide::Verdict of_items);

  decide::Decision decision_;
  Ruling ruling_ = Ruling::judged;
  std::string say_;
  std::vector<decide::ItemVerdict> items_;
};

}  // namespace caveat::gate
