"""Processes by number, as Linux shows them in /proc: what another process started can be found again, and nothing else.

A number is used anew after a while; together with the moment of birth it names one process only.
"""

from pathlib import Path

_STATE, _GROUP, _BORN = 0, 2, 19


def born(pid: int) -> str:
    """Return the moment when the process began, in the kernel's ticks; "" if it has ended."""
    fields = _fields(pid)
    return fields[_BORN] if fields else ""


def group(leader: int) -> list[int]:
    """Return the numbers of all that live in the process group of ``leader``, itself included."""
    numbers = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in numbers if (fields := _fields(pid)) and int(fields[_GROUP]) == leader]


def _fields(pid: int) -> list[str]:
    """Return what stands behind the name in /proc/PID/stat; nothing for what has ended and was not waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[_STATE] in "ZX" else fields
