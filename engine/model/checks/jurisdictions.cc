// Jurisdictions: a pack names them by code, as turns and the keys of callers do; by the name of a country none would ever be met, and
// every 元 of a pack of 中国 would be told.
#include <algorithm>
#include <array>

#include "engine/model/checks/work.h"
#include "engine/syntax/letters.h"

namespace caveat::model {
namespace {

struct Place {
  std::string_view code;  // ISO 3166-1; EU and UK as ISO reserves them
  std::array<std::string_view, 8> names;
};

constexpr auto kPlaces = std::to_array<Place>({
    {"CN", {"中国", "中国大陆", "大陆", "内地", "中华人民共和国", "china", "prc", "chn"}},
    {"HK", {"香港", "中国香港", "香港特别行政区", "hongkong", "hong_kong", "hkg", "hksar"}},
    {"MO", {"澳门", "中国澳门", "澳门特别行政区", "macau", "macao"}},
    {"TW", {"台湾", "中国台湾", "taiwan", "twn"}},
    {"EU", {"欧盟", "欧洲联盟", "欧洲", "europe", "european_union"}},
    {"UK", {"英国", "联合王国", "britain", "great_britain", "united_kingdom", "england", "gbr"}},
    {"US", {"美国", "usa", "united_states", "america"}},
    {"SG", {"新加坡", "singapore", "sgp"}},
    {"JP", {"日本", "japan", "jpn"}},
    {"KR", {"韩国", "korea", "south_korea"}},
    {"DE", {"德国", "germany", "deutschland", "deu"}},
    {"FR", {"法国", "france", "fra"}},
    {"CH", {"瑞士", "switzerland", "che"}},
    {"AU", {"澳大利亚", "澳洲", "australia", "aus"}},
    {"CA", {"加拿大", "canada", "can"}},
    {"IN", {"印度", "india", "ind"}},
});

bool is_code(std::string_view word) {
  return word.size() >= 2 && word.front() >= 'A' && word.front() <= 'Z' &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

// The code that is meant by a word; empty: none that is known.
std::string meant_by(std::string_view word) {
  std::string plain = syntax::simplified(word), capitals;
  for (char& c : plain) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    capitals += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  for (const Place& place : kPlaces)
    if (std::find(place.names.begin(), place.names.end(), plain) != place.names.end()) return std::string(place.code);
  return is_code(capitals) && capitals.size() == 2 ? capitals : std::string();
}

}  // namespace

void check_jurisdictions(Work& work) {
  for (Index i = 0; i < work.model.packs.size(); ++i) {
    const Item& item = work.pack_items[i];
    std::vector<std::string>& codes = work.model.packs[i].jurisdictions;
    for (const syntax::Word& word : item.as<syntax::PackDecl>().jurisdictions) {
      const std::string meant = meant_by(word.text);
      if (is_code(word.text) && (meant.empty() || meant == word.text)) continue;
      Diagnostic& told = work.report(
          codes::kWrongType, item, word.span,
          {Work::say(item, "the code of a jurisdiction", "法域的代码"), "“" + word.text + "”"},
          Work::say(item, "A jurisdiction is a code in capital letters, as turns name it: CN, HK, EU, UK, US.",
                    "法域写作大写的代码，与请求中的一致：CN、HK、EU、UK、US。"));
      if (!meant.empty()) told.fixes.push_back({word.span, meant});
      codes.push_back(meant.empty() ? "CN" : meant);  // read on as if: of 元 the pack may be
    }
  }
}

}  // namespace caveat::model
