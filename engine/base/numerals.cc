#include "engine/base/numerals.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "engine/base/utf8.h"

namespace caveat {

void plain_numerals(std::string& text) {
  constexpr std::u32string_view kOther = U"〇壹贰貳两兩叁參肆伍陆陸柒捌玖拾佰仟萬億點";
  constexpr std::string_view kPlain[] = {"零", "一", "二", "二", "二", "二", "三", "三", "四", "五", "六",
                                         "六", "七", "八", "九", "十", "百", "千", "万", "亿", "点"};
  static_assert(kOther.size() == std::size(kPlain));
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const std::size_t which = point.length == kPlain[0].size() ? kOther.find(point.value) : kOther.npos;
    if (which != kOther.npos) text.replace(at, point.length, kPlain[which]);
    at += std::max<std::size_t>(point.length, 1);
  }
}

int numeral_value(char32_t sign) {
  constexpr std::u32string_view kUnits = U"零一二三四五六七八九十";
  constexpr std::u32string_view kTens = U"廿卅卌";
  if (const std::size_t at = kUnits.find(sign); at != kUnits.npos) return static_cast<int>(at);
  const std::size_t at = kTens.find(sign);
  return at == kTens.npos ? -1 : 10 * (static_cast<int>(at) + 2);
}

}  // namespace caveat
