import type { ProofDocument } from '../../proving/proof-document.ts';
import { many, number, safe, type View } from './view.ts';
import { wrapped } from './wrap.ts';

/** The chain of events that breaks a property, or what was looked at without finding one. */
export function proofLines(view: View, proof: ProofDocument): readonly string[] {
  return [
    `${view.paint('bold', `campaign ${safe(proof.campaign)}`)}  product ${safe(proof.product)}, starts ${proof.startsAt}`,
    ...proof.asked.flatMap((each) => wrapped(view, 'asked: ', each)),
    ...proof.clients.map(clientWords).flatMap((each) => wrapped(view, 'client: ', each)),
    '',
    ...(proof.counterexample === null
      ? nothingFound(view, proof)
      : counterexampleLines(view, proof.counterexample)),
  ];
}

const clientWords = ({ client, logonServer, zone, labels }: ProofDocument['clients'][number]): string =>
  [`${client} of ${logonServer}`, zone, ...labels].join(', ');

function counterexampleLines(
  view: View,
  { because, events, allowedBy }: NonNullable<ProofDocument['counterexample']>,
): readonly string[] {
  return [
    view.paint('red', 'A counterexample; no chain with fewer events does the same:'),
    ...events.flatMap(({ time, says }) => wrapped(view, `${time}  `, says)),
    ...wrapped(view, '=> ', because, 'red'),
    ...(allowedBy === null
      ? ['No single key of the file allows this.']
      : wrapped(view, 'allowed by ', allowedWords(allowedBy))),
  ];
}

function allowedWords({
  key,
  line,
  instead,
}: NonNullable<NonNullable<ProofDocument['counterexample']>['allowedBy']>): string {
  const where = line === null ? 'not in the file: the default holds' : `line ${line}`;
  return `${key} (${where}); not with ${key}: ${instead}`;
}

const endedWords: Readonly<Record<string, string>> = {
  everything: 'there is no further state',
  depth: 'the limit of --events was reached',
  states: 'the limit of --states was reached',
  time: 'the limit of --time-limit was reached',
};

function nothingFound(view: View, { covered, bounds, notCovered }: ProofDocument): readonly string[] {
  const isFinished = covered.every(({ endedBy }) => endedBy === 'everything' || endedBy === 'depth');
  return [
    view.paint(
      isFinished ? 'green' : 'yellow',
      isFinished ? 'No counterexample.' : 'No counterexample so far: the search did not finish.',
    ),
    ...covered.flatMap(({ clients, states, events, endedBy }) =>
      wrapped(
        view,
        `${clients.map(safe).join(', ')}: `,
        `${many(states, 'state')}, all chains of ${many(events, 'event')}; ${endedWords[endedBy] ?? endedBy}`,
      ),
    ),
    ...notCovered.flatMap((each) => wrapped(view, 'not looked at: ', each)),
    ...wrapped(
      view,
      '',
      `This is no proof beyond these bounds: ${many(bounds.events, 'event')}, ${number(bounds.faults)} faults in a chain, and these clients.`,
    ),
  ];
}
