#include "adapters/cli/bench/written.h"

#include <array>

namespace caveat::cli::bench {
namespace {

constexpr std::size_t kRulesInAFile = 1000;

std::string path(Attr attr) { return std::string(name_of(attr).group) + "." + std::string(name_of(attr).name); }

std::string named(Attr attr, std::uint64_t set) {
  std::string all;
  for (std::size_t i = 0; i < symbols_of(attr).size(); ++i) {
    if ((set >> i & 1) == 0) continue;
    if (!all.empty()) all += ", ";
    all += symbols_of(attr)[i];
  }
  return all;
}

std::string condition(const Condition& c) {
  const std::string fact = path(c.attr), low = std::to_string(c.low);
  const bool symbol = c.attr >= kFirstSymbol;
  switch (c.op) {
    case Op::equal:
      if (c.attr == kVulnerable) return fact;
      return fact + " is " + (symbol ? symbols_of(c.attr)[static_cast<std::size_t>(c.low)] : low);
    case Op::below:
      return fact + " is below " + low;
    case Op::at_most:
      return fact + " is at most " + low;
    case Op::above:
      return fact + " is above " + low;
    case Op::at_least:
      return fact + " is at least " + low;
    case Op::one_of:
      return fact + " is one of " + named(c.attr, c.set);
    case Op::between:
      return fact + " is between " + low + " and " + std::to_string(c.high);
    case Op::has:
      return fact + " includes " + named(c.attr, c.set);
    case Op::lacks:
      return fact + " does not include " + named(c.attr, c.set);
    case Op::has_any:
      return fact + " includes any of " + named(c.attr, c.set);
    case Op::below_attr:
      return fact + " is below " + path(c.other);
    case Op::above_attr:
      return fact + " is above " + path(c.other);
  }
  return {};
}

std::string rule_text(const Rule& rule) {
  std::string text = "rule " + rule_name(rule.number) + " en \"Rule " + std::to_string(rule.number) +
                     " of the house\" zh \"行内规则第" + std::to_string(rule.number) + "条\"\n  cites HOUSE\n" +
                     "  applies to recommendation\n  when ";
  std::string when;
  const auto also = [&](const std::string& one) { when += (when.empty() ? "" : "\n    and ") + one; };
  if (rule.action >= 0) also(path(kAction) + " is " + symbols_of(kAction)[static_cast<std::size_t>(rule.action)]);
  if (rule.category >= 0)
    also(path(kCategory) + " is " + symbols_of(kCategory)[static_cast<std::size_t>(rule.category)]);
  for (const Condition& one : rule.when) also(condition(one));
  text += when;
  switch (rule.effect) {
    case Effect::revise:
      return text + "\n  then disclose NOTICE at end\n";
    case Effect::block:
      return text +
             "\n  then block\n    say en \"We cannot offer this here.\" zh \"这里不能为您办理。\"\n    because en "
             "\"the house does not want it\" zh \"不合行内要求\"\n";
    default:
      return text + "\n  then hand off to advisers\n    because en \"a person has to look\" zh \"须由人工查看\"\n";
  }
}

std::string preamble() {
  std::string text =
      "pack bench.bank\n  title en \"A bank's rulebook, made up\" zh \"某行规则汇编（虚构）\"\n"
      "  time zone \"Asia/Shanghai\"\n  version \"1\"\n  default queue advisers\n\n"
      "queue advisers\n  due 5 minutes\n  say en \"An adviser will be with you.\" zh \"正在为您转接理财顾问。\"\n\n"
      "source HOUSE is policy \"House rules for bots\" section \"1\"\n\n"
      "wording NOTICE en \"Mind the risk.\" zh \"请注意风险。\"\n";
  std::string group;
  for (std::uint8_t at = 0; at < kAttrs; ++at) {
    const auto attr = static_cast<Attr>(at);
    text += "\nfacts " + std::string(name_of(attr).group) + "\n  " + std::string(name_of(attr).name) + " also " +
            std::string(name_of(attr).also) + " ";
    if (attr == kVulnerable) {
      text += "yes/no\n";
    } else if (attr < kFirstSymbol) {
      text += "integer\n";
    } else {
      text += std::string(attr >= kFirstList ? "list of " : "") + "one of (" + named(attr, ~std::uint64_t{0}) + ")\n";
    }
  }
  return text;
}

// `"name":value` of one fact.
void put(std::string& out, std::string_view name, Attr attr, const Request& q) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  const std::int64_t value = q.value[attr];
  if (attr == kVulnerable) {
    out += value != 0 ? "true" : "false";
  } else if (attr < kFirstSymbol) {
    out += std::to_string(value);
  } else if (attr < kFirstList) {
    out += '"' + symbols_of(attr)[static_cast<std::size_t>(value)] + '"';
  } else {
    out += '[';
    for (std::size_t i = 0; i < symbols_of(attr).size(); ++i) {
      if ((value >> i & 1) == 0) continue;
      if (out.back() != '[') out += ',';
      out += '"' + symbols_of(attr)[i] + '"';
    }
    out += ']';
  }
}
void put_group(std::string& out, std::string_view group, const Request& q) {
  for (std::uint8_t at = 0; at < kAttrs; ++at) {
    const auto attr = static_cast<Attr>(at);
    if (name_of(attr).group == group && q.has(attr)) put(out, name_of(attr).name, attr, q);
  }
}

std::string id_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  return "Q" + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

std::string listed(const std::vector<std::uint32_t>& rules) {
  std::string all = "[";
  for (const std::uint32_t rule : rules) all += (all.size() > 1 ? ",\"" : "\"") + rule_name(rule) + '"';
  return all + "]";
}

}  // namespace

