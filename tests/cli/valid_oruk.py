"""Is it what the schemas of Open Referral UK say?

  python3 valid_oruk.py SCHEMAS FILE      each line is a service
  python3 valid_oruk.py SCHEMAS FOLDER    what `export oruk --api` made: every document against its endpoint's schema
"""
import json
import os
import sys

from jsonschema import Draft202012Validator, FormatChecker

schemas, given = sys.argv[1:]
validators = {}
bad = 0


def check(endpoint, where, value):
    global bad
    if endpoint not in validators:
        with open(os.path.join(schemas, "GET_%s.json" % endpoint), encoding="utf-8") as schema:
            validators[endpoint] = Draft202012Validator(json.load(schema), format_checker=FormatChecker())
    for error in validators[endpoint].iter_errors(value):
        print("%s: %s: %s" % (where, "/".join(map(str, error.path)), error.message[:200]), file=sys.stderr)
        bad += 1


def check_file(endpoint, path):
    with open(path, encoding="utf-8") as file:
        check(endpoint, path, json.load(file))


if os.path.isdir(given):
    check_file("root", os.path.join(given, "index.json"))
    for kind in sorted(name for name in os.listdir(given) if name != "index.json"):
        folder = os.path.join(given, kind)
        for page in os.listdir(os.path.join(folder, "pages")):
            check_file(kind, os.path.join(folder, "pages", page))
        for name in os.listdir(folder):
            if name.endswith(".json"):
                check_file(kind + "_id", os.path.join(folder, name))
    print("%d schemas" % len(validators))
else:
    with open(given, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            check("services_id", "line %d" % number, json.loads(line))
sys.exit(1 if bad else 0)
