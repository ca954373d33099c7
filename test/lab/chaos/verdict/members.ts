import type { Entry } from '../../operator.ts';
import type { RawRecord } from '../walk.ts';
import { about, type Fault } from './line.ts';

export interface MemberEvidence {
  /** All clients that the campaign could take, and those that its file selects at the end. */
  readonly clients: readonly string[];
  readonly selected: ReadonlySet<string>;
  /** The positions of the waves in which a client may be. */
  readonly wavesOf: (client: string) => readonly number[];
  readonly records: readonly RawRecord[];
  /** Clients that wait in the campaign; a client of two queues comes twice. */
  readonly waiting: readonly string[];
  /** By client, the entries with which it joined or left while it waited. */
  readonly steps: ReadonlyMap<string, readonly Entry[]>;
  /** Whether a client was a member when the campaign was created. */
  readonly wasMember: (client: string) => boolean;
}

/** Every client of the selection is in one wave; a client outside waits in none, and has ended. */
export const memberFaults = (evidence: MemberEvidence): readonly Fault[] =>
  evidence.clients.flatMap((client) =>
    about(client, [...placeFaults(evidence, client), ...stepFaults(evidence, client)]),
  );

function placeFaults(
  { selected, records, waiting, wavesOf }: MemberEvidence,
  client: string,
): readonly string[] {
  const own = records.filter((record) => record.client === client);
  const places = own.length + waiting.filter((each) => each === client).length;
  if (!selected.has(client))
    return own.length === places && own.length <= 1
      ? own.flatMap(({ upgrade: { state } }) =>
          state.phase === 'settled' ? [] : [`has left the campaign, and is ${state.phase}`],
        )
      : [`has left the campaign, and is in ${places} places`];
  if (places !== 1) return [`is in ${places} places of the campaign, must be in one`];
  return own.flatMap(({ upgrade: { wave } }) =>
    wavesOf(client).includes(wave) ? [] : [`is in wave ${wave + 1}, and does not belong there`],
  );
}

/** A client joins only from outside, and leaves only from inside. */
function stepFaults({ steps, records, wasMember }: MemberEvidence, client: string): readonly string[] {
  const own = steps.get(client) ?? [];
  let isIn = wasMember(client);
  const faults = own.flatMap(({ from, to }) => {
    const wasIn = isIn;
    isIn = to !== 'outside';
    return (from === 'waiting') === wasIn
      ? []
      : [`goes from ${from} to ${to}, and was ${wasIn ? 'in' : 'outside'}`];
  });
  const hasBegun = records.some((record) => record.client === client);
  return hasBegun && !isIn ? [...faults, 'has begun, and has not joined'] : faults;
}
