// The commands around a server: each in the file of its name.
#pragma once

#include "adapters/cli/command.h"

namespace caveat::cli {

int run_serve(const Invocation&, Terminal&);
int run_doctor(const Invocation&, Terminal&);
int run_keys_caller(const Invocation&, Terminal&);

}  // namespace caveat::cli
