"""What of a petition goes along into the room, and what stands in its place."""

from tracker.core.i18n import DEFAULT_LANGUAGE, N_, gettext, speaking
from tracker.denunciations.lifecycle import Way
from tracker.petitions.lifecycle import Channel

_LEFT = N_("Handed over to the procedure that the law has for it, with all that was written.")
"""What a row says that keeps its place: it names no procedure, and no word of the matter."""

WAYS = {
    Channel.DIALOGUE: Way.DIALOGUE,
    Channel.LETTER: Way.LETTER,
    Channel.PRESS: Way.FORWARDED,
}


def way_of(channel: Channel) -> Way:
    """Give how a denunciation came that was logged under a channel of petitions."""
    return WAYS.get(channel, Way.IN_PERSON)


def left_behind() -> str:
    """Give what a row says that keeps its place, in the register's own language."""
    with speaking(DEFAULT_LANGUAGE):
        return gettext(_LEFT)
