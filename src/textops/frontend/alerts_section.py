"""The alerts that fire now."""

import streamlit as st

from textops.frontend.escaping import plain
from textops.frontend.moments import ago, moment_in_words, zone_of_reader
from textops.monitoring.alert_schemas import FiringAlert, FiringAlerts

_CALLS_SOMEBODY = frozenset({"page", "critical"})
_MOST_AT_ONCE = 5
_ONLY_WEBHOOK = (
    "Only alerts that were sent to the drift service since it started are known here. Whoever runs it sets "
    "TEXTOPS_ALERTMANAGER_URL to show all that fire."
)


def show_alerts(known: FiringAlerts) -> None:
    """Tell what fires, or that it is not known.

    Args:
        known: What the drift service says.
    """
    st.subheader("Alerts", anchor=False)
    if known.problem:
        st.warning(f"**{'Not all are shown' if known.alerts else 'Alerts are unknown'}**\n\n{_sentence(known.problem)}")
    elif not known.alerts:
        st.success("No alert fires.", icon=":material/notifications_off:")
    for alert in known.alerts[:_MOST_AT_ONCE]:
        _show_alert(alert)
    further = known.alerts[_MOST_AT_ONCE:]
    if further:
        with st.expander(f"{len(further):,} more"):
            for alert in further:
                _show_alert(alert)
    if known.source == "webhook":
        st.caption(_ONLY_WEBHOOK)


def _show_alert(alert: FiringAlert) -> None:
    head = f"**{plain(alert.name)}**"
    if alert.severity:
        head += f" · {plain(alert.severity)}"
    if alert.since is not None:
        head += f" · since {moment_in_words(alert.since, zone_of_reader())}, {ago(alert.since)}"
    said = [_sentence(part) for part in (alert.summary, alert.description) if part]
    if alert.runbook:
        said.append(f"Runbook: {_link(alert.runbook)}")
    # A line break, and no paragraph: many alerts must fit a screen.
    body = "\\\n".join([head, *said])
    if alert.severity in _CALLS_SOMEBODY:
        st.error(body, icon=":material/notifications_active:")
    else:
        st.warning(body, icon=":material/notifications:")


def _link(place: str) -> str:
    """Return a link to an address of the web; anything else may be a place in docs/, or a script, and stays text."""
    if not place.startswith(("https://", "http://")):
        return plain(place)
    address = place.translate({ord(sign): f"%{ord(sign):02X}" for sign in "<>() \"'\\`[]\n\r\t"})
    return f"[{plain(place)}](<{address}>)"


def _sentence(text: str) -> str:
    return plain(text[:1].upper() + text[1:])
