"""Classes of records that are kept for a time, and what citizens may ask, as data."""

from tracker.core.i18n import N_, Labelled


class Class(Labelled):
    """Records that are kept equally long, counted from the day they ended."""

    COMPLAINT = "complaint", N_("Complaints")
    PETITION = "petition", N_("Recommendations, feedback and questions")
    HOUSEHOLD = "household", N_("Visits to households")
    VILLAGE = "village", N_("Visits to villages and Party cells")


VISITS = (Class.HOUSEHOLD, Class.VILLAGE)
"""Records without an end of their own: their time is counted from the day of the visit."""


class Stage(Labelled):
    """Where the taking out of a person's data stands."""

    PROPOSED = "proposed", N_("Proposed, waits for a second person")
    REFUSED = "refused", N_("Not carried out")
    DONE = "done", N_("Carried out")


class Right(Labelled):
    """What a citizen asks about their own data."""

    ACCESS = "access", N_("To see their data")
    CORRECTION = "correction", N_("To have their data corrected")
    DELETION = "deletion", N_("To have their data deleted")


class Proof(Labelled):
    """How it was made sure that the data is the asking person's own."""

    PAPER = "paper", N_("Identity paper shown")
    KNOWN = "known", N_("Known in person to the office")
    LETTER = "letter", N_("Signed letter with the same address")
    PROXY = "proxy", N_("Representative with a written authority")
    NOT_YET = "not_yet", N_("Not yet made sure")


class Decision(Labelled):
    """What became of what a citizen asked."""

    OPEN = "open", N_("Not yet decided")
    GRANTED = "granted", N_("Done as asked")
    PARTLY = "partly", N_("Done in part")
    REFUSED = "refused", N_("Refused, with the reason")
