import type { OrchestratorContext } from '../../orchestrator/context.ts';
import type { GuardedCommand } from '../../shared/domain/campaign/command-request.ts';
import { type Upgrade, withMemory } from '../../shared/domain/upgrade/state.ts';
import type { Store } from '../../shared/store/store.ts';
import { preImage } from '../domain/given.ts';
import {
  type Answer,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken } from '../fixtures/tokens.ts';
import type { Role } from '../../orchestrator/http/contract/permissions.ts';
import { bring, changes, firstWave, wide } from './admitted-clients.ts';

/** A setting that a test may change while the orchestrator runs. */
export const fourEyes = (...commands: readonly GuardedCommand[]) => ({
  commands: new Set(commands),
  expiresMs: 3_600_000,
});

const mark = { at: now, bootId: 'boot-1' };
const marked = (upgrade: Upgrade): Upgrade => withMemory(changes.failed(upgrade), { open: { mark } });
const relocated = (upgrade: Upgrade): Upgrade =>
  withMemory(changes.failed(upgrade), { learned: { relocation: 'done', beforeRelocation: preImage } });

export interface FourEyesWorld extends AsyncDisposable {
  readonly orchestrator: SmallOrchestrator;
  /** Clients of the running campaign sp4: one is marked, two have a service that was relocated. */
  readonly marked: string;
  readonly relocated: readonly string[];
  /** Asks with the token of this person, which is made at the first use. */
  as(person: string, role: Role, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>;
}

/** A running campaign of edition 1, and a release sms-sp3 that nothing uses. */
export async function startFourEyesWorld(
  setting: NonNullable<OrchestratorContext['fourEyes']>,
  store?: Store,
): Promise<FourEyesWorld> {
  const orchestrator = await startSmallOrchestrator(store, { context: { fourEyes: setting } });
  const headers = new Map<string, Record<string, string>>();
  const as: FourEyesWorld['as'] = async (person, role, method, path, body) => {
    const name = `${person.replaceAll(/\W/g, '-')}-${role}`;
    const known = headers.get(name) ?? bearer(await makeToken(orchestrator, name, { role, person }));
    headers.set(name, known);
    return orchestrator.ask(method, path, body, known);
  };
  const done = async (path: string, body?: unknown): Promise<void> => {
    const { status, body: said } = await as('olga', 'administrator', 'POST', path, body);
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(said)}`);
  };
  await done('/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await done('/v1/releases', { path: writeRelease(orchestrator) });
  await done('/v1/releases', { path: writeRelease(orchestrator, 'echo staged', 'sms-sp3') });
  await done('/v1/campaigns', { file: 'c.yaml', text: wide });
  // Nothing has begun: a campaign is prepared alone.
  await done('/v1/campaigns/sp4/edit', { ...edit, text: `${wide}ticket: CHG-1\n` });
  await done('/v1/campaigns/sp4/start');
  const [first = '', second = '', third = ''] = await firstWave(orchestrator, 3);
  await bring(orchestrator.store, first, marked, { index: 'settled' });
  for (const client of [second, third])
    await bring(orchestrator.store, client, relocated, { index: 'settled' });
  return {
    orchestrator,
    marked: first,
    relocated: [second, third],
    as,
    [Symbol.asyncDispose]: () => orchestrator[Symbol.asyncDispose](),
  };
}

const edit = { file: 'c.yaml', reason: 'the line is slow' };

/** Every door of every command, in an order in which each can act. */
export const doorsOf = ({ relocated: [client = ''] }: Pick<FourEyesWorld, 'relocated'>) =>
  [
    ['withdraw', '/v1/releases/sms-sp3/withdraw', { reason: 'a file is wrong' }],
    ['edit', '/v1/campaigns/sp4/edit', { ...edit, text: `${wide}budgets: { active: 3 }\n` }],
    ['edit', '/v1/campaigns/sp4/revert', { edition: 0, reason: 'as it was' }],
    ['unmark', '/v1/campaigns/sp4/unmark', { reason: 'wrong release' }],
    ['undo', `/v1/clients/${client}/undo`, { reason: 'its packages fail' }],
    ['undo', '/v1/campaigns/sp4/undo', { reason: 'the old path is wanted' }],
    ['abort', '/v1/campaigns/sp4/abort', { reason: 'wrong release' }],
  ] as const;

/** Everything that the commands could change. */
export async function recordsOf({ store }: SmallOrchestrator): Promise<string> {
  const upgrades = await Array.fromAsync(store.upgrades('sp4'), ({ upgrade }) => upgrade);
  return JSON.stringify([await store.readCampaign('sp4'), await store.releases(), upgrades]);
}
