import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { CampaignFile } from '../input/campaign-file.ts';
import type { Allowing } from './allowing-key.ts';
import type { Proof } from './prove.ts';
import type { Asked, PropertyName } from './asked.ts';
import type { Counterexample } from './search.ts';
import { timeWords } from './words.ts';

/** What `campaign prove` prints: a counterexample, or what was covered. */
export interface ProofDocument {
  readonly campaign: string;
  readonly product: string;
  readonly startsAt: string;
  readonly asked: readonly string[];
  readonly clients: readonly {
    readonly client: string;
    readonly logonServer: string;
    readonly zone: string;
    readonly labels: readonly string[];
  }[];
  readonly counterexample: CounterexampleDocument | null;
  readonly covered: readonly {
    readonly clients: readonly string[];
    readonly states: number;
    readonly events: number;
    readonly endedBy: string;
  }[];
  readonly bounds: { readonly events: number; readonly faults: number };
  /** What the clients do not cover, and what is taken as given. */
  readonly notCovered: readonly string[];
}

interface CounterexampleDocument {
  readonly property: PropertyName;
  readonly because: string;
  readonly at: string;
  readonly allowedBy: {
    readonly key: string;
    /** Null = the file does not have the key, and the default holds. */
    readonly line: number | null;
    readonly instead: string;
  } | null;
  readonly events: readonly {
    readonly at: string;
    /** By the clock of the client. */
    readonly time: string;
    readonly says: string;
  }[];
}

interface Bounds {
  readonly asked: Asked;
  readonly product: string;
  readonly startsAt: number;
  readonly events: number;
  readonly faults: number;
}

export function proofDocument(
  file: CampaignFile,
  { clients, parts, found, uncovered, taken }: Proof,
  { asked, product, startsAt, events, faults }: Bounds,
): ProofDocument {
  return {
    campaign: file.definition.campaign,
    product,
    startsAt: isoOf(startsAt),
    asked: asked.names.map((name) => propertyWords(name, asked)),
    clients: clients.map(({ client, logonServer, zone, labels }) => ({ client, logonServer, zone, labels })),
    counterexample: found === null ? null : counterexampleOf(file, found, clients[0]?.zone ?? 'UTC'),
    covered: parts.map((part) => ({
      clients: part.group.clients.map(({ client }) => client),
      states: part.states,
      events: part.depth,
      endedBy: part.endedBy,
    })),
    bounds: { events, faults },
    notCovered: [...uncovered, ...taken],
  };
}

/** A property as a sentence that is to hold. */
export function propertyWords(name: PropertyName, { neverDown }: Asked): string {
  switch (name) {
    case 'neverDown':
      return `never more than ${neverDown?.most ?? 0} of each ${neverDown?.per ?? ''} down at once`;
    case 'loggedOn':
      return 'nobody who is logged on is restarted';
    case 'window':
      return 'nothing begins on a client outside its window';
    case 'approval':
      return 'nothing begins without the approval that the file asks for';
    case 'undo':
      return 'what was done to a service can be undone from every state';
    case 'stuck':
      return 'every state has a way on';
  }
}

function counterexampleOf(
  file: CampaignFile,
  { property, because, at, events, allowing }: Counterexample & { readonly allowing: Allowing },
  zone: string,
): CounterexampleDocument {
  return {
    property,
    because,
    at: isoOf(at),
    allowedBy: allowedBy(file, allowing),
    events: events.map((event) => {
      const own = event.member === null ? zone : (event.world.members[event.member]?.client.zone ?? zone);
      return { at: isoOf(event.from), time: timeWords(own, event.from), says: event.says };
    }),
  };
}

function allowedBy(
  { document }: CampaignFile,
  { path, instead }: Allowing,
): CounterexampleDocument['allowedBy'] {
  if (path === null) return null;
  let value: unknown = document.value;
  for (const part of path) value = (Object(value) as Record<string | number, unknown>)[part];
  const isThere = value !== undefined;
  return { key: keyWords(path), line: isThere ? document.lineOf(path) : null, instead };
}

/** `approvals[0].onExpiry` */
export const keyWords = (path: readonly (string | number)[]): string =>
  path.reduce<string>(
    (words, part) =>
      typeof part === 'number' ? `${words}[${part}]` : words === '' ? part : `${words}.${part}`,
    '',
  );
