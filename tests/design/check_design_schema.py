"""The published schema of designs against an independent validator and against the program's reader: over files that
people might write (tests/data/designs) and over damage done to a whole design. What the schema refuses the program must
refuse, and the other way round, but for what no schema can know: ranges of texts with a prefix, values that are missing,
keys given twice, the order of limits.

usage: check_design_schema.py DESIGN_FILES_PROGRAM FOLDER; exit 77 when python3-jsonschema is not installed
"""
import copy
import json
import os
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed: skipped")
    sys.exit(77)

program, folder = sys.argv[1], sys.argv[2]
schema = json.loads(subprocess.check_output([program, "schema"]))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wrong = 0


def complain(*what):
    global wrong
    wrong += 1
    print("DISAGREEMENT:", *what)


def read(texts):
    """What the program says to each text: "ok" or the id of its error."""
    said = subprocess.run([program, "read"], input="".join(t + "\n" for t in texts), text=True, stdout=subprocess.PIPE,
                          check=True).stdout.splitlines()
    assert len(said) == len(texts), (len(said), len(texts))
    return said


# --- the corpus ------------------------------------------------------------------------------------------------------
refusals = json.load(open(os.path.join(folder, "refusals.json")))
counts = {}
for kind in ("good", "bad", "refused_by_program"):
    names = sorted(os.listdir(os.path.join(folder, kind)))
    texts = [" ".join(open(os.path.join(folder, kind, n)).read().split("\n")) for n in names]
    counts[kind] = len(names)
    for name, text, said in zip(names, texts, read(texts)):
        valid = validator.is_valid(json.loads(text))
        expected = "ok" if kind == "good" else refusals.pop(name[:-len(".json")], "not listed")
        if said != expected:
            complain(kind, name, "the program says", said, "and not", expected)
        if valid != (kind != "bad"):
            complain(kind, name, "the schema", "accepts" if valid else "refuses")
assert not refusals, ("refusals.json names what is not there", refusals)
assert counts["good"] >= 8 and counts["bad"] >= 8, counts

# --- every leaf, in the forms a value can take -----------------------------------------------------------------------
form = {}
for line in subprocess.check_output([program, "form"], text=True).splitlines():
    path, kind, unit, low, high = line.split(" ")
    form[path] = (kind, "" if unit == "-" else unit, float(low), float(high))


def with_value(path, value):
    document = {"schema": "gaincell-design/1", "extends": "active"}
    at = document
    keys = path.split(".")
    for key in keys[:-1]:
        at = at.setdefault(key, {})
    at[keys[-1]] = value
    return document


PREFIXES = ["", "a", "f", "p", "n", "u", "\u00b5", "\u03bc", "m", "k", "K", "meg", "MEG", "Meg", "g", "t", "M", "T", "mil", "x"]
UNITS = ["", "m", "F", "s", "V", "A", "C", "ohm", "Ohm", "OHM", "\u03a9", "\u2126", "%"]
TEXTS = ["", "nan", "inf", "1", "+1", "-1", " 1", "1 ", "1.", ".5", "1e-9", "1E-9", "1e", "e1", "0x10", "1_0", "1,5", "1e-9 n"]
cases = []
seen = set()
for path, (kind, unit, low, high) in form.items():
    cases += [(path, v) for v in [None, True, [low], {"w": 1}, low, high, 2 * abs(high) + 1, low - abs(low) - 1]]
    if kind == "word":
        cases += [(path, v) for v in ["on", "off", "magic", "n_svt", "", 1]]
    elif (kind, unit) not in seen:
        seen.add((kind, unit))
        cases += [(path, v) for v in TEXTS + [4.5, 4.0, 1e300]]
# All combinations of prefix and unit, once for each unit a leaf can have.
for unit in sorted({u for _, u, _, _ in form.values()}):
    path = next(p for p, (kind, u, _, _) in form.items() if u == unit and kind == "real")
    cases += [(path, "2" + space + p + u) for p in PREFIXES for u in UNITS for space in ("", "  ")]
# A schema cannot know the range of a text, nor what a choice asks for; all else must agree.
BEYOND = {"NET-0003", "DSG-0006"}
documents = [with_value(p, v) for p, v in cases]
refused = accepted = 0
for (path, value), document, said in zip(cases, documents, read([json.dumps(d, ensure_ascii=False) for d in documents])):
    valid = validator.is_valid(document)
    beyond = said in BEYOND and (isinstance(value, str) or said == "DSG-0006")
    refused += not valid
    accepted += said == "ok"
    if valid != (said == "ok") and not (valid and beyond):
        complain(path, repr(value), form[path][:2], "schema", "accepts," if valid else "refuses,", "program:", said)

# --- damage to a whole design ----------------------------------------------------------------------------------------
whole = json.loads(subprocess.check_output([program, "text", "lean"]))
validator.validate(whole)


def paths(node, path=()):
    items = node.items() if isinstance(node, dict) else ()
    for key, child in items:
        yield path + (key,)
        yield from paths(child, path + (key,))


def damaged():
    """The design with one thing wrong; of branches only the damaged one, on top of the design itself."""
    for path in list(paths(whole)):
        if path[0] == "signed" and len(path) > 2:
            continue  # as relu
        if path[0] == "limits" and len(path) > 1 and path[1] != next(iter(whole["limits"])):
            continue  # one limit is as the other
        for kind in ("drop", "text", "null", "extra"):
            new = {"schema": whole["schema"], "extends": "lean", path[0]: copy.deepcopy(whole[path[0]])}
            at = new
            for key in path[:-1]:
                at = at[key]
            if kind == "drop":
                del at[path[-1]]
            elif kind == "extra":
                if not isinstance(at[path[-1]], dict):
                    continue
                at[path[-1]]["not_a_key"] = 1
            else:
                at[path[-1]] = {"text": "odd", "null": None}[kind]
            yield path, kind, new


damage = list(damaged())
said_to = read([json.dumps(d) for _, _, d in damage])
for (path, kind, document), said in zip(damage, said_to):
    valid = validator.is_valid(document)
    # Files and processes that are not there and bounds of limits are the program's to judge.
    beyond = said in ("DSG-0010", "DSG-0015") or (said.startswith("UNI") and path[0] == "limits")
    if valid != (said == "ok") and not (valid and beyond):
        complain(".".join(path), kind, "schema", "accepts," if valid else "refuses,", "program:", said)

print(f"{sum(counts.values())} files, {len(cases)} values ({accepted} accepted, {refused} refused by the schema), "
      f"{len(damage)} damaged designs, {wrong} disagreements")
assert accepted > 400 and refused > 1500, "the corpus does not reach what it is for"
sys.exit(1 if wrong else 0)
