#!/usr/bin/env python3
"""Translates the neutral rules that `caveat bench decisions` writes to the form that each peer prefers.

    translate.py rego|cedar|jdm|drl|jre|cel RULES.json OUT

Every form reports a fired rule as "<effect>:<id>", so that a peer's own output says all of the decision.
"""
import json
import sys

COMPARE = ("==", "<", "<=", ">", ">=", "<attr", ">attr")


def text(value):
    return json.dumps(value)


def key(rule):
    return f"{rule['effect']}:{rule['id']}"


def bounds(condition):
    """A range as two comparisons."""
    low, high = condition["value"]
    return [dict(condition, op=">=", value=low), dict(condition, op="<=", value=high)]


def scoped(rule):
    """All conditions of a rule, those on action and category first."""
    for member, attr in ("action", "action"), ("category", "product.category"):
        if member in rule:
            yield {"attr": attr, "op": "==", "value": rule[member]}
    yield from rule["when"]


def written(c, name, both, forms):
    """One condition: a comparison is written alike everywhere, a range as `both` of two; `forms` says what is done with lists."""
    attr, op, value = name(c["attr"]), c["op"], c["value"]
    if op in ("<attr", ">attr"):
        return f"{attr} {op[0]} {name(value)}"
    if op in COMPARE:
        return f"{attr} {op} {text(value)}"
    if op == "range":
        return both.join(written(one, name, both, forms) for one in bounds(c))
    return forms[op](attr, value)


def listed(values):
    return ", ".join(map(text, values))


def rego(rules):
    """One partial set; equalities on refs come first, where OPA's rule index finds them."""
    forms = {"in": lambda attr, value: f"{attr} in {{{listed(value)}}}",
             "has": lambda attr, value: f"{text(value)} in {attr}",
             "lacks": lambda attr, value: f"not {text(value)} in {attr}",
             "any": lambda attr, value: f"some topic in {attr}\n\ttopic in {{{listed(value)}}}"}

    yield "package caveat\n\nimport rego.v1\n\n"
    for rule in rules:
        order = sorted(scoped(rule), key=lambda c: {"==": 0, "any": 2}.get(c["op"], 1))
        body = [written(c, lambda attr: "input." + attr, "\n\t", forms) for c in order]
        yield f'fired contains "{key(rule)}" if {{\n\t' + "\n\t".join(body) + "\n}\n\n"


def cedar(rules):
    """Forbid policies. The customer is the principal, the product the resource within its category."""
    def name(attr):
        head, _, tail = attr.partition(".")
        return {"customer": "principal.", "product": "resource.", "turn": "context."}.get(head, "context." + head) + tail

    forms = {"in": lambda attr, value: f"{text(value)}.contains({attr})",
             "has": lambda attr, value: f"{attr}.contains({text(value)})",
             "lacks": lambda attr, value: f"!{attr}.contains({text(value)})",
             "any": lambda attr, value: f"{attr}.containsAny({text(value)})"}

    yield '@id("allow")\npermit (principal, action, resource);\n'
    for rule in rules:
        action = f'action == Action::"{rule["action"]}"' if "action" in rule else "action"
        resource = f'resource in Category::"{rule["category"]}"' if "category" in rule else "resource"
        tests = " && ".join(written(c, name, " && ", forms) for c in rule["when"])
        yield (f'@id("{key(rule)}")\n@reason("{rule["reason"]}")\nforbid (principal, {action}, {resource})\n'
               f'when {{ {tests} }};\n')


