import { messageOf } from '../../shared/errors.ts';
import type { PointFound } from '../../shared/certify-protocol.ts';
import { changeBy, forPuttingBack, type Point, type SpareMachine } from './spare-machine.ts';
import { points } from './points.ts';

/** What the user allows to be done to the machine. */
export interface Allowed {
  readonly changes: boolean;
  readonly restart: boolean;
}

export interface Certified {
  readonly points: readonly PointFound[];
  /** What could not be removed from the machine again, in sentences. */
  readonly left: readonly string[];
}

/**
 * Tries every allowed point, one after the other. Whatever the trial created on the machine is
 * removed again, also when the trial is given up.
 * @param report called with each result as soon as it is known
 */
export async function certify(
  machine: SpareMachine,
  allowed: Allowed,
  report: (found: PointFound) => void,
): Promise<Certified> {
  const found: PointFound[] = [];
  for (const point of points) {
    const result = await tryPoint(machine, point, whyNotTried(machine, point, allowed));
    found.push(result);
    report(result);
  }
  return { points: found, left: allowed.changes ? await cleanUp(forPuttingBack(machine)) : [] };
}

/** Null = the point may be tried. */
function whyNotTried(
  { service, signal }: SpareMachine,
  { needs }: Point,
  { changes, restart }: Allowed,
): string | null {
  if (signal.aborted) return 'given up before';
  if (needs === 'reading') return null;
  if (!changes) return 'it changes the machine, which is only read';
  if (needs === 'service' && service === null) return 'no service may be touched: --service NAME';
  return needs === 'restart' && !restart ? 'it restarts the machine: --restart' : null;
}

async function tryPoint(
  machine: SpareMachine,
  { says, try: attempt }: Point,
  because: string | null,
): Promise<PointFound> {
  if (because !== null) return { says, end: 'notTried', because };
  try {
    await attempt(machine);
    return { says, end: 'holds', because: '' };
  } catch (error) {
    return { says, end: 'differs', because: messageOf(error) };
  }
}

/**
 * Every file that a point may have left behind. The copy of the service's executable is not among
 * them: the point that makes it removes it.
 */
const createdFiles = ['FENCE.TXT', 'ONE.TXT', 'TWO & (2).TXT', 'LATER.TXT'] as const;

async function cleanUp(machine: SpareMachine): Promise<readonly string[]> {
  const { gateway, target, folder, signal } = machine;
  const left: string[] = [];
  for (const name of createdFiles) {
    const removed = await gateway.removeFile(changeBy(machine), `${folder}\\${name}`);
    if (!removed.ok) left.push(`${folder}\\${name}: ${removed.error.message}`);
  }
  const intent = await gateway.readIntent(target, signal);
  if (intent.ok && intent.value?.campaign !== 'certify') return left;
  const removed = intent.ok ? await gateway.writeIntent(changeBy(machine), null) : intent;
  return removed.ok ? left : [...left, `the record of a procedure: ${removed.error.message}`];
}
