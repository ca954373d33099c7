import type { Command } from 'commander';
import { nearest } from '../../shared/input/nearest.ts';

/**
 * Commands that only read, and groups of commands. No other name is ever suggested: a person who
 * repeats a suggestion without reading it must not start, stop or change anything.
 */
export const harmless: ReadonlySet<string> = new Set([
  'audit',
  'audit export',
  'audit show',
  'audit verify',
  'blockers',
  'campaign',
  'campaign approvals',
  'campaign clients',
  'campaign forecast',
  'campaign history',
  'campaign hooks',
  'campaign list',
  'campaign plan',
  'campaign prove',
  'campaign replay',
  'campaign report',
  'campaign simulate',
  'campaign status',
  'campaign watch',
  'client',
  'client proof',
  'client show',
  'client why',
  'completion',
  'context',
  'context list',
  'context show',
  'doctor',
  'evidence',
  'evidence show',
  'fleet',
  'fleet export',
  'fleet list',
  'fleet tokens',
  'help',
  'look',
  'man',
  'notify',
  'notify log',
  'release',
  'release list',
  'release servers',
  'schedule',
  'schedule list',
  'schedule show',
  'server',
  'server limit',
  'server limit list',
  'session',
  'session list',
  'survey',
  'survey follow',
  'survey list',
  'survey show',
  'token',
  'token list',
]);

/** Makes a group of commands answer an unknown name with the nearest one that changes nothing. */
export function suggestHarmless(group: Command): void {
  if (group.commands.length === 0) return;
  group.on('command:*', ([name = '']: string[]) => {
    const hint = hintFor(group, name);
    group.error(`error: unknown command '${name}'${hint === null ? '' : `\n(${hint})`}`, {
      code: 'commander.unknownCommand',
    });
  });
}

function hintFor(group: Command, name: string): string | null {
  const names = group.commands.map((each) => each.name()).filter((each) => isHarmless(group, each));
  // A name that another group has is no slip: a name that is like it means something else.
  const isSlip = !namesIn(topOf(group)).has(name);
  const near =
    names.find((each) => name.length > 1 && each.startsWith(name)) ?? (isSlip ? nearest(name, names) : null);
  const [whole, ...others] = group.parent === null ? groupsWith(group, name) : [];
  // The whole name of a command of a group says more than a name that is only like it.
  if (whole === undefined) return near === null ? null : `Did you mean ${near}?`;
  if (others.length === 0 && isHarmless(whole, name)) return `Did you mean ${whole.name()} ${name}?`;
  const helps = [whole, ...others].map((each) => `${group.name()} ${each.name()} --help`);
  return `${name} is a command of a group: see ${helps.join(', ')}`;
}

const topOf = (command: Command): Command => (command.parent === null ? command : topOf(command.parent));

/** The names of all commands below, without the names of their groups. */
const namesIn = (group: Command): ReadonlySet<string> =>
  new Set(group.commands.flatMap((each) => [each.name(), ...namesIn(each)]));

const groupsWith = (program: Command, name: string): readonly Command[] =>
  program.commands.filter((group) => group.commands.some((each) => each.name() === name));

const isHarmless = (group: Command, name: string): boolean => harmless.has(`${pathOf(group)}${name}`);

/** `campaign ` of the group campaign, nothing of the program itself. */
const pathOf = (group: Command): string =>
  group.parent === null ? '' : `${pathOf(group.parent)}${group.name()} `;
