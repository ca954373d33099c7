import { afterAll, beforeAll } from 'vitest';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import {
  campaignYaml,
  now,
  type SmallOptions,
  type SmallOrchestrator,
  startRunning,
} from '../fixtures/small-orchestrator.ts';
import { bring, changes, firstWave, rest, wide } from '../integration/admitted-clients.ts';

const since = now - 3_600_000;

const service = {
  kind: 'service',
  executable: 'pcmsvc32.exe',
  imagePath: 'C:\\MS\\SMS\\CLICOMP\\PCMSVC32.EXE',
  pid: 211,
  since,
  service: 'sms_package_command_manager_nt',
  startType: 'automatic',
  structural: true,
} as const;
const program = {
  kind: 'program',
  executable: 'appctl32.exe',
  imagePath: 'C:\\MS\\SMS\\CLICOMP\\APPCTL32.EXE',
  pid: 97,
  since,
  session: 0,
  user: 'anna',
} as const;
const serviceName = 'service sms_package_command_manager_nt (pcmsvc32.exe)';
const programName = 'program appctl32.exe';

type Changes = Record<string, Parameters<typeof bring>[2]>;

/** Clients that two blockers hold up, one of them alone; one that needs a person; one moved. */
export const blocked = {
  both: (upgrade) => ({
    ...withMemory(upgrade, { learned: { seen: [programName, serviceName] } }),
    state: {
      phase: 'deferred',
      class: 'service',
      until: now + 60_000,
      because: 'pcmsvc32.exe and appctl32.exe run out of the component directory',
      blockers: [service, program],
    },
  }),
  attention: (upgrade) => ({
    ...withMemory(upgrade, { learned: { seen: [serviceName] } }),
    state: {
      phase: 'settled',
      at: now - 60_000,
      end: 'needsAttention',
      cause: 'relocation failed at start',
      because: 'the service did not start from its new directory',
      blockers: [service],
    },
  }),
  relocated: (upgrade) => ({
    ...withMemory(upgrade, { learned: { seen: [serviceName], relocation: 'done' } }),
    state: {
      phase: 'settled',
      at: now - 120_000,
      end: 'upgraded',
      cause: 'proved',
      because: 'every file has the hash of the release',
      blockers: [],
    },
  }),
} satisfies Changes;

/**
 * A campaign over ten clients, one or more in each kind of state, and a second one that was only
 * created. The whole is paused by a person.
 */
export async function startMixed(yaml = wide, options: SmallOptions = {}): Promise<SmallOrchestrator> {
  const orchestrator = await startRunning(undefined, yaml, options);
  const { store } = orchestrator;
  const [a = '', b = '', c = '', d = ''] = await firstWave(orchestrator, 4);
  await bring(store, a, changes.failed, { index: 'settled' });
  await bring(store, b, blocked.both, rest);
  await bring(store, c, blocked.attention, { index: 'settled' });
  await bring(store, d, blocked.relocated, { index: 'settled' });
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'b.yaml', text: campaignYaml('later') });
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'lunch' });
  return orchestrator;
}

/** One orchestrator for all tests of a file. */
export function useOrchestrator(start: () => Promise<SmallOrchestrator>): () => SmallOrchestrator {
  let orchestrator: SmallOrchestrator;
  beforeAll(async () => void (orchestrator = await start()));
  afterAll(() => orchestrator[Symbol.asyncDispose]());
  return () => orchestrator;
}
