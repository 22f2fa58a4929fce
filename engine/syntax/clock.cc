#include "engine/syntax/clock.h"

#include <algorithm>
#include <array>

#include "engine/syntax/letters.h"
#include "engine/syntax/numerals.h"

namespace caveat::syntax {

std::string on_the_clock(int hour, std::string_view minutes) {
  return (hour < 10 ? "0" : "") + std::to_string(hour) + ":" + std::string(minutes);
}

std::optional<int> hour_of(std::string_view part_of_the_day, int hour) {
  struct Part {
    std::string_view word;
    int from, until;  // hours of the clock's face that are meant as they stand, and twelve later
  };
  constexpr auto kParts = std::to_array<Part>({{"凌晨", 0, 6},
                                               {"清晨", 4, 9},
                                               {"早上", 4, 12},
                                               {"早晨", 4, 12},
                                               {"早", 4, 12},
                                               {"上午", 5, 12},
                                               {"中午", 11, 14},
                                               {"下午", 12, 19},
                                               {"傍晚", 16, 20},
                                               {"晚上", 17, 24},
                                               {"晚间", 17, 24},
                                               {"晚", 17, 24},
                                               {"夜间", 19, 24}});
  const auto part =
      std::find_if(kParts.begin(), kParts.end(), [&](const Part& each) { return part_of_the_day == each.word; });
  if (part == kParts.end()) return std::nullopt;
  if (hour < part->from && hour <= 12) hour += 12;
  if (hour < part->from || hour > part->until) return std::nullopt;
  return hour;
}

std::string time_of_day_in_words(std::string_view word) {
  struct Row {
    std::string_view word, time;
  };
  constexpr auto kRows = std::to_array<Row>({{"noon", "12:00"},
                                             {"midday", "12:00"},
                                             {"midnight", "00:00"},
                                             {"中午", "12:00"},
                                             {"正午", "12:00"},
                                             {"午夜", "00:00"},
                                             {"子夜", "00:00"},
                                             {"半夜", "00:00"}});
  for (const Row& row : kRows)
    if (row.word == word) return std::string(row.time);
  constexpr std::size_t kLongest = 40;  // bytes
  constexpr std::string_view kOClock = "点";
  if (is_ascii(word) || word.size() > kLongest) return {};
  const std::string plain = simplified(word);
  const std::size_t at = plain.find(kOClock);
  if (at == plain.npos) return {};
  std::optional<int> hour;
  for (std::size_t cut = 0; cut < at && !hour; ++cut) {  // 晚上|九
    if ((static_cast<unsigned char>(plain[cut]) & 0xC0) == 0x80) continue;
    const auto number = number_in_words(std::string_view(plain).substr(cut, at - cut));
    if (!number || *number > 24) continue;
    hour = cut == 0 ? static_cast<int>(*number)
                    : hour_of(std::string_view(plain).substr(0, cut), static_cast<int>(*number));
  }
  if (!hour) return {};
  std::string_view rest = std::string_view(plain).substr(at + kOClock.size());
  std::string minutes = "00";
  for (const Row& row :
       std::to_array<Row>({{"半", "30"}, {"一刻", "15"}, {"三刻", "45"}, {"整", "00"}, {"钟", "00"}})) {
    if (rest == row.word) minutes = row.time, rest = {};
  }
  constexpr std::string_view kMinute = "分";
  if (rest.ends_with(kMinute)) rest.remove_suffix(kMinute.size());
  if (!rest.empty()) {
    const auto number = number_in_words(rest.starts_with("零") ? rest.substr(std::string_view("零").size()) : rest);
    if (!number || *number > 59) return {};
    minutes = (*number < 10 ? "0" : "") + std::to_string(*number);
  }
  return *hour == 24 && minutes != "00" ? std::string() : on_the_clock(*hour, minutes);
}

bool means_now(std::string_view word) {
  constexpr std::array<std::string_view, 6> kNow = {"当前时间", "当前时刻", "现在", "目前", "当下", "此时"};
  return std::find(kNow.begin(), kNow.end(), word) != kNow.end();
}

bool names_the_clock(std::string_view word) {
  constexpr std::array<std::string_view, 6> kClock = {"时间", "时刻", "钟点", "time", "clock", "hour"};
  return means_now(word) || std::find(kClock.begin(), kClock.end(), word) != kClock.end();
}

Asked asked_of_the_clock(bool later, bool earlier, const std::string& time, Language language,
                         const std::string& zone) {
  const bool midnight = time == "00:00" || time == "24:00" || time == "0:00";
  std::string from = earlier ? "00:00" : later ? time : "22:00", to = earlier ? time : "24:00";
  if (midnight && later) from = "00:00", to = "06:00";
  if (midnight && earlier) from = "22:00", to = "24:00";
  const bool zh = language == Language::zh;
  std::string sentence = zh ? "此刻 介于 " + from + " 与 " + to + " 之间" : "now is between " + from + " and " + to;
  if (!zone.empty()) sentence = zh ? "按 " + zone + "，" + sentence : sentence + " in " + zone;
  return {std::move(sentence), (later || earlier) && !midnight};
}

}  // namespace caveat::syntax
