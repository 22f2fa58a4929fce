#include "engine/model/references.h"

namespace caveat::model {

void References::add(const syntax::Path& path, Reference reference) { paths_[&path] = std::move(reference); }

void References::add(const syntax::LocalText& text, std::vector<TextPiece> pieces) {
  texts_[&text] = std::move(pieces);
}

const Reference* References::find(const syntax::Path& path) const {
  const auto found = paths_.find(&path);
  return found == paths_.end() ? nullptr : &found->second;
}

const std::vector<TextPiece>* References::find(const syntax::LocalText& text) const {
  const auto found = texts_.find(&text);
  return found == texts_.end() ? nullptr : &found->second;
}

void References::keep_written(const syntax::Path& path) {
  const auto found = paths_.find(&path);
  if (found == paths_.end()) return;
  written_[path.to_string()] = std::move(found->second);
  paths_.erase(found);
}

const Reference* References::find_written(const std::string& path) const {
  const auto found = written_.find(path);
  return found == written_.end() ? nullptr : &found->second;
}

void References::add(const syntax::Word& word, Reference reference) {
  paths_[&word] = std::move(reference);
  words_[{word.span.source, word.span.begin}] = &word;
}

const Reference* References::find_word(Span span) const {
  const auto at = words_.find({span.source, span.begin});
  if (at == words_.end()) return nullptr;
  const auto found = paths_.find(at->second);
  return found == paths_.end() ? nullptr : &found->second;
}

const Reference* References::find(const syntax::Word& word) const {
  const auto found = paths_.find(&word);
  return found == paths_.end() ? nullptr : &found->second;
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

}  // namespace caveat::model
