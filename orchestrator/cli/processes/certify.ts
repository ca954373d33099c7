import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { certifyMessage, type CertifyOrder, type PointFound } from '../../../shared/certify-protocol.ts';
import type { Refusal } from '../../refusal.ts';
import { startCertify, stopAsked } from './child.ts';

/** What came of trying out one machine. */
export interface Certified {
  /** What the machine calls itself. */
  readonly system: string | null;
  readonly points: readonly PointFound[];
  readonly hold: number;
  readonly differ: number;
  readonly notTried: number;
  /** What could not be removed from the machine again. */
  readonly left: readonly string[];
}

interface Listener {
  readonly begun: (system: string | null) => void;
  readonly found: (point: PointFound) => void;
}

/**
 * Tries a machine out in a process that has the gateway. Ctrl-C ends the trial; what was changed
 * is put back first.
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
  const child = startCertify(env, JSON.stringify(order), (said) => {
    const message = certifyMessage.parse(said);
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
  void stopAsked(say).then(() => {
    say('puts back what it has changed');
    return child.stop();
  });
  const code = await child.ended;
  if (refusal !== null) return err(refusal);
  if (left === null)
    return err(
      fault('certify.ended', `the trial broke off (${code === null ? 'killed' : `exit code ${code}`})`),
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