std::vector<std::pair<std::string, std::string>> pack_files(const Workload& work) {
  std::vector<std::pair<std::string, std::string>> files = {{"pack.cav", preamble()}};
  for (std::size_t at = 0; at < work.rules.size(); ++at) {
    if (at % kRulesInAFile == 0) files.emplace_back("rules_" + std::to_string(at / kRulesInAFile) + ".cav", "");
    files.back().second += rule_text(work.rules[at]) + "\n";
  }
  return files;
}

std::string turn_json(const Request& request, std::size_t number) {
  std::string out = "{\"id\":\"" + id_of(number) + "\",\"recommendation\":{\"products\":[{";
  out += "\"id\":\"p\"";
  put_group(out, "product", request);
  out += "}]}";
  for (const std::string_view group : {"customer", "deal", "dialogue"}) {
    out += ",\"" + std::string(group) + "\":{";
    put_group(out, group, request);
    out += '}';
  }
  return out + "}";
}

std::string neutral_rules(const Workload& work) {
  static constexpr std::array<std::string_view, 12> kOps = {"==",    "<",   "<=",    ">",   ">=",    "in",
                                                            "range", "has", "lacks", "any", "<attr", ">attr"};
  std::string out = "[\n";
  for (const Rule& rule : work.rules) {
    if (out.size() > 2) out += ",\n";
    out += "{\"id\":\"" + rule_name(rule.number) + "\",\"reason\":\"RC\",\"effect\":\"" +
           std::string(name_of(rule.effect)) + '"';
    if (rule.action >= 0) out += ",\"action\":\"" + symbols_of(kAction)[static_cast<std::size_t>(rule.action)] + '"';
    if (rule.category >= 0)
      out += ",\"category\":\"" + symbols_of(kCategory)[static_cast<std::size_t>(rule.category)] + '"';
    out += ",\"when\":[";
    for (const Condition& c : rule.when) {
      if (out.back() != '[') out += ',';
      out += "{\"attr\":\"" + std::string(name_of(c.attr).path) + "\",\"op\":\"" +
             std::string(kOps[static_cast<std::size_t>(c.op)]) + "\",\"value\":";
      const auto symbol = [&](std::size_t at) { return '"' + symbols_of(c.attr)[at] + '"'; };
      if (c.op == Op::below_attr || c.op == Op::above_attr) {
        out += '"' + std::string(name_of(c.other).path) + '"';
      } else if (c.op == Op::between) {
        out += '[' + std::to_string(c.low) + ',' + std::to_string(c.high) + ']';
      } else if (c.op == Op::one_of || c.op == Op::has_any) {
        std::string all = "[";
        for (std::size_t i = 0; i < symbols_of(c.attr).size(); ++i) {
          if ((c.set >> i & 1) != 0) all += (all.size() > 1 ? "," : "") + symbol(i);
        }
        out += all + "]";
      } else if (c.attr >= kFirstSymbol) {
        out += symbol(static_cast<std::size_t>(c.low));
      } else if (c.attr == kVulnerable) {
        out += "true";
      } else {
        out += std::to_string(c.low);
      }
      out += '}';
    }
    out += "]}";
  }
  return out + "\n]\n";
}

