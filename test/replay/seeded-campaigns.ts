import type { History } from '../../orchestrator/replay/history.ts';
import { chance } from '../../orchestrator/simulation/machines/chance.ts';
import { hours } from '../domain/given.ts';
import { scenarioOf } from '../simulation/given.ts';
import { type Asked, playedHistory } from './simulated-history.ts';

/** The campaign file of a seed: waves that soak or ask, windows, budgets and stop rules. */
export function seededFile(seed: number): string {
  const draw = <T>(what: string, of: readonly T[]): T =>
    of[Math.floor(chance(String(seed), what) * of.length)] as T;
  const gate = draw('gate', ['', ', soak: 12h', ', soak: 3h', ', approval: true']);
  const window = draw('window', ['', 'window: { days: [mon, tue, wed, thu, fri], between: "18:00-07:00" }']);
  const stop = draw('stop', [
    '',
    'stop: [{ on: failed, percent: 90 %, minSample: 30, within: 60m, do: pause }]',
  ]);
  const approvals = draw('approvals', ['', 'approvals: [{ remediation: relocation }]']);
  return [
    'campaign: seeded',
    'release: sms-1.2-sp4',
    'waves:',
    `  - { name: canary, count: 5, gate: { settled: 60 %, failures: 100 %, minSample: 2${gate} } }`,
    `  - { name: early, count: 10, gate: { settled: 50 %, failures: 100 %, minSample: 2 } }`,
    '  - { name: rest, rest: true, gate: { failures: 100 %, minSample: 200 } }',
    `budgets: { active: ${draw('active', [4, 12])}, perLogonServer: ${draw('perServer', [2, 4])} }`,
    window,
    stop,
    approvals,
  ].join('\n');
}

/** What people do in the campaign of every second seed. */
const people: readonly Asked[] = [
  { afterMs: hours(3), event: { type: 'PauseRequested', by: 'kim', reason: 'the network is slow' } },
  {
    afterMs: hours(9),
    event: { type: 'ResumeRequested', by: 'kim', override: false, counters: {}, reason: 'it is well again' },
  },
  {
    afterMs: hours(20),
    event: { type: 'HoldRequested', by: 'kim', reason: 'its disk is changed', logonServers: ['LS-1'] },
  },
  {
    afterMs: hours(26),
    event: { type: 'UnholdRequested', by: 'kim', override: false, logonServers: ['LS-1'] },
  },
];

/** The history of a seeded campaign on model machines. */
export const seededHistory = (seed: number): Promise<History> =>
  playedHistory(scenarioOf(seededFile(seed), { clients: 36, seed: `replay ${seed}` }), {
    asked: seed % 2 === 0 ? [] : people,
  });
