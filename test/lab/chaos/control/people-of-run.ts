import type { Redis } from 'ioredis';
import type { Operator } from '../../operator.ts';
import { campaignName, type ChaosCampaign, scheduleNames, sideName } from '../campaign-file.ts';
import type { Stage } from '../stage.ts';
import { askAny } from './ask-any.ts';
import { Caretaker } from './caretaker.ts';
import { Conductor } from './conductor.ts';
import type { FleetBook } from './fleet-book.ts';
import { type Ledger, newLedger } from './ledger.ts';

/** The people of a run, and what they know. */
export interface Control {
  readonly book: FleetBook;
  readonly ledger: Ledger;
  readonly conductor: Conductor;
  readonly caretaker: Caretaker;
  /** Starts the campaigns, and creates the schedules. */
  start(): Promise<void>;
}

/** Imports, stages and creates, as an operator does. */
export async function createAll(
  operator: Operator,
  asked: { readonly book: FleetBook; readonly campaign: ChaosCampaign; readonly release: string },
): Promise<void> {
  const { book, campaign, release } = asked;
  await operator.importFleet('fleet.csv', book.text());
  await operator.ask('POST', '/v1/releases', { path: release });
  await operator.ask('POST', '/v1/server-limits', {
    logonServer: null,
    active: campaign.serverLimit,
    reason: 'agreed with the network team',
  });
  await operator.createCampaign(campaign.text(campaign.first));
  await operator.createCampaign(campaign.side);
  for (const text of campaign.stopped.values()) await operator.createCampaign(text);
}

export function beginControl(
  { operators, approvers }: Stage,
  campaign: ChaosCampaign,
  book: FleetBook,
  seed: string,
): Control {
  const ledger = newLedger();
  return {
    book,
    ledger,
    conductor: new Conductor({ operators, campaign, book, ledger, seed }),
    caretaker: new Caretaker(approvers, ledger, seed),
    start: async () => {
      for (const name of [campaignName, sideName])
        await askAny(operators, 'POST', `/v1/campaigns/${name}/start`);
      for (const text of campaign.schedules)
        await askAny(operators, 'POST', '/v1/schedules', { file: 'schedule.yaml', text });
    },
  };
}

/** No further occurrence begins; the campaigns of those that have begun end. */
export async function pauseSchedules(operators: readonly Operator[]): Promise<void> {
  for (const name of Object.values(scheduleNames))
    await askAny(operators, 'POST', `/v1/schedules/${name}/pause`, { reason: 'the run is over' });
}

/** The editions of the main campaign as Redis holds them, and the one that its head names. */
export async function readEditions(redis: Redis, prefix: string) {
  const fields = await redis.hgetall(`{${prefix}:0}:campaign:${campaignName}`);
  const texts = Object.entries(fields).flatMap(([name, json]): (readonly [number, string])[] => {
    // The first edition has its file in it, each later one beside it.
    const [, number] = /^(?:edition:(?=0$)|editionFile:)(\d+)$/.exec(name) ?? [];
    return number === undefined ? [] : [[Number(number), (JSON.parse(json) as { text: string }).text]];
  });
  const head = JSON.parse(fields['json'] ?? '{}') as { definition?: { hash?: string } };
  const present = { edition: Number(fields['edition'] ?? 0), hash: head.definition?.hash ?? '' };
  return { texts: new Map(texts), present };
}
