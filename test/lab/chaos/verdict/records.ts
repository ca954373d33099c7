import { countersOf } from '../../../../shared/domain/upgrade/count-upgrade.ts';
import type { RawRecord, Walk } from '../walk.ts';
import { about, type Fault, general } from './line.ts';
import { stateCounter } from '../../../../shared/domain/outcome/counters.ts';

/**
 * Every record is in exactly the index that it names, and every index entry belongs to a record.
 */
export function indexFaults(walk: Walk): readonly Fault[] {
  return [
    ...[...walk.records.values()].flatMap((record) => about(record.client, placeFaults(walk, record))),
    ...memberFaults(walk),
    ...ghosts(walk),
  ];
}

function placeFaults(walk: Walk, { id, campaign, client, index, fields }: RawRecord): readonly string[] {
  const parkedAt = [...walk.parked].filter(([name, clients]) => of(name, campaign) && clients.has(client));
  const places = [
    ...(walk.due.has(id) ? ['due'] : []),
    ...(walk.driven.has(id) ? ['driven'] : []),
    ...parkedAt.map(() => 'parked'),
  ];
  const wanted = index === 'settled' ? [] : [index];
  const isClaimed = walk.claims.get(client) === campaign;
  const hasLease = 'n' in fields && 'o' in fields && 'l' in fields;
  return [
    ...(places.join() === wanted.join()
      ? []
      : [`is ${index}, and is in: ${places.join(', ') || 'no index'}`]),
    ...(index === 'due' && walk.due.get(id) !== fields['d']
      ? [`is due at ${walk.due.get(id)} and ${fields['d']}`]
      : []),
    ...(index === 'driven' && walk.driven.get(id) !== fields['l'] ? ['its lease has two ends'] : []),
    ...(index === 'driven' && !hasLease ? ['is driven without a lease'] : []),
    ...(index !== 'driven' && hasLease ? [`is ${index} and has a lease`] : []),
    ...((index === 'settled' || index === 'parked') && 'h' in fields ? [`is ${index} and holds slots`] : []),
    ...(isClaimed === (index !== 'settled')
      ? []
      : [`is ${index} and ${isClaimed ? 'claimed' : 'not claimed'}`]),
  ];
}

/** `campaign:logonServer` begins with the campaign. */
const of = (name: string, campaign: string): boolean => name.startsWith(`${campaign}:`);

/** A member of a campaign waits in one queue, or has a record. */
function memberFaults(walk: Walk): readonly Fault[] {
  return [...walk.members].flatMap(([campaign, clients]) =>
    [...clients].flatMap(([client, place]) => {
      const queues = [...walk.waiting].filter(([name, queue]) => of(name, campaign) && queue.has(client));
      const names = queues.map(([name]) => name.slice(campaign.length + 1)).join(' and ');
      const hasRecord = walk.records.has(`${campaign}.${client}`);
      if (place === '') {
        return about(client, [
          ...(hasRecord ? [] : ['has neither a record nor a place in a queue']),
          ...(names === '' ? [] : [`has a record and waits in ${names}`]),
        ]);
      }
      const must = place.replace('|', ':');
      return about(client, [
        ...(hasRecord ? ['waits and has a record'] : []),
        ...(names === must ? [] : [`waits in ${names || 'no queue'}, must be ${must}`]),
      ]);
    }),
  );
}

/** Index entries, inboxes and claims without a record. */
function ghosts(walk: Walk): readonly Fault[] {
  const isThere = (id: string, index: string): boolean => walk.records.get(id)?.index === index;
  const stray = (ids: Iterable<string>, index: string): readonly Fault[] =>
    [...ids]
      .filter((id) => !isThere(id, index))
      .flatMap((id) => about(clientIn(id), [`a ghost in ${index}`]));
  const parked = [...walk.parked].flatMap(([name, clients]) =>
    [...clients.keys()].map((client) => `${name.slice(0, name.indexOf(':'))}.${client}`),
  );
  return [
    ...stray(walk.due.keys(), 'due'),
    ...stray(walk.driven.keys(), 'driven'),
    ...stray(parked, 'parked'),
    ...[...walk.inboxes.keys()]
      .filter((id) => (walk.records.get(id)?.index ?? 'settled') === 'settled')
      .flatMap((id) => about(clientIn(id), ['an inbox that no driver will read'])),
    ...[...walk.claims]
      .filter(
        ([client, campaign]) => (walk.records.get(`${campaign}.${client}`)?.index ?? 'settled') === 'settled',
      )
      .flatMap(([client]) => about(client, ['a claim without an upgrade'])),
  ];
}

