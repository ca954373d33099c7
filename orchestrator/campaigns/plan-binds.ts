import { callMs, horizonMs, usualApprovalMs } from '../simulation/assumed.ts';
import { profileOf } from '../../shared/products/profile.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { PlanBinds } from '../background/results.ts';
import { bindsOfPlan, usualPlanSize } from '../forecast/binds-of-plan.ts';
import { fleetFromLooks, type KnownLook } from '../simulation/from-looks.ts';
import type { Draft } from './plan.ts';

/** The product that models of machines have. */
const modelledProduct = 'sms-1.2';
const pieceSize = 1_000;

/**
 * What will hold a drafted campaign up, by simulations of its own fleet as the last looks found it.
 * @returns null where nothing is known of its machines: they were not looked at, or have another
 * product than the models
 */
export async function planBinds(
  store: OperatorStore,
  draft: Draft,
  now: number,
  size = usualPlanSize,
): Promise<PlanBinds | null> {
  const { definition, product, waves, plan } = draft;
  const clients = waves.flatMap((wave) => wave.clients);
  const release = await store.readRelease(definition.release);
  const profile = release === null ? null : profileOf(release);
  if (product !== modelledProduct || profile?.ok !== true || plan.left > 0) return null;
  const names = clients.map(({ client }) => client);
  const fleet = fleetFromLooks(clients, await looksAt(store, names), definition.seed);
  const startAt = Math.max(now, definition.startAt ?? 0);
  const endAt = definition.policy.end?.at ?? Infinity;
  if (fleet === null || endAt <= startAt) return null;
  const begun = performance.now();
  const scenario = {
    definition,
    clients: fleet.clients,
    traits: fleet.traits,
    seed: definition.seed,
    profile: profile.value,
    startAt,
    horizonMs,
    approvalMs: usualApprovalMs,
    callMs,
    checksIn: true,
  };
  const binds = await bindsOfPlan(scenario, size, () => performance.now() - begun);
  return { ...binds, assumed: fleet.says };
}

/** The last looks at these clients, as far as they were looked at for the modelled product. */
export async function looksAt(
  store: OperatorStore,
  clients: readonly string[],
): Promise<readonly KnownLook[]> {
  const found: KnownLook[] = [];
  for (let at = 0; at < clients.length; at += pieceSize) {
    const piece = clients.slice(at, at + pieceSize);
    const looks = await store.lastLooks(piece);
    looks.forEach((look, index) => {
      const client = piece[index];
      if (look === null || client === undefined || look.product !== modelledProduct) return;
      const { verdict, remarks } = look;
      const movable = verdict.kind === 'blocked' && verdict.movable > 0;
      found.push({ client, verdict: verdict.kind, movable, remarks });
    });
  }
  return found;
}
