import type { ReportRow } from '../expected.ts';
import type { FleetTruth } from '../fleet/truth.ts';
import { campaignName, type ChaosCampaign, sideName } from './campaign-file.ts';
import { type ControlEvidence, judgeControl } from './control/judge-control.ts';
import type { Entry } from '../operator.ts';
import type { Stage } from './stage.ts';
import type { PauseSpan } from './strokes.ts';
import { auditFaults, blindCommands, storiesOf, type Stories } from './verdict/audit.ts';
import { heldByHook } from './verdict/client-hooks.ts';
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
import { rejectedClients } from './verdict/approvals.ts';
import { countFaults, indexFaults, leftOver } from './verdict/records.ts';
import { openRestartFaults } from './verdict/restart-limits.ts';
import { slotFaults } from './verdict/server-limits.ts';
import type { RawRecord, Walk } from './walk.ts';

/**
 * The evidence that is judged: what is true on the machines, Redis read raw, and the records of the
 * run.
 */
export interface Evidence {
  readonly stage: Stage;
  readonly campaign: ChaosCampaign;
  readonly control: ControlEvidence;
  readonly truth: FleetTruth;
  readonly walks: readonly Walk[];
  readonly audit: readonly Entry[];
  /** Faults that the orchestrator finds in the chain of its own audit files. */
  readonly chainFaults: readonly string[];
  readonly pauses: readonly PauseSpan[];
  /** Faults of the walks while the campaign ran, and how many walks there were. */
  readonly midway: { readonly walks: number; readonly faults: readonly Fault[] };
}

/** Faults in Redis that must never exist, also while the campaigns run. */
export const midwayFaults = (walks: readonly Walk[], campaign: ChaosCampaign): readonly Fault[] => [
  ...walks.flatMap(indexFaults),
  ...allCounts(walks, campaign),
  ...slotFaults(recordsIn(walks), campaign.serverLimit),
  ...openRestartFaults(
    recordsIn(walks).filter((record) => record.campaign === campaignName),
    campaign.restartsAtMost.perLogonServer,
  ),
];

/** Occurrences have the budget of a small campaign, which never is the least. */
const allCounts = (walks: readonly Walk[], { activeAtMost }: ChaosCampaign): readonly Fault[] =>
  campaignsIn(walks).flatMap((name) => countFaults(walks, name, activeAtMost));

const campaignsIn = (walks: readonly Walk[]): readonly string[] => [
  ...new Set(
    walks.flatMap((walk) => [...walk.counters.keys(), ...walk.members.keys(), ...walk.slots.keys()]),
  ),
];

const recordsIn = (walks: readonly Walk[]): readonly RawRecord[] =>
  walks.flatMap((walk) => [...walk.records.values()]);

