"""./run and ./check lean on .ci/steps.sh; here is what it promises: progress, a failed step that says which and where, an interrupt that
ends everything, and packages that are asked for only when they are missing."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))


class Steps(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.tree = self.place.name
        os.makedirs(f"{self.tree}/.ci")
        os.makedirs(f"{self.tree}/docs")
        with open(f"{ROOT}/.ci/steps.sh", encoding="utf-8") as file:
            steps = file.read()
        with open(f"{self.tree}/.ci/steps.sh", "w", encoding="utf-8") as file:
            file.write(steps)
        with open(f"{self.tree}/docs/packages.txt", "w", encoding="utf-8") as file:
            file.write("# a list\n[build]\nbash # is there\nno-such-package-there # is not\n\n[check]\nnor-this\n")

    def tearDown(self):
        self.place.cleanup()

    def bash(self, script, **more):
        return subprocess.run(["bash", "-c", f"set -euo pipefail; cd {self.tree}; source .ci/steps.sh; {script}"], capture_output=True, text=True, check=False,
                              env={**os.environ, "NO_COLOR": "1", "CAVEAT_PACKAGES": "", **more})

    def test_a_step_that_works_is_told_in_one_line_and_its_output_kept(self):
        done = self.bash("steps_total=2; step 'first' one echo hello; cat build/logs/one.log")
        self.assertEqual((done.returncode, done.stdout), (0, "hello\n"))
        self.assertRegex(done.stderr, r"^\[1/2\] first …\n\[1/2\] first done \d+s\n$")

    def test_a_step_that_fails_says_which_with_what_status_where_the_log_is_and_how_it_ended(self):
        done = self.bash("fails() { echo one; echo 'x.cc:3: error: no'; return 7; }; steps_total=1; step 'building it' two fails || exit $?")
        self.assertEqual(done.returncode, 7)
        self.assertRegex(done.stderr, r"\[1/1\] building it failed after \d+s, status 7\. The last lines of build/logs/two\.log:\n    ! x\.cc:3: error: no\n    one\n")

    def test_an_interrupt_ends_the_step_and_all_that_it_started(self):
        running = subprocess.Popen(["bash", "-c", f"cd {self.tree}; source .ci/steps.sh; waits() {{ sleep 300 & echo $! >pid; wait; }}; step 'waiting' three waits"],
                                   stderr=subprocess.PIPE, text=True)
        while not os.path.exists(f"{self.tree}/pid") or not open_and_read(f"{self.tree}/pid").strip():
            time.sleep(0.05)
        child = int(open_and_read(f"{self.tree}/pid"))
        running.send_signal(signal.SIGTERM)
        _, said = running.communicate(timeout=20)
        self.assertEqual(running.returncode, 130)
        self.assertIn("interrupted in: waiting", said)
        for _ in range(100):
            if not os.path.exists(f"/proc/{child}") or " Z " in open_and_read(f"/proc/{child}/stat"):
                return
            time.sleep(0.05)
        self.fail("what the step had started is still running")

    def test_the_list_of_packages_is_read_by_section(self):
        self.assertEqual(self.bash("packages build check").stdout.split(), ["bash", "no-such-package-there", "nor-this"])
        self.assertEqual(self.bash("packages check").stdout.split(), ["nor-this"])

    def test_only_what_is_missing_is_named(self):
        self.assertEqual(self.bash("missing_packages build").stdout.split(), ["no-such-package-there"])

    def test_without_root_the_command_to_run_is_told(self):
        done = self.bash("id() { echo 1000; }; install_packages build")
        self.assertEqual(done.returncode, 4)
        self.assertIn("sudo apt-get install --no-install-recommends no-such-package-there\n", done.stderr)

    def test_nothing_is_asked_for_where_the_packages_are_said_to_be_present(self):
        done = self.bash("install_packages build check", CAVEAT_PACKAGES="present")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_check_refuses_an_option_that_it_does_not_know(self):
        done = subprocess.run([f"{ROOT}/check", "--nigthly"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (2, "./check knows --nightly, --resume and the names of rooms, not --nigthly\n"))

    def test_each_package_has_a_word_why_and_stands_once(self):
        names = []
        for line in open_and_read(f"{ROOT}/docs/packages.txt").splitlines():
            if line and line[0] not in "#[":
                self.assertRegex(line, r"^[a-z0-9][a-z0-9+.-]* +# .{3,}")
                names.append(line.split()[0])
        self.assertEqual(len(names), len(set(names)))
        self.assertFalse({n for n in names if re.match(r"(nodejs|npm)", n)}, "machines may carry another vendor's Node")


class Nights(unittest.TestCase):
    """A whole ./check --nightly over stand-ins for all that it calls: what fails ends what leans on it and nothing else."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.tree = f"{place.name}/tree"
        self.tools = f"{place.name}/tools"
        for path in (".ci/steps.sh", "check"):
            self.write(f"{self.tree}/{path}", open_and_read(f"{ROOT}/{path}"))
        self.write(f"{self.tree}/a.cc", "")
        self.write(f"{self.tree}/.gitignore", "/build/\n")
        self.write(f"{self.tree}/CMakePresets.json", "{}\n")
        for name in ("nightly/fuzz", "nightly/one_slip", "nightly/other_client", "nightly/schemathesis", "nightly/promtool",
                     "nightly/bare_debian", "style/tidy"):
            self.write(f"{self.tree}/tests/{name}", f"#!/bin/sh\necho {name} >>$DID\n")
        # A test that fails, unless it is run alone or ENDED says that both had passed when ctest was ended, and one that passes; in the build
        # `tsan` a file that does not compile.
        self.write(f"{self.tools}/cmake", """#!/bin/sh
echo "cmake $*" >>$DID
case "$*" in *build/tsan*) exit ${TSAN:-1} ;; --preset*) mkdir -p build/$2; touch build/$2/build.ninja ;; esac
""")
        self.write(f"{self.tools}/ctest", """#!/bin/sh
echo "ctest $*" >>$DID
case "$*" in
  -N*'^(bad|good)$'*) echo 'Total Tests: 0' ;;
  -N*) echo 'Total Tests: 1' ;;
  *'-E ^(bad|good)$'*) echo 'No tests were found!!!'; exit 8 ;;
  *'-E ^(good)$'*|*'-R ^(bad)$'*) echo ' 1/1 Test #2: bad ..............   Passed    0.01 sec'; echo '100% tests passed, 0 tests failed out of 1' ;;
  *build/dev*)
    echo ' 1/2 Test #1: good .............   Passed    0.01 sec'
    [ -z "${ENDED:-}" ] || { echo ' 2/2 Test #2: bad ..............   Passed    0.01 sec'; exit 143; }
    echo ' 2/2 Test #2: bad ..............***Failed  0.01 sec'
    echo '50% tests passed, 1 tests failed out of 2'; exit 8 ;;
  *) echo ' 1/1 Test #1: good .............   Passed    0.01 sec'; echo '100% tests passed, 0 tests failed out of 1' ;;
esac
""")
        for name in ("clang-format-19", "shellcheck"):
            self.write(f"{self.tools}/{name}", "#!/bin/sh\nexit 0\n")
        subprocess.run("git init -q && git add -A && git -c user.name=n -c user.email=e commit -qm t", shell=True, cwd=self.tree, check=True)

    @staticmethod
    def write(path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def check(self, *arguments, **more):
        did = f"{self.tools}/did"
        open(did, "w", encoding="utf-8").close()
        done = subprocess.run([f"{self.tree}/check", *arguments], capture_output=True, text=True, check=False,
                              env={**os.environ, "NO_COLOR": "1", "CAVEAT_PACKAGES": "present", "DID": did, "CAVEAT_NIGHTLY": "",
                                   "PATH": f"{self.tools}:{os.environ['PATH']}", **more})
        return done, open_and_read(did)

    def test_what_fails_by_night_ends_what_leans_on_it_alone_and_a_second_run_does_only_that_again(self):
        done, did = self.check("--nightly")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("nightly/bare_debian", did)
        self.assertIn("ctest --output-on-failure --no-tests=error --test-dir build/asan", did)
        self.assertNotIn("--test-dir build/tsan", did)
        for stage in (r"FAILED +\d+s  testing\n", r"FAILED +\d+s  building gate and audit with it\n", r"not judged +testing gate and audit with it\n",
                      r"passed +\d+s  fuzzing\n", r"passed +\d+s  \./run and \./check in a bare Debian\n"):
            self.assertRegex(done.stderr, stage)
        done, did = self.check("--nightly", "--resume", TSAN="0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("build/dev -j", did)
        self.assertIn("-E ^(good)$", did)
        self.assertIn("--test-dir build/tsan", did)
        self.assertNotIn("nightly/fuzz", did)
        self.assertNotIn("--test-dir build/asan", did)
        self.assertRegex(done.stderr, r"passed before +fuzzing\n")
        self.write(f"{self.tree}/CMakePresets.json", "{ }\n")  # other files
        self.assertIn("nightly/fuzz", self.check("--nightly", "--resume", TSAN="0")[1])

    def test_what_passes_by_day_has_not_passed_by_night(self):
        self.assertEqual(self.check("--nightly", TSAN="0")[0].returncode, 1)
        self.assertEqual(self.check("bad")[0].returncode, 0)
        done, did = self.check("--nightly", "--resume", TSAN="0")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("-E ^(good)$", did)
        self.assertNotIn("bad|good", did)

    def test_where_all_tests_had_passed_when_the_night_was_ended_none_is_run_again(self):
        self.check("--nightly", TSAN="0", ENDED="1")
        for _ in range(2):
            done, did = self.check("--nightly", "--resume", TSAN="0")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stderr, r"passed before +testing\n")
            self.assertNotIn("ctest --output-on-failure --no-tests=error --test-dir build/dev", did)

    def test_a_room_is_no_night(self):
        done, did = self.check("--nightly", "bad")
        self.assertEqual((done.returncode, did, done.stderr), (2, "", "./check --nightly tests every room; name none\n"))

    def test_by_day_nothing_is_judged_behind_a_build_that_failed(self):
        done, did = self.check(TSAN="1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("Nothing after this step can be judged.", done.stderr)
        self.assertNotIn("build/asan", did)

    def test_what_a_night_looks_at_is_configured_for_it(self):
        self.check("--nightly", TSAN="0")
        self.assertIn("cmake --preset asan", self.check(TSAN="0")[1])
        self.assertNotIn("cmake --preset asan", self.check(TSAN="0")[1])


def open_and_read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except ProcessLookupError:
        return " Z "
    except FileNotFoundError:
        return " Z "


if __name__ == "__main__":
    unittest.main()
