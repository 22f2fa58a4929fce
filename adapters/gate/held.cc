#include "adapters/gate/held.h"

#include <algorithm>

#include "adapters/gate/queues.h"

namespace caveat::gate {

void Applied::judged(const decide::Decision& decision) {
  decision_ = decision;
  ruling_ = Ruling::judged;
}

void Applied::begin(const decide::Decision& decision, Ruling ruling, decide::Verdict verdict,
                    decide::Verdict of_items) {
  decision_ = decision;
  ruling_ = ruling;
  decision_.verdict = verdict;
  items_.assign(decision.items.begin(), decision.items.end());
  for (decide::ItemVerdict& item : items_) {
    item.verdict = of_items;
    item.disclosures = {};
  }
  decision_.items = items_;
  // What a rule takes out of the message is not stored, whoever answers.
  const auto of_message = std::find_if(decision.redactions.begin(), decision.redactions.end(),
                                       [](const auto& one) { return one.part == decide::TextPart::message; });
  decision_.redactions = {of_message, decision.redactions.end()};
  decision_.disclosures = {};
  decision_.told_once = {};
  decision_.requires_ = {};
}

void Applied::held(const decide::Decision& decision, const decide::Request& request, std::uint32_t queue,
                   std::uint8_t priority, std::optional<Microseconds> due, Ruling ruling) {
  begin(decision, ruling, decide::Verdict::handoff, decide::Verdict::block);
  decision_.has_handoff = true;
  decision_.handoff = {
      .queue = queue,
      .priority = priority,
      .due_seconds = due ? std::max<std::int64_t>(0, (*due - request.at()) / 1'000'000) : program::kNoDue,
      .hold = ruling == Ruling::held,
      .cause = ruling == Ruling::held       ? decide::Cause::none
               : ruling == Ruling::switched ? decide::Cause::switched
                                            : decide::Cause::missing};
  // Of an outreach or a material nobody waits for a word.
  const bool waits = !request.has_outreach() && !request.has_material();
  if (waits) say_ = waiting_text(request.program(), request, decision.untold, queue);
  decision_.say = say_;
  decision_.say_format = text::Format::plain;
  decision_.has_say = waits;
  decision_.answer_changed = true;
}

void Applied::advice(const decide::Decision& decision, const decide::Request& request) {
  begin(decision, Ruling::advice, decide::Verdict::allow, decide::Verdict::allow);
  decision_.has_handoff = false;
  decision_.say = request.answer_text();
  decision_.say_format = request.answer_format();
  decision_.has_say = request.has_answer();
  decision_.answer_changed = false;
}

}  // namespace caveat::gate
