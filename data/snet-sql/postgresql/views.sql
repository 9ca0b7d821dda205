-- SPDX-License-Identifier: GPL-2.0-or-later
-- For people. They may be made again at any time, and others beside them.

-- The events with the names of their hosts.
CREATE OR REPLACE VIEW snet.log AS
SELECT h.name AS host_name, e.* FROM snet.events e JOIN snet.hosts h ON h.id = e.host;

-- How many events there were in each hour, and how many of them were put to somebody.
CREATE OR REPLACE VIEW snet.per_hour AS
SELECT h.name AS host_name, date_trunc ('hour', e.time) AS hour, count (*) AS events,
  count (*) FILTER (WHERE e.verdict = 'deny') AS denied,
  count (*) FILTER (WHERE e.reason IN ('user', 'timeout')) AS asked
FROM snet.events e JOIN snet.hosts h ON h.id = e.host
GROUP BY h.name, date_trunc ('hour', e.time);

-- The last day: which programs, on how many hosts.
CREATE OR REPLACE VIEW snet.busiest_programs AS
SELECT coalesce (script, program, comm) AS program, count (*) AS events,
  count (*) FILTER (WHERE verdict = 'deny') AS denied, count (DISTINCT host) AS hosts,
  max (time) AS last
FROM snet.events WHERE time > now () - interval '1 day'
GROUP BY 1 ORDER BY events DESC;

-- The last day: what was denied, by host.
CREATE OR REPLACE VIEW snet.denied_by_host AS
SELECT h.name AS host_name, coalesce (e.script, e.program, e.comm) AS program, e.operation,
  coalesce (e.remote_host, host (e.remote_address)) AS remote, e.remote_port, e.reason,
  count (*) AS events, max (e.time) AS last
FROM snet.events e JOIN snet.hosts h ON h.id = e.host
WHERE e.verdict = 'deny' AND e.time > now () - interval '1 day'
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY events DESC;

-- Where programs went in the last day and had not gone before, as far back as events are kept.
CREATE OR REPLACE VIEW snet.new_destinations AS
SELECT coalesce (script, program, comm) AS program,
  coalesce (remote_host, host (remote_address)) AS remote, remote_port,
  min (time) AS first, count (*) AS events, count (DISTINCT host) AS hosts
FROM snet.events WHERE operation IN ('connect', 'send')
GROUP BY 1, 2, 3 HAVING min (time) > now () - interval '1 day'
ORDER BY first DESC;

-- How far each host has come, and what is missing of it.
CREATE OR REPLACE VIEW snet.lag AS
SELECT h.name AS host_name, s.journal, s.serial, s.updated, s.event_time,
  s.updated - s.event_time AS behind, s.waiting,
  (SELECT coalesce (sum (g.last - g.first + 1) FILTER (WHERE g.first > 0), 0)
    FROM snet.gaps g WHERE g.source = s.id) AS missing,
  (SELECT count (*) FROM snet.rejected r WHERE r.source = s.id) AS rejected
FROM snet.sources s JOIN snet.hosts h ON h.id = s.host;
