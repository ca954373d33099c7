import { messageOf } from '../../shared/errors.ts';
import type { PointFound } from '../../shared/certify-protocol.ts';
import { type Bench, by, puttingBack } from './bench.ts';
import { points } from './points.ts';
import type { Point } from './point.ts';

/** What the user of the machine lets be done to it. */
export interface Allowed {
  readonly changes: boolean;
  readonly restart: boolean;
}

export interface Certified {
  readonly points: readonly PointFound[];
  /** What of ours could not be taken away from the machine again, in sentences. */
  readonly left: readonly string[];
}

/**
 * Tries every point that is allowed, one after the other, and tells each as it is found. What was made on the machine is taken away again, also
 * when the trial is given up.
 * @param tell hears of each point as soon as it is known
 */
export async function certify(
  bench: Bench,
  allowed: Allowed,
  tell: (found: PointFound) => void,
): Promise<Certified> {
  const found: PointFound[] = [];
  for (const point of points) {
    found.push(await tryOne(bench, point, whyNot(bench, point, allowed)));
    tell(found.at(-1) as PointFound);
  }
  return { points: found, left: allowed.changes ? await cleanUp(puttingBack(bench)) : [] };
}

function whyNot({ service, signal }: Bench, { needs }: Point, { changes, restart }: Allowed): string | null {
  if (signal.aborted) return 'given up before';
  if (needs === 'reading') return null;
  if (!changes) return 'it changes the machine, which is only read';
  if (needs === 'service' && service === null) return 'no service may be touched: --service NAME';
  return needs === 'restart' && !restart ? 'it restarts the machine: --restart' : null;
}

async function tryOne(
  bench: Bench,
  { says, try: attempt }: Point,
  because: string | null,
): Promise<PointFound> {
  if (because !== null) return { says, end: 'notTried', because };
  try {
    await attempt(bench);
    return { says, end: 'holds', because: '' };
  } catch (error) {
    return { says, end: 'differs', because: messageOf(error) };
  }
}

/** Names of every file that a point may have left behind; the executable of the service is taken away by the point that brings it. */
const ours = ['FENCE.TXT', 'ONE.TXT', 'TWO & (2).TXT', 'LATER.TXT'] as const;

async function cleanUp(bench: Bench): Promise<readonly string[]> {
  const { gateway, target, folder, signal } = bench;
  const left: string[] = [];
  for (const name of ours) {
    const gone = await gateway.removeFile(by(bench), `${folder}\\${name}`);
    if (!gone.ok) left.push(`${folder}\\${name}: ${gone.error.message}`);
  }
  const intent = await gateway.readIntent(target, signal);
  if (intent.ok && intent.value?.campaign !== 'certify') return left;
  const gone = intent.ok ? await gateway.writeIntent(by(bench), null) : intent;
  return gone.ok ? left : [...left, `the record of a procedure: ${gone.error.message}`];
}
