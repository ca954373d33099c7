import type { WaitingClient, StoredUpgrade } from '../../../shared/store/types.ts';
import type { Counters } from '../../../shared/domain/outcome/counters.ts';
import type { Campaign } from '../../../shared/domain/campaign/campaign.ts';
import { buckets, type States } from '../../../shared/domain/outcome/states.ts';
import { membersWords } from '../../../orchestrator/views/membership-words.ts';
import { stopsNow } from '../../../orchestrator/views/stop-words.ts';
import { readStopFacts } from '../../../orchestrator/campaigns/stop-facts.ts';
import { campaignStatus } from '../../../orchestrator/views/status.ts';
import { counted, countsOf, momentOf, row, wrapped } from './layout.ts';
import { memoryWords, stateWords } from './memory-words.ts';
import type { World } from './world.ts';

/**
 * The whole state as a person reads it.
 * @param shown what was shown of each client before: the same is not shown twice
 */
export async function wholeState(world: World, shown: Map<string, string>): Promise<readonly string[]> {
  const { store, campaign: name, now } = world;
  const record = await store.readCampaign(name);
  if (record === null) return ['no campaign yet'];
  const counters = await store.counters(name);
  const slots = await store.slotsInUse(name);
  const { budgets } = record.campaign.definition;
  const inUse = `${slots.active} of ${budgets.active} in use`;
  const clients = await clientLines(world);
  const { facts } = await readStopFacts(store, record.campaign, now);
  const { stops = [] } = stopsNow(record.campaign, facts, now);
  const { halt } = await store.readHalt();
  const members = membersWords(record.campaign.members);
  return [
    wrapped('campaign  ', campaignWords(record.campaign)),
    ...(members === null ? [] : [wrapped('clients   ', members)]),
    ...stops.map((each) => wrapped('stop      ', each)),
    ...(halt === null ? [] : [wrapped('halted    ', `${momentOf(halt.at)} by ${halt.by}: ${halt.because}`)]),
    ...waveLines(record.campaign, counters, now),
    wrapped('slots     ', [inUse, countsOf(slots.perLogonServer)].filter((each) => each !== '').join('; ')),
    wrapped('counters  ', countersWords(counters)),
    wrapped('jobs      ', await leftOver(world)),
    ...[...clients].flatMap(([client, { line, remembers }]) => {
      const isNews = remembers !== '' && shown.get(client) !== remembers;
      shown.set(client, remembers);
      return isNews ? [line, wrapped(' '.repeat(10), remembers)] : [line];
    }),
  ];
}

export function campaignWords({ state }: Campaign): string {
  const words: string[] = [state.status];
  if ('startedAt' in state) {
    words.push(`started ${momentOf(state.startedAt)}`, `${counted(state.openWaves, 'wave')} open`);
    words.push(`failures accepted by wave: ${state.accepted.join(', ')}`);
    const { mark, openings = [] } = state;
    if (mark !== undefined)
      words.push(`wave ${mark.wave + 1} holds since ${momentOf(mark.since)} with ${mark.settled} finished`);
    for (const { wave, at, how } of openings) words.push(`wave ${wave + 1} opened ${momentOf(at)}: ${how}`);
  }
  if (state.status === 'paused') {
    const who = state.byGate ? 'by its gate' : `by ${state.by}`;
    words.push(`paused ${momentOf(state.pausedAt)} ${who}: ${state.because}`);
  }
  if (state.status === 'aborted')
    words.push(`aborted ${momentOf(state.abortedAt)} by ${state.by}: ${state.because}`);
  if ('endedAt' in state) words.push(state.endedAt === null ? 'not over' : `over ${momentOf(state.endedAt)}`);
  return words.join('; ');
}

const waveLines = (campaign: Campaign, counters: Counters, now: number): readonly string[] =>
  campaignStatus(campaign, counters, now).waves.map(({ wave, size, states, gate }) =>
    wrapped(`wave      ${wave}, `, `${counted(size, 'client')}: ${statesWords(states)}; ${gate}`),
  );

