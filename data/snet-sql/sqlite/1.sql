-- SPDX-License-Identifier: GPL-2.0-or-later
-- What snet-sql writes into an SQLite database. Texts of several lines are command and ancestors,
-- a line for each element; time is in microseconds since the epoch.

CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  journal TEXT NOT NULL UNIQUE,
  serial INTEGER NOT NULL,
  updated INTEGER NOT NULL -- microseconds since the epoch
) STRICT;

CREATE TABLE events (
  source INTEGER NOT NULL,
  serial INTEGER NOT NULL,
  time INTEGER NOT NULL,
  request INTEGER,
  uid INTEGER,
  pid INTEGER,
  process INTEGER,
  session INTEGER,
  netns INTEGER,
  rule INTEGER,
  waited INTEGER,
  local_port INTEGER,
  remote_port INTEGER,
  operation TEXT,
  family TEXT,
  type TEXT,
  protocol TEXT,
  verdict TEXT,
  reason TEXT,
  errno TEXT,
  hold TEXT,
  local_address TEXT,
  remote_address TEXT,
  remote_host TEXT,
  remote_host_source TEXT,
  comm TEXT,
  program TEXT,
  program_digest TEXT,
  script TEXT,
  command TEXT,
  directory TEXT,
  ancestors TEXT,
  app TEXT,
  unit TEXT,
  cgroup TEXT
) STRICT;
CREATE INDEX events_by_time ON events (time);

-- Events that are missing: snetd did not keep them until they could be read, or another journal
-- has taken the place of one that may have had some (then first and last are 0).
CREATE TABLE gaps (
  source INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  reason TEXT NOT NULL,
  noticed INTEGER NOT NULL
) STRICT;

CREATE VIEW log AS
SELECT datetime (time / 1000000, 'unixepoch', 'localtime') AS at, * FROM events;

CREATE VIEW per_hour AS
SELECT strftime ('%Y-%m-%d %H:00', time / 1000000, 'unixepoch', 'localtime') AS hour,
  count (*) AS events, sum (verdict = 'deny') AS denied,
  sum (reason IN ('user', 'timeout')) AS asked
FROM events GROUP BY 1;

CREATE VIEW busiest_programs AS
SELECT coalesce (script, program, comm) AS program, count (*) AS events,
  sum (verdict = 'deny') AS denied,
  datetime (max (time) / 1000000, 'unixepoch', 'localtime') AS last
FROM events WHERE time > (strftime ('%s', 'now') - 86400) * 1000000
GROUP BY 1 ORDER BY events DESC;

CREATE VIEW denied AS
SELECT coalesce (script, program, comm) AS program, operation,
  coalesce (remote_host, remote_address) AS remote, remote_port, reason, count (*) AS events,
  datetime (max (time) / 1000000, 'unixepoch', 'localtime') AS last
FROM events WHERE verdict = 'deny' AND time > (strftime ('%s', 'now') - 86400) * 1000000
GROUP BY 1, 2, 3, 4, 5 ORDER BY events DESC;

CREATE VIEW new_destinations AS
SELECT coalesce (script, program, comm) AS program,
  coalesce (remote_host, remote_address) AS remote, remote_port,
  datetime (min (time) / 1000000, 'unixepoch', 'localtime') AS first, count (*) AS events
FROM events WHERE operation IN ('connect', 'send')
GROUP BY 1, 2, 3 HAVING min (time) > (strftime ('%s', 'now') - 86400) * 1000000
ORDER BY min (time) DESC;
