import type { CampaignEnd } from '../../shared/domain/rules/campaign-end.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { oneOf } from '../../shared/input/fields.ts';
import { moment } from './parse-timestamp.ts';

/** When the campaign is to be over, and what becomes of it then. */
export const endKeys = {
  endAt: moment().optional(),
  atEnd: oneOf('finish', 'cancel', 'force').optional(),
};

interface EndInput {
  readonly endAt?: number | undefined;
  readonly atEnd?: CampaignEnd['does'] | undefined;
  readonly startAt?: number | null | undefined;
}

type Blame = (path: PropertyKey[], wrong: string, expected: string) => void;

/** Refuses an end before the start, and what is to happen at an end that the file does not name. */
export function checkEnd({ endAt, atEnd, startAt }: EndInput, blame: Blame): void {
  if (endAt === undefined) {
    if (atEnd !== undefined)
      blame(['atEnd'], `says ${atEnd}, and there is no endAt`, 'a campaign with endAt');
    return;
  }
  if (typeof endAt !== 'number' || typeof startAt !== 'number' || endAt > startAt) return;
  blame(
    ['endAt'],
    `is ${isoOf(endAt)}, and startAt is ${isoOf(startAt)}`,
    'a moment after the start of the campaign',
  );
}

/** Left out where the file names no end. Clients that were begun are finished by default. */
export const toEnd = ({ endAt, atEnd = 'finish' }: EndInput): { readonly end?: CampaignEnd } =>
  endAt === undefined ? {} : { end: { at: endAt, does: atEnd } };
