import type { Narrowing } from '../../shared/domain/campaign/narrowing.ts';
import { isNarrowed } from '../domain/narrowing.ts';

/** What no narrowed token may do. */
const ofEverything = /^servpack (?:unhalt|doctor|release stage)\b/;

/** What a token that is narrowed to logon servers may do about a campaign and its clients. */
const ofSites =
  /^servpack (?:client|worker|orchestrator|campaign (?:approvals|clients|release)|release servers)\b/;

/**
 * Those of the commands that the caller may run.
 * @param asker left out = it is not narrowed
 */
export const reachedActions = (asker: Narrowing | undefined, actions: readonly string[]): readonly string[] =>
  asker === undefined || !isNarrowed(asker)
    ? actions
    : actions.filter(
        (action) => !ofEverything.test(action) && (asker.sites.length === 0 || ofSites.test(action)),
      );
