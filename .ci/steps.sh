# Sourced by ./run and ./check: install what is missing, do a step with progress, say what to do when one fails.
# shellcheck shell=bash

export LC_ALL=C.UTF-8
caveat_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
caveat_logs=$caveat_root/build/logs
caveat_jobs=${CAVEAT_JOBS:-$(nproc)}
export CMAKE_BUILD_PARALLEL_LEVEL=$caveat_jobs
steps_total=0
steps_done=0
steps_began=$SECONDS
if [ -t 2 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' dim=$'\e[2m' plain=$'\e[0m'
else
  bold='' red='' green='' dim='' plain=''
fi

say() { printf '%s\n' "$*" >&2; }
clock() { local s=$1; if ((s < 60)); then printf '%ds' "$s"; else printf '%dm%02ds' $((s / 60)) $((s % 60)); fi; }

# packages SECTION…: the names that docs/packages.txt lists in these sections.
packages() {
  local wanted=" $* "
  awk -v wanted="$wanted" '/^\[/ {gsub(/[][]/, ""); on = index(wanted, " " $1 " "); next} {sub(/#.*/, "")} on && NF {print $1}' \
    "$caveat_root/docs/packages.txt"
}

# missing_packages SECTION…: of these, what is not installed.
missing_packages() {
  local -a names
  mapfile -t names < <(packages "$@")
  dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${names[@]}" 2>/dev/null | awk '$2 == "installed" {print $1}' | sort -u |
    comm -13 - <(printf '%s\n' "${names[@]}" | sort -u)
}

# install_packages SECTION…: installs what is missing; without root it says which command to run, and stops.
install_packages() {
  [ "${CAVEAT_PACKAGES:-}" = present ] && return 0
  if ! command -v dpkg-query >/dev/null; then
    say "This is no Debian, so nothing can be installed here by itself. docs/packages.txt names what is needed and why;"
    say "install the like of it, then run again with CAVEAT_PACKAGES=present."
    exit 4
  fi
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -eq 0 ] && return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "${#missing[@]} packages are missing, and only root can install them. Run this, then try again:"
    say "  sudo apt-get install --no-install-recommends ${missing[*]}"
    exit 4
  fi
  step "installing ${#missing[@]} packages" packages apt_install "${missing[@]}" && return 0
  say ""
  say "docs/packages.txt lists packages of Debian 12 (bookworm) with its security archive. If apt cannot find one, look at"
  say "/etc/apt; if you have these libraries from elsewhere, run again with CAVEAT_PACKAGES=present."
  exit 4
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  local -a install=(apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends)
  # A list that knows every package may be old all the same, so a failed run is tried once more with a fresh one.
  if ! apt-cache show "$@" >/dev/null 2>&1 || ! "${install[@]}" "$@"; then
    apt-get update && "${install[@]}" "$@"
  fi
}

# The last thing a log says that a waiting person can use: ninja's [n/m], ctest's n/m, or the last line.
progress_of() {
  tail -c 4000 "$1" 2>/dev/null | tr '\r' '\n' | awk '
    match($0, /^\[[0-9]+\/[0-9]+\]/) {seen = substr($0, 2, RLENGTH - 2) " files"}
    match($0, /^ *[0-9]+\/[0-9]+ Test/) {split($1, part, " "); seen = $1 " tests"}
    /^(Unpacking|Setting up) / {seen = $1 " " $2 ($1 == "Setting" ? " " $3 : "")}
    END {print seen}'
}

# step TITLE LOG COMMAND…: runs it with its output in build/logs/LOG.log; shows progress; on failure says how to go on and
# returns the command's status.
step() {
  local title=$1 log=$caveat_logs/$2.log began=$SECONDS status=0 pid shown='' seen last=$SECONDS
  shift 2
  mkdir -p "$caveat_logs"
  steps_done=$((steps_done + 1))
  local mark="[$steps_done/$((steps_total > steps_done ? steps_total : steps_done))]"
  set -m # a process group of its own, so that an interrupt reaches all of it
  ("$@") >"$log" 2>&1 </dev/null &
  pid=$!
  set +m
  trap 'kill -- "-$pid" 2>/dev/null; say ""; say "interrupted in: $title"; exit 130' INT TERM
  [ -t 2 ] || say "$mark $title …"
  while kill -0 "$pid" 2>/dev/null; do
    if [ -t 2 ]; then
      seen=$(progress_of "$log")
      printf '\r\e[K%s %s %s' "$mark" "$title" "$dim$(clock $((SECONDS - began)))${seen:+, $seen}$plain" >&2
      shown=yes
      sleep 0.3
    else
      if ((SECONDS - last >= 30)); then
        seen=$(progress_of "$log")
        say "$mark   … $(clock $((SECONDS - began)))${seen:+, $seen}"
        last=$SECONDS
      fi
      sleep 0.1
    fi
  done
  wait "$pid" || status=$?
  trap - INT TERM
  [ -n "$shown" ] && printf '\r\e[K' >&2
  if ((status == 0)); then
    say "$mark $title ${green}done$plain $dim$(clock $((SECONDS - began)))$plain"
  else
    say "$mark $title ${red}failed$plain after $(clock $((SECONDS - began))), status $status. The last lines of ${log#"$PWD"/}:"
    grep -aE 'error|Error|FAILED|\*\*\*' "$log" | head -5 | sed 's/^/    ! /' >&2 || true
    tail -n 15 "$log" | sed 's/^/    /' >&2
  fi
  return "$status"
}

# configure PRESET: only when it has not been done, or the presets are newer, or it was for a day and this is a night or the reverse:
# what a sanitizer looks at differs.
configure() {
  local ninja=$caveat_root/build/$1/build.ninja when=day
  [ -z "${CAVEAT_NIGHTLY:-}" ] || when=night
  [ -f "$ninja" ] && [ "$ninja" -nt "$caveat_root/CMakePresets.json" ] &&
    [ "$(cat "$caveat_root/build/$1/configured-for" 2>/dev/null || echo day)" = "$when" ] && return 0
  (cd "$caveat_root" && cmake --preset "$1") && echo "$when" >"$caveat_root/build/$1/configured-for"
}
