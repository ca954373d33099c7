import { didYouMean } from '../did-you-mean.ts';
import type { Refusal } from '../refusal.ts';
import { spellingsOf } from '../../shared/domain/observation/logon-server.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';

/**
 * The logon server of a campaign that a person means: in any case, with or without its domain.
 * @param known the campaign's logon servers
 */
export function serverMeant(
  campaign: string,
  asked: string,
  known: readonly string[],
): Result<string, Refusal> {
  const [first, ...others] = spellingsOf(asked, known);
  if (first === undefined) {
    const because = `campaign ${campaign} has no clients of a logon server ${asked}${didYouMean(asked, known)}`;
    return err(fault('notFound.server', because));
  }
  if (others.length === 0) return ok(first);
  const all = [first, ...others].join(', ');
  return err(
    fault(
      'campaign.refused',
      `campaign ${campaign} has several logon servers that ${asked} may mean: ${all}; write the whole name`,
    ),
  );
}
