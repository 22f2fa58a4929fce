#include "adapters/gate/queues.h"

#include <algorithm>
#include <memory>

#include "adapters/wire/reply.h"
#include "engine/decide/explain.h"
#include "engine/decide/opening_hours.h"
#include "engine/decide/sentences.h"

namespace caveat::gate {

using program::Program;
using program::QueueRow;

namespace {

// Empty: it tells facts.
std::string without_facts(const Program& program, program::Pieces pieces, Language language) {
  std::string out;
  const program::Range range = language == Language::zh ? pieces.zh : pieces.en;
  for (const program::PieceRow& piece : program.rows<program::PieceRow>(program::Section::pieces, range)) {
    if (piece.slot != program::kNone) return {};
    out += program.text(piece.literal);
  }
  return out;
}

}  // namespace

std::uint32_t queue_of(const Program& program, std::string_view name, std::string_view otherwise) {
  for (const std::string_view one : {name, otherwise}) {
    const std::uint32_t found = one.empty() ? program::kNone : program.find_queue(one);
    if (found != program::kNone) return found;
  }
  return program.default_queue();
}

std::string queue_served(const GateOptions& options, std::string_view queue) {
  const std::shared_ptr<const decide::Ruleset> rules = options.snapshot == nullptr ? nullptr : options.snapshot->get();
  if (rules == nullptr || rules->program == nullptr) return std::string(queue);
  const Program& program = *rules->program;
  const std::uint32_t now = queue_of(program, queue, options.default_queue);
  return now == program::kNone ? std::string(queue) : std::string(program.queue_name(now));
}

bool sees(const Caller& caller, const GateOptions& options, std::string_view queue, std::string_view holder) {
  return caller.sees(queue, holder) || caller.serves(queue_served(options, queue));
}

std::optional<Microseconds> due_in(const Program& program, std::uint32_t queue, Microseconds at) {
  if (queue == program::kNone || !program.queues()[queue].has_due) return std::nullopt;
  return due_at(at, decide::due_after(program, program.queues()[queue], at, 0));
}

Microseconds due_at(Microseconds at, std::int64_t seconds) {
  return std::min(at + seconds * 1'000'000, wire::kLastInstant);
}

std::uint32_t above(const Program& program, std::uint32_t queue, std::string_view otherwise) {
  const std::uint32_t overflow = queue == program::kNone ? program::kNone : program.queues()[queue].overflow_to;
  return overflow != program::kNone ? overflow : queue_of(program, {}, otherwise);
}

bool is_top(const Program& program, std::uint32_t queue, std::string_view otherwise) {
  if (queue == program::kNone) return true;
  if (program.queues()[queue].overflow_to != program::kNone) return false;
  std::uint32_t at = queue_of(program, {}, otherwise);
  while (at != program::kNone && at != queue) at = program.queues()[at].overflow_to;  // a program has no circle of them
  return at == queue;
}

std::string waiting_text(const Program& program, const decide::Request& request,
                         std::span<const decide::Redacted> untold, std::uint32_t queue) {
  std::string out;
  if (queue != program::kNone) {
    const auto [pieces, otherwise] =
        decide::waiting_at(program, program.queues()[queue], request.language(), request.at(), request.at_offset());
    const decide::Topic topic{&program, &request, request.language(), -1, -1, {}, -1, untold};
    decide::append(out, topic, pieces);
    if (out.empty()) out = otherwise;
  }
  if (out.empty()) out = decide::fallback(decide::Verdict::handoff, request.language());
  return out;
}

std::vector<decide::Redacted> whole_texts(const decide::Request& request) {
  std::vector<decide::Redacted> all;
  using decide::TextPart;
  for (const TextPart part : {TextPart::answer, TextPart::message, TextPart::outreach, TextPart::material})
    all.push_back({part, 0, static_cast<std::uint32_t>(decide::text_of(request, part).size()), 0, 0, 0, {}});
  return all;
}

std::string waiting_text(const Program& program, std::uint32_t queue, Language language, Microseconds now) {
  if (queue != program::kNone) {
    const auto [pieces, otherwise] = decide::waiting_at(program, program.queues()[queue], language, now, 0);
    std::string text = without_facts(program, pieces, language);
    return text.empty() ? std::string(otherwise) : text;
  }
  return std::string(decide::fallback(decide::Verdict::handoff, language));
}

bool is_waiting_text(const Program& program, const Digest& text) {
  for (const Language language : {Language::en, Language::zh}) {
    for (const std::string_view one : decide::waiting_fallbacks(language))
      if (sha256(one) == text) return true;
    for (const QueueRow& row : program.queues())
      for (const program::Pieces pieces : {row.say_pieces, row.when_closed_pieces}) {
        const std::string one = without_facts(program, pieces, language);
        if (!one.empty() && sha256(one) == text) return true;
      }
  }
  return false;
}

}  // namespace caveat::gate
