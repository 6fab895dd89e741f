"""The rhythm of real requests, and our own words for them (src/linli/demo/data/LICENSES.md)."""

from __future__ import annotations

import csv
import gzip
import io
from typing import NamedTuple

from linli.demo.services.city import DATA


class Fact(NamedTuple):
    """One line of the rhythm: class, minute of the day, relative place, minutes to the end."""

    code: str
    minute: int
    x: float
    y: float
    minutes: int | None
    duplicate: bool


def rhythm() -> list[Fact]:
    """The shipped facts (src/linli/demo/data/LICENSES.md)."""
    text = gzip.decompress((DATA / "rhythm.csv.gz").read_bytes()).decode()
    return [
        Fact(
            _told(row["class"], number), int(row["minute"]), float(row["x"]), float(row["y"]),
            int(row["minutes"]) if row["minutes"] else None, row["duplicate"] == "1",
        )
        for number, row in enumerate(csv.DictReader(io.StringIO(text)))
    ]  # fmt: skip


#: The source has no words between neighbours and no errands; some noise and some trouble with water
#: are told as these, so that every goal of the wall (五全) has something to show.
_TOLD = {"E0508": (5, "E0602"), "E0402": (3, "E0601"), "E0404": (3, "E0601")}


def _told(code: str, number: int) -> str:
    every, other = _TOLD.get(code, (1, code))
    return code if number % every else other


#: What people say, in our own words, by class or by major class; {place} is filled in.
WORDS = {
    "E01": ["{place}有垃圾没有人清理", "{place}路面很脏，请派人打扫", "{place}堆了杂物，影响走路"],
    "E0102": ["{place}垃圾成堆，好几天没人清", "{place}垃圾散落一地，有异味"],
    "E0107": ["{place}有一辆没牌照的旧车，停了很久"],
    "E0108": ["{place}有人丢了旧沙发", "{place}堆着旧家具和旧电器"],
    "E0110": ["{place}路面有坑，骑车容易摔", "{place}人行道地砖松动"],
    "E0116": ["{place}饭店油烟直接往外排"],
    "E02": ["{place}电线杆上贴满小广告", "{place}的招牌破了，怕掉下来"],
    "E03": ["{place}工地晚上还在施工，很吵"],
    "E0302": ["{place}工地灰尘很大，没有洒水"],
    "E0303": ["{place}工地的废料堆在路边没有清走"],
    "E04": ["{place}路面有积水，走不过去"],
    "E0402": ["{place}水管在漏水，路面都湿了"],
    "E0404": ["{place}下水道堵了，有异味"],
    "E05": ["{place}商铺把东西摆到了路上"],
    "E0505": ["{place}车辆乱停，把人行道占了", "{place}小区出口被车堵住了"],
    "E0508": ["{place}音响声音太大，影响休息"],
    "E0601": ["{place}老人行动不便，想请人代交水费", "{place}家里停水了，请帮忙问一问何时恢复"],
    "E0602": ["{place}楼上装修声音大，想请人来调解", "{place}楼道堆物，邻居之间有争执"],
    "C01": ["{place}井盖松动，车子压过有响声"],
    "C0118": ["{place}路灯不亮，晚上看不清路"],
    "C02": ["{place}的信号灯有时不亮", "{place}路牌歪了"],
    "C03": ["{place}垃圾桶满了没有清运", "{place}垃圾桶坏了"],
    "C04": ["{place}行道树有断枝，请修剪"],
}
