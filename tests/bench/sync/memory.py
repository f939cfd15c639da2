"""Run a program, and say how much memory it had resident at most, and how long it computed.

  python3 memory.py PROGRAM [ARGUMENT...]
"""
import resource
import subprocess
import sys

subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{used.ru_maxrss / 1024:6.1f} MiB {(used.ru_utime + used.ru_stime) * 1000:9.0f} ms CPU")
