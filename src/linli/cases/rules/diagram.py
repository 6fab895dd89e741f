"""The picture and the tables of docs/life-of-a-case.md, drawn from the table of moves."""

from __future__ import annotations

from django.utils.translation import override

from linli.cases.rules.moves import MOVES, Move
from linli.cases.rules.stages import ENDED, LOOP, OPEN, Stage


def mermaid() -> str:
    """The stages and the moves between them as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> reported: report"]
    for name, move in MOVES.items():
        if move.target is not None:
            lines += [f"    {source} --> {move.target}: {name}" for source in move.sources]
    lines += [f"    {stage} --> [*]" for stage in ENDED if stage != Stage.CLOSED]
    return "\n".join(lines)


def stages_table() -> str:
    """Every stage, its Chinese name, the step of the loop it belongs to."""
    step_of = {stage: name for name, _label, stages in LOOP for stage in stages}
    rows = ["| stage | 中文 | step | open |", "|---|---|---|---|"]
    for stage in Stage:
        with override("zh-hans"):
            chinese = str(stage.label)
        is_open = "yes" if stage in OPEN else ""
        rows.append(f"| `{stage.value}` | {chinese} | {step_of.get(stage, '–')} | {is_open} |")
    return "\n".join(rows)


def moves_table() -> str:
    """Every move: from, to, who, grant, inputs (compulsory ones in bold)."""
    rows = [
        "| move | 中文 | from | to | axis | grant | inputs |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, move in MOVES.items():
        with override("zh-hans"):
            chinese = str(move.label)
        sources = ", ".join(_sources(move))
        target = move.target.value if move.target else "(stays)"
        inputs = ", ".join(f"**{i.name}**" if i.required else i.name for i in move.inputs)
        rows.append(
            f"| `{name}` | {chinese} | {sources} | {target} | {move.axis.value} | "
            f"`{move.grant}` | {inputs or '–'} |"
        )
    return "\n".join(rows)


def _sources(move: Move) -> list[str]:
    if move.sources == tuple(Stage):
        return ["any"]
    if move.sources == OPEN:
        return ["any open"]
    return [stage.value for stage in move.sources]


def page(text: str) -> str:
    """`text` with the parts between `<!-- drawn: NAME -->` and `<!-- end -->` drawn anew."""
    parts = {
        "diagram": f"```mermaid\n{mermaid()}\n```",
        "stages": stages_table(),
        "moves": moves_table(),
    }
    for name, drawn in parts.items():
        begin, end = f"<!-- drawn: {name} -->", "<!-- end -->"
        before, _mark, rest = text.partition(begin)
        _old, _mark, after = rest.partition(end)
        text = f"{before}{begin}\n{drawn}\n{end}{after}"
    return text
