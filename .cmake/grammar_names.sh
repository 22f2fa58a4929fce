#!/bin/sh
# The numbers of the grammar's tokens and rules, out of the generated parser: whoever only needs those does not compile the
# library's headers with them.
#
#   grammar_names.sh CaveatParser.h CaveatGrammar.h
set -eu
{
  echo "// Made of $(basename "$1") by .cmake/grammar_names.sh."
  echo '#pragma once'
  echo 'struct CaveatGrammar {'
  sed -n '/^  enum {/,/^  };/p' "$1"
  echo '};'
} >"$2"
