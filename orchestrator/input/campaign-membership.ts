import type { Membership } from '../../shared/domain/campaign/membership.ts';
import { oneOf } from '../../shared/input/fields.ts';

/** `membership`: whether clients that come into the selection later join the campaign. */
export const membershipField = oneOf('fixed', 'joins').default('fixed');

export const toMembership = (word: 'fixed' | 'joins'): { readonly membership?: Membership } =>
  word === 'joins' ? { membership: word } : {};
