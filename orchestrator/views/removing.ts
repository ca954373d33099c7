import type { Campaign, Removal } from '../../shared/domain/campaign/campaign.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** Who deletes or archives a campaign that is still there. */
export interface Removing {
  readonly kind: Removal['kind'];
  readonly by: string;
  readonly because: string;
  readonly at: string;
}

export function removalOf({ removal }: Campaign): Removing | null {
  if (removal === undefined) return null;
  const { kind, by, because, at } = removal;
  return { kind, by, because, at: isoOf(at) };
}
