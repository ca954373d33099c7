import type { Release } from '../../shared/domain/campaign/definition.ts';

/** What a product profile says about the way of a release to a client. */
export interface ReleaseRoute {
  readonly product: string;
  readonly route: 'logon' | 'direct' | 'push';
  /** The update program installs an older release, too. */
  readonly downgrade: boolean;
}

/**
 * Why clients with the release `from` cannot go back to `to`; null = they can. The route `push`
 * replaces files by their hash, whatever is older. Any other route leaves it to the program of the
 * product, so the profile has to say that this program installs an older release.
 */
export function whyNoRollback(
  from: Release | null,
  to: Release,
  { product, route, downgrade }: ReleaseRoute,
): string | null {
  if (from?.release === to.release) return `the campaign has installed ${to.release}; name an older release`;
  if (from !== null && from.product !== to.product)
    return `${from.release} is a release of ${from.product}, and ${to.release} one of ${to.product}`;
  if (isNewer(to, from))
    return `${to.release} is service pack ${to.servicePack}, and ${from?.release} is service pack ${from?.servicePack}; name an older release`;
  if (route === 'push' || downgrade) return null;
  return (
    `the product profile ${product} has route ${route}: the program of the product brings the files, and ` +
    'the profile does not say that it installs an older release (update.downgrade: true)'
  );
}

const isNewer = (to: Release, from: Release | null): boolean =>
  to.servicePack !== null && from !== null && from.servicePack !== null && to.servicePack > from.servicePack;
