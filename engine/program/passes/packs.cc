// Packs with what they declare for people: law, wordings, queues, requirements.
#include <algorithm>

#include "engine/program/codes.h"
#include "engine/program/passes/draft.h"

namespace caveat::program {

Texts texts(Image& image, const model::Text& text) {
  return {image.str(text.in(Language::en)), image.str(text.in(Language::zh))};
}

Texts names(Image& image, const model::Names& names) {
  return {image.str(names.in(Language::en)), image.str(names.in(Language::zh))};
}

namespace {

Range cut(Image& image, const model::Template& pieces) {
  const Range range{static_cast<std::uint32_t>(image.pieces.size()), static_cast<std::uint32_t>(pieces.size())};
  for (const model::TemplatePiece& piece : pieces) {
    PieceRow row;
    row.literal = image.str(piece.literal);
    row.slot = piece.fact == model::kMatch ? kMatchPiece : piece.fact;
    image.pieces.push_back(row);
  }
  return range;
}

}  // namespace

Pieces pieces(Image& image, const model::Templates& templates) {
  const auto pick = [&](const model::Template& wanted, const model::Template& other) -> const model::Template& {
    return !wanted.empty() ? wanted : !templates.any.empty() ? templates.any : other;
  };
  const model::Template &en = pick(templates.en, templates.zh), &zh = pick(templates.zh, templates.en);
  Pieces cut_pieces;
  cut_pieces.en = cut(image, en);
  cut_pieces.zh = &zh == &en ? cut_pieces.en : cut(image, zh);
  return cut_pieces;
}

namespace passes {

void packs(Draft& draft) {
  const model::Model& model = draft.model;
  Image& image = draft.image;

  const std::vector<std::string> zones = time(draft);

  bool default_queue = false;
  for (const model::Pack& pack : model.packs) {
    PackRow row;
    row.name = image.str(pack.names.first);
    row.version = image.str(pack.version);
    row.title = texts(image, pack.title);
    row.zone = static_cast<std::uint32_t>(std::find(zones.begin(), zones.end(), pack.time_zone) - zones.begin());
    row.default_queue = pack.default_queue;
    default_queue |= pack.default_queue != model::kNone;
    row.jurisdictions = image.strs(pack.jurisdictions);
    row.data_classes = image.strs(pack.data_classes);
    row.refused_classes = image.strs(pack.refused_classes);
    std::copy(pack.digest.begin(), pack.digest.end(), row.digest);
    image.packs.push_back(row);
  }
  if (!default_queue) draft.report(codes::kNoDefaultQueue, {}, {});

  for (const model::LawSource& source : model.sources) {
    SourceRow row;
    row.name = image.str(source.names.first);
    row.citation = {image.str(source.citation(Language::en)), image.str(source.citation(Language::zh))};
    row.reads = texts(image, source.reads);
    row.link = image.str(source.link);
    row.entry = image.str(source.entry);
    row.kind = source.kind;
    row.pack = source.pack;
    image.sources.push_back(row);
  }
  for (const model::Wording& wording : model.wordings) {
    WordingRow row;
    row.name = image.str(wording.names.first);
    row.pack = wording.pack;
    row.text = texts(image, wording.text);
    row.pieces = pieces(image, wording.pieces);
    image.wordings.push_back(row);
  }
  for (const model::Queue& queue : model.queues) {
    QueueRow row;
    row.name = image.str(queue.names.first);
    row.names = names(image, queue.names);
    row.title = texts(image, queue.title);
    row.say = texts(image, queue.say);
    row.when_closed_say = texts(image, queue.when_closed_say);
    row.say_pieces = pieces(image, queue.say_pieces);
    row.when_closed_pieces = pieces(image, queue.when_closed_pieces);
    row.always = queue.always || queue.hours.empty() ? 1 : 0;
    row.priority = static_cast<std::uint8_t>(queue.priority);
    row.call_back = queue.call_back ? 1 : 0;
    row.pack = queue.pack;
    row.overflow_to = queue.overflow_to;
    row.calendar = queue.calendar;
    if (queue.due) row.has_due = 1, row.due = Image::span(*queue.due);
    row.hours = {static_cast<std::uint32_t>(image.hours.size()), static_cast<std::uint32_t>(queue.hours.size())};
    for (const model::HoursSpan& hours : queue.hours) image.hours.push_back({hours.day, hours.from, hours.to});
    row.skills = image.strs(queue.skills);
    row.languages = image.strs(queue.languages);
    image.queues.push_back(row);
  }
  for (const model::Requirement& requirement : model.requirements) {
    RequirementRow row;
    row.name = image.str(requirement.names.first);
    row.pack = requirement.pack;
    row.names = names(image, requirement.names);
    row.ask = texts(image, requirement.ask);
    row.ask_pieces = pieces(image, requirement.ask_pieces);
    row.proofs = image.strs(requirement.proofs);
    row.from = image.strs(requirement.from);
    row.scopes = image.strs(requirement.scopes);
    if (requirement.valid_for) row.has_valid_for = 1, row.valid_for = Image::span(*requirement.valid_for);
    image.requirements.push_back(row);
  }
}

}  // namespace passes
}  // namespace caveat::program
