import type { Check } from '../../http/schemas/orchestrator.ts';
import { broken, fine, warning } from '../../doctor/check.ts';
import { many, number } from '../render/view.ts';

/** What became of the looks at a sample of the fleet. */
export interface Looked {
  /** How many clients were drawn. */
  readonly asked: number;
  /** How many clients the fleet has. */
  readonly total: number;
  readonly seed: string;
  /** How many were looked at in time, those that could not be looked at included. */
  readonly looked: number;
  /** Those that could not be looked at. */
  readonly failed: readonly Failed[];
}

interface Failed {
  readonly client: string;
  /** What kind of failure: `unreachable`, `garbled` … */
  readonly failure: string | null;
  readonly says: string;
}

/**
 * What a sample says about reaching the clients. Half of a fleet may be switched off at night:
 * that is a warning. No reachable client at all is broken.
 */
export function judgeLooks(sample: Looked): Check {
  const { asked, looked, failed } = sample;
  const reached = looked - failed.length;
  const says = `${number(reached)} of ${many(asked, 'client')} drawn from ${number(sample.total)} (seed ${sample.seed}) reached and looked at`;
  if (reached === asked) return fine('clients', says);
  const all = [says, ...reasonsOf(sample)].join('; ');
  return reached === 0
    ? broken('clients', all, 'a campaign would reach no client: all are deferred', todo)
    : warning('clients', all, 'these are deferred until they answer', todo);
}

const todo =
  'switch them on, or see what lies between: names, firewalls, and what SERVPACK_GATEWAY of the workers says';

/**
 * Why clients were not reached: by the network, or for another reason. Different people repair
 * these.
 */
function reasonsOf({ asked, looked, failed }: Looked): readonly string[] {
  const isAway = ({ failure }: Failed): boolean => failure === 'unreachable';
  const late = asked - looked;
  return [
    ...reasonOf(failed.filter(isAway), 'unreachable'),
    ...reasonOf(
      failed.filter((each) => !isAway(each)),
      'could not be looked at',
    ),
    ...(late > 0 ? [`${number(late)} not looked at in time`] : []),
  ];
}

function reasonOf(failed: readonly Failed[], word: string): readonly string[] {
  const [first] = failed;
  return first === undefined
    ? []
    : [`${number(failed.length)} ${word}, first ${first.client}: ${first.says}`];
}
