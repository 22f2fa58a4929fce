//! Drives cedar-policy, regorus, zen-engine and cel in process.
//!
//!     peers cedar|regorus|regorus-rvm|zen|cel-rust RULES REQUESTS EXPECTED SECONDS VERIFY
//!
//! Prints one "metric value" a line; see tests/bench/peers/README.md.

mod engines;

use serde::Deserialize;
use std::time::{Duration, Instant};

/// An engine turns a line of JSON into its own input form, and that into the keys of the rules that fire.
pub trait Engine {
    type Input;
    const VERSION: &'static str;
    fn load(rules: &str) -> Self;
    fn parse(&self, line: &str) -> Self::Input;
    fn decide(&mut self, input: &Self::Input) -> Vec<String>;
}

#[derive(Deserialize, PartialEq)]
struct Decision {
    effect: String,
    fired: Vec<String>,
}

const EFFECTS: [&str; 4] = ["allow", "revise", "block", "handoff"];

fn worst(fired: &[String]) -> usize {
    let rank = |key: &String| {
        let effect = key.split(':').next().unwrap();
        EFFECTS.iter().position(|e| *e == effect).unwrap()
    };
    fired.iter().map(rank).max().unwrap_or(0)
}

extern "C" {
    fn malloc_trim(pad: usize) -> i32;
    fn clock() -> i64; // processor time in microseconds
}

fn rss_mb() -> f64 {
    unsafe { malloc_trim(0) };
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / 1e6
}

/// Loops over n requests for the given time: once unobserved for the rate, once with a clock around each.
fn measure(name: &str, n: usize, limit: Duration, mut decide: impl FnMut(usize) -> usize) {
    let (mut count, mut sink, cpu, start) = (0, 0, unsafe { clock() }, Instant::now());
    while start.elapsed() < limit {
        sink += decide(count % n);
        count += 1;
    }
    println!("{name}.decisions_per_s {:.1}", count as f64 / start.elapsed().as_secs_f64());
    println!("{name}.decisions_per_cpu_s {:.1}", count as f64 * 1e6 / unsafe { clock() - cpu } as f64);
    let (mut times, mut floor, start) = (Vec::new(), vec![Duration::MAX; n], Instant::now());
    while start.elapsed() < limit && times.len() < 2_000_000 {
        let (i, before) = (times.len() % n, Instant::now());
        sink += decide(i);
        times.push(before.elapsed());
        floor[i] = floor[i].min(*times.last().unwrap());
    }
    std::hint::black_box(sink);
    times.sort();
    floor.truncate(times.len());
    floor.sort();
    println!("{name}.p99_floor_us {:.3}", floor[floor.len() * 99 / 100].as_nanos() as f64 / 1e3);
    println!("{name}.p50_us {:.3}", times[times.len() / 2].as_nanos() as f64 / 1e3);
    println!("{name}.p99_us {:.3}", times[times.len() * 99 / 100].as_nanos() as f64 / 1e3);
}

fn run<E: Engine>(args: &[String]) {
    let rules = std::fs::read_to_string(&args[0]).unwrap();
    let requests = std::fs::read_to_string(&args[1]).unwrap();
    let requests: Vec<&str> = requests.lines().collect();
    let limit = Duration::from_secs_f64(args[3].parse::<f64>().unwrap() / 4.0);

    let before = rss_mb();
    let (start, cpu) = (Instant::now(), unsafe { clock() });
    let mut engine = E::load(&rules);
    println!("load_ms {:.3}", start.elapsed().as_secs_f64() * 1e3);
    println!("load_cpu_ms {:.3}", unsafe { clock() - cpu } as f64 / 1e3);
    drop(rules);
    let after = rss_mb();
    println!("rss_mb {after:.1}\nrss_rules_mb {:.1}\nversion {}", after - before, E::VERSION);

    let inputs: Vec<E::Input> = requests.iter().map(|line| engine.parse(line)).collect();
    if args[4] == "1" {
        let expected = std::fs::read_to_string(&args[2]).unwrap();
        let wrong = expected.lines().zip(&inputs).filter(|(line, input)| {
            let fired = engine.decide(input);
            let effect = EFFECTS[worst(&fired)].to_string();
            let mut fired: Vec<String> = fired.iter().map(|key| key.split(':').nth(1).unwrap().to_string()).collect();
            fired.sort();
            serde_json::from_str::<Decision>(line).unwrap() != Decision { effect, fired }
        });
        println!("mismatches {}", wrong.count());
    }
    measure("parsed", inputs.len(), limit, |i| worst(&engine.decide(&inputs[i])));
    measure("json", inputs.len(), limit, |i| {
        let input = engine.parse(requests[i]);
        worst(&engine.decide(&input))
    });
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args[0].as_str() {
        "cedar" => run::<engines::Cedar>(&args[1..]),
        "regorus" => run::<engines::Regorus>(&args[1..]),
        "regorus-rvm" => run::<engines::RegorusVm>(&args[1..]),
        "zen" => run::<engines::Zen>(&args[1..]),
        "cel-rust" => run::<engines::Cel>(&args[1..]),
        other => panic!("unknown peer {other}"),
    }
}
