// Drives OPA and cel-go in process.
//
//	peers opa|cel-go RULES REQUESTS EXPECTED SECONDS VERIFY
//
// Prints one "metric value" a line; see tests/bench/peers/README.md.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// An engine turns a line of JSON into its own input form, and that into the keys of the rules that fire.
type engine struct {
	module string
	parse  func([]byte) any
	decide func(any) []string
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func opa(rules []byte) engine {
	ctx := context.Background()
	query, err := rego.New(
		rego.Query("data.caveat.fired"),
		rego.Module("rules.rego", string(rules)),
		rego.GenerateJSON(func(term *ast.Term, _ *rego.EvalContext) (any, error) { return term.Value, nil }),
	).PrepareForEval(ctx)
	check(err)
	return engine{
		module: "github.com/open-policy-agent/opa",
		parse: func(line []byte) any {
			value, err := ast.ValueFromReader(bytes.NewReader(line))
			check(err)
			return value
		},
		decide: func(input any) []string {
			results, err := query.Eval(ctx, rego.EvalParsedInput(input.(ast.Value)))
			check(err)
			var fired []string
			results[0].Expressions[0].Value.(ast.Set).Foreach(func(term *ast.Term) {
				fired = append(fired, string(term.Value.(ast.String)))
			})
			return fired
		},
	}
}

func celGo(rules []byte) engine {
	var pairs [][2]string
	check(json.Unmarshal(rules, &pairs))
	var options []cel.EnvOption
	for _, name := range []string{"action", "channel", "customer", "product", "amount", "turn"} {
		options = append(options, cel.Variable(name, cel.DynType))
	}
	env, err := cel.NewEnv(options...)
	check(err)
	programs := make([]cel.Program, len(pairs))
	for i, pair := range pairs {
		tree, issues := env.Compile(pair[1])
		check(issues.Err())
		programs[i], err = env.Program(tree, cel.EvalOptions(cel.OptOptimize))
		check(err)
	}
	return engine{
		module: "cel.dev/cel-go",
		parse: func(line []byte) any {
			var value map[string]any
			check(json.Unmarshal(line, &value))
			activation, err := cel.NewActivation(value)
			check(err)
			return activation
		},
		decide: func(input any) []string {
			var fired []string
			for i, program := range programs {
				result, _, err := program.Eval(input)
				check(err)
				if result.Value() == true {
					fired = append(fired, pairs[i][0])
				}
			}
			return fired
		},
	}
}

type decision struct {
	Effect string   `json:"effect"`
	Fired  []string `json:"fired"`
}

var effects = []string{"allow", "revise", "block", "handoff"}

func worst(fired []string) int {
	rank := 0
	for _, key := range fired {
		effect, _, _ := strings.Cut(key, ":")
		rank = max(rank, slices.Index(effects, effect))
	}
	return rank
}

func rss() float64 {
	runtime.GC()
	debug.FreeOSMemory()
	data, _ := os.ReadFile("/proc/self/statm")
	pages, _ := strconv.Atoi(strings.Fields(string(data))[1])
	return float64(pages*os.Getpagesize()) / 1e6
}

func cpuSeconds() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

func lines(path string) [][]byte {
	data, err := os.ReadFile(path)
	check(err)
	return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
}

// measure loops over n requests for the given time: once unobserved for the rate, once with a clock around each.
func measure(name string, n int, limit time.Duration, decide func(int)) {
	count, cpu, start := 0, cpuSeconds(), time.Now()
	for time.Since(start) < limit {
		decide(count % n)
		count++
	}
	fmt.Printf("%s.decisions_per_s %.6g\n", name, float64(count)/time.Since(start).Seconds())
	fmt.Printf("%s.decisions_per_cpu_s %.6g\n", name, float64(count)/(cpuSeconds()-cpu))
	var times []time.Duration
	floor := make([]time.Duration, n)
	for start = time.Now(); time.Since(start) < limit && len(times) < 2000000; {
		i, before := len(times)%n, time.Now()
		decide(i)
		took := time.Since(before)
		if times = append(times, took); floor[i] == 0 || took < floor[i] {
			floor[i] = took
		}
	}
	slices.Sort(times)
	floor = floor[:min(n, len(times))]
	slices.Sort(floor)
	fmt.Printf("%s.p99_floor_us %.6g\n", name, float64(floor[len(floor)*99/100].Nanoseconds())/1e3)
	fmt.Printf("%s.p50_us %.6g\n", name, float64(times[len(times)/2].Nanoseconds())/1e3)
	fmt.Printf("%s.p99_us %.6g\n", name, float64(times[len(times)*99/100].Nanoseconds())/1e3)
}

func main() {
	engines := map[string]func([]byte) engine{"opa": opa, "cel-go": celGo}
	rules, err := os.ReadFile(os.Args[2])
	check(err)
	requests, expected := lines(os.Args[3]), lines(os.Args[4])
	seconds, err := strconv.ParseFloat(os.Args[5], 64)
	check(err)
	limit := time.Duration(seconds / 4 * 1e9)

	before := rss()
	start, cpu := time.Now(), cpuSeconds()
	e := engines[os.Args[1]](rules)
	fmt.Printf("load_ms %.6g\n", float64(time.Since(start).Microseconds())/1e3)
	fmt.Printf("load_cpu_ms %.6g\n", (cpuSeconds()-cpu)*1e3)
	rules = nil
	after := rss()
	fmt.Printf("rss_mb %.6g\nrss_rules_mb %.6g\n", after, after-before)
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == e.module {
			fmt.Println("version", module.Version)
		}
	}

	inputs := make([]any, len(requests))
	for i, line := range requests {
		inputs[i] = e.parse(line)
	}
	if os.Args[6] == "1" {
		wrong := 0
		for i := range inputs {
			fired := e.decide(inputs[i])
			got := decision{effects[worst(fired)], []string{}}
			for _, key := range fired {
				_, id, _ := strings.Cut(key, ":")
				got.Fired = append(got.Fired, id)
			}
			slices.Sort(got.Fired)
			var want decision
			check(json.Unmarshal(expected[i], &want))
			if !reflect.DeepEqual(got, want) {
				wrong++
			}
		}
		fmt.Println("mismatches", wrong)
	}
	sink := 0
	measure("parsed", len(inputs), limit, func(i int) { sink += worst(e.decide(inputs[i])) })
	measure("json", len(inputs), limit, func(i int) { sink += worst(e.decide(e.parse(requests[i]))) })
	if sink < 0 {
		fmt.Println(sink)
	}
}
