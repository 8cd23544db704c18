#!/usr/bin/env bash
# What people type to learn what customers were promised and got, and whose fault it was.
. "$(dirname "$0")/../support/script.sh"
cd "$scratch" || exit 1
expect() { answers "$1" "$2" "$3" "$kenko" "${@:4}"; }

cat >kenko.yaml <<'Y'
organisation: Test
time_zone: Asia/Tokyo
sources:
  - name: crm
    streams:
      - {stream: account, path: accounts.csv, fields: {party: id}}
      - {stream: incident, path: incidents.csv, fields: {external_id: id, component: what, started_at: from, resolved_at: to}}
  - name: app
    streams:
      - stream: job
        path: jobs.csv
        fields: {external_id: id, party: account, connector: connector, executor: executor, status: status, created_at: made, finished_at: done}
Y
printf 'usage: []\nmetrics:\n  - {name: arr, kind: arr}\n' >metrics.yaml
printf 'id\nacme\nbolt\n' >accounts.csv
printf 'id,what,from,to\nINC-1,s3,2026-10-05T00:00:00Z,2026-10-05T01:00:00Z\n' >incidents.csv
{
  echo id,account,connector,executor,status,made,done
  for i in 1 2 3; do echo "g$i,acme,s3,scheduler,succeeded,2026-10-0${i}T00:00:00Z,2026-10-0${i}T00:10:00Z"; done
  echo 'b1,acme,s3,scheduler,error,2026-10-05T00:00:00Z,2026-10-05T00:10:00Z'
  echo 'b2,acme,s3,scheduler,error,2026-10-31T14:59:59Z,2026-10-31T14:59:59Z'
  echo 'b3,acme,s3,scheduler,error,2026-10-31T15:00:00Z,2026-10-31T15:00:00Z'
} >jobs.csv
"$kenko" ingest -q

expect "without service levels it says what to write" 2 "write slo.yaml beside kenko.yaml" slo --at 2026-10-20
cat >slo.yaml <<'Y'
slos:
  - {name: sla, service: transfer, sli: success, objective: 0.5, min_events: 4, burn: [{name: day, long: 7d, short: 1d, factor: 1}]}
Y
expect "the state at an instant" 0 "sla                     50.00 %   75.000 %          4         1         1         0         0     50.0 %  OK" slo --at 2026-10-20
expect "… with fractions" 0 '"budget_left_exact": "1/2"' slo acme --at 2026-10-20T00:00:00Z --json
expect "… and what each rests on" 0 '"platform": 1, "customer": 0' slo acme --at 2026-10-20 --json
expect "who has nothing is told when asked for" 0 "INSUFFICIENT_DATA" slo bolt --at 2026-10-20
expect "an account that is none" 4 "there is no account 'acne'" slo acne --at 2026-10-20
expect "an instant that is none" 2 "--at: 'noon' is not understood" slo --at noon
# A month is the business zone's: b2 is October's last second in Tokyo, b3 November's first.
expect "a month's statement" 0 "60.000 %          5         2         1         1" slo report --month 2026-10
expect "… for programs" 0 '"from": "2026-10-01T00:00:00+09:00", "to": "2026-11-01T00:00:00+09:00"' slo report acme --month 2026-10 --json
expect "a month that is none" 2 "--month is '2026-13', want YYYY-MM" slo report --month 2026-13
expect "a report wants its month" 2 "want report with --month" slo report
expect "whose fault a failure was" 0 "platform, incident crm/INC-1" slo faults --from 2026-10-01 --at 2026-11-01
expect "… for programs" 0 '"incident": null, "fault": "customer"' slo faults --from 2026-10-06 --at 2026-11-01 --json
echo '  - {name: sla, service: web, sli: success, objective: 0.5}' >>slo.yaml
expect "a wrong file is refused with its place" 2 "slo.yaml:3:" slo --at 2026-10-20

finish
