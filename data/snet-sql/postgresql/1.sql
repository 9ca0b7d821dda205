-- SPDX-License-Identifier: GPL-2.0-or-later
-- What snet-sql writes into a PostgreSQL database: the events of many machines. snet-sql runs this
-- in one transaction when it finds no schema snet, if its configuration says CreateSchema=yes;
-- otherwise somebody who may does:
--
--     psql --single-transaction --file=1.sql --file=views.sql snet
--
-- Who writes needs none of the tables but events, gaps and rejected, and these only to add to
-- them: all else is done by functions, see roles.sql.

CREATE SCHEMA snet;

-- One row. Change retention_days as you like: events older than so many days go, 0: none.
CREATE TABLE snet.settings (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  version integer NOT NULL,
  oldest_writer integer NOT NULL, -- a snet-sql that knows a version before this may not write
  retention_days integer NOT NULL DEFAULT 90 CHECK (retention_days >= 0),
  maintained timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO snet.settings (version, oldest_writer) VALUES (1, 1);

CREATE TABLE snet.hosts (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  since timestamptz NOT NULL DEFAULT now()
);

-- A journal of a host, and how much of it is here: events and serial change in one transaction,
-- which is why each event is here once, whatever is killed.
CREATE TABLE snet.sources (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  host integer NOT NULL REFERENCES snet.hosts,
  journal text NOT NULL,
  serial bigint NOT NULL DEFAULT 0,
  since timestamptz NOT NULL DEFAULT now(),
  updated timestamptz,   -- when the last events came
  event_time timestamptz, -- when the last of these was
  waiting bigint,         -- events that waited on the host then
  UNIQUE (host, journal)
) WITH (fillfactor = 50);

CREATE TABLE snet.events (
  host integer NOT NULL,
  source integer NOT NULL,
  serial bigint NOT NULL, -- of its source
  time timestamptz NOT NULL,
  request bigint,
  uid bigint,
  pid bigint,
  process bigint,
  session bigint,
  netns bigint,
  rule bigint,
  waited bigint, -- microseconds
  local_port integer,
  remote_port integer,
  operation text,
  family text,
  type text,
  protocol text,
  verdict text,
  reason text,
  errno text,
  hold text,
  local_address inet,
  remote_address inet,
  remote_host text,
  remote_host_source text,
  comm text,
  program text,
  program_digest text,
  script text,
  command text[],
  directory text,
  ancestors text[],
  app text,
  unit text,
  cgroup text
) PARTITION BY RANGE (time);
CREATE INDEX events_by_host ON snet.events (host, time);

-- Of machines whose clock is wrong, or that were away for longer than anything is kept.
CREATE TABLE snet.events_default PARTITION OF snet.events DEFAULT;

-- Events that are missing: snetd did not keep them until they could be sent, or another journal
-- has taken the place of one that may have had some (then first and last are 0).
CREATE TABLE snet.gaps (
  source integer NOT NULL,
  first bigint NOT NULL,
  last bigint NOT NULL,
  reason text NOT NULL,
  noticed timestamptz NOT NULL DEFAULT now()
);

-- Events that the table did not take, for instance because of a constraint that was added.
CREATE TABLE snet.rejected (
  source integer NOT NULL,
  serial bigint NOT NULL,
  error text NOT NULL,
  event text,
  noticed timestamptz NOT NULL DEFAULT now()
);

-- What a writer has to know first.
CREATE FUNCTION snet.version (OUT version integer, OUT oldest_writer integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT s.version, s.oldest_writer FROM snet.settings s $$;

-- Who writes, and how far it has come. others: the host has had another journal.
CREATE FUNCTION snet.enter (host_name text, journal_name text,
  OUT host integer, OUT source integer, OUT serial bigint, OUT others boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
  SELECT h.id INTO host FROM snet.hosts h WHERE h.name = host_name;
  IF NOT FOUND THEN
    INSERT INTO snet.hosts (name) VALUES (host_name) ON CONFLICT (name) DO NOTHING;
    SELECT h.id INTO STRICT host FROM snet.hosts h WHERE h.name = host_name;
  END IF;
  SELECT s.id, s.serial INTO source, serial FROM snet.sources s
    WHERE s.host = enter.host AND s.journal = journal_name;
  IF NOT FOUND THEN
    INSERT INTO snet.sources (host, journal) VALUES (enter.host, journal_name)
      ON CONFLICT (host, journal) DO NOTHING;
    SELECT s.id, s.serial INTO STRICT source, serial FROM snet.sources s
      WHERE s.host = enter.host AND s.journal = journal_name;
  END IF;
  others := EXISTS (SELECT FROM snet.sources s WHERE s.host = enter.host AND s.id <> source);
END $$;

-- In the transaction that adds the events between the two serials. It waits for another one that
-- does the same, and fails if that was faster.
CREATE FUNCTION snet.advance (source_id integer, from_serial bigint, to_serial bigint,
  newest bigint, waiting_events bigint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE snet.sources SET serial = to_serial, updated = now(), waiting = waiting_events,
    event_time = CASE WHEN newest BETWEEN 0 AND 4102444800000000
      THEN timestamptz 'epoch' + newest * interval '1 microsecond' END
    WHERE id = source_id AND serial = from_serial AND to_serial > from_serial;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'another has written these events' USING ERRCODE = 'SN001';
  END IF;
END $$;

-- A partition for a day (UTC). false: no such day is kept, and its events go to events_default.
CREATE FUNCTION snet.make_partition (day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' SET lock_timeout = '5s' AS $$
DECLARE
  name text := 'events_' || to_char (day, 'YYYYMMDD');
  days integer := (SELECT retention_days FROM snet.settings);
BEGIN
  IF day > current_date + 1 OR day < date '2020-01-01' OR
     (days > 0 AND day < current_date - days) THEN
    RETURN false;
  END IF;
  IF to_regclass ('snet.' || name) IS NOT NULL THEN
    RETURN true;
  END IF;
  -- Against another one that does the same; who writes does not wait for it.
  LOCK TABLE snet.events IN SHARE UPDATE EXCLUSIVE MODE;
  IF to_regclass ('snet.' || name) IS NOT NULL THEN
    RETURN true;
  END IF;
  -- Attached when it is ready: that does not wait for those who write meanwhile.
  EXECUTE format ('CREATE TABLE snet.%I (LIKE snet.events INCLUDING ALL)', name);
  EXECUTE format ('WITH moved AS (DELETE FROM snet.events_default'
    ' WHERE time >= %L AND time < %L RETURNING *) INSERT INTO snet.%I SELECT * FROM moved',
    day::timestamptz, (day + 1)::timestamptz, name);
  EXECUTE format ('ALTER TABLE snet.events ATTACH PARTITION snet.%I'
    ' FOR VALUES FROM (%L) TO (%L)', name, day::timestamptz, (day + 1)::timestamptz);
  RETURN true;
END $$;

-- Once in an hour, by whoever comes first: makes the next partitions and drops those that are too
-- old. Returns how many were dropped.
CREATE FUNCTION snet.maintain () RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' SET lock_timeout = '5s' AS $$
DECLARE
  setting snet.settings;
  oldest date;
  name text;
  dropped integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock (x'736e6574'::integer, 2) THEN
    RETURN 0;
  END IF;
  SELECT * INTO setting FROM snet.settings;
  IF setting.maintained > now() - interval '1 hour' THEN
    RETURN 0;
  END IF;
  UPDATE snet.settings SET maintained = now();
  PERFORM snet.make_partition (current_date), snet.make_partition (current_date + 1);
  IF setting.retention_days = 0 THEN
    RETURN 0;
  END IF;
  oldest := current_date - setting.retention_days;
  FOR name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'snet.events'::regclass AND c.relname ~ '^events_[0-9]{8}$'
      AND to_date (substr (c.relname, 8), 'YYYYMMDD') < oldest
  LOOP
    EXECUTE format ('DROP TABLE snet.%I', name);
    dropped := dropped + 1;
  END LOOP;
  DELETE FROM snet.events_default WHERE time < oldest;
  DELETE FROM snet.gaps WHERE noticed < oldest;
  DELETE FROM snet.rejected WHERE noticed < oldest;
  RETURN dropped;
END $$;
