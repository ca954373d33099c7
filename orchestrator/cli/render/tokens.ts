import type { z } from 'zod';
import type { newTokenAnswer, revokedTokenAnswer, tokensAnswer } from '../../http/schemas/access.ts';
import { narrowingWords } from '../../../shared/domain/campaign/narrowing.ts';
import { table } from './table.ts';
import { safe, type View } from './view.ts';

/** The token stands on a line of its own, to be copied. */
export const newTokenLines = (
  _view: View,
  { name, role, person, expiresAt, token, ...narrowing }: z.infer<typeof newTokenAnswer>,
): readonly string[] => [
  safe(
    `Token ${name}: ${role}${person === null ? '' : `, ${person}`}, ${
      expiresAt === null ? 'does not expire' : `until ${expiresAt}`
    }${scopeOf(narrowing) === '' ? '' : `, only ${scopeOf(narrowing)}`}. It is shown only now:`,
  ),
  safe(token),
];

type Token = z.infer<typeof tokensAnswer>['tokens'][number];

const scopeOf = (token: Pick<Token, 'campaigns' | 'sites'>): string => narrowingWords(token);

/** The tokens by name; one that has expired is red. */
export function tokenLines(view: View, { tokens }: z.infer<typeof tokensAnswer>): readonly string[] {
  if (tokens.length === 0) return ['There is no token but the one of the token file.'];
  return table(
    view,
    [
      { head: 'token' },
      { head: 'role' },
      { head: 'person' },
      { head: 'last used' },
      { head: 'expires' },
      { head: 'only for' },
    ],
    tokens.map((token) => [
      { text: token.name },
      { text: token.role },
      { text: token.person ?? '' },
      { text: token.usedAt ?? 'never' },
      token.hasExpired
        ? { text: `expired ${token.expiresAt}`, style: 'red' as const }
        : { text: token.expiresAt ?? 'never' },
      { text: scopeOf(token) },
    ]),
  );
}

export const revokedTokenLines = (
  _view: View,
  { name }: z.infer<typeof revokedTokenAnswer>,
): readonly string[] => [safe(`Token ${name} is revoked: it is refused everywhere within a second.`)];
