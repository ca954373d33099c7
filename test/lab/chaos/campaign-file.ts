import { chance, pick } from '../../../orchestrator/simulation/machines/chance.ts';
import type { Policy } from '../expected.ts';

export const campaignName = 'chaos';

/**
 * Budget of clients at once; a quarter of it on one logon server. A large fleet must not be limited
 * by its budget alone.
 */
const activeOf = (clients: number): number => Math.max(60, Math.round(clients / 20));

/** A campaign file, and what its ladder allows. */
export interface ChaosCampaign {
  readonly policy: Policy;
  readonly ladder: readonly string[];
  readonly text: string;
  readonly activeAtMost: number;
}

const ladders = [
  ['wait', 'notify', 'relocation'],
  ['wait', 'relocation'],
  ['wait', 'notify', 'workaround', 'relocation'],
] as const;

/**
 * A campaign over all clients. Its deferrals last for hours of lab time, because in this run every
 * process is unavailable for seconds again and again.
 */
export function campaignOf(seed: string, clients: number): ChaosCampaign {
  const activeAtMost = activeOf(clients);
  const ladder = pick([...ladders] as [readonly string[], ...(readonly string[])[]], chance(seed, 'ladder'));
  const text = [
    `campaign: ${campaignName}`,
    'release: sms-1.2-sp4',
    'waves:',
    '  - { name: canary, count: 10, gate: { settled: 50 %, failures: 100 %, minSample: 1 } }',
    '  - { name: rest, rest: true, gate: { failures: 100 %, minSample: 1 } }',
    `budgets: { active: ${activeAtMost}, perLogonServer: ${Math.round(activeAtMost / 4)} }`,
    'deferrals:',
    '  service: { first: 30m, factor: 2, max: 4h, budget: 200 }',
    '  program: { first: 30m, factor: 1.5, max: 2h, budget: 400 }',
    '  unreachable: { first: 15m, factor: 2, max: 8h, budget: 200, whenSpent: failed }',
    '  couldNotLook: { first: 15m, factor: 2, max: 4h, budget: 200 }',
    '  busy: { first: 1h, factor: 1.5, max: 4h, budget: 300 }',
    '  logon: { first: 1h, factor: 1.5, max: 4h, budget: 600 }',
    '  restart: { first: 30m, factor: 1.5, max: 2h, budget: 600 }',
    '  download: { first: 1h, factor: 2, max: 8h, budget: 6, whenSpent: failed }',
    `ladder: [${ladder.join(', ')}]`,
    '',
  ].join('\n');
  const policy = { relocation: ladder.includes('relocation'), workaround: ladder.includes('workaround') };
  return { policy, ladder, text, activeAtMost };
}
