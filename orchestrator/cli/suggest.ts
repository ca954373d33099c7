import type { Command } from 'commander';
import { nearest } from '../../shared/input/nearest.ts';

/**
 * Commands that only read, and groups of commands. No other name is ever suggested: a person who
 * repeats a suggestion without reading it must not start, stop or change anything.
 */
const harmless: ReadonlySet<string> = new Set([
  'audit',
  'blockers',
  'campaign',
  'client',
  'completion',
  'context',
  'context list',
  'context show',
  'doctor',
  'evidence',
  'evidence show',
  'fleet',
  'help',
  'look',
  'release',
  'survey',
  'campaign clients',
  'campaign list',
  'campaign plan',
  'campaign report',
  'campaign status',
  'campaign watch',
  'client show',
  'client why',
  'fleet list',
  'fleet tokens',
  'release list',
  'release servers',
  'audit export',
  'audit show',
  'audit verify',
  'survey follow',
  'survey list',
  'survey show',
]);

/** Makes a group of commands answer an unknown name with the nearest one that changes nothing. */
export function suggestHarmless(group: Command): void {
  if (group.commands.length === 0) return;
  group.on('command:*', ([name = '']: string[]) => {
    const prefix = group.parent === null ? '' : `${group.name()} `;
    const names = group.commands
      .map((each) => each.name())
      .filter((each) => harmless.has(`${prefix}${each}`));
    const near = names.find((each) => name.length > 1 && each.startsWith(name)) ?? nearest(name, names);
    const hint = near === null ? '' : `\n(Did you mean ${near}?)`;
    group.error(`error: unknown command '${name}'${hint}`, { code: 'commander.unknownCommand' });
  });
}