const statesWords = (states: States): string =>
  buckets
    .filter((bucket) => states[bucket] > 0)
    .map((bucket) => `${states[bucket]} ${bucket}`)
    .join(', ');

/** All but what the waves say already. */
const countersWords = (counters: Counters): string =>
  countsOf(
    Object.fromEntries(
      Object.entries(counters)
        .filter(([name]) => !name.startsWith('state|'))
        .map(([name, count]) => [spelledOut(name), count]),
    ),
  ) || 'none';

/** `ended marked` for `endedMarked`, `deferrals logon` for `deferrals|logon`. */
const spelledOut = (name: string): string => {
  const [kind = '', ...rest] = name.split('|');
  return [kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`), ...rest].join(' ');
};

/** Jobs that no record names any more: a worker that takes one finds that it is ignored. */
async function leftOver({ jobs, store }: World): Promise<string> {
  const left: string[] = [];
  for (const { key, activation, queue, dueAt } of [...jobs.values()].sort((a, b) => a.dueAt - b.dueAt)) {
    const stored = await store.readUpgrade(key);
    if (stored?.index === 'due' && stored.activation === activation) continue;
    left.push(`${key.client}.${activation} ${queue} ${momentOf(dueAt)}`);
  }
  return left.length === 0 ? 'as below' : `as below, and left over: ${left.join(', ')}`;
}

export interface ClientLine {
  readonly line: string;
  readonly remembers: string;
}

/**
 * In the order of the fleet: where each client is, its state, its next moment, and what is
 * remembered of it.
 */
export async function clientLines(world: World): Promise<ReadonlyMap<string, ClientLine>> {
  const lines = new Map<string, ClientLine>();
  const waits: WaitingClient[] = [];
  for (const client of world.machines.keys()) {
    const key = { campaign: world.campaign, client };
    const stored = await world.store.readUpgrade(key);
    const waiting = await world.store.readWaiting(key);
    if (stored !== null) lines.set(client, admittedLine(world, stored));
    if (waiting !== null) waits.push(waiting);
  }
  if (waits.length > 0) lines.set('waiting', { line: waitingLine(waits), remembers: '' });
  return lines;
}

const waitingLine = (waits: readonly WaitingClient[]): string =>
  wrapped(
    'waiting   ',
    waits.map(({ client, wave, logonServer }) => `${client} (wave ${wave + 1}, ${logonServer})`).join(', '),
  );

function admittedLine(world: World, stored: StoredUpgrade): ClientLine {
  const { key, upgrade, index, dueAt, lease } = stored;
  const moment = dueAt ?? lease?.until ?? null;
  const line = row([
    [key.client, 8],
    [`wave ${upgrade.wave + 1}`, 6],
    [upgrade.logonServer, 6],
    [index, 7],
    [moment === null ? '' : momentOf(moment), 12],
    [jobWords(world, stored), 7],
    [stateWords(upgrade), 38],
    [factsOf(stored), 0],
  ]);
  return { line, remembers: memoryWords(upgrade).join('; ') };
}

/** The number of its activation; `!` where it is due and BullMQ does not have its job. */
function jobWords({ jobs }: World, { key, activation, index, queue, dueAt }: StoredUpgrade): string {
  const isThere = [...jobs.values()].some(
    (job) =>
      job.key.client === key.client &&
      job.activation === activation &&
      job.queue === queue &&
      job.dueAt === dueAt,
  );
  return `job ${activation}${index !== 'due' || isThere ? '' : '!'}`;
}

function factsOf({ holdsSlots, finishing, index, queue, crashes, inbox }: StoredUpgrade): string {
  const facts = [
    holdsSlots ? 'slot' : '',
    finishing && index !== 'settled' ? 'finishing' : '',
    queue === 'remediations' ? queue : '',
    crashes === 0 ? '' : `crashes ${crashes}`,
    inbox.length === 0 ? '' : `inbox: ${inbox.map(({ type }) => messageWords[type]).join(', ')}`,
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}

const messageWords: Readonly<Record<StoredUpgrade['inbox'][number]['type'], string>> = {
  CheckedIn: 'check-in',
  EndRequested: 'order to end',
};
