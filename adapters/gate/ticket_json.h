// Tickets, conversations, queues and the switch in JSON, as HTTP and every other way in show them.
//
// Promises   members always in the same order; a rule that is or was confidential shows to the roles that it names only
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/gate/desk.h"
#include "adapters/gate/past.h"
#include "engine/program/program.h"

namespace caveat::gate {

struct TicketFrame {
  const program::Program* program = nullptr;  // whose rules are confidential; null: no rule shows
  std::span<const std::string> roles = {};    // of who reads it
  std::optional<PastDecision> decision = {};  // that opened it: what the bot wanted to say, why not, the facts
  // The last ones of the conversation, oldest first, and the hand-offs of this customer before; nothing: not looked up.
  std::optional<std::vector<PastDecision>> turns = {};
  std::optional<std::vector<Ticket>> earlier = {};
  Language language = Language::en;
};

std::string ticket_json(const Ticket& ticket, const TicketFrame& frame);
std::string ticket_for_bot_json(const Ticket& ticket);  // what a bot that asked for it may know
std::string tickets_json(const std::vector<const Ticket*>& tickets, const program::Program* program,
                         std::span<const std::string> roles, const std::string& next);
std::string conversation_json(const std::string& id, const Desk::Here& here);
std::string queues_json(const program::Program& program, Microseconds now, const Desk& desk);
std::string switch_json(const Switch& state, const program::Program* program);  // null: no packs
std::string delivery_json(const std::string& decision, std::string_view match);
std::string joined(const std::vector<std::string>& values);  // a JSON list of them

// A reply to a turn that a hand-off has overtaken, as a held turn gets it: the waiting text, every product and action blocked.
// Of an outreach or a material nobody waits for a word: `waiting_text` is empty. `ticket`: that holds it, or that of the switch, without an id.
std::string superseded_json(std::string_view body, std::string_view waiting_text, const Ticket& ticket);
// The same of an outreach that does not reach these recipients any more; none of its actions goes out then.
std::vector<std::string> recipients_in(std::string_view body);
struct Withheld {
  std::string body;
  bool any = false, all = false;  // something of it was to go out to them; it reaches nobody now
};
Withheld withheld_json(std::string_view body, const std::vector<std::string_view>& recipients);
std::string said_in(std::string_view body);  // `say.text` of a reply; empty where it is null
// May the text of an outreach or a material go out by this reply as it was offered? Not where it may go out masked, replaced or with
// something told beside it: how that is put together is the sender's.
bool goes_as_offered(std::string_view body);
// Of a decision's body and story what a caller with these roles may read of it under the packs of now: what these keep back goes, whatever
// it was then; what was confidential then comes to whom it named then and names now.
void as_told_to(std::span<const std::string> roles, const program::Program* now, PastDecision& past);
// The story of a decision in kinds that a desk can lay out; of confidential rules what `tell_to` put there.
boost::json::array story_json(const audit::StorySection& story, Language language);
// A recorded decision with its story and facts; the same told for a reader: bot, customer, officer.
std::string with_story(std::string_view body, const PastDecision& past, Language language);
std::string explanation_json(const PastDecision& past, std::string_view reader, Language language);
std::string for_bot_json(std::string_view body);  // a recorded reply as a bot may read it: codes only

}  // namespace caveat::gate
