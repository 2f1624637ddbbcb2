"""`./run fuzz`: searches, by coverage, for input that breaks parsers and edges or is wrongly taken."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dev.fuzz.hunt import Hunt, hunt
from dev.fuzz.target import Target

console = Console(highlight=False, soft_wrap=True)


def fuzz(
    name: Annotated[str, typer.Argument(metavar="[TARGET]", help="Which; without it, each in turn.")] = "",
    seconds: Annotated[int, typer.Option(min=1, help="How long to search each.")] = 60,
    replay: Annotated[
        str, typer.Option(help="Try one input only: the digits that a find was printed as.")
    ] = "",
) -> None:
    """Search parsers and edges for input that breaks them, or that is taken and should not be."""
    targets = _named(name)
    if replay:
        for target in targets:
            target.run(bytes.fromhex(replay))
        console.print("Nothing broke.")
        return
    hunts = []
    with Progress(
        TextColumn("{task.description:12}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        for target in targets:
            task = progress.add_task(target.name, total=None, told="")
            hunts.append(_hunted(target, seconds, progress, task))
    finds = [each for each in hunts if each.found is not None]
    for each in finds:
        console.print(
            f"\n{each.said}\n./run fuzz {each.target.name} --replay {(each.found or b'').hex()}", markup=False
        )
    tried = sum(each.tried for each in hunts)
    console.print(f"{tried:,} inputs, {len(finds)} of {len(hunts)} targets broke.")
    if finds:
        raise typer.Exit(1)


def _named(name: str) -> tuple[Target, ...]:
    from dev.fuzz.targets import TARGETS  # noqa: PLC0415 - it loads the whole app

    found = tuple(each for each in TARGETS if name in {"", each.name})
    if not found:
        names = ", ".join(each.name for each in TARGETS)
        raise typer.BadParameter(f"there is no target {name}; these are: {names}")
    return found


def _hunted(target: Target, seconds: int, progress: Progress, task: TaskID) -> Hunt:
    def tell(tried: int, coverage: int) -> None:
        progress.update(task, told=f"{tried:,} inputs, {coverage:,} edges")

    ended = hunt(target, seconds, tell)
    outcome = "" if ended.found is None else ", broke"
    progress.update(
        task, total=1, completed=1, told=f"{ended.tried:,} inputs, {ended.coverage:,} edges{outcome}"
    )
    return ended
