import type { Policy, ReportRow } from '../expected.ts';
import type { FleetTruth } from '../fleet/truth.ts';
import { campaignName } from './campaign-file.ts';
import type { Entry } from '../operator.ts';
import type { Stage } from './stage.ts';
import type { PauseSpan } from './strokes.ts';
import { auditFaults, blindCommands, storiesOf, type Stories } from './verdict/audit.ts';
import { about, type Fault, general, type Line } from './verdict/line.ts';
import {
  type PausedSpan,
  begunInPause,
  driverFaults,
  endFaults,
  evidenceFaults,
  halfMovedFaults,
  pauseFaults,
  wasOnItsWay,
} from './verdict/machines.ts';
import { countFaults, indexFaults, leftOver } from './verdict/records.ts';
import type { RawRecord, Walk } from './walk.ts';

/**
 * The evidence that is judged: what is true on the machines, Redis read raw, and the records of the
 * run.
 */
export interface Evidence {
  readonly stage: Stage;
  readonly policy: Policy;
  readonly truth: FleetTruth;
  readonly walks: readonly Walk[];
  readonly audit: readonly Entry[];
  /** Faults that the orchestrator finds in the chain of its own audit files. */
  readonly chainFaults: readonly string[];
  readonly pauses: readonly PauseSpan[];
  /** Faults of the walks while the campaign ran, and how many walks there were. */
  readonly midway: { readonly walks: number; readonly faults: readonly Fault[] };
  readonly activeAtMost: number;
}

/** Faults in Redis that must never exist, also while the campaign runs. */
export const midwayFaults = (walks: readonly Walk[], activeAtMost: number): readonly Fault[] => [
  ...walks.flatMap(indexFaults),
  ...countFaults(walks, campaignName, activeAtMost),
];

const recordsIn = (walks: readonly Walk[]): readonly RawRecord[] =>
  walks.flatMap((walk) => [...walk.records.values()]).filter(({ campaign }) => campaign === campaignName);

/** The table, one line per invariant. */
export function judge(evidence: Evidence): { readonly lines: readonly Line[]; readonly stories: Stories } {
  const { truth, walks, audit, pauses, midway, policy } = evidence;
  const records = recordsIn(walks);
  const stories = storiesOf(audit);
  const rows = rowsOf(records);
  const clients = `${truth.clients.length} clients`;
  const paused = pausedSpans(evidence);
  const inPause = begunInPause(truth, stories, paused);
  const late = inPause.filter((begun) => !wasOnItsWay(begun, evidence.stage.frozen.values()));
  const lines: Line[] = [
    line('the campaign ended', clients, unsettled(records)),
    line('one driver per client', `${changesIn(truth)} changes on ${clients}`, driverFaults(truth)),
    line('nobody is lost', `${records.length} records`, [
      ...lost(evidence, records),
      ...walks.flatMap(indexFaults),
    ]),
    line('every client ends where its trait and the policy say', clients, endFaults(truth, rows, policy)),
    line('success only from evidence, and the converse', clients, evidenceFaults(truth, rows)),
    line('no service is half moved', clients, halfMovedFaults(truth)),
    line(
      'counters and slots equal a recount',
      `${walks.length} shards`,
      countFaults(walks, campaignName, evidence.activeAtMost),
    ),
    line(
      'nothing is left over: slots, claims, leases, inboxes, parked',
      `${walks.length} shards`,
      walks.flatMap(leftOver),
    ),
    line('indexes, counters and slots hold in mid-campaign too', `${midway.walks} walks`, midway.faults),
    line(
      'every transition has its audit entry, paths are unbroken',
      `${audit.length} entries`,
      auditFaults(stories, records),
    ),
    line('the audit files hold an unbroken chain', `${audit.length} entries`, general(evidence.chainFaults)),
    line(
      'nothing is done that was not committed, nothing twice',
      `${changesIn(truth)} changes`,
      blindCommands(truth, stories, (at) => evidence.stage.outages.mayForget(at)),
    ),
    line(
      'a pause starts nothing new after one second',
      `${paused.length} of ${pauses.length} pauses${late.length === inPause.length ? '' : `, but for ${inPause.length - late.length} commands on their way in a frozen worker`}`,
      pauseFaults(late),
    ),
  ];
  return { lines, stories };
}

export const line = (invariant: string, on: string, faults: readonly Fault[]): Line => ({
  invariant,
  on,
  faults,
});

const changesIn = ({ clients }: FleetTruth): number =>
  clients.reduce((sum, { journal }) => sum + journal.length, 0);

const rowsOf = (records: readonly RawRecord[]): readonly ReportRow[] =>
  records.map(({ client, upgrade: { state } }) => ({
    client,
    end: state.phase === 'settled' ? state.end : null,
  }));

const unsettled = (records: readonly RawRecord[]): readonly Fault[] =>
  records
    .filter(({ upgrade }) => upgrade.state.phase !== 'settled')
    .flatMap(({ client, index, upgrade }) => about(client, [`is ${upgrade.state.phase} (${index})`]));

/** Machines without a record. The campaign selects all of them. */
function lost({ truth }: Evidence, records: readonly RawRecord[]): readonly Fault[] {
  const known = new Set(records.map(({ client }) => client));
  return truth.clients
    .filter(({ client }) => !known.has(client))
    .flatMap(({ client }) => about(client, ['has no record']));
}

/**
 * The pauses as they really were. A frozen orchestrator may resume the campaign before it is asked
 * again, so the audit says when a pause ended.
 */
function pausedSpans({ stage, pauses, audit }: Evidence): readonly PausedSpan[] {
  const { labAt, realAt, speed } = stage.installation.clock;
  const moves = audit
    .filter(({ client, campaign }) => client === null && campaign === campaignName)
    .map(({ at, to }) => ({ at: realAt + (at - labAt) / speed, to }));
  return pauses.flatMap(({ acknowledgedAt, resumeAskedAt }) => {
    const before = moves.findLast(({ at }) => at <= acknowledgedAt);
    if (before?.to !== 'paused') return [];
    const resumed = moves.find(({ at, to }) => at > acknowledgedAt && to !== 'paused')?.at ?? resumeAskedAt;
    const span = { from: acknowledgedAt + 1_000, to: Math.min(resumed, resumeAskedAt) };
    return span.to > span.from ? [span] : [];
  });
}
