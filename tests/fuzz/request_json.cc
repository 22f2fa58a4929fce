// links: base text model program decide wire
// Requests: any bytes as a turn. What is read is read again from another spelling of the same turn (members the other way round,
// blanks, escapes) to the same digest, binds alike, and comes to the same decision.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "adapters/wire/digest.h"
#include "adapters/wire/turn.h"
#include "engine/decide/outcome.h"
#include "tests/engine/decide/hand_made.h"

namespace {

using namespace caveat;
using decide::Fields;
using hand_made::Op;
using hand_made::World;

void must(bool holds) {
  if (!holds) std::abort();
}

// One fact of each type, some of them read by rules.
std::shared_ptr<const program::Program> built() {
  World world;
  const auto of = [](model::TypeKind kind) { return World::type(kind); };
  world.fact("customer", "age", of(model::TypeKind::integer));
  world.fact("customer", "retired", of(model::TypeKind::yes_no));
  world.fact("customer", "born", of(model::TypeKind::date));
  world.fact("customer", "seen", of(model::TypeKind::instant));
  world.fact("customer", "pause", of(model::TypeKind::duration));
  world.fact("customer", "phone", of(model::TypeKind::text)).data_class = "C3";
  model::Type money = of(model::TypeKind::money);
  money.currency = "CNY";
  world.fact("customer", "income", money);
  model::Type risk = of(model::TypeKind::scale);
  risk.scale = world.scale({{"C1", "R1"}, {"C2", "R2"}, {"C3", "R3"}});
  world.fact("customer", "risk", risk);
  model::Type words = of(model::TypeKind::list);
  words.element = std::make_shared<model::Type>(of(model::TypeKind::text));
  world.fact("customer", "holds", words);
  world.fact("product", "rate", of(model::TypeKind::percent));
  world.fact("product", "term", of(model::TypeKind::integer));
  world.fact("action", "amount", money);
  world.sorted();
  const auto age = world.read("customer", "age"), term = world.read("product", "term");
  world.rule("adult", {model::Subject::answer}, World::over(Op::lt, {age, World::number(age, "18")}),
             {World::effect(model::EffectKind::block)});
  world.rule("long", {model::Subject::recommendation}, World::over(Op::lt, {World::number(term, "365"), term}),
             {World::effect(model::EffectKind::block)});
  world.rule("promise", {model::Subject::answer}, world.has("answer", {"保本", "guaranteed"}), {World::hand_off(0)});
  auto program = world.build();
  must(program != nullptr);
  return program;
}

void quote(std::string_view text, bool escaped, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == '"' || byte == '\\' || (escaped && byte < 0x80)) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

// The same turn in another spelling.
void write(const Fields& fields, std::uint32_t at, std::string& out) {
  const Fields::Node& node = fields.node(at);
  std::vector<std::uint32_t> members;
  switch (node.kind) {
    case Fields::Kind::null:
      out += "null";
      return;
    case Fields::Kind::boolean:
      out += node.boolean ? "true" : "false";
      return;
    case Fields::Kind::number:
      out += fields.text(at);
      return;
    case Fields::Kind::text:
      return quote(fields.text(at), true, out);
    case Fields::Kind::list:
      out += "[ ";
      for (std::uint32_t child = node.first; child != Fields::kEnd; child = fields.node(child).next) {
        if (child != node.first) out += " ,";
        write(fields, child, out);
      }
      out += "\t]";
      return;
    case Fields::Kind::object:
      out += "{\n";
      for (std::uint32_t child = node.first; child != Fields::kEnd; child = fields.node(child).next)
        members.push_back(child);
      for (auto child = members.rbegin(); child != members.rend(); ++child) {
        if (child != members.rbegin()) out += ", ";
        quote(fields.name(*child), (*child & 1) != 0, out);
        out += " : ";
        write(fields, *child, out);
      }
      out += " }";
      return;
  }
}

struct Judged {
  bool bound = false;
  std::string outcome;
};

Judged judge(const std::shared_ptr<const program::Program>& program, const Fields& fields) {
  static decide::Scratch scratch;
  decide::Request request;
  Problem problem;
  Judged judged;
  decide::BindOptions options;
  options.now = 1'795'600'000'000'000;
  judged.bound = decide::bind(*program, fields, options, request, problem);
  if (!judged.bound) {
    must(problem.code != nullptr && !problem.items.empty());
    return judged;
  }
  if (!wire::something_to_judge(request)) return judged;
  const decide::Decision& decision = decide::decide({program, {}, {}}, request, {}, scratch);
  judged.outcome = decide::outcome(*program, decision);
#ifdef CAVEAT_PLANTED_DEFECT
  // A rule that fires on the customer's age: in no seed with an answer is he below 18.
  for (const decide::Reason& reason : decision.reasons)
    if (!reason.unknown && program->rule_id(reason.rule) == "cn.test/adult") __builtin_trap();
#endif
  return judged;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::shared_ptr<const program::Program> program = built();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  static Fields fields, again;
  bool read_through = false;
  const Result<void> read = wire::parse_turn(input, fields, Limits{}, &read_through);
  if (!read) {
    must(read.error().code != nullptr && !read.error().items.empty());
    if (read_through) judge(program, fields);  // as the gate does, to tell what else is wrong
    return 0;
  }
  std::string other;
  write(fields, 0, other);
  must(wire::parse_turn(other, again, Limits{}).has_value());
  must(wire::canonical_digest(fields) == wire::canonical_digest(again));
  const Judged first = judge(program, fields), second = judge(program, again);
  must(first.bound == second.bound && first.outcome == second.outcome);
  return 0;
}