std::string rego_rules(const Workload& work) {
  const auto input = [](Attr attr) { return "input." + std::string(name_of(attr).path); };
  const auto quoted = [](Attr attr, std::size_t at) { return '"' + symbols_of(attr)[at] + '"'; };
  const auto value = [&](const Condition& c) {
    return c.attr >= kFirstSymbol  ? quoted(c.attr, static_cast<std::size_t>(c.low))
           : c.attr == kVulnerable ? std::string("true")
                                   : std::to_string(c.low);
  };
  const auto set = [&](const Condition& c) {
    std::string all;
    for (std::size_t i = 0; i < symbols_of(c.attr).size(); ++i)
      if ((c.set >> i & 1) != 0) all += (all.empty() ? "" : ", ") + quoted(c.attr, i);
    return "{" + all + "}";
  };
  const auto line = [&](const Condition& c) -> std::string {
    switch (c.op) {
      case Op::equal:
        return input(c.attr) + " == " + value(c);
      case Op::below:
        return input(c.attr) + " < " + value(c);
      case Op::at_most:
        return input(c.attr) + " <= " + value(c);
      case Op::above:
        return input(c.attr) + " > " + value(c);
      case Op::at_least:
        return input(c.attr) + " >= " + value(c);
      case Op::one_of:
        return input(c.attr) + " in " + set(c);
      case Op::between:
        return input(c.attr) + " >= " + std::to_string(c.low) + "\n\t" + input(c.attr) +
               " <= " + std::to_string(c.high);
      case Op::has:
        return value(c) + " in " + input(c.attr);
      case Op::lacks:
        return "not " + value(c) + " in " + input(c.attr);
      case Op::has_any:
        return "some one in " + input(c.attr) + "\n\tone in " + set(c);
      case Op::below_attr:
        return input(c.attr) + " < " + input(c.other);
      case Op::above_attr:
        return input(c.attr) + " > " + input(c.other);
    }
    return {};
  };
  std::string out = "package caveat\n\nimport rego.v1\n\n";
  for (const Rule& rule : work.rules) {
    out += "fired contains \"" + rule_name(rule.number) + "\" if {\n";
    // What its index can look up stands first, what walks a list last.
    if (rule.action >= 0)
      out += "\t" + input(kAction) + " == " + quoted(kAction, static_cast<std::size_t>(rule.action)) + "\n";
    if (rule.category >= 0)
      out += "\t" + input(kCategory) + " == " + quoted(kCategory, static_cast<std::size_t>(rule.category)) + "\n";
    for (int turn = 0; turn < 3; ++turn)
      for (const Condition& c : rule.when)
        if ((c.op == Op::equal ? 0 : c.op == Op::has_any ? 2 : 1) == turn) out += "\t" + line(c) + "\n";
    out += "}\n\n";
  }
  return out;
}

std::string neutral_request(const Request& q, std::size_t number) {
  std::string out = "{\"id\":\"" + id_of(number) + '"';
  const auto top = [&](Attr attr) {
    if (q.has(attr)) put(out, name_of(attr).path, attr, q);
  };
  top(kAction);
  top(kChannel);
  for (const std::string_view group : {"customer", "product"}) {
    out += ",\"" + std::string(group) + "\":{";
    put_group(out, group, q);
    out += '}';
  }
  top(kAmount);
  out += ",\"turn\":{";
  put_group(out, "dialogue", q);
  return out + "}}";
}

std::string neutral_answer(const Answer& answer) {
  std::string out = "{\"effect\":\"" + std::string(name_of(answer.effect)) + "\",\"fired\":" + listed(answer.fired);
  if (!answer.unknown.empty()) out += ",\"unknown\":" + listed(answer.unknown);
  return out + "}";
}

}  // namespace caveat::cli::bench
