import { stringify } from 'yaml';
import type { z } from 'zod';
import type { clientAnswer } from '../../http/schemas/clients.ts';
import { stateWord } from './states-table.ts';
import { table } from './table.ts';
import { safe, safeLines, type View } from './view.ts';

/** The client's row in the fleet, its stored record, and its audit entries, newest first. */
export function clientLines(
  view: View,
  { client, part, audit }: z.infer<typeof clientAnswer>,
): readonly string[] {
  const { paint } = view;
  const record = part === null ? [] : ['', ...safeLines(stringify(part.record).trimEnd())];
  return [
    paint(
      'bold',
      safe(
        `${client.client}  ${client.host}, ${client.role} at logon server ${client.logonServer}, zone ${client.zone}`,
      ),
    ),
    ...(client.labels.length === 0 ? [] : [safe(`labels: ${client.labels.join(' ')}`)]),
    part === null
      ? 'It is in no campaign.'
      : safe(`It is ${stateWord(part.state)} in campaign ${part.campaign}.`),
    ...record,
    '',
    ...table(
      view,
      [{ head: 'when' }, { head: 'who' }, { head: 'from' }, { head: 'to' }, { head: 'because' }],
      audit.map(({ at, who, from, to, because }) =>
        [at, who, stateWord(from), stateWord(to), because].map((text) => ({ text })),
      ),
    ),
  ];
}
