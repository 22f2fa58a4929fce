// Command: one entry of the table from which `caveat` parses its arguments and prints its help, man pages to come.
// The table is commands.cc; each command's work is in the file of its name.
//
// Promises   a command that is listed and has no `run` answers `not_yet` in words, exit 2
// Source     commands.md
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/language.h"

namespace caveat::cli {

// commands.md: 0 done · 1 the answer is no · 2 used wrongly · 3 input refused · 4 environment failed · 5 signer unknown
enum Exit : int { kDone = 0, kNo = 1, kUsage = 2, kRefused = 3, kEnvironment = 4, kUnknownSigner = 5 };

struct Phrase {  // one sentence for each reader
  std::string_view en, zh;
  std::string_view in(Language language) const { return language == Language::zh ? zh : en; }
};

struct Option {
  std::string_view name;   // "--rules"
  std::string_view value;  // "DIR"; empty: a switch
  Phrase says;             // what it does, with unit
  Phrase otherwise;        // its default in words; empty: none
  bool needed = false;
  bool many = false;  // may be given several times
};

struct Example {
  std::string_view line;  // works as pasted from the top of the repository
  Phrase says;
};

struct ExitCode {
  Exit code;
  Phrase says;
};

class Terminal;
struct Invocation;
using Run = int (*)(const Invocation&, Terminal&);

struct Command {
  std::string_view name;            // "log verify"
  std::string_view arguments;       // "PATH…", "LOG [--checkpoint FILE]" is made of the options
  std::size_t least = 0, most = 0;  // how many arguments
  std::uint8_t audience = 0;        // 0 authors, 1 bots, 2 operators, 3 auditors, 4 us
  Phrase says;
  std::vector<Option> options;
  std::vector<ExitCode> exits;
  std::vector<Example> examples;
  Run run = nullptr;
};

std::span<const Command> commands();
std::span<const Option> common_options();  // --language, --json, --help
const Command* find_command(std::string_view name);

struct Invocation {
  const Command* command = nullptr;
  std::vector<std::string> arguments;
  std::map<std::string, std::string, std::less<>> options;  // by name, "1" for a switch
  std::map<std::string, std::vector<std::string>, std::less<>>
      more;  // of those that may come several times: after the first

  bool has(std::string_view option) const { return options.contains(option); }
  std::string get(std::string_view option, std::string_view otherwise = {}) const {
    const auto found = options.find(option);
    return found == options.end() ? std::string(otherwise) : found->second;
  }
  std::vector<std::string> all(std::string_view option) const {
    std::vector<std::string> values;
    if (const auto found = options.find(option); found != options.end()) values.push_back(found->second);
    if (const auto found = more.find(option); found != more.end())
      values.insert(values.end(), found->second.begin(), found->second.end());
    return values;
  }
};

// Where a command speaks: results on `out`, everything else on `err`.
class Terminal {
 public:
  Terminal(std::istream& input, std::ostream& output, std::ostream& errors) : in(input), out(output), err(errors) {}

  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Language language = Language::en;
  bool json = false;
  bool colour = false;    // of `out`: a terminal, and NO_COLOR is not set
  bool progress = false;  // `err` is a terminal

  std::string_view say(const Phrase& phrase) const { return phrase.in(language); }
};

// The command's work. Each is in the file of its name.
int run_check(const Invocation&, Terminal&);
int run_decide(const Invocation&, Terminal&);
int run_explain(const Invocation&, Terminal&);
int run_fmt(const Invocation&, Terminal&);
int run_schema(const Invocation&, Terminal&);
int run_keys_new(const Invocation&, Terminal&);
int run_keys_protect(const Invocation&, Terminal&);
int run_keys_rotate(const Invocation&, Terminal&);
int run_keys_list(const Invocation&, Terminal&);
int run_log_restore(const Invocation&, Terminal&);
int run_log_verify(const Invocation&, Terminal&);
int run_log_prove(const Invocation&, Terminal&);
int run_log_show(const Invocation&, Terminal&);
int run_log_search(const Invocation&, Terminal&);
int run_report(const Invocation&, Terminal&);
int run_verify(const Invocation&, Terminal&);
int run_bench_decisions(const Invocation&, Terminal&);
int run_bench_audit(const Invocation&, Terminal&);
int run_bench_serve(const Invocation&, Terminal&);
int run_new(const Invocation&, Terminal&);
int run_help(const Invocation&, Terminal&);
int run_version(const Invocation&, Terminal&);

// Parses and runs: the whole of `caveat` but the process around it.
int run(const std::vector<std::string>& arguments, Terminal& terminal);

}  // namespace caveat::cli
