"""Which column of a file is what: guessed from Chinese and English headings, checked by people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from linli.kernel.errors import BadInput


class Field(NamedTuple):
    """Something a file may say of a component, and the headings it is known by (folded)."""

    name: str
    label: str | Promise
    headings: tuple[str, ...]


def _field(name: str, label: str | Promise, headings: str) -> Field:
    return Field(name, label, tuple(headings.split()))


#: In the order of the standard's record (standards §3.1), then what only files have.
FIELDS = (
    _field(
        "code",
        gettext_lazy("Code"),
        "objid 部件标识码 部件编码 部件代码 部件编号 标识码 编码 code componentcode",
    ),
    _field(
        "class",
        gettext_lazy("Class"),
        "class 部件类型 部件小类 小类 小类代码 小类名称 类别 类型 kind classcode",
    ),
    _field("name", gettext_lazy("Name"), "objname 部件名称 名称 name"),
    _field(
        "responsible",
        gettext_lazy("Responsible department"),
        "deptname1 主管部门 主管部门名称 主管单位 responsible deptcode1 主管部门代码",
    ),
    _field(
        "owner",
        gettext_lazy("Owner"),
        "deptname2 权属单位 权属单位名称 产权单位 所有权单位 owner deptcode2 权属单位代码 manager",
    ),
    _field(
        "maintainer",
        gettext_lazy("Maintaining unit"),
        "deptname3 养护单位 养护单位名称 维护单位 管养单位 maintainer deptcode3 养护单位代码",
    ),
    _field("state", pgettext_lazy("component", "State"), "objstate 状态 部件状态 state status"),
    _field("condition", gettext_lazy("Condition"), "condition 完好程度 完好状况"),
    _field(
        "installed_on",
        gettext_lazy("Installed"),
        "ordate 初始日期 安装日期 建成日期 installed installedon",
    ),
    _field(
        "changed_on",
        pgettext_lazy("component", "Changed"),
        "chdate 变更日期 更新日期 changed changedon",
    ),
    _field(
        "address",
        gettext_lazy("Where it stands"),
        "address 位置 位置描述 地址 所在位置 所在道路 roadaddress location",
    ),
    _field("note", pgettext_lazy("component", "Note"), "note 备注 remark remarks"),
    _field(
        "x",
        gettext_lazy("Longitude or easting"),
        "lon lng longitude 经度 x x坐标 东坐标 横坐标 easting 坐标x",
    ),
    _field(
        "y",
        gettext_lazy("Latitude or northing"),
        "lat latitude 纬度 y y坐标 北坐标 纵坐标 northing 坐标y",
    ),
    _field("geometry", gettext_lazy("Geometry (WKT)"), "wkt geometry geom the_geom 几何 shape"),
    _field(
        "key",
        gettext_lazy("Number in this inventory"),
        "id fid key lampid cctvid osmid assetid 序号 编号 资产编号",
    ),
)
NAMES = tuple(field.name for field in FIELDS)
LABELS = {field.name: field.label for field in FIELDS}
_BESIDE = {"place": gettext_lazy("Place"), "row": gettext_lazy("Row")}
GEOMETRY = "(geometry)"  # the heading that stands for the geometry of a GeoPackage or GeoJSON
#: What `--crs` may be beside `EPSG:…` of a zone of CGCS2000.
SYSTEMS = ("wgs84", "cgcs2000", "gcj02", "bd09")


def folded(heading: str) -> str:
    """A heading without case, spaces, marks and what stands in brackets."""
    bare = heading.casefold().replace("（", "(").split("(")[0]
    return "".join(one for one in bare if one.isalnum())


def guess(headings: Sequence[str]) -> dict[str, str]:
    """Field to heading, for the headings that are known; the best-known name wins."""
    by_name: dict[str, str] = {}
    for heading in headings:
        by_name.setdefault(folded(heading), heading)
    found: dict[str, str] = {}
    for field in FIELDS:
        for name in field.headings:
            heading = by_name.get(name, "")
            if heading and heading not in found.values():
                found[field.name] = heading
                break
    if GEOMETRY in headings:
        found["geometry"] = GEOMETRY
        found.pop("x", None)
        found.pop("y", None)
    return found


def checked_mapping(
    mapping: Mapping[str, str], headings: Sequence[str], *, class_given: bool
) -> dict[str, str]:
    """`mapping` without empty entries, if an import can work with it. Raises BadInput."""
    wanted = {name: heading for name, heading in mapping.items() if heading}
    for name, heading in wanted.items():
        if name not in NAMES:
            raise BadInput(
                _("columns: “%(name)s” is no field of a component. Choose from: %(known)s.")
                % {"name": name[:40], "known": ", ".join(NAMES)},
                field="columns",
            )
        if heading not in headings:
            raise BadInput(
                _("columns: the file has no column “%(heading)s” for %(field)s.")
                % {"heading": heading[:60], "field": LABELS[name]},
                field="columns",
            )
    if "geometry" not in wanted and not {"x", "y"} <= wanted.keys():
        raise BadInput(
            _("columns: say which columns hold the place: two coordinates, or a geometry."),
            field="columns",
        )
    if "code" not in wanted and "key" not in wanted:
        raise BadInput(
            _(
                "columns: say which column holds the code of 16 digits, or the inventory's own"
                " number (then codes are given here)."
            ),
            field="columns",
        )
    if "code" not in wanted and "class" not in wanted and not class_given:
        raise BadInput(
            _("class: without codes, say which class these components are, or which column does."),
            field="class",
        )
    return wanted


def label_of(name: str) -> str:
    """The name on screen of a field, also of what a fault may name beside: the place, the row."""
    return str(LABELS.get(name) or _BESIDE.get(name) or name)
