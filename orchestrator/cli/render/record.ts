import { stringify } from 'yaml';
import type { z } from 'zod';
import type { clientAnswer } from '../../http/schemas/clients.ts';
import { table } from './table.ts';
import { safe, safeLines, type View } from './view.ts';

/** The inventory, the record as it is kept, and what was done, newest first. */
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
    part === null ? 'It is in no campaign.' : safe(`It is ${part.state} in campaign ${part.campaign}.`),
    ...record,
    '',
    ...table(
      view,
      [{ head: 'when' }, { head: 'who' }, { head: 'from' }, { head: 'to' }, { head: 'because' }],
      audit.map(({ at, who, from, to, because }) => [at, who, from, to, because].map((text) => ({ text }))),
    ),
  ];
}
