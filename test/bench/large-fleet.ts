import type { Bench } from './bench.ts';
import { logonServerOf, type Rollout, slots } from './campaign.ts';
import { release } from './release.ts';
import { clientName } from './stories.ts';

/**
 * Puts the clients of a rollout into the fleet as an operator does: a CSV file, over HTTP. The
 * rollout's name is their label.
 */
export async function importFile({ operator }: Bench, rollout: Rollout): Promise<void> {
  const rows = Array.from({ length: rollout.clients }, (_, number) => rowOf(rollout, number));
  await operator.importFleet(
    'bench.csv',
    `client,host,logonServer,zone,labels\n${rows.join('\n')}\n`,
    waitMs,
  );
}

/** A million clients take longer than a usual answer. */
const waitMs = 600_000;

function rowOf({ story, name }: Rollout, number: number): string {
  const client = clientName(story, name, number);
  return `${client},${client}.corp.example,${logonServerOf(number)},Europe/Rome,${name}`;
}

/** Creates the campaign of everybody with the rollout's label from a campaign file, over HTTP. */
export const createFromFile = ({ operator }: Bench, rollout: Rollout): Promise<unknown> =>
  operator.createCampaign(fileOf(rollout), waitMs);

const fileOf = ({ name }: Rollout): string =>
  [
    `campaign: ${name}`,
    `release: ${release.release}`,
    `select: { labels: [${name}] }`,
    'waves: [{ name: all, rest: true, gate: { settled: 100 %, failures: 100 %, minSample: 1 } }]',
    `budgets: { active: ${slots}, perLogonServer: ${slots} }`,
    'deferrals: { program: { first: 6h, factor: 1, max: 6h, jitter: 0, budget: 1000, whenSpent: failed } }',
    '',
  ].join('\n');
