import type { z } from 'zod';
import type { endedAnswer, sessionsAnswer } from '../../http/schemas/access.ts';
import { table } from './table.ts';
import { safe, type View } from './view.ts';

/** The link stands on a line of its own, to be opened. */
export const linkLines = (
  _view: View,
  { link, expiresAt }: { readonly link: string; readonly expiresAt: string },
): readonly string[] => [safe(`Signs in once, until ${expiresAt}:`), safe(link)];

/** Sessions, the newest first. */
export function sessionLines(view: View, { sessions }: z.infer<typeof sessionsAnswer>): readonly string[] {
  if (sessions.length === 0) return ['Nobody is signed in.'];
  return table(
    view,
    [
      { head: 'session' },
      { head: 'person' },
      { head: 'role' },
      { head: 'token' },
      { head: 'since' },
      { head: 'last used' },
      { head: 'from' },
    ],
    sessions.map(({ id, person, role, name, startedAt, usedAt, from }) => [
      { text: id },
      { text: person ?? '' },
      { text: role },
      { text: name },
      { text: startedAt },
      { text: usedAt },
      { text: from },
    ]),
  );
}

export const endedLines = (_view: View, { ended }: z.infer<typeof endedAnswer>): readonly string[] => [
  ended ? 'The session has ended.' : 'There was no session.',
];
