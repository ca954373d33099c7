import { isSameBoot } from '../../shared/domain/observation/boot.ts';
import type { Intent } from '../../shared/domain/observation/observation.ts';
import type { ClientLook } from '../../shared/products/client-look.ts';
import {
  bring,
  changeBy,
  expectSame,
  hashOf,
  look,
  Mismatch,
  type Point,
  remove,
  type SpareMachine,
  valueOf,
} from './spare-machine.ts';

/** A machine that is not back after this time has not passed. */
const backWithinMs = 15 * 60_000;

/** Orders a restart, and looks until the machine answers from another boot. */
async function restart(
  machine: SpareMachine,
): Promise<{ readonly before: ClientLook; readonly after: ClientLook }> {
  const { gateway, target, request, signal } = machine;
  const before = await look(machine);
  await valueOf(gateway.restart(changeBy(machine)));
  for (const until = Date.now() + backWithinMs; Date.now() < until; await machine.wait()) {
    if (signal.aborted) throw new Mismatch('given up while it restarted');
    const after = await gateway.look(target, request, signal);
    if (after.ok && !isSameBoot(after.value.bootId, before.bootId)) return { before, after: after.value };
  }
  throw new Mismatch(`it did not come back within ${backWithinMs / 60_000} minutes`);
}

export const restartPoints = (record: Intent): readonly Point[] => [
  {
    says: 'a restart brings another boot, later than the one before, and the record of a procedure is still there',
    needs: 'restart',
    try: async (machine) => {
      await valueOf(machine.gateway.writeIntent(changeBy(machine), record));
      const { before, after } = await restart(machine);
      expectSame(after.bootedAt > before.bootedAt, true, 'that the boot is later');
      expectSame(after.intent, record, 'the record');
      await valueOf(machine.gateway.writeIntent(changeBy(machine), null));
    },
  },
  {
    says: 'a file that waits for a restart is in its place after it, and not before',
    needs: 'restart',
    try: async (machine) => {
      const [from, to] = [`${machine.folder}\\ONE.TXT`, `${machine.folder}\\LATER.TXT`];
      await bring(machine, from);
      await valueOf(machine.gateway.replaceAtRestart(changeBy(machine), from, to));
      expectSame(await hashOf(machine, to), null, 'the hash before the restart');
      await restart(machine);
      expectSame(await hashOf(machine, to), machine.sample.sha256, 'the hash after the restart');
      expectSame(await hashOf(machine, from), null, 'the hash of what waited');
      await remove(machine, to);
    },
  },
];
