import type { Bench } from '../bench.ts';
import type { Rollout } from '../campaign.ts';
import { type Figure, figureOf } from '../figure.ts';
import { memoryPeakOf } from '../usage.ts';

/** Seconds that it takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return (performance.now() - before) / 1_000;
}

const statusRounds = 20;

/**
 * What an operator waits for: the status of the campaign, and the list of its clients to the last
 * line.
 */
export async function listingFigures(
  { operator }: Bench,
  { name, clients }: Rollout,
): Promise<readonly Figure[]> {
  const statuses: number[] = [];
  for (let round = 0; round < statusRounds; round += 1)
    statuses.push((await timed(() => operator.ask('GET', `/v1/campaigns/${name}`))) * 1_000);
  let lines = 0;
  let first = NaN;
  const before = performance.now();
  for await (const _ of operator.lines(`/v1/campaigns/${name}/clients`)) {
    if (lines === 0) first = performance.now() - before;
    lines += 1;
  }
  const all = (performance.now() - before) / 1_000;
  if (lines !== clients) throw new Error(`${lines} of ${clients} clients of ${name} are listed`);
  return [
    figureOf({ name: `status of a campaign of ${clients}`, unit: 'ms', runs: statuses }),
    figureOf({ name: `list of the ${clients} clients of a campaign, first line`, unit: 'ms', runs: [first] }),
    figureOf({ name: `list of the ${clients} clients of a campaign, all lines`, unit: 's', runs: [all] }),
  ];
}

/** The most memory the orchestrator needed so far: import, planning and creation included. */
export const memoryPeakFigure = ({ orchestrator }: Bench, clients: number): Figure =>
  figureOf({
    name: `memory of the orchestrator at most, with ${clients} clients`,
    unit: 'MiB',
    runs: [memoryPeakOf(orchestrator.pid)],
  });
