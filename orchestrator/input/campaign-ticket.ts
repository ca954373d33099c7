import { matching } from '../../shared/input/fields.ts';

/** The key `ticket`: the change request, in whatever system, under which the campaign runs. */
export const ticketField = matching(
  'the name of a change such as CHG0030211, of at most 100 characters on one line',
  (value) => /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u.test(value) && /\S/.test(value),
).optional();

/** Left out where the file names no ticket. */
export const toTicket = (ticket: string | undefined): { readonly ticket?: string } =>
  ticket === undefined ? {} : { ticket };
