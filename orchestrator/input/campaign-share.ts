import type { Share } from '../../shared/domain/campaign/definition.ts';
import type { Blame } from './campaign-criteria.ts';

/** `select.percent` and `select.seed`: a stable share of the selected clients. */

/** A seed without a percentage would change nothing, and 0 % selects no client. */
export function checkShare(value: Readonly<Record<string, unknown>>, blame: Blame): void {
  if (value['percent'] === 0) blame(['percent'], 'is 0 %', 'more than 0 %');
  if (value['seed'] !== undefined && value['percent'] === undefined)
    blame(['seed'], 'stands without percent', 'percent beside it, such as percent: 20 %');
}

/** Every campaign without a seed of its own has the same one, and so the same clients. */
const commonSeed = 'servpack';

export const toShare = (share: number | undefined, seed: string = commonSeed): { readonly share?: Share } =>
  share === undefined ? {} : { share: { percent: share, seed } };
