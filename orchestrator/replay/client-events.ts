import type { Failure } from '../../shared/domain/observation/failure.ts';
import { describeBlocker } from '../../shared/domain/observation/blocker.ts';
import type { PreImage } from '../../shared/domain/observation/observation.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { UpgradeEvent } from '../../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import type { ClientLook } from '../../shared/products/client-look.ts';
import type { Profile } from '../../shared/products/profile.ts';
import { readObservation } from '../../shared/execution/observation/read-observation.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import { modelPreImage } from '../forecast/model-looks.ts';

/** What an entry about a client rests on. */
export interface EntryFacts {
  readonly entry: KeptEntry;
  /** The text of its evidence; null = it has none, or none is kept. */
  readonly text: string | null;
  readonly profile: Profile;
}

/**
 * The look that a text of evidence says; null = the text is no look, or was cut because it was
 * long.
 */
export function lookIn(text: string, at: number): ClientLook | null {
  try {
    const look = JSON.parse(text) as Partial<ClientLook>;
    return Array.isArray(look.files) && Array.isArray(look.users) ? ({ ...look, at } as ClientLook) : null;
  } catch {
    return null;
  }
}

/** What the first step of a procedure read stands in the words of the last step of a relocation. */
function preImageIn(because: string, rules: Rules, name: string): PreImage | null {
  const model = modelPreImage(rules);
  const service = { ...model.service, name };
  if (because.endsWith(': step "record" done')) return { ...model, service };
  const [, to, from] = / runs from (.+), before from (.+), with its old settings$/u.exec(because) ?? [];
  return to === undefined || from === undefined ? null : { ...model, service, from, to };
}

const isLook = (text: string): boolean => text.startsWith('{"');

/**
 * The events that may have led to this entry, by the state in which the upgrade was. The decider
 * says which of them did: its words are those of the entry.
 */
export function eventsBefore(
  rules: Rules,
  upgrade: Upgrade,
  { entry, text, profile }: EntryFacts,
): readonly UpgradeEvent[] {
  const { state } = upgrade;
  const wakes: readonly UpgradeEvent[] = [{ type: 'Activated' }, { type: 'CheckedIn' }];
  const lost: readonly UpgradeEvent[] = [{ type: 'Activated' }, { type: 'WorkerStopped' }];
  const commandFails = (): readonly UpgradeEvent[] =>
    failuresIn(entry.because).map((failure) => ({ type: 'CommandFailed', failure }));
  switch (state.phase) {
    case 'looking':
      // Evidence is what a look found, unless it is what a client reported.
      return entry.evidence !== null && (text === null || isLook(text))
        ? observed(upgrade, entry, text, profile)
        : [...looksFailed(entry.because), ...wakes];
    case 'marking':
      return [{ type: 'ClientMarked' }, ...lost, ...commandFails()];
    case 'unmarking':
      return [{ type: 'ClientUnmarked' }, ...lost, ...commandFails()];
    case 'updating':
      return [{ type: 'UpdateRan' }, ...lost, ...commandFails()];
    case 'ordering':
      return [{ type: 'RestartOrdered' }, ...lost, ...commandFails()];
    case 'notifying':
      return [{ type: 'UsersNotified' }, ...lost, ...commandFails()];
    case 'restarting':
    case 'deferred':
      return wakes;
    case 'remedying': {
      const { step } = state.journal;
      const preImage = preImageIn(entry.because, rules, state.journal.service);
      return [
        { type: 'StepDone', step, preImage },
        ...failuresIn(entry.because).map((failure): UpgradeEvent => ({ type: 'StepFailed', step, failure })),
        { type: 'JournalFoundStale', step },
        ...wakes,
      ];
    }
    case 'settled':
      return [];
  }
}

function observed(
  { logonServer }: Upgrade,
  { evidence, at }: KeptEntry,
  text: string | null,
  profile: Profile,
): readonly UpgradeEvent[] {
  if (text === null || evidence === null) return [];
  const look = lookIn(text, at);
  if (look === null) return [];
  const seen = { ...look, logonServer: look.logonServer ?? logonServer };
  const observation = readObservation(profile, seen, evidence);
  // The fleet file wins where it says that the client is a server.
  return [
    { type: 'ClientObserved', observation },
    ...(observation.role === 'server'
      ? []
      : [{ type: 'ClientObserved', observation: { ...observation, role: 'server' } } satisfies UpgradeEvent]),
  ];
}

const looksFailed = (because: string): readonly UpgradeEvent[] =>
  failuresIn(because).map((failure) => ({ type: 'LookFailed', failure }));

/** Kinds that mean the same for a decision come later. */
const kinds: readonly Failure['kind'][] = ['failed', 'unreachable', 'garbled', 'timedOut', 'cutOff'];

/** What a blocker that could not be looked at says before the words of its failure. */
const [beforeError = ''] = describeBlocker({ kind: 'couldNotLook', error: '\0' }).split('\0');

/**
 * The failures that these words may be about. The words of a failure stand at the end, or before
 * the last semicolon; the whole text comes last, because it fits whatever the decider adds to it.
 */
function failuresIn(because: string): readonly Failure[] {
  const messages = new Set<string>();
  let rest = because;
  for (let at = rest.indexOf(': '); at >= 0; at = rest.indexOf(': ')) {
    rest = rest.slice(at + 2);
    for (const part of [...rest.split('; '), rest]) messages.add(part).add(part.replace(beforeError, ''));
  }
  for (const [, inside = ''] of because.matchAll(/\(([^()]+)\)/gu)) messages.add(inside);
  messages.add(because.replace(beforeError, '')).add(because);
  return [...messages].flatMap((message) => kinds.map((kind) => ({ kind, message })));
}
