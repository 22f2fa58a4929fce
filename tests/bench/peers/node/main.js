// Drives json-rules-engine in process.
//
//   node main.js json-rules-engine RULES REQUESTS EXPECTED SECONDS VERIFY
//
// Prints one "metric value" a line; see tests/bench/peers/README.md.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Engine } from 'json-rules-engine'

const EFFECTS = ['allow', 'revise', 'block', 'handoff']
const [, , , rulesPath, requestsPath, expectedPath, seconds, verify] = process.argv
const print = (metric, value) => console.log(`${metric} ${value}`)
const rssMb = () => { global.gc?.(); return process.memoryUsage().rss / 1e6 }
const worst = fired => fired.reduce((rank, key) => Math.max(rank, EFFECTS.indexOf(key.split(':')[0])), 0)

// Loops over n requests for the given time: once unobserved for the rate, once with a clock around each.
async function measure (name, n, limit, decide) {
  let count = 0
  const cpu = process.cpuUsage()
  let start = performance.now()
  while (performance.now() - start < limit) await decide(count++ % n)
  print(`${name}.decisions_per_s`, count / (performance.now() - start) * 1e3)
  const { user, system } = process.cpuUsage(cpu)
  print(`${name}.decisions_per_cpu_s`, count / (user + system) * 1e6)
  const times = []
  const floor = []
  for (start = performance.now(); performance.now() - start < limit;) {
    const i = times.length % n
    const before = performance.now()
    await decide(i)
    times.push(performance.now() - before)
    floor[i] = Math.min(floor[i] ?? Infinity, times.at(-1))
  }
  floor.sort((a, b) => a - b)
  print(`${name}.p99_floor_us`, floor[Math.floor(floor.length * 0.99)] * 1e3)
  times.sort((a, b) => a - b)
  print(`${name}.p50_us`, times[Math.floor(times.length / 2)] * 1e3)
  print(`${name}.p99_us`, times[Math.floor(times.length * 0.99)] * 1e3)
}

const rules = readFileSync(rulesPath, 'utf8')
const before = rssMb()
const start = performance.now()
const cpu = process.cpuUsage()
const engine = new Engine()
engine.addOperator('containsAny', (list, values) => values.some(value => list.includes(value)))
for (const rule of JSON.parse(rules)) engine.addRule(rule)
print('load_ms', performance.now() - start)
const { user, system } = process.cpuUsage(cpu)
print('load_cpu_ms', (user + system) / 1e3)
const after = rssMb()
print('rss_mb', after)
print('rss_rules_mb', after - before)
print('version', createRequire(import.meta.url)('json-rules-engine/package.json').version)

const decide = async facts => (await engine.run(facts)).events.map(event => event.type)
const requests = readFileSync(requestsPath, 'utf8').trim().split('\n')
const inputs = requests.map(line => JSON.parse(line))
if (verify === '1') {
  const expected = readFileSync(expectedPath, 'utf8').trim().split('\n')
  const deadline = performance.now() + 30e3
  let wrong = 0
  let verified = 0
  for (; verified < inputs.length && performance.now() < deadline; verified++) {
    const fired = await decide(inputs[verified])
    const got = { effect: EFFECTS[worst(fired)], fired: fired.map(key => key.split(':')[1]).sort() }
    if (JSON.stringify(got) !== expected[verified]) wrong++
  }
  print('mismatches', wrong)
  print('verified', verified)
}
const limit = Number(seconds) / 4 * 1e3
await measure('parsed', inputs.length, limit, async i => worst(await decide(inputs[i])))
await measure('json', inputs.length, limit, async i => worst(await decide(JSON.parse(requests[i]))))
