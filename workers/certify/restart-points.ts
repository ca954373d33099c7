import type { Intent } from '../../shared/domain/observation/observation.ts';
import type { ClientLook } from '../../shared/products/client-look.ts';
import { type Bench, bring, by, Different, good, hashOf, look, remove, same } from './bench.ts';
import type { Point } from './point.ts';

/** A machine that has not come back by then did not pass. */
const backWithinMs = 15 * 60_000;

/** Orders a restart, and looks until another boot answers. */
async function restarted(bench: Bench): Promise<{ readonly before: ClientLook; readonly after: ClientLook }> {
  const { gateway, target, request, signal } = bench;
  const before = await look(bench);
  await good(gateway.restart(by(bench)));
  for (const until = Date.now() + backWithinMs; Date.now() < until; await bench.breathe()) {
    if (signal.aborted) throw new Different('given up while it restarted');
    const after = await gateway.look(target, request, signal);
    if (after.ok && after.value.bootId !== before.bootId) return { before, after: after.value };
  }
  throw new Different(`it did not come back within ${backWithinMs / 60_000} minutes`);
}

export const restartPoints = (record: Intent): readonly Point[] => [
  {
    says: 'a restart brings another boot, later than the one before, and the record of a procedure is still there',
    needs: 'restart',
    try: async (bench) => {
      await good(bench.gateway.writeIntent(by(bench), record));
      const { before, after } = await restarted(bench);
      same(after.bootedAt > before.bootedAt, true, 'that the boot is later');
      same(after.intent, record, 'the record');
      await good(bench.gateway.writeIntent(by(bench), null));
    },
  },
  {
    says: 'a file that waits for a restart is in its place after it, and not before',
    needs: 'restart',
    try: async (bench) => {
      const [from, to] = [`${bench.folder}\\ONE.TXT`, `${bench.folder}\\LATER.TXT`];
      await bring(bench, from);
      await good(bench.gateway.replaceAtRestart(by(bench), from, to));
      same(await hashOf(bench, to), null, 'the hash before the restart');
      await restarted(bench);
      same(await hashOf(bench, to), bench.local.sha256, 'the hash after the restart');
      same(await hashOf(bench, from), null, 'the hash of what waited');
      await remove(bench, to);
    },
  },
];
