"""Roles, and what each may do: one table of data."""

from enum import StrEnum

from tracker.core.i18n import N_, Labelled


class Permission(StrEnum):
    """One act that a role may be granted."""

    READ_REGISTER = "register:read"
    LOG_DIALOGUE = "dialogue:log"
    MOVE_DIALOGUE = "dialogue:move"
    LOG_PETITION = "petition:log"
    MOVE_PETITION = "petition:move"
    APPROVE_PETITION = "petition:approve"
    OPEN_IDENTITY = "identity:open"
    KEEP_REQUESTS = "request:keep"
    REVIEW_RETENTION = "retention:review"
    MAKE_COMMITMENT = "commitment:make"
    REPORT_COMMITMENT = "commitment:report"
    JUDGE_COMMITMENT = "commitment:judge"
    LOG_VISIT = "visit:log"
    PREPARE_BRIEFING = "briefing:prepare"
    DECIDE_BRIEFING = "briefing:decide"
    READ_REPORT = "report:read"
    SEND_REPORT = "report:send"
    EXPORT = "register:export"
    EXPORT_NAMES = "register:export-names"
    MANAGE_SETTINGS = "settings:manage"
    MANAGE_PEOPLE = "people:manage"
    READ_JOURNAL = "journal:read"
    CONFIRM_TAKER = "taker:confirm"


class Role(Labelled):
    """What a person is in this register."""

    STAFF = "staff", N_("Staff")
    LEADER = "leader", N_("Leader")
    ADMIN = "admin", N_("Administrator")


_READER = frozenset({Permission.READ_REGISTER, Permission.READ_REPORT, Permission.EXPORT})
_STAFF = _READER | {
    Permission.LOG_DIALOGUE,
    Permission.MOVE_DIALOGUE,
    Permission.LOG_PETITION,
    Permission.MOVE_PETITION,
    Permission.MAKE_COMMITMENT,
    Permission.REPORT_COMMITMENT,
    Permission.LOG_VISIT,
    Permission.PREPARE_BRIEFING,
    Permission.OPEN_IDENTITY,
    Permission.KEEP_REQUESTS,
    Permission.EXPORT_NAMES,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.STAFF: _STAFF,
    Role.LEADER: _READER
    | {
        Permission.MOVE_PETITION,
        Permission.APPROVE_PETITION,
        Permission.MAKE_COMMITMENT,
        Permission.REPORT_COMMITMENT,
        Permission.JUDGE_COMMITMENT,
        Permission.LOG_VISIT,
        Permission.PREPARE_BRIEFING,
        Permission.DECIDE_BRIEFING,
        Permission.SEND_REPORT,
        Permission.CONFIRM_TAKER,
        Permission.OPEN_IDENTITY,
        Permission.KEEP_REQUESTS,
        Permission.REVIEW_RETENTION,
        Permission.EXPORT_NAMES,
    },
    Role.ADMIN: _READER
    | {
        Permission.MANAGE_SETTINGS,
        Permission.MANAGE_PEOPLE,
        Permission.READ_JOURNAL,
        Permission.REVIEW_RETENTION,
    },
}
