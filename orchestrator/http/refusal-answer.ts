import type { Refusal } from '../refusal.ts';
import type { RefusalAnswer } from './schemas/fields.ts';

/** A refusal as JSON. The cause stays out. */
export const refusalOf = ({ code, message, faults }: Refusal): RefusalAnswer => ({
  error: { code, message, ...(faults === undefined ? {} : { faults }) },
});
