"""The published schema and the reader must agree: every shipped manifest is valid, and damaged ones are not."""
import copy
import glob
import json
import os
import sys

import jsonschema

folder = sys.argv[1]
schema = json.load(open(os.path.join(folder, "manifest.schema.json")))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
manifests = sorted(glob.glob(os.path.join(folder, "pdks", "*", "manifest.json")))
assert len(manifests) >= 4, manifests
for path in manifests:
    validator.validate(json.load(open(path)))

good = json.load(open(os.path.join(folder, "pdks", "gc28", "manifest.json")))


def broken(change):
    manifest = copy.deepcopy(good)
    change(manifest)
    return not validator.is_valid(manifest)


assert broken(lambda m: m.pop("title"))
assert broken(lambda m: m.pop("devices"))
assert broken(lambda m: m["supply"].update(vss_V=0))
assert broken(lambda m: m["supply"].update(vdd_V="0.9"))
assert broken(lambda m: m["corners"]["tt"]["speed"].update(n=2))
assert broken(lambda m: m["roles"]["logic_n"].update(l_m=2.0))
assert broken(lambda m: m.update(default_design=1))
# Sizes of circuits are designs, and no part of a manifest.
assert broken(lambda m: m.update(cell={"storage_capacitance_F": 1e-14}))
assert broken(lambda m: m.update(variants={}))
assert broken(lambda m: m["devices"]["n_svt"]["mismatch"].update(kind="gauss"))
print(len(manifests), "manifests are valid")
