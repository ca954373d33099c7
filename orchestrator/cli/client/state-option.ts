import { InvalidArgumentError, Option } from 'commander';
import { buckets, groupNames, type StateGroup } from '../../../shared/domain/outcome/states.ts';
import type { Bucket } from '../../../shared/domain/outcome/counters.ts';
import { verdictKinds } from '../../../shared/domain/observation/verdict.ts';
import { bucketWords, stateWord } from '../../views/state-words.ts';

/** Capitals, spaces and hyphens make no difference. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_-]+/g, '');

/**
 * Returns the state that a person names: by its word on the screen, the head of its column, or its
 * name in JSON; or a group of states.
 * @throws InvalidArgumentError with the words of the screen
 */
export function readState(text: string): Bucket | StateGroup {
  const group = groupNames.find((name) => plain(name) === plain(text));
  if (group !== undefined) return group;
  const named = buckets.find((bucket) =>
    [bucket, stateWord(bucket), bucketWords[bucket]].some((name) => plain(name) === plain(text)),
  );
  if (named !== undefined) return named;
  throw new InvalidArgumentError(`Expected one of: ${statesInWords.join(', ')}.`);
}

const statesInWords = [...buckets, ...groupNames].map(stateWord);

type VerdictKind = (typeof verdictKinds)[number];

const verdictWords: Readonly<Record<VerdictKind, string>> = {
  free: 'free',
  blocked: 'blocked',
  current: 'current',
  server: 'server',
  couldNotLook: 'could not be looked at',
};

const verdictsInWords = verdictKinds.map((kind) => verdictWords[kind]);

/**
 * Returns the result of a look that a person names.
 * @throws InvalidArgumentError with the words of the screen
 */
export function readVerdict(text: string): VerdictKind {
  const named = verdictKinds.find((kind) =>
    [kind, verdictWords[kind]].some((name) => plain(name) === plain(text)),
  );
  if (named !== undefined) return named;
  throw new InvalidArgumentError(`Expected one of: ${verdictsInWords.join(', ')}.`);
}

/** `--state`, with its choices as the screen names them. */
export const stateOption = (description: string): Option =>
  new Option('--state <state>', description).choices(statesInWords).argParser(readState);

/** `--verdict`, with its choices as the screen names them. */
export const verdictOption = (description: string): Option =>
  new Option('--verdict <result>', description).choices(verdictsInWords).argParser(readVerdict);
