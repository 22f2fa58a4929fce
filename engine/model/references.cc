#include "engine/model/references.h"

namespace caveat::model {

namespace {

template <class Map, class Key>
const Reference* found_in(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

}  // namespace

void References::add(const syntax::LocalText& text, std::vector<TextPiece> pieces) {
  texts_[&text] = std::move(pieces);
}

void References::add(const syntax::Word& word, Reference reference) {
  const Reference* kept = keep(std::move(reference));
  places_[&word] = kept;
  words_[{word.span.source, word.span.begin}] = kept;
}

void References::keep_written(const syntax::Path& path) {
  const auto found = places_.find(&path);
  if (found == places_.end()) return;
  written_[{path.span.source, path.to_string()}] = found->second;
  places_.erase(found);
}

const Reference* References::find(const syntax::Path& path) const { return found_in(places_, &path); }

const Reference* References::find(const syntax::Word& word) const { return found_in(places_, &word); }

const Reference* References::find_word(Span span) const { return found_in(words_, std::pair{span.source, span.begin}); }

const Reference* References::find_written(const syntax::Path& path) const {
  return found_in(written_, std::pair{path.span.source, path.to_string()});
}

const std::vector<TextPiece>* References::find(const syntax::LocalText& text) const {
  const auto found = texts_.find(&text);
  return found == texts_.end() ? nullptr : &found->second;
}

bool is_chinese(std::string_view name) {
  for (std::size_t i = 0; i + 2 < name.size(); ++i) {
    const auto lead = static_cast<unsigned char>(name[i]);
    if (lead < 0xE0) continue;
    const auto a = static_cast<unsigned char>(name[i + 1]);
    const auto b = static_cast<unsigned char>(name[i + 2]);
    if (lead < 0xF0) {
      const unsigned point = (lead & 0x0Fu) << 12 | (a & 0x3Fu) << 6 | (b & 0x3Fu);
      if ((point >= 0x3400 && point <= 0x9FFF) || (point >= 0xF900 && point <= 0xFAFF) || point == 0x3007) return true;
      i += 2;
    } else if (lead == 0xF0 && a >= 0xA0) {  // planes 2 and 3: U+20000 and up
      return true;
    }
  }
  return false;
}

std::string_view name_in(const std::vector<std::string>& all, Language language) {
  for (const std::string& name : all) {
    if (is_chinese(name) == (language == Language::zh)) return name;
  }
  return all.empty() ? std::string_view() : std::string_view(all.front());
}

std::string path_in(const std::vector<std::vector<std::string>>& names, Language language) {
  std::string path;
  for (const std::vector<std::string>& all : names)
    path += (path.empty() ? "" : ".") + std::string(name_in(all, language));
  return path;
}

}  // namespace caveat::model
