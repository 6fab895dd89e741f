"""Where GDAL and GEOS come from: the wheels of pyogrio and shapely (docs/adr/0002).

Debian's GDAL may read files and addresses named inside malicious spatial references; the wheels'
versions can be told not to. They also spare the operator a system package.
"""

import importlib.util
import os
from pathlib import Path


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The Python package {name} is missing. Run bin/setup.")
    return Path(spec.origin).parent


def _library(folder: Path, pattern: str) -> str:
    found = sorted(folder.glob(pattern))
    if not found:
        raise RuntimeError(f"No {pattern} in {folder}. Run bin/setup.")
    return str(found[0])


def spatial_libraries() -> tuple[str, str]:
    """The paths of (GDAL, GEOS); sets PROJ_DATA and GDAL_DATA unless they are set."""
    pyogrio = _package_folder("pyogrio")
    os.environ.setdefault("PROJ_DATA", str(pyogrio / "proj_data"))
    os.environ.setdefault("GDAL_DATA", str(pyogrio / "gdal_data"))
    gdal = _library(pyogrio.parent / "pyogrio.libs", "libgdal*.so*")
    geos = _library(_package_folder("shapely").parent / "shapely.libs", "libgeos_c*.so*")
    return gdal, geos
