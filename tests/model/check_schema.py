"""The published schema against an independent validator, and against the strict reader: what the schema refuses, the reader
must refuse, at the same field; what the reader accepts, the schema must accept.

usage: check_schema.py SCHEMA.json MODEL_SAMPLES_PROGRAM; exit 77 when python3-jsonschema is not installed
"""
import copy
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed: skipped")
    sys.exit(77)


def paths(node, path=()):
    """Every node of a document, without the root."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield path + (key,)
        yield from paths(child, path + (key,))


def parent(document, path):
    for key in path[:-1]:
        document = document[key]
    return document


def damaged(document):
    """Copies of the document, each with one thing wrong: a field missing, of the wrong type, out of range, or unknown."""
    for path in list(paths(document)):
        old = parent(document, path)[path[-1]]
        for kind in ("drop", "type", "huge", "extra"):
            new = copy.deepcopy(document)
            place = parent(new, path)
            if kind == "drop" and isinstance(place, dict):
                del place[path[-1]]
            elif kind == "type":
                place[path[-1]] = {"odd": 1} if not isinstance(old, dict) else "odd"
            elif kind == "huge" and isinstance(old, (int, float)) and not isinstance(old, bool):
                place[path[-1]] = 1e300
            elif kind == "extra" and isinstance(old, dict):
                old_place = place[path[-1]]
                old_place["not_a_field"] = 1
            else:
                continue
            yield path, kind, new


def main():
    schema = json.load(open(sys.argv[1]))
    program = sys.argv[2]
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    sample = {name: json.loads(subprocess.check_output([program, name])) for name in ("paper", "full")}
    for name, document in sample.items():
        validator.validate(document)
    full = sample["full"]
    full["grid"] = full["grid"][:1]
    cases = list(damaged(full))
    answer = subprocess.run([program, "read"], input="".join(json.dumps(c[2]) + "\n" for c in cases), text=True,
                            stdout=subprocess.PIPE, check=True).stdout.splitlines()
    assert len(answer) == len(cases)
    wrong = refused = 0
    for (path, kind, document), said in zip(cases, answer):
        valid = validator.is_valid(document)
        refused += not valid
        if not valid and said == "ok":
            wrong += 1
            print("the schema refuses, the reader accepts:", kind, path)
        # The reader also judges what a schema cannot: lengths, order, covariances, contradictions.
        if valid and said != "ok" and said.split()[0] not in ("MDL-0007", "MDL-0008", "MDL-0009", "MDL-0006"):
            wrong += 1
            print("the schema accepts, the reader refuses:", kind, path, said)
    print(f"{len(cases)} damaged documents, {refused} refused by the schema, {wrong} disagreements")
    assert refused > 400, "the damage did not reach the schema"
    sys.exit(1 if wrong else 0)


main()
