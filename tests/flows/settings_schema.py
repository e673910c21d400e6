"""The published JSON schema of settings files and the program must agree on what is right and what is wrong.

usage: settings_schema.py GAINCELL. Exit code 77 (skipped) when the module jsonschema is missing.
"""
import json
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: no jsonschema")
    sys.exit(77)

HEAD = '{"design":{"schema":"gaincell-design/1","extends":"lean",'
GOOD = [
    "{}",
    '{"design":"lean"}',
    '{"corner":"ss","temp":"85C","vdd":"0.9V","seed":3}',
    '{"temp":-55,"vdd":0.85}',
    '{"temp":"2.7e1"}',
    '{"seed":"5"}',
    '{"analyses":{"gain-cell":{"iv":{"levels":4}}}}',
    '{"commands":{"config":{"full":true}}}',
    HEAD + '"cell":{"c_storage":"10fF","write_p":null}}}',
    HEAD + '"cell":{"pair_n":{"w":"150 nm","l":"0.5um"}}}}',
    HEAD + '"array":{"rows":48},"limits":{"cell.iv.i_low":{"min":"9u","max":1.1e-5,"source":"x"}}}}',
    HEAD + '"limits":{"cell.iv.i_low":null}}}',
]
BAD = [
    "[]",
    '{"cornr":"ss"}',
    '{"corner":"xx"}',
    '{"temp":"27V"}',
    '{"temp":300}',
    '{"temp":null}',
    '{"vdd":9}',
    '{"seed":-1}',
    '{"seed":1.5}',
    '{"jobs":0}',
    '{"circuits":{}}',
    '{"analyses":{"gain-cell":{"iv":{"levles":4}}}}',
    '{"analyses":{"gain-cell":{"iv":{"levels":"many"}}}}',
    '{"analyses":{"gain-cell":{"iv":5}}}',
    '{"analyses":{"gain-cel":{}}}',
    '{"commands":{"config":{"fll":true}}}',
    '{"commands":{"confg":{}}}',
    '{"commands":{"netlist":5}}',
    '{"design":3}',
    '{"design":{"extends":"lean"}}',
    HEAD + '"cell":{"c_storage":"10fC"}}}',
    HEAD + '"cell":{"c_storge":"10f"}}}',
    HEAD + '"cell":{"pair_n":{"w":"150M"}}}}',
    HEAD + '"cell":{"pair_n":{"flavour":"n_x"}}}}',
    HEAD + '"cell":5}}',
    HEAD + '"array":null}}',
    HEAD + '"array":{"rows":0}}}',
    HEAD + '"array":{"rows":4.5}}}',
    HEAD + '"limits":{"cell.iv.i_low":{"mx":3}}}}',
    HEAD + '"limits":{"cell.iv.i_low":{}}}}',
]


def main() -> int:
    program = sys.argv[1]
    schema = json.loads(subprocess.run([program, "config", "--schema"], check=True, capture_output=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    faults = 0
    for right, texts in ((True, GOOD), (False, BAD)):
        for text in texts:
            with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                file.write(text)
                file.flush()
                run = subprocess.run([program, "config", "--config", file.name], capture_output=True, text=True)
            by_schema, by_program = validator.is_valid(json.loads(text)), run.returncode == 0
            if by_schema != right or by_program != right:
                faults += 1
                print(f"{text}: right {right}, schema {by_schema}, program {by_program} {run.stderr}")
    print(f"{len(GOOD) + len(BAD)} files, {faults} disagreements")
    return 1 if faults else 0


sys.exit(main())
