"""Papers written down as Word files.

What reads and writes Word files takes long to load, and most processes never write one: it is
brought in by the first paper.
"""

from tracker.documents.rules.blocks import Paper

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def written_down(paper: Paper, template: bytes | None = None) -> bytes:
    """Give the Word file of a paper, in a unit's own template where there is one."""
    from tracker.documents.word import package

    return package.written_down(paper, template)


def opens(template: bytes, paper: Paper) -> bool:
    """Tell whether a paper can be written in a template, by writing one."""
    from tracker.documents.word import package

    return package.opens(template, paper)
