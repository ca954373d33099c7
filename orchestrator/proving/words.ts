import type { Command } from '../../shared/domain/upgrade/events.ts';
import { procedureWords, stepWords } from '../../shared/domain/remediation/procedure-words.ts';
import { waitWords } from '../../shared/domain/rules/wait-words.ts';
import { endWord } from '../../shared/domain/outcome/ending.ts';
import { wallTimeOf } from '../../shared/domain/time/window.ts';
import { type Machine, type Sight, userName } from './machine.ts';
import { type Happening, type Member, memberAt, type Moment, type Scope, type World } from './world.ts';

/** How a look ends. `stillUp`: its restart was ordered, and it answers in its old boot. */
export type Look = Sight | 'unreachable' | 'couldNotLook' | 'stillUp';

/**
 * What becomes of a command. `lost`: it is done, and its answer is lost. `lostUndone`: it never
 * arrives, and the driver does not learn that. `crashed`: it is done, and the worker is lost.
 */
export type Outcome =
  | 'done'
  | 'unreachable'
  | 'refused'
  | 'lost'
  | 'lostUndone'
  | 'crashed'
  | 'crashedBefore';

/** What an activation did, for its sentence. */
export type Deed =
  | { readonly kind: 'look'; readonly look: Look; readonly machine: Machine }
  | {
      readonly kind: 'command';
      readonly command: Exclude<Command, { type: 'LookAtClient' }>;
      readonly outcome: Outcome;
    };

interface Told {
  readonly world: World;
  readonly moments: readonly Moment[];
  readonly deeds: readonly Deed[];
}

/** The event that an activation is, with its sentence. */
export function happened(scope: Scope, told: Told, index: number, from: number): Happening {
  const member = memberAt(told.world, index);
  const { client } = member.client;
  const [first, ...others] = told.deeds;
  const isLook = first?.kind === 'look';
  const did = doneInWords(isLook ? others : told.deeds);
  const begins = isLook ? lookWords(first, client, scope.equipment.program) : `${client} is due`;
  const says = `${[begins, did].filter((part) => part !== '').join(', ')}; ${standsWords(member)}`;
  const { moments, world } = told;
  return { moments, world, says, member: index, from, ...(isLook && did !== '' ? { did } : {}) };
}

/** The same look, again and again, until servpack does something else. */
export function repeated(
  first: Happening,
  last: Happening,
  times: number,
  moments: readonly Moment[],
): Happening {
  const [what = ''] = first.says.split('; ');
  const stands = last.says.slice(last.says.lastIndexOf('; ') + 2);
  const did = last.did === undefined ? '' : `at last ${last.did}; `;
  const looks = first.did === undefined ? what : what.slice(0, -first.did.length - 2);
  return { ...last, moments, from: first.from, says: `${looks}, ${times} times in a row; ${did}${stands}` };
}

function doneInWords(deeds: readonly Deed[]): string {
  const parts: string[] = [];
  for (const [at, deed] of deeds.entries()) {
    if (deed.kind === 'look') continue;
    if (deed.command.type !== 'RunStep') parts.push(commandWords(deed.command.type, deed.outcome));
    else {
      const next = deeds[at + 1];
      const goesOn =
        next?.kind === 'command' &&
        next.command.type === 'RunStep' &&
        next.command.journal.direction === deed.command.journal.direction;
      if (!goesOn || deed.outcome !== 'done') parts.push(stepDeedWords(deed.command.journal, deed.outcome));
    }
  }
  return parts.join(', ');
}

function lookWords(
  { look, machine }: Extract<Deed, { kind: 'look' }>,
  client: string,
  program: string,
): string {
  const again = machine.power === 'down';
  if (look === 'unreachable')
    return again ? `${client} is not back from its restart` : `${client} does not answer`;
  if (look === 'couldNotLook') return `the answer of ${client} is not understood`;
  if (look === 'stillUp') return `the restart of ${client} was ordered, and it still answers in its old boot`;
  const back = again ? `${client} is back from its restart: ` : `${client} is looked at: `;
  const user = look.user ? `${userName} is logged on` : 'nobody is logged on';
  return `${back}${blockerWords(look.blocker, machine, program)}, ${user}`;
}

function blockerWords(blocker: Sight['blocker'], { service }: Machine, program: string): string {
  switch (blocker) {
    case 'none':
      return 'nothing is in the way';
    case 'service':
      return `${service?.name ?? 'the service'} runs`;
    case 'program':
      return `${program} is open`;
    case 'file':
      return 'a file is held open by something unknown';
  }
}

const doneWords: Readonly<Record<Exclude<Command['type'], 'LookAtClient' | 'RunStep'>, string>> = {
  MarkClient: 'it is marked',
  UnmarkClient: 'its mark is taken back',
  RunUpdate: 'its update runs',
  RestartClient: 'its restart is ordered',
  NotifyUsers: 'its users are notified',
};

function commandWords(command: keyof typeof doneWords, outcome: Outcome): string {
  const done = doneWords[command];
  return outcome === 'done' ? done : `${done}${outcomeWords[outcome]}`;
}

const outcomeWords: Readonly<Record<Exclude<Outcome, 'done'>, string>> = {
  unreachable: ' (the command does not reach it)',
  refused: ' (it refuses)',
  lost: ' (done, and the answer is lost)',
  lostUndone: ' (the command is lost, and servpack does not learn that)',
  crashed: ' (done, and the worker is lost)',
  crashedBefore: ' (the worker is lost before it)',
};

function stepDeedWords(
  { procedure, step, direction }: Extract<Command, { type: 'RunStep' }>['journal'],
  outcome: Outcome,
): string {
  const way = direction === 'back' ? 'way back of the ' : '';
  if (outcome === 'done' && step === 'close') return `the ${way}${procedureWords[procedure]} is done`;
  const where = `the ${way}${procedureWords[procedure]} is at step "${stepWords[step]}"`;
  return outcome === 'done' ? where : `${where}${outcomeWords[outcome]}`;
}

/** Where the client stands afterwards. */
export function standsWords({ upgrade, place, machine }: Member): string {
  if (upgrade === null) return 'it waits for its wave';
  const { state } = upgrade;
  const down =
    machine.power === 'down'
      ? ', and the machine is down'
      : machine.stopped
        ? ', and its service does not run'
        : '';
  switch (state.phase) {
    case 'settled':
      return `it is ${endWord(state.end)} (${state.cause})${down}`;
    case 'deferred':
      return `it is ${waitWords[state.class]}`;
    case 'restarting':
      return 'it restarts';
    case 'remedying':
      return `the ${procedureWords[state.journal.procedure]} goes on at step "${stepWords[state.journal.step]}"${down}`;
    default:
      return place.is === 'parked' ? 'nothing may begin on it now' : `another worker takes over${down}`;
  }
}

/** `Mon 4 Jan 22:14`, by the clock of a zone. */
export const timeWords = (zone: string, at: number): string => {
  const full = wallTimeOf(zone, at);
  return full.endsWith(` ${zone}`) ? full.slice(0, -zone.length - 1) : full;
};
