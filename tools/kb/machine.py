"""What a program runs on: the machine, the revision, and the environment that it is given."""

import os
import platform
import shutil
import uuid
from functools import cache
from pathlib import Path

import psutil

from kb.installed import dot_program

THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS", "NUMBA")


def environment(shared: Path, alone: bool) -> dict:
    """One thread for each program, so that parallel runs do not fight and numbers do not depend on the cores."""
    shared.mkdir(parents=True, exist_ok=True)
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON", "COV_"))}
    variables |= {f"{name}_NUM_THREADS": "1" for name in THREADS}
    variables |= {"NPROC": "1", "MPLCONFIGDIR": str(shared / "matplotlib"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    variables |= {
        "PYTHONHASHSEED": "0",
        "PYTHONPYCACHEPREFIX": str(shared / "bytecode"),  # it could not be written beside the programs and packages
        "SOURCE_DATE_EPOCH": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    if not alone:
        variables["JAX_COMPILATION_CACHE_DIR"] = str(shared / "jax")
    return variables | {"PATH": f"{variables.get('PATH', os.defpath)}{os.pathsep}{_dot_folder(shared)}"}


def _dot_folder(shared: Path) -> Path:
    """A folder for the end of PATH: where the system has no `dot`, the wheel's under that name."""
    folder = shared.parent / "bin"  # no program may change it
    folder.mkdir(exist_ok=True)
    if not shutil.which("dot"):
        mine = folder / uuid.uuid4().hex  # renamed, since programs that start together meet here
        mine.symlink_to(dot_program())
        mine.rename(folder / "dot")
    return folder


@cache
def machine() -> dict:
    """What it ran on: system, processor, cores and memory (bytes); no name of a host."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")
        ]
        processor = names[0] if names else processor
    memory = psutil.virtual_memory().total
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor,
        "cores": os.cpu_count(),
        "memory": memory,
    }
