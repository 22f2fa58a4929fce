package caveat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import org.drools.model.codegen.ExecutableModelProject;
import org.kie.api.KieBase;
import org.kie.api.KieServices;
import org.kie.api.builder.KieBuilder;
import org.kie.api.builder.KieFileSystem;
import org.kie.api.builder.Message;
import org.kie.api.runtime.KieSession;
import org.kie.api.runtime.StatelessKieSession;
import org.kie.api.runtime.rule.FactHandle;

/**
 * Drives Drools in process.
 *
 * <p>{@code Main drools[-model][-reuse] RULES REQUESTS EXPECTED SECONDS VERIFY}: "drools" interprets the DRL in a stateless
 * session per request; "-model" compiles the executable model instead, "-reuse" keeps one session for all requests. Prints one "metric value" a line; see tests/bench/peers/README.md.
 */
public final class Main {
  private static final List<String> EFFECTS = List.of("allow", "revise", "block", "handoff");
  private static final OperatingSystemMXBean OS = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ObjectMapper JSON = new ObjectMapper();

  private static KieBase load(String rules, boolean model) {
    KieServices services = KieServices.get();
    KieFileSystem files = services.newKieFileSystem();
    files.write("src/main/resources/caveat/rules.drl", rules);
    KieBuilder builder = services.newKieBuilder(files);
    if (model) {
      builder.buildAll(ExecutableModelProject.class);
    } else {
      builder.buildAll();
    }
    if (builder.getResults().hasMessages(Message.Level.ERROR)) {
      throw new IllegalStateException(builder.getResults().toString());
    }
    return services.newKieContainer(services.getRepository().getDefaultReleaseId()).getKieBase();
  }

  private static Request parse(String line) {
    try {
      return new Request(JSON.readTree(line));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A new stateless session for each request. */
  private static Function<Request, List<String>> stateless(KieBase base) {
    return request -> {
      List<String> fired = new ArrayList<>();
      StatelessKieSession session = base.newStatelessKieSession();
      session.setGlobal("fired", fired);
      session.execute(request);
      return fired;
    };
  }

  /** One session for all requests: insert, fire, delete. */
  private static Function<Request, List<String>> reused(KieBase base) {
    KieSession session = base.newKieSession();
    List<String> fired = new ArrayList<>();
    session.setGlobal("fired", fired);
    return request -> {
      fired.clear();
      FactHandle handle = session.insert(request);
      session.fireAllRules();
      session.delete(handle);
      return fired;
    };
  }

  private static int worst(List<String> fired) {
    int rank = 0;
    for (String key : fired) {
      rank = Math.max(rank, EFFECTS.indexOf(key.substring(0, key.indexOf(':'))));
    }
    return rank;
  }

  private static double rssMb() throws Exception {
    System.gc();
    System.gc();
    return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096 / 1e6;
  }

  private static double heapMb() {
    return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1e6;
  }

  private static void print(String metric, Object value) {
    System.out.println(metric + " " + value);
  }

  /** Loops over n requests for the given time: once unobserved for the rate, once with a clock around each. */
  private static void measure(String name, int n, double seconds, IntToLongFunction decide) {
    long limit = (long) (seconds * 1e9), count = 0, sink = 0, cpu = OS.getProcessCpuTime(), start = System.nanoTime();
    while (System.nanoTime() - start < limit) {
      sink += decide.applyAsLong((int) (count++ % n));
    }
    print(name + ".decisions_per_s", count / ((System.nanoTime() - start) / 1e9));
    print(name + ".decisions_per_cpu_s", count / ((OS.getProcessCpuTime() - cpu) / 1e9));
    long[] times = new long[2_000_000];
    long[] floor = new long[n];
    Arrays.fill(floor, Long.MAX_VALUE);
    int taken = 0;
    for (start = System.nanoTime(); System.nanoTime() - start < limit && taken < times.length; taken++) {
      long before = System.nanoTime();
      sink += decide.applyAsLong(taken % n);
      times[taken] = System.nanoTime() - before;
      floor[taken % n] = Math.min(floor[taken % n], times[taken]);
    }
    Arrays.sort(times, 0, taken);
    Arrays.sort(floor);
    print(name + ".p99_floor_us", floor[Math.min(n, taken) * 99 / 100] / 1e3);
    print(name + ".p50_us", times[taken / 2] / 1e3);
    print(name + ".p99_us", times[(int) (taken * 99L / 100)] / 1e3);
    if (sink < 0) {
      print("sink", sink);
    }
  }

  public static void main(String[] args) throws Exception {
    String rules = Files.readString(Path.of(args[1]));
    List<String> requests = Files.readAllLines(Path.of(args[2]));
    double seconds = Double.parseDouble(args[4]);

    double before = rssMb(), heapBefore = heapMb();
    long start = System.nanoTime(), cpu = OS.getProcessCpuTime();
    KieBase base = load(rules, args[0].startsWith("drools-model"));
    Function<Request, List<String>> decide = args[0].endsWith("reuse") ? reused(base) : stateless(base);
    decide.apply(parse(requests.get(0)));  // the network is built on first use
    print("load_ms", (System.nanoTime() - start) / 1e6);
    print("load_cpu_ms", (OS.getProcessCpuTime() - cpu) / 1e6);
    double after = rssMb();
    print("rss_mb", after);
    print("rss_rules_mb", after - before);
    print("heap_rules_mb", heapMb() - heapBefore);
    print("version", KieServices.class.getPackage().getImplementationVersion());

    List<Request> inputs = requests.stream().map(Main::parse).toList();
    if (args[5].equals("1")) {
      List<String> expected = Files.readAllLines(Path.of(args[3]));
      int wrong = 0;
      for (int i = 0; i < inputs.size(); i++) {
        List<String> fired = decide.apply(inputs.get(i));
        JsonNode want = JSON.readTree(expected.get(i));
        List<String> ids = new ArrayList<>();
        want.get("fired").forEach(id -> ids.add(id.textValue()));
        List<String> got = fired.stream().map(key -> key.substring(key.indexOf(':') + 1)).sorted().toList();
        if (!got.equals(ids) || !EFFECTS.get(worst(fired)).equals(want.get("effect").textValue())) {
          wrong++;
        }
      }
      print("mismatches", wrong);
    }
    long warm = System.nanoTime();  // let the compiler settle: 3 to 10 seconds
    for (int i = 0; System.nanoTime() - warm < (i < 50_000 ? 10e9 : 3e9); i++) {
      worst(decide.apply(parse(requests.get(i % requests.size()))));
    }
    measure("parsed", inputs.size(), seconds / 4, i -> worst(decide.apply(inputs.get(i))));
    measure("json", inputs.size(), seconds / 4, i -> worst(decide.apply(parse(requests.get(i)))));
  }
}
