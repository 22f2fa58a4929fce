namespace caveat::audit {

// The page itself: mustache, data only as element text and quoted attributes ({{{…}}} holds plots of svg.h, escaped there).
extern const char* const kReportPage;
const char* const kReportPage = R"page(<!doctype html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{w_title}} · {{subtitle}}</title>
<style>
:root { --ink: #1a1a1a; --soft: #595959; --line: #c9c9c9; --tint: #f4f4f1; }
html { font: 15px/1.55 "Noto Sans", "Helvetica Neue", Arial, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: var(--ink); background: #fff; }
html:lang(zh-CN) { font-family: "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "Noto Sans", sans-serif; }
body { max-width: 1080px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 1.9rem; margin: 0 0 .2rem; } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 2px solid var(--ink); padding-bottom: .2rem; }
h3 { font-size: 1.02rem; margin: 0; }
p { margin: .5rem 0; } .soft { color: var(--soft); } .mono, pre { font-family: "Noto Sans Mono", Consolas, monospace; font-size: .84rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; } caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { border-bottom: 1px solid var(--line); padding: .34rem .5rem; text-align: left; vertical-align: top; } thead th { background: var(--tint); border-bottom: 1px solid var(--ink); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } tfoot td { font-weight: 600; } td.rule { min-width: 12rem; } td.words { min-width: 9rem; } th.w { white-space: normal; min-width: 5rem; }
.facts th { width: 11rem; font-weight: 600; background: none; } .two { display: grid; grid-template-columns: 1fr 1fr; gap: 0 2rem; } @media (max-width: 900px) { .two { grid-template-columns: 1fr; } }
.state { border: 1px solid var(--ink); border-left-width: 8px; padding: .6rem .9rem; margin: 1rem 0; } .state.good { border-color: #1b7837; } .state.bad { border-color: #b2182b; background: #fdf0f0; } .state.open { border-color: #8c6d00; }
.story { border: 1px solid var(--line); margin: .9rem 0; break-inside: avoid; } .story header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; background: var(--tint); padding: .45rem .8rem; }
.badge { border: 1px solid currentColor; border-radius: 3px; padding: 0 .5rem; font-weight: 600; } .allow { color: #1b7837; } .revise { color: #2166ac; } .require { color: #7a5f00; } .block { color: #b2182b; } .handoff { color: #6a3d9a; }
.story dl { display: grid; grid-template-columns: 9.5rem 1fr; margin: 0; padding: .5rem .8rem .7rem; gap: .3rem .8rem; } .story dt { color: var(--soft); } .story dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; } .story dd.k4 { font-weight: 600; } .story dd.k8 { border-left: 3px solid var(--ink); padding-left: .6rem; }
.story footer { padding: 0 .8rem .5rem; } pre { background: var(--tint); padding: .7rem; white-space: pre-wrap; }
.handovers { table-layout: fixed; } .handovers th, .handovers td { border: 1px solid var(--line); } .handovers th.n { width: 1.6rem; } .handovers td { height: 2.6rem; } .line td { height: 1.6rem; border-bottom: 1px solid var(--ink); } .custody td { overflow-wrap: anywhere; } .custody h3 { margin-top: 1rem; } svg text { font-size: 12.5px; fill: var(--ink); } ul { padding-left: 1.3rem; }
@page { size: A4; margin: 16mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); } } @media print { html { font-size: 12px; } .custody { break-before: page; } .custody h2 { margin-top: 0; } body { padding: 0; max-width: none; } th, td { padding: .3rem .35rem; } th.n { white-space: normal; } td.rule { min-width: 9rem; } td.words { min-width: 7rem; } th.w { min-width: 4rem; } thead { display: table-header-group; } tfoot { display: table-row-group; } tr, li, pre, svg, .keep { break-inside: avoid; } h2, h3, caption, h2 + p { break-after: avoid; } }
</style>
</head>
<body>
<h1>{{w_title}}</h1>
<p class="soft">{{subtitle}} · {{w_language_note}}</p>
<div class="state {{state_class}}"><strong>{{state_sign}}</strong> {{state}}{{#findings}}<br>✗ {{text}}{{/findings}}</div>
<div class="two">
<section><h2>{{w_scope}}</h2><table class="facts"><tbody>{{#scope_rows}}<tr><th scope="row">{{label}}</th><td>{{value}}</td></tr>{{/scope_rows}}</tbody></table></section>
<section><h2>{{w_log}}</h2><table class="facts"><tbody>{{#log_rows}}<tr><th scope="row">{{label}}</th><td{{#mono}} class="mono"{{/mono}}>{{value}}</td></tr>{{/log_rows}}</tbody></table></section>
</div>
<h2>{{w_verdicts}}</h2>
{{#all_sealed}}<p>{{sealed_words}}</p>{{/all_sealed}}
{{^all_sealed}}{{{verdict_chart}}}
<table class="keep"><thead><tr><th scope="col">{{w_verdict}}</th><th scope="col" class="n">{{w_decisions}}</th><th scope="col" class="n">{{w_share}}</th></tr></thead>
<tbody>{{#verdict_rows}}<tr><td><span class="badge {{code}}">{{name}}</span></td><td class="n">{{count}}</td><td class="n">{{share}}</td></tr>{{/verdict_rows}}</tbody>
<tfoot><tr><td>{{w_total}}</td><td class="n">{{population}}</td><td></td></tr>{{#some_sealed}}<tr><td>{{w_sealed}}</td><td class="n">{{sealed}}</td><td></td></tr>{{/some_sealed}}</tfoot></table>{{/all_sealed}}
<h2>{{w_by_rule}}</h2>
<p class="soft">{{w_by_rule_note}}</p>
{{^has_rules}}<p>{{none}}</p>{{/has_rules}}
{{#has_rules}}{{{rule_chart}}}
<table><thead><tr><th scope="col">{{w_rule}}</th><th scope="col">{{w_law}}</th>{{#verdict_heads}}<th scope="col" class="n">{{name}}</th>{{/verdict_heads}}<th scope="col" class="n">{{w_unknown}}</th><th scope="col" class="n">{{w_decisions}}</th></tr></thead>
<tbody>{{#rule_rows}}<tr><td class="rule">{{title}}<br><span class="mono soft">{{id}}</span></td><td class="words">{{law}}</td>{{#cells}}<td class="n">{{count}}</td>{{/cells}}<td class="n">{{unknown}}</td><td class="n">{{decisions}}</td></tr>{{/rule_rows}}</tbody></table>{{/has_rules}}
<h2>{{w_handoffs}}</h2>
{{^has_queues}}<p>{{none}}</p>{{/has_queues}}
{{#has_queues}}<table><thead><tr><th scope="col">{{w_queue}}</th><th scope="col" class="n">{{w_total}}</th><th scope="col" class="n w">{{w_hold}}</th><th scope="col" class="n w">{{w_turn_only}}</th><th scope="col" class="n w">{{w_priority}}</th><th scope="col">{{w_causes}}</th></tr></thead>
<tbody>{{#queue_rows}}<tr><td>{{queue}}</td><td class="n">{{total}}</td><td class="n">{{hold}}</td><td class="n">{{turn_only}}</td><td class="n">{{priority}}</td><td class="words">{{causes}}</td></tr>{{/queue_rows}}</tbody></table>{{/has_queues}}
<h2>{{w_stories}}</h2>
<p class="soft">{{w_sample_note}} {{seed_label}}: <span class="mono">{{seed}}</span></p>
{{^has_stories}}<p>{{none}}</p>{{/has_stories}}
{{#story_rows}}<article class="story"><header><h3>{{w_decision}} #{{index}}</h3><span class="badge {{verdict_class}}">{{verdict}}</span><span class="soft">{{time}}</span></header>
{{#untold}}<p>{{untold}}</p>{{/untold}}{{^untold}}<dl>{{#lines}}<dt>{{label}}</dt><dd class="{{kind}}">{{text}}</dd>{{/lines}}</dl>{{/untold}}<footer class="soft mono">{{w_leaf}} {{leaf}}</footer></article>
{{/story_rows}}
<h2>{{w_packs}}</h2>
{{^has_packs}}<p>{{none}}</p>{{/has_packs}}
{{#has_packs}}<table><thead><tr><th scope="col">{{w_pack}}</th><th scope="col">{{w_version}}</th><th scope="col">{{w_digest}}</th><th scope="col" class="n">{{w_decisions}}</th><th scope="col" class="n">{{w_from_to}}</th>{{#held}}<th scope="col">{{w_held}}</th>{{/held}}</tr></thead>
<tbody>{{#pack_rows}}<tr><td>{{name}}</td><td>{{version}}</td><td class="mono">{{digest}}</td><td class="n">{{decisions}}</td><td class="n">{{range}}</td>{{#held}}<td>{{text}}</td>{{/held}}</tr>{{/pack_rows}}</tbody></table>{{#held}}<p class="soft">{{w_held_note}}</p>{{/held}}{{/has_packs}}
<h2>{{w_kinds}}</h2>
<table><thead><tr><th scope="col">{{w_kind}}</th><th scope="col" class="n">{{w_count}}</th></tr></thead><tbody>{{#kind_rows}}<tr><td>{{kind}}</td><td class="n">{{count}}</td></tr>{{/kind_rows}}</tbody></table>
{{#has_days}}<h2>{{w_closings}}</h2>
<p class="soft">{{w_closings_note}}</p>
<table><thead><tr><th scope="col">{{w_day}}</th><th scope="col" class="n">{{w_records}}</th>{{#verdict_heads}}<th scope="col" class="n">{{name}}</th>{{/verdict_heads}}</tr></thead>
<tbody>{{#day_rows}}<tr><td>{{day}}</td><td class="n">{{records}}</td>{{#cells}}<td class="n">{{count}}</td>{{/cells}}</tr>{{/day_rows}}</tbody></table>{{/has_days}}
<section class="keep"><h2>{{w_not_checked}}</h2>
<ul>{{#not_checked_rows}}<li>{{text}}</li>{{/not_checked_rows}}</ul></section>
<h2>{{w_by_hand}}</h2>
<p>{{w_by_hand_text}}</p>
<div class="keep"><h3>{{w_checkpoint}}</h3>
<pre>{{note}}</pre></div>
<section class="keep"><h2>{{w_glossary}}</h2>
<ul>{{#glossary_rows}}<li>{{text}}</li>{{/glossary_rows}}</ul></section>
<section class="custody"><h2>{{w_custody_title}}</h2>
<p>{{w_custody_intro}}</p>
<table class="facts"><tbody>{{#custody_rows}}<tr><th scope="row">{{label}}</th><td{{#mono}} class="mono"{{/mono}}>{{value}}</td></tr>{{/custody_rows}}{{#custody_lines}}<tr class="line"><th scope="row">{{label}}</th><td></td></tr>{{/custody_lines}}</tbody></table>
<h3>{{w_custody_trace}}</h3>
<p>{{custody_words}}</p>
<h3>{{w_handovers}}</h3>
<p>{{w_handovers_note}}</p>
<table class="handovers"><thead><tr><th scope="col" class="n">{{w_handover_number}}</th><th scope="col">{{w_handover_from}}</th><th scope="col">{{w_handover_to}}</th><th scope="col">{{w_handover_when}}</th><th scope="col">{{w_handover_why}}</th><th scope="col">{{w_handover_seal}}</th><th scope="col">{{w_handover_signed}}</th></tr></thead>
<tbody>{{#handover_rows}}<tr><td class="n">{{number}}</td><td></td><td></td><td></td><td></td><td></td><td></td></tr>{{/handover_rows}}</tbody></table></section>
</body>
</html>
)page";

}  // namespace caveat::audit
