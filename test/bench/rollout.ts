import type { Bench } from './bench.ts';
import { createCampaign, importClients, type Rollout, startCampaign, untilThere } from './campaign.ts';
import { clientName, type EndingStory, type Story } from './stories.ts';
import { since, type Usage, usageOf } from './usage.ts';

/** What a run of so many clients or jobs took. */
export interface Run {
  readonly perSecond: number;
  /** CPU microseconds per client or job. */
  readonly cpu: Usage;
}

let runs = 0;
export const nextName = (): string => `r${String(++runs)}`;

/** The name of the campaign that begins next. */
export const comingName = (): string => `r${String(runs + 1)}`;

/** A new campaign of clients that are free, which has just started. */
export async function beginRollout(
  bench: Bench,
  clients: number,
  others: Pick<Rollout, 'isForecast'> = {},
): Promise<Rollout> {
  const rollout: Rollout = { name: nextName(), story: 'free', clients, ...others };
  await importClients(bench, rollout);
  await createCampaign(bench, rollout);
  await startCampaign(bench, rollout);
  return rollout;
}

/**
 * A campaign from its first entry to the end of its last client. The add is inside the clock:
 * writing the waiting clients, the command that starts the campaign, and its admission by the
 * orchestrator.
 */
export async function rollOut(
  bench: Bench,
  story: Story,
  clients: number,
  others: Pick<Rollout, 'isForecast'> = {},
): Promise<Run> {
  const rollout: Rollout = { name: nextName(), story, clients, ...others };
  await importClients(bench, rollout);
  const before = await usageOf(bench);
  const startedAt = performance.now();
  await createCampaign(bench, rollout);
  await startCampaign(bench, rollout);
  await untilThere(bench, rollout, ({ upgraded }) => upgraded, clients);
  const ms = performance.now() - startedAt;
  const used = since(before, await usageOf(bench));
  await assertEachCommitted(bench, rollout);
  return { perSecond: (clients / ms) * 1_000, cpu: perClient(used, clients) };
}

export const perClient = (used: Usage, clients: number): Usage => ({
  redis: (used.redis / clients) * 1_000,
  worker: (used.worker / clients) * 1_000,
  orchestrator: (used.orchestrator / clients) * 1_000,
});

/**
 * Admission and then one commit for each step, read from the record's version, which every commit
 * raises by one.
 */
export const commitsOf: Readonly<Record<EndingStory, number>> = {
  // observed, marked, proved
  free: 3,
  // observed, marked, asked to restart, restarting | woken, proved
  restart: 6,
  // in use | woken, observed, marked, proved
  defer: 5,
  // begun | eight steps | observed, marked, proved
  move: 12,
};

async function assertEachCommitted(bench: Bench, { name, story, clients }: Rollout): Promise<void> {
  if (story === 'wait') return;
  const client = clientName(story, name, clients - 1);
  const stored = await bench.store.readUpgrade({ campaign: name, client });
  const commits = (stored?.version ?? 0) - 1;
  if (commits !== commitsOf[story])
    throw new Error(`${client} has ${commits} commits and not ${commitsOf[story]}: a step was left out`);
}