const clientIn = (id: string): string => id.slice(id.indexOf('.') + 1);

/**
 * Counters and slots equal a recount of the records in each shard, and all shards together keep the
 * budget.
 */
export function countFaults(
  walks: readonly Walk[],
  campaign: string,
  activeAtMost: number,
): readonly Fault[] {
  const holders = walks.flatMap((walk) => holdersIn(recordsOf(walk, campaign)));
  const isTooMany = holders.length > activeAtMost;
  return [
    ...walks.flatMap((walk) => recountFaults(walk, campaign)),
    ...general(isTooMany ? [`${holders.length} hold slots, the budget is ${activeAtMost}`] : []),
  ];
}

const recordsOf = (walk: Walk, campaign: string): readonly RawRecord[] =>
  [...walk.records.values()].filter((record) => record.campaign === campaign);

const holdersIn = (records: readonly RawRecord[]): readonly RawRecord[] =>
  records.filter(({ fields }) => fields['h'] === '1');

function recountFaults(walk: Walk, campaign: string): readonly Fault[] {
  const records = recordsOf(walk, campaign);
  const counted = sumOf(records.map(({ upgrade }) => countersOf(upgrade)));
  for (const place of walk.members.get(campaign)?.values() ?? []) {
    if (place !== '')
      add(
        counted,
        // Behind the logon server stands the class of the calendar, which is not counted apart.
        stateCounter(Number(place.split('|')[0]), place.split('|')[1] ?? '', 'waiting'),
        1,
      );
  }
  const held = holdersIn(records).map(({ fields }) => ({ '*': 1, [fields['g'] ?? '']: 1 }));
  const slots = sumOf(held);
  return general([
    ...different('counter', walk.counters.get(campaign) ?? new Map(), counted),
    ...different('slots of', walk.slots.get(campaign) ?? new Map(), slots),
  ]);
}

function add(sum: Map<string, number>, name: string, by: number): void {
  const next = (sum.get(name) ?? 0) + by;
  if (next === 0) sum.delete(name);
  else sum.set(name, next);
}

function sumOf(all: readonly Readonly<Record<string, number>>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const each of all) for (const [name, by] of Object.entries(each)) add(sum, name, by);
  return sum;
}

function different(
  what: string,
  said: ReadonlyMap<string, string>,
  counted: ReadonlyMap<string, number>,
): readonly string[] {
  const names = [...new Set([...said.keys(), ...counted.keys()])].sort();
  return names
    .filter((name) => Number(said.get(name) ?? 0) !== (counted.get(name) ?? 0))
    .map((name) => `${what} ${name} is ${said.get(name) ?? 0}, a recount gives ${counted.get(name) ?? 0}`);
}

/**
 * At the end no slot is held, nothing is queued, claimed or waiting, and every client has settled.
 * @param aborted campaigns whose clients never began: they stay in their queues, and count as
 * cancelled
 */
export function leftOver(walk: Walk, aborted: ReadonlySet<string> = new Set()): readonly Fault[] {
  const open = [...walk.records.values()].filter(({ index }) => index !== 'settled');
  const rest = {
    due: walk.due,
    driven: walk.driven,
    claims: walk.claims,
    'inbox keys': walk.inboxes,
    'parked keys': walk.parked,
    'parkedServers keys': walk.parkedServers,
    'waiting keys': new Map(
      [...walk.waiting].filter(([name]) => !aborted.has(name.slice(0, name.indexOf(':')))),
    ),
    'slots keys': walk.slots,
  };
  return [
    ...open.flatMap(({ client, index, upgrade }) => about(client, [`is ${index} (${upgrade.state.phase})`])),
    ...general(
      Object.entries(rest)
        .filter(([, table]) => table.size > 0)
        .map(([name, table]) => `${table.size} left in ${name}: ${[...table.keys()].slice(0, 5).join(', ')}`),
    ),
  ];
}
