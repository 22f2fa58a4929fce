// Error: the environment failed: a disk, a key, a database, a foreign file. Thrown by audit and the adapters only,
// caught once an adapter, where it becomes a hand-off or a message to the operator.
//
//   throw Error(codes::kLogForeign, path, {path});     // code, place, what fills the sentence
//
// Promises   what() is the whole English sentence, what to do included; never a key byte, never a text of a customer
// Errors     each has a stable code of audit/codes.h
#pragma once

#include <exception>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit/phrases.h"
#include "engine/base/code.h"
#include "engine/base/language.h"

namespace caveat {

class Error : public std::runtime_error {
 public:
  Error(const Code& code, std::string place, std::initializer_list<Words> arguments);

  const Code& code() const { return *code_; }
  const std::string& place() const { return place_; }           // the file, folder or variable that is at fault
  std::string message(Language language) const;                 // the sentence in either language
  std::vector<std::string> arguments(Language language) const;  // what fills it

 private:
  Error(const Code& code, std::string place, std::vector<std::string> arguments, int);

  const Code* code_;
  std::string place_;
  std::vector<std::string> arguments_;
};

namespace audit {

class Error : public caveat::Error {
 public:
  using caveat::Error::Error;
};

// What a long look at a log throws when whoever asked for it wants it to end: no Error, since nothing is wrong.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "the look at the log was ended before it was done"; }
};

}  // namespace audit
}  // namespace caveat
