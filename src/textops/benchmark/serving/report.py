"""The measurements as Markdown."""

from collections.abc import Sequence

from textops.benchmark.result import table
from textops.benchmark.serving.comparison import CONNECTIONS, Compared, spread
from textops.benchmark.serving.measurements import RAW, Measurements
from textops.benchmark.serving.overload import CONNECTIONS as OVERLOAD_CONNECTIONS
from textops.benchmark.serving.overload import TIMES
from textops.benchmark.serving.own_server import NAME
from textops.benchmark.serving.promises import promises

# Above it, the generator may be what is slow.
_BUSY = 0.85
# Below it, a server under full load did not have its processor for itself.
_DISTURBED = 0.9


def report(found: Measurements) -> str:
    """Return all of it, for people."""
    parts = [
        _introduction(found),
        _promised(found),
        _comparison(found),
        _latency(found),
        _settings(found),
        _overload(found),
        _long_runs(found),
        _generator(found),
    ]
    return "\n".join(part for part in parts if part)


def _introduction(found: Measurements) -> str:
    place = "server and load generator on a processor each" if found.pinned else "server and load generator unpinned"
    return (
        f"`textops benchmark serving`: one worker, {place}; {found.model}; JSON bodies with {found.characters:,} "
        f"characters from {found.texts}; {CONNECTIONS} connections; {found.rounds} rounds of {found.seconds:g} s, all "
        "servers in turns. Medians with the smallest and the largest; shares are formed in each round.\n"
    )


def _promised(found: Measurements) -> str:
    rows = [
        [promise.what, promise.bound, promise.shown, "yes" if promise.kept else "**no**"] for promise in promises(found)
    ]
    return table(["", "wanted", "measured", "reached"], rows)


def _comparison(found: Measurements) -> str:
    first = found.compared[0]
    rows = [
        [server.name, f"{_whole(server.per_second)}", _share(server.share_of(first)), *_costs(server)]
        if server.rounds and first.rounds
        else [server.name, "", "", "", "", "", server.reason]
        for server in found.compared
    ]
    rows += [[name, "", "", "", "", "", reason] for name, reason in found.left_out.items()]
    return table(
        ["server", "requests a second", f"share of the {first.name}", "processor time", "start", "memory", ""], rows
    )


def _costs(server: Compared) -> list[str]:
    start, *_ = spread([part.start_seconds for part in server.rounds])
    megabytes, *_ = spread([part.resident_megabytes for part in server.rounds])
    microseconds, *_ = spread([part.microseconds for part in server.rounds])
    return [f"{microseconds:.0f} us", f"{start:.2f} s", f"{megabytes:.0f} MB", ""]


def _latency(found: Measurements) -> str:
    rows = [
        [server.name, *_times(server, full=False), *_times(server, full=True)]
        for server in found.compared
        if server.rounds
    ]
    header = ["milliseconds", "p50, 1 connection", "p99", "p99 / p50"]
    return table([*header, f"p50, {CONNECTIONS} connections", "p99", "p99 / p50"], rows)


def _times(server: Compared, *, full: bool) -> list[str]:
    times = [part.full.accepted if full else part.alone.accepted for part in server.rounds]
    known = [part for part in times if part is not None]
    half, most, ratio = (
        spread([part.p50 for part in known]),
        spread([part.p99 for part in known]),
        spread([part.p99 / part.p50 for part in known]),
    )
    return [f"{half[0]:.2f}", f"{most[0]:.2f}", f"{ratio[0]:.1f} ({ratio[1]:.1f} to {ratio[2]:.1f})"]


def _settings(found: Measurements) -> str:
    lines = [f"- {server.name}: {server.note}" for server in found.compared if server.note]
    return "\n".join([*lines, ""])


def _overload(found: Measurements) -> str:
    load = found.overload
    if load is None:
        return ""
    result, recovery = load.result, load.recovery_seconds
    statuses = ", ".join(f"{count:,} times {status}" for status, count in sorted(result.statuses.items()))
    accepted = (
        ""
        if result.accepted is None
        else f" Accepted: p50 {result.accepted.p50:.0f}, p99 {result.accepted.p99:.0f} ms."
    )
    refused = (
        "" if result.refused is None else f" Refused: p50 {result.refused.p50:.0f}, p99 {result.refused.p99:.0f} ms."
    )
    back = "not within 30 s" if recovery is None else f"after {recovery:.1f} s"
    return (
        f"**At {TIMES:g} times the maximum** ({load.offered:,.0f} requests a second for {result.seconds:.0f} s over "
        f"{OVERLOAD_CONNECTIONS:,} connections): {result.accepted_per_second:,.0f} answers a second, "
        f"{load.goodput:.0%} of the maximum of {load.maximum:,.0f}. Answers: {statuses}; {result.errors:,} without an "
        f"answer; {result.unsent:,} not sent, as every connection waited.{accepted}{refused} Times count from the "
        f"moment when a request was due. The server worked {load.busy:.0%} of the time. Memory "
        f"{load.megabytes_before:.0f} MB before, {load.megabytes_early:.0f} MB after a quarter of the time, "
        f"{load.megabytes_after:.0f} MB at the end; single answers as fast as before "
        f"{back}.\n"
    )


def _long_runs(found: Measurements) -> str:
    lines = []
    if found.memory is not None:
        memory = found.memory
        lines += [
            f"**{memory.requests:,} requests**: {memory.before:.0f} MB resident before, {memory.after:.0f} MB after.",
            "",
        ]
    if found.soak is not None:
        soak = found.soak
        times = soak.result.accepted
        p99 = "" if times is None else f", p99 {times.p99:.0f} ms"
        text = (
            f"**{soak.minutes:g} minutes at {soak.rate:,.0f} requests a second** (70 %), another version every "
            f"{soak.reload_seconds:g} s ({soak.reloads} reloads, {soak.failed_reloads} failed): "
            f"{soak.result.statuses.get(200, 0):,} answers{p99}, {soak.result.failed:,} failed, "
            f"{soak.result.statuses.get(429, 0):,} refused, {soak.result.unsent:,} not sent; {soak.missing:,} answers "
            f"are not in the log (texts: {soak.text_policy}). Resident memory {soak.megabytes[0]:.0f} MB at first, "
            f"{soak.megabytes[-1]:.0f} MB at the end."
        )
        lines += [
            text,
            "",
        ]
    return "\n".join(lines)


def _generator(found: Measurements) -> str:
    raw = found.named(RAW)
    lines = []
    if raw is not None:
        ceiling, *_ = spread([part.full.accepted_per_second / part.full.generator_share for part in raw.rounds])
        lines += [
            f"The generator's own limit is about {ceiling:,.0f} requests a second: what it needs for one, counted."
        ]
    busy = [
        server.name
        for server in found.compared
        if server.rounds and spread([part.full.generator_share for part in server.rounds])[0] > _BUSY
    ]
    if busy:
        lines += [f"It was at that limit, and the server may be faster than measured: {', '.join(busy)}."]
    idle = [
        server.name
        for server in found.compared
        if server.rounds and 0 < spread([part.busy for part in server.rounds])[0] < _DISTURBED
    ]
    if idle:
        lines += [f"Something else used the processor, or the server waited: {', '.join(idle)}."]
    lines += [f"{found.logged_share:.2%} of the answers of {NAME} were found in its prediction log."]
    return " ".join(lines) + "\n"


def _whole(values: Sequence[float]) -> str:
    middle, low, high = values
    return f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def _share(values: Sequence[float]) -> str:
    middle, low, high = values
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"
