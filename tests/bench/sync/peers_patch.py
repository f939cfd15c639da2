"""What other ways of saying a change would send, from two dumps of `waymark export dump`.

  python3 peers_patch.py merge OLD NEW        JSON merge patches (RFC 7386), one line a changed record, null for one that is gone
  python3 peers_patch.py sql OLD NEW          for the sqlite3 shell: the records as a table, and the change in a session
"""
import json
import sys


def load(path):
    records = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            # a line is {"id":..,"kind":..,"record":{..}}, canonical: cut, not parsed, for time and memory
            head, record = line.rstrip("\n").split(',"record":', 1)
            key = json.loads(head + "}")
            records[key["kind"], key["id"]] = record[:-1]
    return records


def merge(before, after):
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    patch = {name: None for name in before if name not in after}
    for name, value in after.items():
        if name not in before:
            patch[name] = value
        elif before[name] != value:
            patch[name] = merge(before[name], value)
    return patch


def changes(before, after):
    for key in sorted(set(before) | set(after)):
        if before.get(key) != after.get(key):
            yield key, before.get(key), after.get(key)


def print_merge(before, after):
    for (kind, id_), old, new in changes(before, after):
        patch = None if new is None else json.loads(new) if old is None else merge(json.loads(old), json.loads(new))
        print(json.dumps({"id": id_, "kind": kind, "patch": patch}, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def print_sql(before, after):
    print("PRAGMA journal_mode=OFF;\nCREATE TABLE record(kind TEXT, id TEXT, body TEXT, PRIMARY KEY(kind, id)) WITHOUT ROWID;\nBEGIN;")
    touched = list(changes(before, after))
    # rows that stay as they are do not come into a changeset
    for (kind, id_), old, _ in touched:
        if old is not None:
            print(f"INSERT INTO record VALUES({quote(kind)},{quote(id_)},{quote(old)});")
    print("COMMIT;\n.session open main change\n.session change attach record\nBEGIN;")
    for (kind, id_), old, new in touched:
        if new is None:
            print(f"DELETE FROM record WHERE kind={quote(kind)} AND id={quote(id_)};")
        elif old is None:
            print(f"INSERT INTO record VALUES({quote(kind)},{quote(id_)},{quote(new)});")
        else:
            print(f"UPDATE record SET body={quote(new)} WHERE kind={quote(kind)} AND id={quote(id_)};")
    print("COMMIT;\n.session change changeset changeset")


def main():
    way, old, new = sys.argv[1:]
    {"merge": print_merge, "sql": print_sql}[way](load(old), load(new))


main()