def jdm(rules):
    """A GoRules decision table with one column per attribute, hit policy collect."""
    def cell(c):
        op, value = c["op"], c["value"]
        if op == "==":
            return text(value)
        if op == "in":
            return listed(value)
        if op in ("<attr", ">attr"):
            return f"{op[0]} {value}"
        if op in COMPARE:
            return f"{op} {value}"
        if op == "range":
            return f"[{value[0]}..{value[1]}]"
        if op == "has":
            return f"contains($, {text(value)})"
        if op == "lacks":
            return f"not(contains($, {text(value)}))"
        return f"some($, # in {text(value)})"

    attrs = sorted({c["attr"] for rule in rules for c in scoped(rule)}, key=lambda a: (a != "action", a != "product.category", a))
    rows = [{"_id": rule["id"], **{c["attr"]: cell(c) for c in scoped(rule)}, "out": text(key(rule))} for rule in rules]
    table = {"hitPolicy": "collect", "inputs": [{"id": a, "name": a, "field": a} for a in attrs],
             "outputs": [{"id": "out", "name": "fired", "field": "fired"}], "rules": rows}
    nodes = [{"id": "in", "type": "inputNode", "name": "request"},
             {"id": "table", "type": "decisionTableNode", "name": "rules", "content": table},
             {"id": "out", "type": "outputNode", "name": "decision"}]
    for node in nodes:
        node["position"] = {"x": 0, "y": 0}
    edges = [{"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in (("in", "table"), ("table", "out"))]
    yield json.dumps({"nodes": nodes, "edges": edges})


def drl(rules):
    """One flat fact, so that every constraint is an alpha node; the hashed equalities come first."""
    def name(attr):
        head, _, tail = attr.rpartition(".")
        words = ([head] if head == "product" or attr == "customer.risk_level" else []) + tail.split("_")
        return words[0] + "".join(word.capitalize() for word in words[1:])

    forms = {"in": lambda attr, value: f"{attr} in ({listed(value)})",
             "has": lambda attr, value: f"{attr} contains {text(value)}",
             "lacks": lambda attr, value: f"{attr} not contains {text(value)}",
             "any": lambda attr, value: "(" + " || ".join(f"{attr} contains {text(item)}" for item in value) + ")"}

    yield "package caveat;\nimport caveat.Request;\nglobal java.util.List fired;\n\n"
    for rule in rules:
        order = sorted(scoped(rule), key=lambda c: c["op"] != "==")
        tests = ", ".join(written(c, name, ", ", forms) for c in order)
        yield (f'rule "{rule["id"]}" when\n  Request({tests})\n'
               f'then\n  fired.add("{key(rule)}");\nend\n')


def jre(rules):
    """json-rules-engine: one rule each, all of its conditions; facts are looked up by path."""
    operators = {"==": "equal", "<": "lessThan", "<=": "lessThanInclusive", ">": "greaterThan",
                 ">=": "greaterThanInclusive", "in": "in", "has": "contains", "lacks": "doesNotContain",
                 "any": "containsAny", "<attr": "lessThan", ">attr": "greaterThan"}

    def fact(attr):
        head, _, tail = attr.partition(".")
        return {"fact": head, "path": "$." + tail} if tail else {"fact": head}

    def test(c):
        value = fact(c["value"]) if c["op"].endswith("attr") else c["value"]
        return {**fact(c["attr"]), "operator": operators[c["op"]], "value": value}

    def full(rule):
        tests = []
        for c in scoped(rule):
            tests += map(test, bounds(c) if c["op"] == "range" else [c])
        return {"conditions": {"all": tests}, "event": {"type": key(rule)}}

    yield json.dumps([full(rule) for rule in rules])


def cel(rules):
    """One CEL expression a rule: a JSON array of [key, expression]."""
    forms = {"in": lambda attr, value: f"{attr} in {text(value)}",
             "has": lambda attr, value: f"{text(value)} in {attr}",
             "lacks": lambda attr, value: f"!({text(value)} in {attr})",
             "any": lambda attr, value: f"{attr}.exists(t, t in {text(value)})"}

    def full(rule):
        return " && ".join(written(c, lambda attr: attr, " && ", forms) for c in scoped(rule))

    yield json.dumps([[key(rule), full(rule)] for rule in rules])


if __name__ == "__main__":
    form, source, target = sys.argv[1:]
    with open(source) as file, open(target, "w") as out:
        out.writelines(globals()[form](json.load(file)))
