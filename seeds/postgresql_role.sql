-- The role that serves a register on PostgreSQL: it reads and writes rows, and changes nothing else.
-- The owner of the database runs this once, and again after each "tracker upgrade":
--   psql -1 -d register -v role=tracker_app -f seeds/postgresql_role.sql
-- after CREATE ROLE tracker_app LOGIN PASSWORD '…'. Upgrades, backups and moves stay the owner's.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM :"role";
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"role";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"role";
-- What was written down once stays: triggers refuse it too, and here the right is missing.
REVOKE UPDATE, DELETE ON
    denunciation_steps, journal, secluded_entries, sent_files, sent_reports
    FROM :"role";
-- Entries of the ledger are only added to; the owner alone writes them anew, by "tracker upgrade".
REVOKE UPDATE, DELETE ON ledger_entries FROM :"role";
-- Of these the program changes rows, as when a person is taken out, and takes none away.
REVOKE DELETE ON
    anonymisations, briefings, calendar_exceptions, categories, clearings, commitment_steps,
    commitments,
    deadline_rules, denouncer_identities, denunciation_grants, denunciation_takers,
    denunciations, departments, dialogue_steps, dialogues, grassroots_visit_corrections,
    grassroots_visits, household_visits, identity_looks, installation_settings,
    letterhead_templates, person_requests, petition_steps, petitions, places,
    published_figures, retention_periods, users, visit_rhythms, working_group_members,
    working_groups
    FROM :"role";
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM :"role";
