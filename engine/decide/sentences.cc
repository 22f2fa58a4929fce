#include "engine/decide/sentences.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "engine/base/numerals.h"
#include "engine/base/units.h"
#include "engine/decide/explain.h"
#include "engine/decide/join.h"
#include "engine/decide/opening_hours.h"
#include "engine/program/image.h"
#include "engine/text/days.h"
#include "engine/text/redact.h"

namespace caveat::decide {

using program::Program;
using program::SlotRow;
using program::SlotType;

namespace {

bool is_protected(const Program& program, const SlotRow& slot) {
  if (slot.data_class.size == 0) return false;
  const std::string_view data_class = program.text(slot.data_class);
  for (const program::PackRow& pack : program.pack_rows()) {
    const auto classes = program.strings(pack.data_classes);
    if (!classes.empty() && program.text(classes[0]) == data_class) return false;
  }
  return data_class != "C1";
}

// A name of ASCII capitals and digits reads alike in every language.
bool is_code(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](unsigned char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

}  // namespace

bool is_protected(const Program& program, std::uint32_t slot) { return is_protected(program, program.slots()[slot]); }

void append_shown(std::string& out, const Program& program, const Request& request, std::uint32_t slot,
                  std::int32_t item, Language language) {
  const SlotRow& row = program.slots()[slot];
  const Fact fact = request.fact(slot, item);
  const bool zh = language == Language::zh;
  const std::size_t from = out.size();
  request.append_value(out, slot, item);
  if (!fact.known && out.size() == from) {
    out += zh ? "不明" : "unknown";
    return;
  }
  const auto instead = [&](std::string_view text) {
    out.resize(from);
    out += text;
  };
  if (is_protected(program, row)) return instead("***");
  switch (static_cast<SlotType>(row.type)) {
    case SlotType::yes_no:
      instead(std::string_view(out).substr(from) == "true" ? (zh ? "是" : "yes") : (zh ? "否" : "no"));
      break;
    case SlotType::choice:
    case SlotType::scale: {
      const std::string_view stated = request.spelling(slot, item);
      const std::uint32_t symbol = program.symbols().find(row, std::string_view(out).substr(from)).symbol;
      if (symbol != program::kNone) instead(program.symbol_name(slot, symbol, language));
      // A code (R4, C2) is told as it was stated: a customer of class C2 is none of R2, though both are one rung.
      if (is_code(stated) && is_code(std::string_view(out).substr(from))) instead(stated);
      break;
    }
    default:
      break;
  }
  if (fact.known) return;
  out += zh ? "（" : " (";
  out += told(fact.cause, language);
  out += zh ? "）" : ")";
}

void append_masked(std::string& out, std::span<const Redacted> places, TextPart part, std::string_view text,
                   std::size_t begin, std::size_t end, std::string_view as) {
  const std::size_t label = as.find("{}");
  std::size_t at = begin;
  for (const Redacted& one : places) {
    if (one.part != part || one.end <= at || one.begin >= end || one.end > text.size()) continue;
    if (one.begin > at) out += text.substr(at, one.begin - at);
    if (one.label.empty()) {
      out += text::kMask;
    } else if (label == std::string_view::npos) {
      out += as;
    } else {
      out.append(as.substr(0, label)).append(one.label).append(as.substr(label + 2));
    }
    at = std::min<std::size_t>(one.end, end);
  }
  out += text.substr(at, end - at);
}

std::vector<Spelling> protected_values(const Program& program, const Request& request,
                                       std::span<const FactUsed> facts) {
  std::vector<Spelling> all;
  for (const FactUsed& fact : facts) {
    if (!fact.known || !is_protected(program, fact.slot) || part_of(program, fact.slot)) continue;
    const SlotRow& row = program.slots()[fact.slot];
    const auto type = static_cast<SlotType>(row.type);
    if (type == SlotType::yes_no) continue;  // no word in a text is that
    const std::string value = request.value(fact.slot, fact.item);
    const bool is_list = type == SlotType::list;
    for (std::size_t at = 0; at < value.size();) {  // elements stand behind ", "
      const std::size_t end = is_list ? std::min(value.find(", ", at), value.size()) : value.size();
      add_spellings(all, program, row, is_list ? static_cast<SlotType>(row.element) : type,
                    std::string_view(value).substr(at, end - at));
      at = end + 2;
    }
  }
  join_set(all, std::less<>());
  return all;
}

void find_values(std::vector<Redacted>& out, TextPart part, std::string_view text, std::span<const Spelling> values,
                 text::NormalText& held, const text::Shown* shown) {
  if (values.empty() || text.empty()) return;
  if (shown != nullptr)
    text::normalise(*shown, held);
  else
    text::normalise(text, held);
  std::string searched(held.text());
  plain_numerals(searched);
  const auto hide = [&](text::Range found) {
    const text::Range place = held.original_graphemes(found);
    out.push_back({part, place.begin, place.end, 0, 0, 0, {}});
  };
  std::vector<Days> days;
  for (const Spelling& value : values) {
    if (value.where == Spelling::Where::day) days.push_back(parse_date(value.form).value());
    if (value.where != Spelling::Where::anywhere && value.where != Spelling::Where::alone) continue;
    for (std::size_t at = 0; at < searched.size();) {
      // linear, whatever stands in the two; the standard library's own search is not
      const void* found = memmem(searched.data() + at, searched.size() - at, value.form.data(), value.form.size());
      if (found == nullptr) break;
      at = static_cast<std::size_t>(static_cast<const char*>(found) - searched.data());
      const std::size_t end = at + value.form.size();
      // 陆 is a numeral where what was found has one: 陆家嘴 is none.
      const bool as_written = held.text().substr(at, end - at) == value.form;
      if (value.where == Spelling::Where::anywhere || stands_alone(as_written ? held.text() : searched, at, end))
        hide({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
      at = end;
    }
  }
  if (days.empty()) return;
  text::each_day(searched, [&](text::Range place, Days day) {
    if (std::binary_search(days.begin(), days.end(), day)) hide(place);
  });
}

std::string masked(std::span<const Redacted> places, TextPart part, std::string_view text, std::size_t begin,
                   std::size_t end) {
  std::string out;
  append_masked(out, places, part, text, begin, end);
  return out;
}

std::optional<TextPart> part_of(const Program& program, std::uint32_t slot) {
  if (slot == program.answer_text()) return TextPart::answer;
  if (slot == program.message_text()) return TextPart::message;
  if (slot == program.schema().find_two("outreach", "text")) return TextPart::outreach;
  if (slot == program.schema().find_two("material", "text")) return TextPart::material;
  return std::nullopt;
}

std::string shown(const Program& program, const Request& request, std::uint32_t slot, std::int32_t item,
                  Language language) {
  std::string out;
  append_shown(out, program, request, slot, item, language);
  return out;
}

void append_told(std::string& out, const Program& program, const Request& request, std::span<const Redacted> untold,
                 std::uint32_t slot, std::int32_t item, Language language) {
  const std::optional<TextPart> part = untold.empty() ? std::nullopt : part_of(program, slot);
  if (!part || !request.fact(slot, item).known || is_protected(program, slot))
    return append_shown(out, program, request, slot, item, language);
  const std::string_view text = text_of(request, *part);
  append_masked(out, untold, *part, text, 0, text.size());
}

// The product, action or recipient whose fact it is, -1 for the turn; none: there are several, and none is meant.
std::optional<std::int32_t> item_of(const Topic& topic, std::uint32_t slot) {
  const auto frame = static_cast<program::Frame>(topic.program->slots()[slot].frame);
  const bool his = topic.program->slots()[slot].part == static_cast<std::uint8_t>(program::SlotPart::customer);
  const Request& request = *topic.request;
  const auto only = [](std::int32_t known, std::size_t there) { return known < 0 && there == 1 ? 0 : known; };
  const std::int32_t item = frame == program::Frame::product  ? only(topic.product, request.all_products())
                            : frame == program::Frame::action ? only(topic.action, request.actions())
                            : his                             ? topic.recipient
                                                              : -1;
  if (frame != program::Frame::turn && item < 0) return std::nullopt;
  return item;
}

void append_value(std::string& out, const Topic& topic, std::uint32_t slot) {
  const std::optional<std::int32_t> item = item_of(topic, slot);
  if (!item) {
    out += topic.language == Language::zh ? "不明" : "unknown";
    return;
  }
  append_told(out, *topic.program, *topic.request, topic.untold, slot, *item, topic.language);
}

bool tells_all(const Topic& topic, program::Pieces pieces) {
  const program::Range range = topic.language == Language::zh ? pieces.zh : pieces.en;
  const auto all = topic.program->rows<program::PieceRow>(program::Section::pieces, range);
  return std::all_of(all.begin(), all.end(), [&](const program::PieceRow& piece) {
    if (piece.slot == program::kNone || piece.slot == program::kMatchPiece) return true;
    const std::optional<std::int32_t> item = item_of(topic, piece.slot);
    return item && topic.request->fact(piece.slot, *item).known;
  });
}

bool append(std::string& out, const Topic& topic, program::Pieces pieces) {
  bool interpolated = false;
  const program::Range range = topic.language == Language::zh ? pieces.zh : pieces.en;
  for (const program::PieceRow& piece : topic.program->rows<program::PieceRow>(program::Section::pieces, range)) {
    if (piece.slot == program::kNone) {
      out += topic.program->text(piece.literal);
      continue;
    }
    interpolated = true;
    if (piece.slot == program::kMatchPiece) {
      out += topic.match;
    } else {
      append_value(out, topic, piece.slot);
    }
  }
  return interpolated;
}

std::string wording_told(const Program& program, const Request& request, const Decision& decision,
                         std::uint32_t wording, Language language, const ItemVerdict* of) {
  const std::int32_t item = of ? static_cast<std::int32_t>(of->index) : -1;
  const bool action = of && of->action, recipient = of && of->recipient;
  std::string out;
  append(out,
         {.program = &program,
          .request = &request,
          .language = language,
          .product = action || recipient ? -1 : item,
          .action = action ? item : -1,
          .match = {},
          .recipient = recipient ? item : -1,
          .untold = decision.untold},
         program.wordings()[wording].pieces);
  return out;
}

std::string_view text_of(const Request& request, TextPart part) {
  switch (part) {
    case TextPart::answer:
      return request.answer_text();
    case TextPart::message:
      return request.message_text();
    case TextPart::outreach:
      return request.outreach_text();
    case TextPart::material:
      return request.material_text();
  }
  return {};
}

bool requires_it(const Program& program, const Reason& reason, const Required& what) {
  if (reason.by_default) {
    return what.is_fact && std::any_of(reason.facts.begin(), reason.facts.end(),
                                       [&](const FactUsed& one) { return one.slot == what.index && !one.known; });
  }
  const program::RuleRow& rule = program.rules()[reason.rule];
  const program::Range range = reason.unknown ? rule.unknown_effects : rule.effects;
  for (const program::EffectRow& effect : program.rows<program::EffectRow>(program::Section::effects, range)) {
    if (static_cast<program::EffectKind>(effect.kind) != program::EffectKind::require) continue;
    if ((what.is_fact ? effect.slot : effect.requirement) == what.index) return true;
  }
  return false;
}

bool helps(const Program& program, const Decision& decision, const Reason& reason) {
  constexpr auto kItems = program::kOnRecommendation | program::kOnAction;
  const bool of_items = reason.recipient >= 0 || (program.rules()[reason.rule].subjects & ~kItems) == 0;
  if (reason.item() < 0 || !of_items) return true;
  return std::any_of(decision.items.begin(), decision.items.end(), [&](const ItemVerdict& item) {
    const std::int32_t of = item.recipient ? reason.recipient : item.action ? reason.action : reason.product;
    return of >= 0 && static_cast<std::uint32_t>(of) == item.index && item.verdict < Verdict::block;
  });
}

bool helps(const Program& program, const Decision& decision, const Required& what) {
  return std::any_of(decision.reasons.begin(), decision.reasons.end(), [&](const Reason& reason) {
    return requires_it(program, reason, what) && helps(program, decision, reason);
  });
}

program::Pieces ask_of(const Program& program, const Required& what) {
  return what.is_fact ? program.slots()[what.index].ask_pieces : program.requirements()[what.index].ask_pieces;
}

std::string asked_told(const Program& program, const Request& request, const Decision& decision, const Required& what,
                       Language language) {
  Topic topic{&program, &request, language, -1, -1, {}, -1, decision.untold};
  const Reason* first = nullptr;
  for (const Reason& reason : decision.reasons) {
    if (reason.item() < 0 || !requires_it(program, reason, what) || !helps(program, decision, reason)) continue;
    if (first && reason.recipient != first->recipient) {  // asked of several: none is told what is known of another
      topic.recipient = -1;
      break;
    }
    if (first) continue;
    first = &reason;
    if (reason.product >= 0) topic.product = reason.product;
    if (reason.action >= 0) topic.action = reason.action;
    topic.recipient = reason.recipient;
  }
  std::string out;
  append(out, topic, ask_of(program, what));
  return out;
}

std::string_view fallback(Verdict verdict, Language language) {
  const bool zh = language == Language::zh;
  switch (verdict) {
    case Verdict::require:
      return zh ? "办理前还需要您补充信息，请稍候，我们会继续为您处理。"
                : "Before we can go on we need some more information from you.";
    case Verdict::block:
      return zh ? "抱歉，我无法在这里回答这个问题。您可以联系人工客服获得帮助。"
                : "I am sorry, I cannot answer this here. Our staff will be glad to help you.";
    case Verdict::handoff:
      return zh ? "正在为您转接人工服务，请稍候。" : "A member of our staff will take over from here. Please hold on.";
    default:
      return {};
  }
}

std::array<std::string_view, 2> waiting_fallbacks(Language language) {
  return {fallback(Verdict::handoff, language),
          language == Language::zh
              ? "现在是休息时间，您的问题已转给工作人员，上班后会尽快答复您。"
              : "Our staff are away at the moment. Your question is with them, and they will get back to you."};
}

Waiting waiting_at(const program::Program& program, const program::QueueRow& queue, Language language, Microseconds at,
                   std::int32_t offset) {
  const auto [open, closed] = waiting_fallbacks(language);
  if (is_open(program, queue, at, offset)) return {queue.say_pieces, open};
  if (program.text(queue.when_closed_say, language).empty()) return {{}, closed};
  return {queue.when_closed_pieces, closed};
}

}  // namespace caveat::decide
