import type { Entry } from '../../operator.ts';
import type { AnswerGiven } from '../control/ledger.ts';
import type { RawRecord } from '../walk.ts';
import type { Stories } from './audit.ts';
import { about, type Fault, general } from './line.ts';
import { realTimeOf } from './real-time.ts';

export interface ApprovalEvidence {
  readonly campaign: string;
  /** Waves that need an approval, with their positions. */
  readonly waves: readonly { readonly name: string; readonly at: number }[];
  readonly entries: readonly Entry[];
  readonly stories: Stories;
  readonly records: readonly RawRecord[];
  /** What the second person has answered. */
  readonly answers: readonly AnswerGiven[];
  /** The clients on whose machines a service was relocated. */
  readonly relocated: readonly string[];
}

/** Nothing that needs an approval has begun without one, and nothing rejected has begun. */
export const approvalFaults = (evidence: ApprovalEvidence): readonly Fault[] => [
  ...evidence.waves.flatMap((wave) => waveFaults(evidence, wave)),
  ...[...evidence.stories].flatMap(([client, story]) => about(client, stepFaults(evidence, client, story))),
  ...evidence.relocated
    .filter((client) => !evidence.answers.some(({ id, is }) => is === 'approved' && isAbout(id, client)))
    .flatMap((client) => about(client, ['its service was relocated, and nobody has approved'])),
];

function waveFaults(
  { campaign, entries, stories, records, answers }: ApprovalEvidence,
  { name, at }: ApprovalEvidence['waves'][number],
): readonly Fault[] {
  const yes = entries.filter(({ because }) => because.startsWith(`wave ${name} approved by `));
  const begun = records
    .filter(({ upgrade }) => upgrade.wave === at)
    .flatMap(({ client }) => stories.get(client)?.find(({ from }) => from === 'waiting') ?? []);
  if (begun.length === 0) return [];
  const [first] = yes;
  if (first === undefined) return general([`wave ${name} has begun, and nobody has approved`]);
  const isOwn = answers.some(
    ({ id, is, askedAt }) => is === 'approved' && isWave(id, campaign, name) && askedAt <= realTimeOf(first),
  );
  return [
    ...general(yes.length > 1 ? [`wave ${name} was approved ${yes.length} times`] : []),
    ...general(isOwn ? [] : [`wave ${name} has begun, and the second person has not approved`]),
    ...begun
      .filter((entry) => realTimeOf(entry) < realTimeOf(first))
      .flatMap(({ client }) => about(client ?? '', [`began before its wave ${name} was approved`])),
  ];
}

const isWave = (id: string, campaign: string, name: string): boolean =>
  `${id}/`.startsWith(`${campaign}/wave/${name}/`);

const isAbout = (id: string, client: string): boolean =>
  id.split('/')[1] === 'client' && id.split('/')[2] === client;

const beginsRelocation = /^relocation of (\S+): /;

function stepFaults(
  { answers }: ApprovalEvidence,
  client: string,
  story: readonly Entry[],
): readonly string[] {
  const own = answers.filter(({ id }) => isAbout(id, client));
  let attempt: Entry[] = [];
  const faults: string[] = [];
  for (const entry of story) {
    if (entry.from === 'settled') attempt = [];
    const [, service] = entry.to === 'remedying' ? (beginsRelocation.exec(entry.because) ?? []) : [];
    if (service !== undefined) faults.push(...whyNot(service, entry, attempt, own));
    attempt.push(entry);
  }
  return faults;
}

function whyNot(
  service: string,
  begun: Entry,
  before: readonly Entry[],
  answers: readonly AnswerGiven[],
): readonly string[] {
  const yes = before.findLast(({ because }) => because.startsWith('approved by '));
  if (yes === undefined) return [`the relocation of ${service} began without an approval`];
  const isOwn = answers.some(
    ({ id, is, askedAt }) =>
      is === 'approved' && serviceOf(id) === service.toLowerCase() && askedAt <= realTimeOf(begun),
  );
  const no = before.find(({ because }) => /^rejected by |rejected, because nobody answered/.test(because));
  return [
    ...(isOwn ? [] : [`the relocation of ${service} began, and the second person has not approved`]),
    ...(no !== undefined && realTimeOf(no) < realTimeOf(yes)
      ? [`the relocation of ${service} began after ${no.because.slice(0, 60)}`]
      : []),
  ];
}

/** Ids name a service in lower case. */
const serviceOf = (id: string): string => decodeURIComponent(id.split('/')[5] ?? '').toLowerCase();

/** Clients of which a step was rejected, by a person or because nobody answered. */
export const rejectedClients = (stories: Stories): ReadonlySet<string> =>
  new Set(
    [...stories]
      .filter(([, story]) =>
        story.some(({ because }) => /rejected by |rejected, because nobody answered/.test(because)),
      )
      .map(([client]) => client),
  );
