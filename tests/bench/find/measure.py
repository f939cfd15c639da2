"""Measure the program `waymark`, and what its files hold; run.sh calls it.

  python3 measure.py find PROGRAM DIRECTORY.db QUERIES     times of `find --timing`, and bytes of an answer
  python3 measure.py start PROGRAM BENCH DIRECTORY.db QUERIES
                                                           a new process and its first answer
  python3 measure.py sizes DIRECTORY.db                    bytes of the index and of the file, for each service
  python3 measure.py counted FOLDER                        instructions a query, from the dumps of callgrind in it

Times are in microseconds unless they say otherwise.
"""
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time

STARTS = 20
DEAREST = 10
SERVICE = 8  # the number of that kind of record
# The history and what is signed. Whatever else is in the file is there to find by: the index.
RECORDS = """revision revision_key revision_since revision_until revision_withheld projection projection_until
projection_since naming bucket state state_history shown partition roster origin source release release_count meta
blob sqlite_schema sqlite_autoindex_partition_1 sqlite_autoindex_blob_1 sqlite_autoindex_source_1""".split()


def quantile(ordered, part):
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def show(name, values, unit="us"):
    ordered = sorted(values)
    mean = sum(ordered) / len(ordered)
    figures = "  ".join(f"p{int(part * 100)} {quantile(ordered, part):11,.0f}" for part in (0.5, 0.9, 0.99))
    print(f"{name:40s} {figures}  mean {mean:11,.0f} {unit}")


def find(program, directory, queries):
    command = [program, "find", directory, "--query", queries, "--json", "--timing"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    times, sizes = [], []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            answer, mark, told = line.rpartition(b',"elapsed_us":')
            if not mark:
                sys.exit(f"find: no time in {line[:200]!r}")
            times.append(int(told.rstrip(b"}\n")))
            sizes.append(len(answer) + 1)
    if process.returncode != 0:
        sys.exit(f"find: exit {process.returncode}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    show(f"find, {len(times):,} queries", times)
    show("an answer", sizes, "bytes")
    print(f"{'the whole process':40s} {seconds:.2f} s of processor, at most {used.ru_maxrss / 1024:.1f} MiB resident")


def drop(path):
    """The file out of the page cache: no other process is disturbed."""
    handle = os.open(path, os.O_RDONLY)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(handle)


def run_once(arguments, standard_input):
    """Wall time and processor time of one process."""
    files = [(os.POSIX_SPAWN_OPEN, 0, standard_input, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    begin = time.perf_counter()
    process = os.posix_spawn(arguments[0], arguments, os.environ, file_actions=files)
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"start: {' '.join(arguments)}: {status}")
    return wall * 1e6, (used.ru_utime + used.ru_stime) * 1e6


def start(program, bench, directory, queries):
    """Of 20 queries one each, so that no luck of one decides. Beside it what the program costs that does nothing, and an answer
    of a process that has nothing but the library: most of the difference is the loading of what sync needs."""
    with tempfile.TemporaryDirectory() as folder, open(queries, "rb") as stream:
        asked = []
        for number in range(STARTS):
            asked.append(os.path.join(folder, str(number)))
            with open(asked[-1], "wb") as query:
                query.write(next(stream))
        command = [program, "find", directory, "--query", "-", "--json"]
        run_once(command, asked[0])
        warm = [run_once(command, query) for query in asked]
        cold = []
        for query in asked:
            drop(directory)
            drop(program)
            cold.append(run_once(command, query))
        library = [run_once([bench, "ask", directory, query, "1", "1"], os.devnull) for query in asked]
        alone = [run_once([program, "help"], os.devnull) for _ in asked]
    for name, runs in (
        ("first answer", warm),
        ("first answer, file not cached", cold),
        ("the program alone", alone),
        ("first answer, the library alone", library),
    ):
        show(name + ", wall", [wall for wall, _ in runs])
        show(name + ", computed", [computed for _, computed in runs])


def sizes(directory):
    database = sqlite3.connect(f"file:{directory}?mode=ro", uri=True)
    services = database.execute(
        "SELECT sum(count) FROM release_count WHERE number = (SELECT max(number) FROM release)"
        " AND kind = ?",
        (SERVICE,),
    ).fetchone()[0]
    try:
        rows = database.execute("SELECT name, pgsize, unused FROM dbstat WHERE aggregate = 1 ORDER BY pgsize DESC").fetchall()
    except sqlite3.OperationalError:
        print("sizes: not known, this SQLite has no dbstat")
        return
    index = [row for row in rows if row[0] not in RECORDS]
    # not the sum of the rows: SQLite 3.40 counts a table in 32 bits
    whole = database.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    total = sum(row[1] for row in index)
    print(f"{'index':40s} {total / services:8.1f} bytes a service, of {whole / services:.1f} in the whole file ({services:,} services)")
    for name, size, unused in index:
        if size * 1000 > total:
            print(f"  {name:38s} {size / services:8.1f}, {100 * unused / size:.0f} % of it empty")


def functions_of(stream, own):
    """Adds to `own` what each function of one dump of callgrind costs by itself; returns the whole of the dump. A name
    is written out once, then named by its number; the line after `calls=` is the cost of what is called."""
    names, here, total, of_call = {}, {"ob": None, "fn": None}, 0, False
    for line in stream:
        kind, is_member, text = line.rstrip("\n").partition("=")
        if is_member and kind in ("fn", "cfn", "ob", "cob"):
            number, _, name = text.partition(" ")
            name = names.setdefault((kind[-2:], number), name)
            here[kind] = name
        elif kind == "calls":
            of_call = True
        elif line.startswith("totals:"):
            total = int(line.split()[1])
        elif line[0] in "0123456789+-*":
            if not of_call:
                key = (here["ob"], here["fn"])
                own[key] = own.get(key, 0) + int(line.split()[1])
            of_call = False
    return total


def counted(folder):
    """Each dump of callgrind is one query."""
    totals, own = [], {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as stream:
            totals.append(functions_of(stream, own))
    totals = [total for total in totals if total > 0]
    if not totals:
        sys.exit("counted: callgrind counted nothing")
    if sum(own.values()) != sum(totals):
        sys.exit(f"counted: functions come to {sum(own.values())}, not {sum(totals)}")
    show(f"instructions, {len(totals)} queries", totals, "")
    for (place, name), cost in sorted(own.items(), key=lambda item: -item[1])[:DEAREST]:
        name = f"{os.path.basename(place)}: {name}" if name.startswith("0x") else name
        print(f"  {name:38s} {cost / len(totals):13,.0f}  {100 * cost / sum(totals):5.1f} %")


def main():
    modes = {"find": (find, 3), "start": (start, 4), "sizes": (sizes, 1), "counted": (counted, 1)}
    mode, count = modes.get(sys.argv[1] if len(sys.argv) > 1 else "", (None, 0))
    if mode is None or len(sys.argv) != count + 2:
        sys.exit(__doc__)
    mode(*sys.argv[2:])


if __name__ == "__main__":
    main()
