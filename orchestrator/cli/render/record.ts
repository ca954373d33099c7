import { z } from 'zod';
import type { clientAnswer, whyAnswer } from '../../http/schemas/clients.ts';
import { waitWords } from '../../../shared/domain/rules/wait-words.ts';
import { stateWord } from '../../views/state-words.ts';
import { evidenceSummary } from './evidence.ts';
import { many, number, safe, type View } from './view.ts';
import { whyFields, whyHead } from './why.ts';
import { wrapped } from './wrap.ts';

type ClientAnswer = z.infer<typeof clientAnswer>;

/** One client: its row, record and journal, and why it stands where it stands (null = nowhere). */
export interface ShownClient extends ClientAnswer {
  readonly why: z.infer<typeof whyAnswer> | null;
}

/**
 * One client for a person, in sections: who it is, where it stands and why, what was tried, what
 * blocks it, what the last look found, and its last audit entries, newest first.
 */
export function clientLines(view: View, { client, part, audit, why }: ShownClient): readonly string[] {
  const section = (head: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', view.paint('bold', head), ...lines];
  return [
    view.paint('bold', safe(client.client)),
    ...field(view, 'host', `${client.host}, ${client.role}`),
    ...field(view, 'server', `logon server ${client.logonServer}, zone ${client.zone}`),
    ...(client.labels.length === 0 ? [] : field(view, 'labels', client.labels.join(' '))),
    ...(why === null
      ? section('Now', [`  ${part === null ? 'It is in no campaign.' : nowWithout(part)}`])
      : section(`Now: ${whyHead(why)}`, whyFields(view, why))),
    ...section('Tries', part === null ? [] : triesLines(view, part.record)),
    ...section('Blockers', why === null ? [] : blockerLines(view, why.blockers)),
    ...section('Evidence', why === null ? [] : evidenceLines(view, why)),
    ...section(`Journal: ${many(audit.length, 'last entry', 'last entries')}, newest first`, [
      ...audit.flatMap((entry) => journalLines(view, entry)),
      ...wrapped(view, '  ', `All of them: servpack audit show ${client.client}`, 'dim'),
    ]),
  ];
}

const field = (view: View, name: string, text: string): readonly string[] =>
  wrapped(view, `  ${name.padEnd(10)} `, text, 'dim');

const nowWithout = ({ campaign, state }: NonNullable<ClientAnswer['part']>): string =>
  safe(`It is ${stateWord(state)} in campaign ${campaign}.`);

const counts = z.record(z.string(), z.number());

/** What of a stored record tells what was tried; a waiting client has none of it. */
const tried = z.looseObject({
  crashes: z.number().default(0),
  upgrade: z.looseObject({
    attempt: z.number(),
    memory: z.looseObject({
      history: z.looseObject({
        restarts: counts,
        deferrals: counts,
        notifiedAt: z.number().nullable(),
        tried: z.array(z.string()),
      }),
      learned: z.looseObject({ relocation: z.string(), servicePath: z.string().nullable() }),
    }),
  }),
});

const restartWords: Readonly<Record<string, string>> = {
  mark: 'for the update',
  workaround: 'for the workaround',
  pendingRestart: 'because a restart was pending',
  replacement: 'to replace files',
};

function triesLines(view: View, record: unknown): readonly string[] {
  const read = tried.safeParse(record);
  if (!read.success) return ['  none: it waits and is not admitted yet'];
  const { crashes, upgrade } = read.data;
  const { history, learned } = upgrade.memory;
  const counted = (of: Readonly<Record<string, number>>, words: Readonly<Record<string, string>>): string =>
    Object.entries(of)
      .map(([kind, count]) => `${number(count)} ${words[kind] ?? kind}`)
      .join(', ');
  const rows: readonly (readonly [string, string])[] = [
    ['attempt', number(upgrade.attempt)],
    ['deferrals', counted(history.deferrals, waitWords) || 'none'],
    ['restarts', counted(history.restarts, restartWords) || 'none'],
    ['procedures', history.tried.join(', ')],
    ['notified', history.notifiedAt === null ? '' : 'its users were notified'],
    ['relocation', learned.relocation === 'none' ? '' : relocationWords(learned)],
    ['crashes', crashes === 0 ? '' : `${many(crashes, 'worker')} ended while working on it`],
  ];
  return rows.flatMap(([name, text]) => (text === '' ? [] : field(view, name, text)));
}

const relocationWords = ({ relocation, servicePath }: { relocation: string; servicePath: string | null }) =>
  servicePath === null ? relocation : `${relocation}; the service runs from ${servicePath}`;

const blockerLines = (view: View, blockers: readonly string[]): readonly string[] =>
  blockers.length === 0 ? ['  none'] : blockers.flatMap((blocker) => wrapped(view, '  ', blocker));

const evidenceLines = (view: View, why: NonNullable<ShownClient['why']>): readonly string[] =>
  why.evidence === null
    ? []
    : [
        ...wrapped(view, '  SHA-256    ', why.evidence, 'dim'),
        ...(why.evidenceText === null
          ? ['  its text is kept no longer']
          : evidenceSummary(view, why.evidenceText)),
        ...wrapped(view, '  ', `All of it: servpack evidence show ${why.evidence}`, 'dim'),
      ];

function journalLines(view: View, entry: ClientAnswer['audit'][number]): readonly string[] {
  const { at, who, from, to, because } = entry;
  const change = from === to || from === '' ? stateWord(to) : `${stateWord(from)} -> ${stateWord(to)}`;
  return [
    ...wrapped(view, `  ${at}  `, `${change}: ${because}`),
    ...wrapped(view, '      ', `by ${who}`, 'dim'),
  ];
}
