import type { Check } from '../../http/schemas/orchestrator.ts';
import { broken, fine, warning } from '../../doctor/check.ts';
import { many, number } from '../render/view.ts';

/** The result of the looks at a sample of the fleet. */
export interface SampleResult {
  /** How many clients were drawn. */
  readonly asked: number;
  /** How many clients the fleet has. */
  readonly total: number;
  readonly seed: string;
  /** How many looks ended in time, failed looks included. */
  readonly looked: number;
  /** The failed looks. */
  readonly failed: readonly Failed[];
}

interface Failed {
  readonly client: string;
  /** The kind of failure: `unreachable`, `garbled` … */
  readonly failure: string | null;
  readonly says: string;
}

/**
 * Judges by a sample if clients can be reached. Half of a fleet may be switched off at night:
 * that is a warning. No reachable client at all is broken.
 */
export function judgeLooks(sample: SampleResult): Check {
  const { asked, looked, failed } = sample;
  const reached = looked - failed.length;
  const says = `${number(reached)} of ${many(asked, 'client')} reached and looked at (drawn from ${number(sample.total)}, seed ${sample.seed})`;
  if (reached === asked) return fine('clients', says);
  const all = [says, ...reasonsOf(sample)].join('; ');
  return reached === 0
    ? broken('clients', all, 'a campaign would reach no client: all are deferred', todo)
    : warning('clients', all, 'these clients are deferred until they answer', todo);
}

const todo =
  'switch them on, or check the way to them: their names, firewalls, and SERVPACK_GATEWAY of the workers';

/**
 * Why clients were not reached: unreachable on the network, or another reason. Different people
 * repair these.
 */
function reasonsOf({ asked, looked, failed }: SampleResult): readonly string[] {
  const isUnreachable = ({ failure }: Failed): boolean => failure === 'unreachable';
  const late = asked - looked;
  return [
    ...reasonOf(failed.filter(isUnreachable), 'unreachable'),
    ...reasonOf(
      failed.filter((each) => !isUnreachable(each)),
      'could not be looked at',
    ),
    ...(late > 0 ? [`${number(late)} took too long`] : []),
  ];
}

function reasonOf(failed: readonly Failed[], word: string): readonly string[] {
  const [first] = failed;
  return first === undefined
    ? []
    : [`${number(failed.length)} ${word}, the first is ${first.client}: ${first.says}`];
}
