-- The role that serves a register on PostgreSQL: it reads and writes rows, and changes nothing else.
-- The owner of the database runs this once, and again after each "tracker upgrade":
--   psql -d register -v role=tracker_app -f seeds/postgresql_role.sql
-- after CREATE ROLE tracker_app LOGIN PASSWORD '…'. Upgrades, backups and moves stay the owner's.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"role";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"role";
-- What was written down once stays: the triggers refuse it too, and here the right is missing.
REVOKE UPDATE, DELETE ON journal FROM :"role";
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM :"role";
