import { type Figure, figureOf, type Measured, median } from '../figure.ts';
import type { Report } from './servers-process.ts';
import type { Go } from './side.ts';

/** One side's go over all clients, and what the servers saw of it. */
export interface Taken extends Go {
  /**
   * Real milliseconds from the first connection that a server saw: a program's own start is left
   * out.
   */
  readonly sinceFirstMs: number;
  readonly report: Report;
}

export interface RoundOfAll {
  readonly servpack: Taken;
  readonly bare: Taken;
  readonly single: Taken;
  readonly ansible: Taken | null;
}

const roundTripsAtMost = 3;
const ofBareAtLeast = 0.85;
const ofAnsibleAtLeast = 5;

/** The figures of these rounds; what Ansible is needed for is left out where it was not there. */
export function figuresOf(rounds: readonly RoundOfAll[], clients: number): readonly Figure[] {
  const perSecond = (ms: (round: RoundOfAll) => number): readonly number[] =>
    rounds.map((round) => (clients / ms(round)) * 1_000);
  const servpack = perSecond((round) => round.servpack.ms);
  const bare = perSecond((round) => round.bare.ms);
  const execs = median(rounds.map((round) => most(round.servpack.report, ({ lines }) => lines.length)));
  const ansible = rounds.every((round) => round.ansible !== null)
    ? perSecond((round) => round.ansible?.sinceFirstMs ?? NaN)
    : null;
  const measured: Measured[] = [
    {
      name: 'upgrades by servpack',
      unit: '/s',
      runs: servpack,
      limit: { name: `bare ssh2, ${execs} execs on one connection`, runs: bare },
      aim: { text: `>= ${ofBareAtLeast}`, met: ({ ratio }) => ratio >= ofBareAtLeast },
    },
    ...(ansible === null ? [] : [besideAnsible(servpack, ansible)]),
    ...roundTrips(rounds),
    { name: `bare ssh2, connect and ${execs} execs`, unit: '/s', runs: bare },
    { name: 'bare ssh2, connect and 1 exec', unit: '/s', runs: perSecond((round) => round.single.ms) },
    ...cpu(rounds, clients),
  ];
  return measured.map(figureOf);
}

const besideAnsible = (servpack: readonly number[], ansible: readonly number[]): Measured => ({
  name: 'upgrades by servpack, beside Ansible',
  unit: '/s',
  runs: servpack,
  limit: { name: 'Ansible, raw', runs: ansible },
  aim: { text: `>= ${ofAnsibleAtLeast}`, met: ({ ratio }) => ratio >= ofAnsibleAtLeast },
});

/** As the servers counted them: of the client that took most. */
const roundTrips = (rounds: readonly RoundOfAll[]): readonly Measured[] => [
  {
    name: 'round trips of a free client',
    unit: '',
    runs: rounds.map(({ servpack }) =>
      most(servpack.report, ({ lines, fileRequests }) => lines.length + fileRequests),
    ),
    aim: { text: `<= ${roundTripsAtMost}`, met: ({ value }) => value <= roundTripsAtMost },
  },
  {
    name: 'of which SFTP',
    unit: '',
    runs: rounds.map(({ servpack }) => most(servpack.report, ({ fileRequests }) => fileRequests)),
  },
  {
    name: 'connections of a free client',
    unit: '',
    runs: rounds.map(({ servpack }) => most(servpack.report, ({ connections }) => connections)),
  },
];

const most = ({ clients }: Report, count: (visited: Report['clients'][number]) => number): number =>
  Math.max(...clients.map(count));

/** CPU of each side by process, per client. */
function cpu(rounds: readonly RoundOfAll[], clients: number): readonly Measured[] {
  const sides = [
    ['servpack', (round: RoundOfAll) => round.servpack],
    ['bare', (round: RoundOfAll) => round.bare],
    ['Ansible', (round: RoundOfAll) => round.ansible],
  ] as const;
  return sides.flatMap(([side, of]) =>
    Object.keys(rounds[0] === undefined ? {} : (of(rounds[0])?.cpu ?? {})).map((who) => ({
      name: `CPU of ${side}: ${who}`,
      unit: 'ms',
      runs: rounds.map((round) => (of(round)?.cpu[who] ?? NaN) / clients),
    })),
  );
}
