"""Is each line a service of Open Referral UK?   python3 valid_oruk.py SCHEMA FILE"""
import json
import sys

from jsonschema import Draft202012Validator, FormatChecker

with open(sys.argv[1], encoding="utf-8") as schema:
    validator = Draft202012Validator(json.load(schema), format_checker=FormatChecker())
bad = 0
with open(sys.argv[2], encoding="utf-8") as lines:
    for number, line in enumerate(lines, 1):
        for error in validator.iter_errors(json.loads(line)):
            print("line %d: %s: %s" % (number, "/".join(map(str, error.path)), error.message[:200]), file=sys.stderr)
            bad += 1
sys.exit(1 if bad else 0)
