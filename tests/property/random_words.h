// How one thing may be written: in English or Chinese, by a word or a sign, in this unit or that, in brackets or not. What is
// written so many ways means one thing, which is what the product has to see in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace caveat::random_packs {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  int roll(int sides) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(sides)); }
  bool chance(double p) { return static_cast<double>(engine_() >> 11) < p * 9007199254740992.0; }
  template <class T>
  const T& pick(const std::vector<T>& all) {
    return all[static_cast<std::size_t>(roll(static_cast<int>(all.size())))];
  }
  std::string one(std::initializer_list<const char*> all) {
    return *(all.begin() + roll(static_cast<int>(all.size())));
  }

 private:
  std::mt19937_64 engine_;
};

// A value as it is written, and what may stand beside it without brackets: the grammar's rules, loosest first.
struct Written {
  enum Binding : std::uint8_t { sum, product, share, operand, atom };
  std::string text;
  Binding binding = atom;
};

class Pen {
 public:
  explicit Pen(Dice& dice) : dice_(dice) {}

  std::string brackets(const std::string& text) { return dice_.chance(0.5) ? "(" + text + ")" : "（" + text + "）"; }
  std::string at_least(const Written& value, Written::Binding least) {
    return value.binding < least || dice_.chance(0.05) ? brackets(value.text) : value.text;
  }
  std::string list(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& item : items) out += (out.empty() ? "" : dice_.one({", ", "、", "， "})) + item;
    return out;
  }
  std::string quoted(const std::string& text) {
    switch (dice_.roll(3)) {
      case 0:
        return "\"" + text + "\"";
      case 1:
        return "“" + text + "”";
      default:
        return "「" + text + "」";
    }
  }

  // ---- numbers, by their units

  // 64.5 with its point `places` to the right, or left.
  static std::string shifted(std::string number, int places) {
    std::size_t point = std::min(number.find('.'), number.size());
    if (point < number.size()) number.erase(point, 1);
    for (; places > 0; --places) {
      if (++point > number.size()) number += '0';
    }
    for (; places < 0; ++places) {
      if (point == 1) {
        number.insert(0, "0");
      } else {
        --point;
      }
    }
    if (point < number.size()) number.insert(point, ".");
    while (number.find('.') != std::string::npos && (number.ends_with('0') || number.ends_with('.'))) number.pop_back();
    while (number.size() > 1 && number[0] == '0' && number[1] != '.') number.erase(0, 1);
    return number;
  }
  std::string digits(const std::string& number) {
    const std::size_t point = std::min(number.find('.'), number.size());
    if (point < 4 || !dice_.chance(0.3)) return number;
    return number.substr(0, point - 3) + "_" + number.substr(point - 3);
  }
  Written number(const std::string& n) {
    switch (dice_.roll(8)) {
      case 0:
        return {shifted(n, -3) + dice_.one({" thousand", "千"}), Written::operand};
      case 1:
        return {shifted(n, -4) + dice_.one({" 万", "万"}), Written::operand};
      default:
        return {digits(n), Written::operand};
    }
  }
  Written years_old(const std::string& n) {
    return dice_.chance(0.5) ? number(n) : Written{n + dice_.one({" years old", "周岁", "岁"}), Written::operand};
  }
  Written percent(const std::string& n) {
    switch (dice_.roll(6)) {
      case 0:
        return {dice_.chance(0.5) ? shifted(n, 1) + " per mille" : "千分之" + shifted(n, 1), Written::operand};
      case 1:
        return {dice_.chance(0.5) ? shifted(n, 2) + " per ten thousand" : "万分之" + shifted(n, 2), Written::operand};
      case 2:
        return {shifted(n, 2) + dice_.one({" basis points", "基点", " 基点"}), Written::operand};
      case 3:
        return {n + dice_.one({" percentage points", "个百分点"}), Written::operand};
      default:
        return {n + dice_.one({"%", " %", "％"}), Written::operand};
    }
  }
  Written money(const std::string& n, const std::string& currency = "CNY") {
    const std::string unit = dice_.chance(0.5) ? " " + currency : currency == "CNY" ? "元" : "美元";
    const std::string parted = unit.starts_with(' ') ? unit : " " + unit;
    switch (dice_.roll(6)) {
      case 0:
        return {shifted(n, -4) + "万" + unit, Written::operand};
      case 1:
        return {shifted(n, -3) + " thousand" + parted, Written::operand};
      case 2:
        return {shifted(n, -6) + (dice_.chance(0.5) ? " million" + parted : "百万" + unit), Written::operand};
      case 3:
        return {shifted(n, -8) + "亿" + unit, Written::operand};
      default:
        return {digits(n) + unit, Written::operand};
    }
  }
  std::string days(int n) {
    const std::string hours = std::to_string(n * 24), minutes = std::to_string(n * 1440);
    switch (dice_.roll(4)) {
      case 0:
        return hours + dice_.one({" hours", "小时"});
      case 1:
        return minutes + dice_.one({" minutes", "分钟"});
      default:
        return n % 7 == 0 && n > 0 ? std::to_string(n / 7) + dice_.one({" weeks", "周"})
                                   : std::to_string(n) + (n == 1 ? " day" : dice_.one({" days", "天", " 日"}));
    }
  }
  std::string months(int n) {
    return n % 12 == 0 && dice_.chance(0.5) ? std::to_string(n / 12) + dice_.one({" years", "年"})
                                            : std::to_string(n) + dice_.one({" months", "个月"});
  }
  std::string working_days(int n) { return std::to_string(n) + dice_.one({" working days", "个工作日", "工作日"}); }
  std::string length() {
    switch (dice_.roll(5)) {
      case 0:
      case 1:
        return working_days(dice_.roll(3) + 1);
      case 2:
        return months(dice_.chance(0.7) ? 1 : 12);
      default:
        return days(dice_.chance(0.2) ? 7 : dice_.roll(3));
    }
  }
  std::string date(const std::string& iso) {
    if (dice_.chance(0.6)) return iso;
    return iso.substr(0, 4) + "年" + std::to_string(std::stoi(iso.substr(5, 2))) + "月" +
           std::to_string(std::stoi(iso.substr(8, 2))) + "日";
  }

 private:
  Dice& dice_;
};

}  // namespace caveat::random_packs