/** The table, one line per invariant. */
export function judge(evidence: Evidence): { readonly lines: readonly Line[]; readonly stories: Stories } {
  const { truth, walks, audit, pauses, midway, campaign } = evidence;
  const records = recordsIn(walks);
  const stories = storiesOf(audit);
  const standing = standingOf(evidence, records, stories);
  const clients = `${truth.clients.length} clients`;
  const paused = pausedSpans(evidence);
  const inPause = begunInPause(ofMain(evidence), stories, paused);
  const late = inPause.filter((begun) => !wasOnItsWay(begun, evidence.stage.frozen.values()));
  const lines: Line[] = [
    line('every campaign ended', `${campaignsIn(walks).length} campaigns`, unsettled(records)),
    line('one driver per client', `${changesIn(truth)} changes on ${clients}`, driverFaults(truth)),
    line('nobody is lost', `${records.length} records`, [
      ...lost(evidence, records),
      ...walks.flatMap(indexFaults),
    ]),
    line(
      'every client ends where its trait and the policy say',
      `${standing.judged} clients`,
      standing.endFaults,
    ),
    line('success only from evidence, and the converse', clients, standing.evidenceFaults),
    line('no service is half moved', clients, halfMovedFaults(truth)),
    line('counters and slots equal a recount', `${walks.length} shards`, allCounts(walks, campaign)),
    line(
      'nothing is left over: slots, claims, leases, inboxes, parked',
      `${walks.length} shards`,
      walks.flatMap((walk) => leftOver(walk, abortedIn(audit))),
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
    ...judgeControl({ ...evidence.control, truth, walks, audit, records, stories }),
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

/** The machines of the main campaign, to which the pauses of the plan belong. */
function ofMain({ truth, control: { book } }: Evidence): FleetTruth {
  const main = new Set(book.of('main'));
  return { ...truth, clients: truth.clients.filter(({ client }) => main.has(client)) };
}

/**
 * How clients ended. One that has left the main campaign ends in any way, and one of which a step
 * was rejected may end as if the ladder did not have the step. A client that recurs has many ends,
 * and a later one may be that of an upgrade which came by itself. Of one that its hook held back
 * the hooks' own verdict says how it ends.
 */
function standingOf({ truth, campaign, control }: Evidence, records: readonly RawRecord[], stories: Stories) {
  const { book } = control;
  const { policy } = campaign;
  const only = (clients: ReadonlySet<string>): FleetTruth => ({
    ...truth,
    clients: truth.clients.filter(({ client }) => clients.has(client)),
  });
  const held = heldByHook(stories);
  const selected = new Set([...book.selected(), ...book.of('side').filter((client) => !held.has(client))]);
  const rejected = rejectedClients(stories);
  const rows = rowsOf(records.filter(({ campaign: of }) => of === campaignName || of === sideName));
  const strict = rows.filter(({ client }) => selected.has(client));
  const [asPlanned, without] = [policy, { ...policy, relocation: false }].map((each) =>
    endFaults(only(selected), strict, each),
  );
  const alsoWithout = new Set(without?.map(({ client }) => client));
  const isExcused = ({ client }: Fault): boolean =>
    client !== null && rejected.has(client) && !alsoWithout.has(client);
  const succeeded = new Set(['upgraded', 'alreadyCurrent']);
  const recurring = rowsOf(records).filter(
    ({ client, end }) => !selected.has(client) && end !== null && succeeded.has(end),
  );
  const proved = new Set([...selected, ...recurring.map(({ client }) => client)]);
  return {
    judged: selected.size,
    endFaults: (asPlanned ?? []).filter((fault) => !isExcused(fault)),
    evidenceFaults: evidenceFaults(only(proved), [...strict, ...recurring]),
  };
}

const unsettled = (records: readonly RawRecord[]): readonly Fault[] =>
  records
    .filter(({ upgrade }) => upgrade.state.phase !== 'settled')
    .flatMap(({ client, index, upgrade }) => about(client, [`is ${upgrade.state.phase} (${index})`]));

/** Machines without a record that a campaign selects. */
function lost({ control: { book } }: Evidence, records: readonly RawRecord[]): readonly Fault[] {
  const known = new Set(records.map(({ client }) => client));
  const wanted = [
    ...book.selected(),
    ...(['side', 'often', 'seldom'] as const).flatMap((group) => book.of(group)),
  ];
  return wanted.filter((client) => !known.has(client)).flatMap((client) => about(client, ['has no record']));
}

/** An occurrence that cannot start leaves such a campaign. */
const abortedIn = (audit: readonly Entry[]): ReadonlySet<string> =>
  new Set(
    audit.filter(({ client, to }) => client === null && to === 'aborted').map(({ campaign }) => campaign),
  );

/** Entries about hooks, editions and questions leave the status as it is. */
const isStatus = new Set(['created', 'running', 'paused', 'ended', 'aborted']);

/**
 * The pauses as they really were. A frozen orchestrator may resume the campaign before it is asked
 * again, so the audit says when a pause ended.
 */
function pausedSpans({ stage, pauses, audit }: Evidence): readonly PausedSpan[] {
  const { labAt, realAt, speed } = stage.installation.clock;
  const moves = audit
    .filter(({ client, campaign, to }) => client === null && campaign === campaignName && isStatus.has(to))
    .map(({ at, to }) => ({ at: realAt + (at - labAt) / speed, to }));
  return pauses.flatMap(({ acknowledgedAt, resumeAskedAt }) => {
    const before = moves.findLast(({ at }) => at <= acknowledgedAt);
    if (before?.to !== 'paused') return [];
    const resumed = moves.find(({ at, to }) => at > acknowledgedAt && to !== 'paused')?.at ?? resumeAskedAt;
    const span = { from: acknowledgedAt + 1_000, to: Math.min(resumed, resumeAskedAt) };
    return span.to > span.from ? [span] : [];
  });
}
