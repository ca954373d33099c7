import { changeIdle } from '../campaigns/commit-idle.ts';
import type { OrchestratorContext } from '../context.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import type { UpgradeKey } from '../../shared/store/types.ts';
import { leftOpen } from './still-open.ts';

/** Tries against others that change the same record. */
const triesAtMost = 5;

/**
 * Notes that nothing is open any more on machines that are gone. Otherwise their campaigns would
 * count them as marked for ever, and could not be archived: nobody can take back a mark there.
 * How the upgrades ended stays.
 */
export async function giveUpMachines(
  context: OrchestratorContext,
  who: string,
  keys: readonly UpgradeKey[],
  reason: string,
): Promise<void> {
  for (const key of keys) await giveUp(context, who, key, reason);
}

async function giveUp(
  context: OrchestratorContext,
  who: string,
  key: UpgradeKey,
  reason: string,
): Promise<void> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const stored = await context.store.readUpgrade(key);
    const left = stored === null ? null : leftOpen(stored);
    if (stored === null || left === null) return;
    const upgrade = withMemory(stored.upgrade, {
      open: { leftMarked: false, workaround: null, replacing: null, unfinished: false },
    });
    const because = `the machine is gone; before, ${left}: ${reason}`;
    if ((await changeIdle(context, stored, { upgrade, because, who })).kind === 'committed') return;
  }
  context.log.warn({ ...key }, 'what was open on a machine that is gone is still counted');
}
