"""Area codes, digit by digit (standards §3.1).

A check gives a list of sentences, one for each group of digits that is wrong; an empty list means
the code is well formed. Whether the place exists is for the database to say.
"""

from __future__ import annotations

from typing import Literal

from django.utils.translation import gettext as _

from linli.territory.rules.kinds import Layer, Tier

Part = Literal["province", "city", "district", "street", "community", "group"]
REGION_DIGITS = 12
CELL_DIGITS = 15
_GRID_LETTER = {Layer.RESPONSIBILITY: "Z", Layer.SPECIAL: "S", Layer.MICRO: "W"}
# How many leading digits name a region of each tier; the rest are zeros.
SIGNIFICANT = {
    Tier.PROVINCE: 2,
    Tier.CITY: 4,
    Tier.DISTRICT: 6,
    Tier.STREET: 9,
    Tier.COMMUNITY: 12,
    Tier.GROUP: 12,
}
# GB/T 2260: provinces in six groups by great region, then Taiwan, Hong Kong, Macao.
PROVINCES = frozenset(
    f"{n:02}"
    for n in (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
    )
)


def region_code_faults(code: str, tier: str | None = None) -> list[str]:
    """What is wrong with a 12-digit 统计用区划代码, for `tier` if it is known."""
    if faults := _digit_faults(code, REGION_DIGITS):
        return faults
    faults = []
    depth = SIGNIFICANT[Tier(tier)] if tier else _depth(code)
    if code[:2] not in PROVINCES:
        faults.append(
            _("Digits 1–2 (%(digits)s) name no province; GB/T 2260 has 11–15, 21–23, 31–37, …, 82.")
            % {"digits": code[:2]}
        )
    checks = ((4, _city_fault), (6, _district_fault), (9, _street_fault), (12, _community_fault))
    faults += [fault for least, check in checks if depth >= least and (fault := check(code))]
    if code[depth:].strip("0"):
        faults.append(
            _("Digits %(from)d–12 (%(digits)s) must be 0 for this tier (%(tier)s).")
            % {
                "from": depth + 1,
                "digits": code[depth:],
                "tier": Tier(tier).label if tier else "",
            }
        )
    return faults


def parent_code_faults(code: str, parent_code: str, parent_tier: str) -> list[str]:
    """What is wrong with a region's code below a parent's: its first digits must be the same."""
    depth = SIGNIFICANT[Tier(parent_tier)]
    if code[:depth] == parent_code[:depth]:
        return []
    return [
        _("Digits 1–%(to)d (%(digits)s) differ from those of the region above (%(parent)s).")
        % {"to": depth, "digits": code[:depth], "parent": parent_code[:depth]}
    ]


def cell_code_faults(code: str, community_code: str | None = None) -> list[str]:
    """What is wrong with a 15-digit 单元网格 code: community (12 digits) + 001–999."""
    if faults := _digit_faults(code, CELL_DIGITS):
        return faults
    faults = region_code_faults(code[:12], Tier.COMMUNITY)
    if community_code is not None and code[:12] != community_code:
        faults.append(
            _("Digits 1–12 (%(digits)s) differ from the community's code (%(community)s).")
            % {"digits": code[:12], "community": community_code}
        )
    if code[12:] == "000":
        faults.append(_("Digits 13–15 (000) must be a running number from 001 to 999."))
    return faults


def grid_code_faults(
    code: str, layer: str = Layer.RESPONSIBILITY, community_code: str | None = None
) -> list[str]:
    """What is wrong with a grid's code: community code + Z (S special, W micro) + 3 digits.

    Grids inside a grid (R38) add 2 digits for each level, at most two levels.
    """
    letter = _GRID_LETTER[Layer(layer)]
    if len(code) not in (16, 18, 20):
        return [
            _("A grid code has 16 characters: community, %(letter)s, 3 digits; not %(length)d.")
            % {"letter": letter, "length": len(code)}
        ]
    community, mark, number = code[:12], code[12], code[13:]
    faults = _digit_faults(community, 12) or region_code_faults(community, Tier.COMMUNITY)
    if community_code is not None and community != community_code:
        faults.append(
            _("Digits 1–12 (%(digits)s) differ from the community's code (%(community)s).")
            % {"digits": community, "community": community_code}
        )
    if mark != letter:
        faults.append(
            _("Character 13 (%(mark)s) must be %(letter)s for this layer.")
            % {"mark": mark, "letter": letter}
        )
    if not _plain_digits(number) or number[:3] == "000":
        faults.append(
            _("Characters 14–16 (%(digits)s) must be a running number from 001 to 999.")
            % {"digits": number[:3]}
        )
    return faults


def grid_code(community_code: str, number: int, layer: str = Layer.RESPONSIBILITY) -> str:
    """The code of the `number`th grid of a community. Raises ValueError beyond 999."""
    if not 1 <= number <= 999:
        raise ValueError(f"Grid number {number} is not between 1 and 999.")
    return f"{community_code}{_GRID_LETTER[Layer(layer)]}{number:03}"


def cell_code(community_code: str, number: int) -> str:
    """The code of the `number`th cell of a community. Raises ValueError beyond 999."""
    if not 1 <= number <= 999:
        raise ValueError(f"Cell number {number} is not between 1 and 999.")
    return f"{community_code}{number:03}"


def padded(code: str) -> str:
    """A short region code (2, 4, 6 or 9 digits) with its zeros; others as they are."""
    return code.ljust(REGION_DIGITS, "0") if len(code) in (2, 4, 6, 9) else code


def _plain_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _digit_faults(code: str, digits: int) -> list[str]:
    if len(code) != digits:
        return [
            _("The code must have %(digits)d digits, not %(length)d.")
            % {"digits": digits, "length": len(code)}
        ]
    wrong = [at for at, character in enumerate(code, start=1) if not _plain_digits(character)]
    return [
        _("Character %(at)d (%(character)s) is not a digit.")
        % {"at": at, "character": code[at - 1]}
        for at in wrong
    ]


def _depth(code: str) -> int:
    """How many leading digits say something, by the zeros at the end."""
    return next(depth for depth in (2, 4, 6, 9, 12) if not code[depth:].strip("0"))


def _city_fault(code: str) -> str | None:
    number = int(code[2:4])
    if 1 <= number <= 70 or number == 90:
        return None
    return _(
        "Digits 3–4 (%(digits)s) name no city: 01–20 and 51–70 are cities, 21–50 prefectures and"
        " leagues, 90 what the province administers itself."
    ) % {"digits": code[2:4]}


def _district_fault(code: str) -> str | None:
    number = int(code[4:6])
    # 00 stands where a city has towns but no districts (441900, Dongguan).
    if 1 <= number <= 99 or (number == 0 and code[6:9] != "000"):
        return None
    return _(
        "Digits 5–6 (%(digits)s) name no district: 01–20 are city districts, 21–80 counties,"
        " 81–99 county-level cities."
    ) % {"digits": code[4:6]}


def _street_fault(code: str) -> str | None:
    number = int(code[6:9])
    if 1 <= number <= 599:
        return None
    return _(
        "Digits 7–9 (%(digits)s) name no street: 001–099 are subdistricts, 100–199 towns, 200–399"
        " townships, 400–599 other units."
    ) % {"digits": code[6:9]}


def _community_fault(code: str) -> str | None:
    number = int(code[9:12])
    if 1 <= number <= 599:
        return None
    return _(
        "Digits 10–12 (%(digits)s) name no community: 001–199 are residents' committees, 200–399"
        " villagers' committees, 400–599 other units."
    ) % {"digits": code[9:12]}
