import type { Clock } from '../../shared/clock.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import { leaderRound } from '../api/world.ts';
import { standingClock } from '../fixtures/context.ts';
import {
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bring, rest } from '../integration/admitted-clients.ts';

/** A campaign as the pictures of the documentation show it: the same at each run. */

const servers = ['LS-MIL', 'LS-ROM', 'LS-PUN', 'LS-LON'] as const;
const zones = ['Europe/Rome', 'Europe/Rome', 'Asia/Kolkata', 'Europe/London'] as const;

const fleet = [
  'client,host,logonServer,zone,role,labels',
  ...Array.from({ length: 240 }, (_, at) => {
    const name = String(at + 1).padStart(4, '0');
    return `pc-${name},NT-${name},${servers[at % 4]},${zones[at % 4]},workstation,office`;
  }),
  '',
].join('\n');

const campaign = `campaign: sp4
release: sms-sp4
ticket: CHG0030211
waves:
  - { name: canary, count: 10, gate: { settled: 80 %, failures: 30 %, minSample: 5 } }
  - { name: early, percent: 25 %, gate: { settled: 80 %, failures: 15 %, minSample: 40 } }
  - { name: rest, rest: true }
approvals: [{ wave: rest, expires: 24h }]
`;

const service = {
  kind: 'service',
  executable: 'pcmsvc32.exe',
  imagePath: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE',
  pid: 211,
  since: now - 7_200_000,
  service: 'sms_package_command_manager_nt',
  startType: 'automatic',
  structural: true,
} as const;
const seen = ['service sms_package_command_manager_nt (pcmsvc32.exe)'];

/** When the pictures are taken: most of the second wave has ended. */
export const shownAt = now + 9 * 3_600_000;

type Change = (upgrade: Upgrade) => Upgrade;

const settled =
  (at: number, end: 'upgraded' | 'failed' | 'needsAttention', cause: string, because: string): Change =>
  (upgrade) => ({
    ...withMemory(upgrade, { learned: { seen, relocation: end === 'upgraded' ? 'done' : 'none' } }),
    state: {
      phase: 'settled',
      at,
      end,
      cause,
      because,
      blockers: end === 'needsAttention' ? [service] : [],
    },
  });

const waits: Change = (upgrade) => ({
  ...withMemory(upgrade, { learned: { seen } }),
  state: {
    phase: 'deferred',
    class: 'service',
    until: shownAt + 1_200_000,
    because: 'pcmsvc32.exe runs out of the component directory',
    blockers: [service],
  },
});

/** One in eleven needs a person, one in seventeen failed. */
function changeOf(at: number, time: number): Change {
  if (at % 11 === 7)
    return settled(time, 'needsAttention', 'relocation failed at start', 'the service did not start');
  if (at % 17 === 4)
    return settled(time, 'failed', 'did not come back', 'no answer for 4 hours after the restart');
  return settled(time, 'upgraded', 'proved', 'every file has the hash of the release');
}

/** Two waves of three have ended, nearly; the third waits for the approval of a person. */
export async function startShown(): Promise<SmallOrchestrator> {
  let at = now;
  const clock: Clock = { ...standingClock(now), now: () => at };
  const orchestrator = await startSmallOrchestrator(undefined, { context: { clock } });
  const { store } = orchestrator;
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleet });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'sp4.yaml', text: campaign });
  await orchestrator.ask('POST', '/v1/campaigns/sp4/start');
  const picks = (await Array.fromAsync(store.waiting('sp4'))).toSorted((a, b) =>
    a.client < b.client ? -1 : 1,
  );
  for (const wave of [0, 1]) {
    const clients = picks.filter((pick) => pick.wave === wave);
    for (const [index, { client }] of clients.entries()) {
      const time = now + wave * 3 * 3_600_000 + (index + 1) * 300_000;
      if (wave === 1 && index >= clients.length - 6) await bring(store, client, waits, rest);
      else await bring(store, client, changeOf(index, time), { index: 'settled' });
    }
    await leaderRound(orchestrator, undefined);
  }
  at = shownAt;
  return orchestrator;
}
