-- SPDX-License-Identifier: GPL-2.0-or-later
-- Two roles, to be run once by somebody who may create roles. A machine's user is given snet_writer
-- and can then add events, and not read, change or remove any; a person is given snet_reader:
--
--     psql --file=roles.sql snet
--     psql --command="CREATE ROLE fleet LOGIN PASSWORD '…' IN ROLE snet_writer" snet

CREATE ROLE snet_writer NOLOGIN;
CREATE ROLE snet_reader NOLOGIN;

GRANT USAGE ON SCHEMA snet TO snet_writer, snet_reader;
GRANT INSERT ON snet.events, snet.gaps, snet.rejected TO snet_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA snet TO snet_reader;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA snet FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA snet TO snet_writer;
