"""A paper to try a letterhead with, and a template to begin one's own from."""

from tracker.core.i18n import gettext
from tracker.documents.papers.shared import (
    Writing,
    addressees,
    head,
    kept_with_report,
    recipients,
    signature,
)
from tracker.documents.queries.dialogue import Document
from tracker.documents.rules.blocks import Align, Annex, Column, Head, Paper, Para, Signature, Table
from tracker.documents.rules.layout import Issuer


def sample(writing: Writing) -> Paper:
    """Write a paper of no content that shows every part of the letterhead."""
    row = ("1", gettext("Text of a table"))
    columns = [Column(gettext("No."), 1, Align.CENTRE), Column(gettext("Content"), 9)]
    made = head(writing, gettext("RP"), Document())
    note = kept_with_report(writing, made)
    return Paper(
        name="sample",
        head=made,
        kind=gettext("REPORT"),
        subject=gettext("A trial of the letterhead"),
        addressees=addressees(writing),
        blocks=[Para(gettext("This paper shows how the letterhead looks.")) for _ in range(3)],
        signatures=[signature(writing)],
        recipients=recipients(writing),
        annexes=[Annex(gettext("ANNEX"), gettext("A TABLE"), note, Table(columns, [row]))],
    )


def starter(issuer: Issuer) -> Paper:
    """Give the usual layout with a mark in every place, for a unit to change."""
    return Paper(
        name="starter",
        head=Head(
            issuer, "{{CO_QUAN_CAP_TREN}}", ["{{CO_QUAN}}"], "{{SO_KY_HIEU}}", "{{DIA_DANH_NGAY}}"
        ),
        kind="{{TEN_LOAI}}",
        subject="{{TRICH_YEU}}",
        blocks=[Para("{{NOI_DUNG}}")],
        signatures=[Signature("{{QUYEN_HAN}}", "{{CHUC_VU}}", "{{NGUOI_KY}}")],
        recipients=["{{NOI_NHAN}}"],
    )
