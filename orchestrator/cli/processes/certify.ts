import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { certifyMessage, type CertifyOrder, type PointFound } from '../../../shared/certify-protocol.ts';
import type { Refusal } from '../../refusal.ts';
import { startCertify, stopRequested } from './child.ts';

/** The result of a test on one machine. */
export interface Certified {
  /** The Windows version that the machine reports. */
  readonly system: string | null;
  readonly points: readonly PointFound[];
  readonly hold: number;
  readonly differ: number;
  readonly notTried: number;
  /** What could not be removed from the machine. */
  readonly left: readonly string[];
}

interface Listener {
  readonly begun: (system: string | null) => void;
  readonly found: (point: PointFound) => void;
}

/**
 * Tests a machine in a process of its own, which has the gateway. Ctrl-C ends the test after what
 * it has changed is restored.
 */
export async function certifyMachine(
  env: NodeJS.ProcessEnv,
  order: CertifyOrder,
  { begun, found }: Listener,
): Promise<Result<Certified, Refusal>> {
  const points: PointFound[] = [];
  let system: string | null = null;
  let left: readonly string[] | null = null;
  let refusal: Refusal | null = null;
  const child = startCertify(env, JSON.stringify(order), (received) => {
    const message = certifyMessage.parse(received);
    switch (message.kind) {
      case 'begun':
        return begun((system = message.system));
      case 'found':
        points.push(message.point);
        return found(message.point);
      case 'fault':
        return void (refusal = fault(message.code, message.message));
      case 'done':
        return void (left = message.left);
    }
  });
  const say = (sentence: string): void => void process.stderr.write(`servpack certify: ${sentence}\n`);
  void stopRequested(say).then(() => {
    say('restoring what was changed on the machine');
    return child.stop();
  });
  const code = await child.ended;
  if (refusal !== null) return err(refusal);
  if (left === null)
    return err(
      fault('certify.ended', `the test ended too early (${code === null ? 'killed' : `exit code ${code}`})`),
    );
  const count = (end: PointFound['end']): number => points.filter((point) => point.end === end).length;
  return ok({
    system,
    points,
    hold: count('holds'),
    differ: count('differs'),
    notTried: count('notTried'),
    left,
  });
}
